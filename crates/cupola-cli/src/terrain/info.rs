//! `cupola terrain info`: every tile of a folder read to its last height, and the cells between
//! them that have none.

use super::Info;
use crate::args::Format;
use crate::failure::Failure;
use crate::prepare::pool;
use crate::progress::{go_on, stage, stop_flag};
use cupola_io::{Corner, Held, TerrainFile, TileCache, has_land, read_terrain, tile_names};
use cupola_world::{Bounds, Grid};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// What was found of one file.
struct Tile {
    name: String,
    bytes: u64,
    /// Its figures, or why it cannot be used.
    found: Result<Figures, String>,
    /// Whether it is as it was fetched; `None` where no digest is noted.
    as_fetched: Option<bool>,
}

/// Figures of a tile's heights.
struct Figures {
    bounds: Bounds,
    rows: usize,
    cols: usize,
    step_lat_deg: f64,
    step_lon_deg: f64,
    voids: usize,
    low_m: f32,
    high_m: f32,
}

/// A cell in the middle of the tiles that has none.
struct Hole {
    cell: Corner,
    /// What the server answered when it was asked for the cell.
    status: Option<u16>,
    land: bool,
}

/// Lists the tiles of a folder.
///
/// # Errors
/// [`Failure`] when the folder cannot be read or holds no tile, or on Ctrl-C.
pub(super) fn info(args: &Info) -> Result<(), Failure> {
    let names = tile_names(&args.folder)?;
    if names.is_empty() {
        return Err(Failure::Input(
            format!(
                "{} holds no .tif, .hgt or .dt0 to .dt2 file",
                args.folder.display()
            ),
            Some("fetch some: cupola terrain fetch western-ukraine --out FOLDER".to_owned()),
        ));
    }
    let stop = stop_flag()?;
    let cache = TileCache::open(&args.folder)?;
    let bar = stage("reading tiles", names.len() as u64);
    let one = |name: &String| {
        go_on(&stop)?;
        let tile = tile(&args.folder, name, &cache)?;
        bar.inc(1);
        Ok(tile)
    };
    let tiles: Result<Vec<Tile>, Failure> =
        pool(&args.threads)?.install(|| names.par_iter().map(one).collect());
    bar.finish();
    let tiles = tiles?;
    let holes = holes(&tiles, &cupola_io::tile_cache::no_tiles(&args.folder)?);
    match args.format {
        Format::Json => crate::print(&format!("{:#}\n", as_json(&tiles, &holes))),
        Format::Table => crate::print(&table(&tiles, &holes)),
    }
}

fn tile(folder: &Path, name: &str, cache: &TileCache) -> Result<Tile, Failure> {
    let path = folder.join(name);
    let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    let found = match read_terrain(&path) {
        Ok(TerrainFile::Geographic(grid)) => Ok(figures(&grid)),
        Ok(TerrainFile::Projected(_)) => Err("it is projected, and not used".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    // Digests are noted by name alone.
    let nowhere = Corner {
        south_deg: 0,
        west_deg: 0,
    };
    let as_fetched = match cache.held(nowhere, name)? {
        Held::Whole => Some(true),
        Held::Changed => Some(false),
        Held::Unlisted | Held::NoTile(_) | Held::Nothing => None,
    };
    Ok(Tile {
        name: name.to_owned(),
        bytes,
        found,
        as_fetched,
    })
}

fn figures(grid: &Grid) -> Figures {
    let known = grid
        .values
        .iter()
        .copied()
        .filter(|height| !height.is_nan());
    let (low_m, high_m) = known.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), height| {
        (low.min(height), high.max(height))
    });
    Figures {
        bounds: grid.bounds(),
        rows: grid.rows,
        cols: grid.cols,
        step_lat_deg: grid.step_lat_deg,
        step_lon_deg: grid.step_lon_deg,
        voids: grid.values.iter().filter(|height| height.is_nan()).count(),
        low_m,
        high_m,
    }
}

