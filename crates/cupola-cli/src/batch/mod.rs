//! `cupola coverage-batch`: floors of many candidate sites over one folder of tiles, in parts that
//! a stopped run goes on from.
//!
//! Tiles are read when sites near them are due, and let go when memory is short: the folder may be
//! larger than memory. What is written does not depend on threads, memory or interruptions.

mod output;
mod sites;

use crate::args::ThreadArgs;
use crate::failure::Failure;
use crate::prepare::pool;
use crate::progress::{go_on, note, stage, stop_flag};
use clap::{Args, ValueEnum};
use cupola_coverage::many::{
    Candidate, Cell, Lattice, LoadError, ManySettings, TileSet, cells_of_site, many,
};
use cupola_io::{Corner, IoError, TileIndex};
use cupola_world::Bounds;
use output::{Kept, Output};
use sites::Site;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// Sites of a part: a stopped run loses at most one part.
const PART_SITES: usize = 16;
/// Bytes of a tile before any was read: 1,200² posts.
const TILE_BYTES_FIRST: usize = 4 * 1201 * 1201;

/// Arguments of `coverage-batch`.
#[derive(Debug, Args)]
pub(crate) struct Batch {
    /// Folder of one-degree tiles (`cupola terrain fetch` makes one).
    #[arg(long, value_name = "FOLDER")]
    terrain: PathBuf,
    #[arg(
        help = "Candidate sites: a CSV file with columns lat_deg, lon_deg and, if wanted, name and mast_m, or GeoJSON points"
    )]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["grid_km", "bounds"])]
    #[arg(required_unless_present = "grid_km")]
    sites: Option<PathBuf>,
    /// Candidates on land every so many kilometres of a box, instead of a file.
    #[arg(long, value_name = "KM", requires = "bounds")]
    grid_km: Option<f64>,
    /// The box of --grid-km, degrees.
    #[arg(long, value_name = "SOUTH,WEST,NORTH,EAST", value_parser = crate::terrain::bounds)]
    #[arg(allow_hyphen_values = true, requires = "grid_km")]
    bounds: Option<Bounds>,
    /// Height of the antennas above the ground, m, where the file gives none.
    #[arg(
        long,
        value_name = "M",
        default_value_t = 20.0,
        allow_negative_numbers = true
    )]
    mast_m: f64,
    /// Effective-Earth factor.
    #[arg(long, default_value_t = 4.0 / 3.0, allow_negative_numbers = true)]
    k: f64,
    /// Radius of the Earth, m.
    #[arg(
        long,
        value_name = "M",
        default_value_t = cupola_units::EARTH_RADIUS_EQUATORIAL_M,
        allow_negative_numbers = true
    )]
    earth_radius_m: f64,
    /// Farthest cells wanted, km.
    #[arg(
        long,
        value_name = "KM",
        default_value_t = 150.0,
        allow_negative_numbers = true
    )]
    range_km: f64,
    /// Side of the cells on which lines of sight are followed, m.
    #[arg(
        long,
        value_name = "M",
        default_value_t = 90.0,
        allow_negative_numbers = true
    )]
    cell_m: f64,
    /// Distance between the nodes at which floors are kept, seconds of arc.
    #[arg(long, value_name = "N", default_value_t = 30)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=3600))]
    step_arcsec: u32,
    /// What is kept of each site.
    #[arg(long, value_enum, default_value = "bits")]
    keep: Keep,
    /// Height above ground of the targets of --keep bits, m; may be repeated [default: 100, 500].
    #[arg(long = "height-m", value_name = "M")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=30_000))]
    heights_m: Vec<u16>,
    /// Memory for tiles, MB.
    #[arg(long, value_name = "MB", default_value_t = 4096)]
    memory_mb: u32,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Folder to write; a batch that was stopped goes on in it.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

/// What is kept of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Keep {
    /// For each height, a bit per node: whether a target there is seen.
    Bits,
    /// Floors in whole metres, 16 bits per node.
    Floors,
}

/// Computes and writes what is missing of a batch.
///
/// # Errors
/// [`Failure`] for wrong input, terrain that cannot be read, an output of another batch, or Ctrl-C.
pub(crate) fn batch(args: &Batch) -> Result<(), Failure> {
    check(args)?;
    let sites = sites::in_order(match &args.sites {
        Some(file) => sites::read(file, args.mast_m)?,
        None => sites::grid(args.bounds, args.grid_km.unwrap_or(0.0), args.mast_m)?,
    });
    let index = TileIndex::open(&args.terrain)?;
    if index.is_empty() {
        return Err(Failure::Input(
            format!("{} holds no one-degree tile", args.terrain.display()),
            Some("fetch some: cupola terrain fetch --bounds … --out FOLDER".to_owned()),
        ));
    }
    let stop = stop_flag()?;
    let pool = pool(&args.threads)?;
    let range_m = 1000.0 * args.range_km;
    let needed: Vec<Vec<Cell>> = sites
        .iter()
        .map(|site| cells_of_site(site.at, range_m))
        .collect();
    let all: BTreeSet<Corner> = needed.iter().flatten().copied().map(corner).collect();
    let description = output::description(args, &sites, &index.outline_sha256(&all));
    let output = Output::begin(&args.out, &description)?;
    let parts: Vec<usize> = (0..sites.len().div_ceil(PART_SITES)).collect();
    let todo: Vec<usize> = parts
        .iter()
        .copied()
        .filter(|part| !output.has(*part))
        .collect();
    if todo.len() < parts.len() {
        note(&format!(
            "{} of {} parts are there already",
            parts.len() - todo.len(),
            parts.len()
        ));
    }
    let bar = stage("line of sight of sites", sites.len() as u64);
    bar.set_position(((parts.len() - todo.len()) * PART_SITES) as u64);
    let mut work = Work {
        args,
        index: &index,
        tiles: TileSet::default(),
        stop: &stop,
        pool: &pool,
    };
    let mut unknown = 0;
    for (i, &part) in todo.iter().enumerate() {
        let from = part * PART_SITES;
        let to = (from + PART_SITES).min(sites.len());
        // What the next part needs, too, stays in memory if it fits.
        work.hold(&needed[from..to])?;
        let kept = work.part(&sites[from..to])?;
        unknown += kept.iter().filter(|kept| kept.is_none()).count();
        output.write(part, &sites[from..to], &kept)?;
        bar.set_position(((parts.len() - todo.len() + i + 1) * PART_SITES).min(sites.len()) as u64);
    }
    bar.finish();
    if unknown > 0 {
        note(&format!(
            "warning: {unknown} sites stand where no ground is known; they have no floors"
        ));
    }
    crate::print(&format!(
        "{} sites in {} parts in {}\n",
        sites.len(),
        parts.len(),
        args.out.display()
    ))
}

