//! 40 sites of 250 km at 90 m over one-degree tiles of 3″, resampling included: how long it takes.
//!
//! The tiles are made here, in the layout of Copernicus GLO-90 (no posts on the southern and
//! eastern edges, 800 columns from 50° north): rough ground, the same on every run. They are in
//! memory when the clock starts; reading them from disk is the business of the program. Each site's
//! floors, 16 bits a cell, are handed on (here to a sum over all of them, as the lattice of the
//! program reads them); keeping all of them in memory is timed beside it. The last line is JSON.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "an example that measures"
)]

use cupola_coverage::many::{
    Candidate, Cell, ManySettings, Scratch, SiteFloors, TileSet, cells_of_site, many, site_floors,
};
use cupola_units::{LatLon, math};
use cupola_world::Grid;
use std::time::Instant;

const SITES: usize = 40;
const GOAL_S: f64 = 4.0;

fn main() {
    let settings = ManySettings {
        range_m: 250_000.0,
        ..ManySettings::default()
    };
    let sites: Vec<Candidate> = (0..SITES)
        .map(|i| Candidate {
            at: LatLon::new(48.8 + 0.45 * (i / 8) as f64, 22.6 + 0.55 * (i % 8) as f64),
            mast_m: 20.0,
        })
        .collect();
    let mut cells: Vec<Cell> = sites
        .iter()
        .flat_map(|site| cells_of_site(site.at, settings.range_m))
        .collect();
    cells.sort_unstable();
    cells.dedup();
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    let two = pool(2);
    let mut tiles = TileSet::default();
    let start = Instant::now();
    let load = |cell: Cell| -> Result<Option<Grid>, ()> { Ok(Some(tile(cell))) };
    tiles.hold(&cells, &load, &two).unwrap();
    println!(
        "{} tiles, {:.0} MB, made in {:.1} s",
        tiles.len(),
        tiles.bytes() as f64 / 1e6,
        start.elapsed().as_secs_f64()
    );
    let mut scratch = Scratch::default();
    let mut one = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        site_floors(&tiles, &sites[17], &settings, &mut scratch).unwrap();
        one = one.min(start.elapsed().as_secs_f64());
    }
    println!("one site on one thread: {:.0} ms", 1000.0 * one);
    let mut best = [f64::INFINITY; 2];
    for _ in 0..3 {
        let sum = |site: &mut SiteFloors| site.floors_m.iter().map(|&m| u64::from(m)).sum::<u64>();
        let handed_s = timed(|| many(&tiles, &sites, &settings, &two, &sum, &|| true));
        let keep = |site: &mut SiteFloors| std::mem::take(&mut site.floors_m);
        let kept_s = timed(|| many(&tiles, &sites, &settings, &two, &keep, &|| true));
        println!(
            "{SITES} sites on two threads: {handed_s:.2} s handed on, {kept_s:.2} s kept in memory"
        );
        best = [best[0].min(handed_s), best[1].min(kept_s)];
    }
    println!(
        "{{\"ours\":{:.2},\"goal\":{GOAL_S:.1},\"ratio\":{:.2},\"unit\":\"s\",\"kept\":{:.2},\"one_site_ms\":{:.0}}}",
        best[0],
        GOAL_S / best[0],
        best[1],
        1000.0 * one
    );
}

/// Seconds that something takes, freeing its result not counted.
fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let done = work();
    let seconds = start.elapsed().as_secs_f64();
    drop(done);
    seconds
}

/// Rough ground in the layout of a 90 m tile.
fn tile((south, west): Cell) -> Grid {
    let (rows, cols) = (1200, if south < 50 { 1200 } else { 800 });
    let (mut values, mut noise) = (Vec::with_capacity(rows * cols), 0_u32);
    let waves: Vec<[f64; 3]> = (0..4)
        .map(|i| {
            let turn = 0.9 * f64::from(i) + 0.3;
            let per_deg = 9.0 * f64::from(1 << (2 * i));
            [
                per_deg * math::sin(turn),
                per_deg * math::cos(turn),
                220.0 / f64::from(1 << i),
            ]
        })
        .collect();
    for row in 0..rows {
        let lat = f64::from(south + 1) - row as f64 / rows as f64;
        for col in 0..cols {
            let lon = f64::from(west) + col as f64 / cols as f64;
            let height: f64 = waves
                .iter()
                .map(|[ns, ew, high]| high * math::sin(ns * lat + ew * lon))
                .sum();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            values.push((500.0 + height + f64::from(noise >> 28)) as f32);
        }
    }
    Grid {
        north_deg: f64::from(south + 1),
        west_deg: f64::from(west),
        step_lat_deg: 1.0 / rows as f64,
        step_lon_deg: 1.0 / cols as f64,
        rows,
        cols,
        values,
    }
}
