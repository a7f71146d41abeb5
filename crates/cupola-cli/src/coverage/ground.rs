//! The terrain of `coverage` and `profile`: a file as it is, or a folder put together around a site.

use crate::failure::Failure;
use crate::progress::note;
use cupola_io::TerrainFile;
use cupola_units::{LatLon, math};
use cupola_world::terrain::Mosaic;
use cupola_world::{Bounds, Grid};
use std::path::Path;

/// Kilometres of a degree of latitude, rounded down: a box made with it is never too small.
const KM_PER_DEGREE: f64 = 110.0;

/// Two numbers of the command line: X,Y in metres or LAT,LON in degrees.
pub(crate) fn pair(text: &str) -> Result<(f64, f64), String> {
    let wrong = || format!("`{text}` is not two numbers: write 500000,5500000 or 49.84,24.03");
    let (a, b) = text.split_once(',').ok_or_else(wrong)?;
    let number = |part: &str| part.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    number(a).zip(number(b)).ok_or_else(wrong)
}

/// A point of the command line as latitude and longitude.
///
/// # Errors
/// [`Failure`] when it is none; `flag` is what it was given with.
pub(crate) fn lat_lon(flag: &str, (lat_deg, lon_deg): (f64, f64)) -> Result<LatLon, Failure> {
    if lat_deg.abs() <= 90.0 && lon_deg.abs() <= 180.0 {
        return Ok(LatLon::new(lat_deg, lon_deg));
    }
    Err(Failure::Input(
        format!("{flag} {lat_deg},{lon_deg} is no latitude and longitude"),
        Some("this terrain is in degrees: write LAT,LON, for instance 49.84,24.03".to_owned()),
    ))
}

/// The terrain at a path: a file whole, of a folder what lies within reach of a site.
///
/// What no tile of a folder knows is `missing_m` high: NaN, or 0 where missing tiles are sea.
///
/// # Errors
/// [`Failure`] for what cannot be read, and a site that is no latitude and longitude.
pub(crate) fn read(
    path: &Path,
    at: (f64, f64),
    reach_km: f64,
    missing_m: f32,
    pool: &rayon::ThreadPool,
) -> Result<TerrainFile, Failure> {
    if !path.is_dir() {
        let terrain = cupola_io::read_terrain_in(path, pool)?;
        warn_of_mercator(path, &terrain);
        return Ok(terrain);
    }
    let bounds = around(lat_lon("--at", at)?, reach_km);
    let folder = cupola_io::read_folder(path, &bounds)?;
    for tile in &folder.missing {
        let meaning = if missing_m.is_nan() {
            "nothing is known there, nor seen behind it (--missing sea if it is sea)"
        } else {
            "taken for sea"
        };
        note(&format!("warning: no tile {}; {meaning}", tile.cell));
    }
    let tiles = folder.tiles.into_iter().map(|(_, tile)| tile).collect();
    let grid = put_together(&bounds, tiles, missing_m, pool)?;
    Ok(TerrainFile::Geographic(grid))
}

fn warn_of_mercator(path: &Path, terrain: &TerrainFile) {
    /// Its EPSG code.
    const WEB_MERCATOR: u16 = 3857;
    let TerrainFile::Projected(grid) = terrain else {
        return;
    };
    if grid.epsg == Some(WEB_MERCATOR) {
        note(&format!(
            "warning: {} is in Web Mercator, which is true to scale at the equator only (1.7 times too \
             large at 55° N): distances and floors are wrong; warp it, for instance to UTM zone 34: gdalwarp -t_srs EPSG:32634",
            path.display()
        ));
    }
}

/// The box that holds everything within `reach_km` of a site.
fn around(site: LatLon, reach_km: f64) -> Bounds {
    let reach = reach_km / KM_PER_DEGREE;
    let south_deg = (site.lat_deg - reach).max(-90.0);
    let north_deg = (site.lat_deg + reach).min(90.0);
    let highest = south_deg.abs().max(north_deg.abs());
    let wide = reach / math::cos(math::radians_from_degrees(highest)).max(0.05);
    Bounds {
        south_deg,
        north_deg,
        west_deg: site.lon_deg - wide.min(180.0),
        east_deg: site.lon_deg + wide.min(180.0),
    }
}

/// One grid at the finest step of some tiles; finer tiles count before coarser ones.
fn put_together(
    bounds: &Bounds,
    tiles: Vec<Grid>,
    missing_m: f32,
    pool: &rayon::ThreadPool,
) -> Result<Grid, Failure> {
    use rayon::prelude::*;
    let mut tiles = tiles;
    tiles.sort_by(|a, b| a.step_lat_deg.total_cmp(&b.step_lat_deg));
    let step_deg = tiles.first().map_or(1.0 / 120.0, |tile| tile.step_lat_deg);
    let mut mosaic = Mosaic::new(step_deg, 1)?;
    while let Some(step) = tiles.first().map(|tile| tile.step_lat_deg) {
        let coarser = tiles
            .iter()
            .position(|tile| tile.step_lat_deg > step * 1.001);
        let rest = tiles.split_off(coarser.unwrap_or(tiles.len()));
        mosaic.push("tiles", tiles)?;
        tiles = rest;
    }
    let mut grid = void_grid(bounds, step_deg);
    let (north_deg, west_deg, cols) = (grid.north_deg, grid.west_deg, grid.cols);
    let fill = |(row, line): (usize, &mut [f32])| {
        let lat_deg = north_deg - row as f64 * step_deg;
        for (col, value) in line.iter_mut().enumerate() {
            let at = LatLon::new(lat_deg, west_deg + col as f64 * step_deg);
            *value = mosaic
                .height_m(at)
                .map_or(missing_m, |height| height as f32);
        }
    };
    pool.install(|| grid.values.par_chunks_mut(cols).enumerate().for_each(fill));
    Ok(grid)
}

fn void_grid(bounds: &Bounds, step_deg: f64) -> Grid {
    let count = |span: f64| (span / step_deg).round() as usize + 1;
    let rows = count(bounds.north_deg - bounds.south_deg);
    let cols = count(bounds.east_deg - bounds.west_deg);
    Grid {
        north_deg: (bounds.north_deg / step_deg).round() * step_deg,
        west_deg: (bounds.west_deg / step_deg).round() * step_deg,
        step_lat_deg: step_deg,
        step_lon_deg: step_deg,
        rows,
        cols,
        values: vec![f32::NAN; rows * cols],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_two_numbers() {
        assert_eq!(pair("49.84, 24.03"), Ok((49.84, 24.03)));
        assert_eq!(pair("-5,6"), Ok((-5.0, 6.0)));
        assert!(pair("49.84").is_err() && pair("a,b").is_err() && pair("NaN,1").is_err());
    }

    #[test]
    fn a_box_is_as_wide_as_its_polar_edge_needs() {
        let bounds = around(LatLon::new(70.0, 20.0), 220.0);
        assert!((bounds.north_deg - 72.0).abs() < 1e-9);
        // Two degrees of arc are 6.47° of longitude at 72° N.
        assert!((bounds.east_deg - 26.47).abs() < 0.01, "{bounds:?}");
    }
}