fn corner(cell: Cell) -> Corner {
    Corner {
        south_deg: cell.0,
        west_deg: cell.1,
    }
}

/// What all parts are computed with.
struct Work<'a> {
    args: &'a Batch,
    index: &'a TileIndex,
    tiles: TileSet,
    stop: &'a AtomicBool,
    pool: &'a rayon::ThreadPool,
}

impl Work<'_> {
    /// Loads the tiles of a part; those of earlier parts stay as long as there is room.
    fn hold(&mut self, needed: &[Vec<Cell>]) -> Result<(), Failure> {
        go_on(self.stop)?;
        let mut cells: Vec<Cell> = needed.iter().flatten().copied().collect();
        cells.sort_unstable();
        cells.dedup();
        let held = self.tiles.len().max(1);
        let per_tile = (self.tiles.bytes() / held).max(TILE_BYTES_FIRST);
        let room = 1_000_000 * self.args.memory_mb as usize / per_tile;
        let fresh = cells
            .iter()
            .filter(|cell| self.tiles.tile(**cell).is_none())
            .count();
        if self.tiles.len() + fresh <= room {
            cells.extend(self.tiles.cells());
        }
        let read = |cell: Cell| {
            if self.stop.load(Ordering::SeqCst) {
                return Err(IoError::Interrupted {
                    path: self.args.terrain.clone(),
                });
            }
            self.index.read(corner(cell))
        };
        self.tiles
            .hold(&cells, &read, self.pool)
            .map_err(|error| match error {
                LoadError::Loader(error) => Failure::from(error),
                LoadError::Tile(error) => Failure::Input(
                    format!("{}: {error}", self.args.terrain.display()),
                    Some("`cupola terrain info FOLDER` lists the tiles".to_owned()),
                ),
            })
    }

    /// What is kept of each site of a part; `None` for sites on unknown ground.
    fn part(&self, sites: &[Site]) -> Result<Vec<Option<Kept>>, Failure> {
        let args = self.args;
        let settings = ManySettings {
            k: args.k,
            earth_radius_m: args.earth_radius_m,
            range_m: 1000.0 * args.range_km,
            cell_m: args.cell_m,
        };
        let candidates: Vec<Candidate> = sites
            .iter()
            .map(|site| Candidate {
                at: site.at,
                mast_m: site.mast_m,
            })
            .collect();
        let lattice = Lattice {
            step_arcsec: args.step_arcsec,
        };
        let keep = |site: &mut cupola_coverage::many::SiteFloors| {
            let nodes = lattice.floors(site, settings.range_m);
            Kept::new(args, lattice, site.ground_m, &nodes)
        };
        let running = || !self.stop.load(Ordering::SeqCst);
        let found = many(
            &self.tiles,
            &candidates,
            &settings,
            self.pool,
            &keep,
            &running,
        );
        go_on(self.stop)?;
        let known = |found: Option<Result<Kept, cupola_coverage::CoverageError>>| match found {
            None => Err(Failure::Interrupted),
            Some(Ok(kept)) => Ok(Some(kept)),
            Some(Err(cupola_coverage::CoverageError::SiteOffGround { .. })) => Ok(None),
            Some(Err(error)) => Err(Failure::Input(error.to_string(), None)),
        };
        found.into_iter().map(known).collect()
    }
}

fn check(args: &Batch) -> Result<(), Failure> {
    let cells = args.range_km * 1000.0 / args.cell_m;
    let settings = [
        ("--mast-m", args.mast_m, 0.0, 30_000.0),
        ("--k", args.k, 0.1, 1e6),
        ("--earth-radius-m", args.earth_radius_m, 1e5, 1e9),
        ("--range-km", args.range_km, 1.0, 500.0),
        ("--cell-m", args.cell_m, 10.0, 5000.0),
        (
            "cells from a site to the edge (--range-km over --cell-m):",
            cells,
            1.0,
            16_000.0,
        ),
        ("--grid-km", args.grid_km.unwrap_or(1.0), 0.1, 1000.0),
        ("--memory-mb", f64::from(args.memory_mb), 100.0, 1e6),
    ];
    for (name, value, low, high) in settings {
        if !(low..=high).contains(&value) {
            let message = format!("{name} {value} is outside {low} to {high}");
            return Err(Failure::Input(message, None));
        }
    }
    if args.keep == Keep::Floors && !args.heights_m.is_empty() {
        return Err(Failure::Input(
            "--height-m belongs to --keep bits".to_owned(),
            Some("floors answer for every height: leave --height-m out".to_owned()),
        ));
    }
    Ok(())
}