/// Cells of the box around all tiles whose middle no tile covers.
fn holes(tiles: &[Tile], noted: &std::collections::BTreeMap<String, u16>) -> Vec<Hole> {
    let found: Vec<&Figures> = tiles
        .iter()
        .filter_map(|tile| tile.found.as_ref().ok())
        .collect();
    let Some(all) = found.iter().map(|f| f.bounds).reduce(|a, b| a.union(&b)) else {
        return Vec::new();
    };
    let mut covered = BTreeSet::new();
    for tile in &found {
        let b = tile.bounds;
        for lat in (b.south_deg - 0.5).ceil() as i32..=(b.north_deg - 0.5).floor() as i32 {
            for lon in (b.west_deg - 0.5).ceil() as i32..=(b.east_deg - 0.5).floor() as i32 {
                covered.insert((lat, lon));
            }
        }
    }
    let mut holes = Vec::new();
    for south_deg in (all.south_deg + 0.01).floor() as i32..(all.north_deg - 0.01).ceil() as i32 {
        for west_deg in (all.west_deg + 0.01).floor() as i32..(all.east_deg - 0.01).ceil() as i32 {
            if !covered.contains(&(south_deg, west_deg)) {
                let cell = Corner {
                    south_deg,
                    west_deg,
                };
                holes.push(Hole {
                    cell,
                    status: noted.get(&cell.label()).copied(),
                    land: has_land(cell),
                });
            }
        }
    }
    holes
}

fn table(tiles: &[Tile], holes: &[Hole]) -> String {
    let width = tiles.iter().map(|tile| tile.name.chars().count()).max();
    let width = width.unwrap_or(0).max(4);
    let mut text = format!(
        "{:width$}  {:>13}  {:>11}  {:>8}  {:>13}  {:>6}  as fetched\n",
        "tile", "rows × cols", "posts, ″", "MB", "heights, m", "void"
    );
    for tile in tiles {
        let fetched = match tile.as_fetched {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "–",
        };
        let megabytes = tile.bytes as f64 / 1e6;
        let line = match &tile.found {
            Ok(f) => format!(
                "{:width$}  {:>13}  {:>11}  {megabytes:>8.2}  {:>13}  {:>6}  {fetched}\n",
                tile.name,
                format!("{} × {}", f.rows, f.cols),
                format!("{} × {}", seconds(f.step_lat_deg), seconds(f.step_lon_deg)),
                heights(f),
                percent(f.voids, f.rows * f.cols)
            ),
            Err(why) => format!("{:width$}  {why}\n", tile.name),
        };
        text.push_str(&line);
    }
    let bytes: u64 = tiles.iter().map(|tile| tile.bytes).sum();
    let bad = tiles.iter().filter(|tile| tile.found.is_err()).count();
    let sum = format!(
        "\n{} tiles, {:.1} MB, {bad} that cannot be used\n",
        tiles.len(),
        bytes as f64 / 1e6
    );
    text.push_str(&sum);
    for (title, wanted) in [("sea, height 0", true), ("holes", false)] {
        let labels: Vec<String> = holes
            .iter()
            .filter(|hole| (hole.status.is_some() && !hole.land) == wanted)
            .map(|hole| hole.cell.label())
            .collect();
        if !labels.is_empty() {
            let line = format!("{title}: {}\n", labels.join(", "));
            text.push_str(&line);
        }
    }
    text
}

/// Seconds of arc, without trailing noughts.
fn seconds(degrees: f64) -> String {
    let text = format!("{:.2}", degrees * 3600.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn heights(f: &Figures) -> String {
    if f.low_m > f.high_m {
        return "none".to_owned();
    }
    format!("{:.0} to {:.0}", f.low_m, f.high_m)
}

fn percent(part: usize, all: usize) -> String {
    format!("{:.2}%", 100.0 * part as f64 / all.max(1) as f64)
}

fn as_json(tiles: &[Tile], holes: &[Hole]) -> Value {
    let tile = |tile: &Tile| {
        let mut value =
            json!({"name": tile.name, "bytes": tile.bytes, "as_fetched": tile.as_fetched});
        match &tile.found {
            Err(why) => value["error"] = json!(why),
            Ok(f) => {
                value["rows"] = json!(f.rows);
                value["cols"] = json!(f.cols);
                value["south_deg"] = json!(f.bounds.south_deg);
                value["west_deg"] = json!(f.bounds.west_deg);
                value["north_deg"] = json!(f.bounds.north_deg);
                value["east_deg"] = json!(f.bounds.east_deg);
                value["step_lat_arcsec"] = json!(f.step_lat_deg * 3600.0);
                value["step_lon_arcsec"] = json!(f.step_lon_deg * 3600.0);
                value["void_cells"] = json!(f.voids);
                value["height_min_m"] = json!(f.low_m.is_finite().then_some(f.low_m));
                value["height_max_m"] = json!(f.high_m.is_finite().then_some(f.high_m));
            }
        }
        value
    };
    let hole =
        |hole: &Hole| json!({"cell": hole.cell.label(), "status": hole.status, "land": hole.land});
    json!({
        "tiles": tiles.iter().map(tile).collect::<Vec<_>>(),
        "cells_without_tile": holes.iter().map(hole).collect::<Vec<_>>(),
    })
}
