//! `cupola terrain`: fetching tiles of public elevation models, and what a folder of tiles holds.
//!
//! The only part of the program that asks a server, and only when told to.

mod fetch;
mod http;
mod info;

use crate::args::{Format, ThreadArgs};
use crate::failure::Failure;
use clap::{Args, Subcommand, ValueEnum};
use cupola_io::TileSource;
use cupola_world::Bounds;
use std::path::PathBuf;

/// Arguments of `terrain`.
#[derive(Debug, Args)]
pub(crate) struct Terrain {
    /// What to do.
    #[command(subcommand)]
    command: TerrainCommand,
}

/// What to do with terrain.
#[derive(Debug, Subcommand)]
enum TerrainCommand {
    /// Fetch the tiles of a region into a folder: only what is missing, each checked.
    #[command(
        after_help = "Examples:\n  cupola terrain fetch western-ukraine\n  cupola terrain fetch --bounds 47,17,53,30 --source glo-30 --out tiles/"
    )]
    Fetch(Fetch),
    /// List the tiles of a folder: size, spacing, holes, and whether they are as fetched.
    #[command(after_help = "Example:\n  cupola terrain info tiles/")]
    Info(Info),
}

/// Arguments of `terrain fetch`.
#[derive(Debug, Args)]
struct Fetch {
    /// Scenario whose area and fire units are to have terrain: embedded (western-ukraine, …) or a
    /// file.
    #[arg(required_unless_present = "bounds", conflicts_with = "bounds")]
    scenario: Option<String>,
    /// Box in degrees instead of a scenario.
    #[arg(long, value_name = "SOUTH,WEST,NORTH,EAST", value_parser = bounds)]
    #[arg(allow_hyphen_values = true)]
    bounds: Option<Bounds>,
    /// Which tiles: Copernicus at 90 m or 30 m, or Terrain Tiles (skadi, 30 m).
    #[arg(long, value_enum, default_value = "glo-90")]
    source: Source,
    /// Server that has them in the same layout [default: the source's public one].
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Folder [default: terrain/SOURCE below cupola in your cache folder].
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Tiles fetched at the same time.
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=32))]
    jobs: u8,
    /// How often a tile is tried before it is given up.
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=20))]
    tries: u8,
    /// Wait before the second try, ms; twice as long before each further one.
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=60_000))]
    wait_ms: u32,
}

/// Arguments of `terrain info`.
#[derive(Debug, Args)]
struct Info {
    /// Folder of tiles.
    folder: PathBuf,
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    threads: ThreadArgs,
}

/// Tiles that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Source {
    /// Copernicus GLO-90.
    #[value(name = "glo-90")]
    Glo90,
    /// Copernicus GLO-30.
    #[value(name = "glo-30")]
    Glo30,
    /// Terrain Tiles.
    Skadi,
}

impl From<Source> for TileSource {
    fn from(source: Source) -> Self {
        match source {
            Source::Glo90 => Self::Glo90,
            Source::Glo30 => Self::Glo30,
            Source::Skadi => Self::Skadi,
        }
    }
}

/// Four numbers in the order of the argument's name.
pub(crate) fn bounds(text: &str) -> Result<Bounds, String> {
    let wrong = |what: &str| {
        format!("{what}: write SOUTH,WEST,NORTH,EAST in degrees, for instance 47,17,53,30")
    };
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .map(|part| part.trim().parse::<f64>().ok().filter(|n| n.is_finite()))
        .collect();
    let Some([south_deg, west_deg, north_deg, east_deg]) =
        numbers.and_then(|numbers| <[f64; 4]>::try_from(numbers).ok())
    else {
        return Err(wrong(&format!("`{text}` is not four numbers")));
    };
    if !(-90.0 <= south_deg && south_deg < north_deg && north_deg <= 90.0) {
        return Err(wrong(
            "the south must be below the north, within 90 degrees",
        ));
    }
    // East may lie beyond 180 degrees for a box across the antimeridian.
    let turn = if east_deg < west_deg { 360.0 } else { 0.0 };
    let east_deg = east_deg + turn;
    if west_deg.abs() > 180.0 || east_deg <= west_deg || east_deg > west_deg + 360.0 {
        return Err(wrong(
            "the west must be left of the east, within 180 degrees",
        ));
    }
    Ok(Bounds {
        south_deg,
        north_deg,
        west_deg,
        east_deg,
    })
}

/// Fetches or describes terrain.
///
/// # Errors
/// [`Failure`] for wrong input, tiles that cannot be had, or Ctrl-C.
pub(crate) fn terrain(args: &Terrain) -> Result<(), Failure> {
    match &args.command {
        TerrainCommand::Fetch(fetch) => fetch::fetch(fetch),
        TerrainCommand::Info(info) => info::info(info),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_four_numbers_from_the_south_west() {
        let found = bounds("47, 17,53,30").unwrap();
        assert!((found.south_deg - 47.0).abs() < 1e-9 && (found.east_deg - 30.0).abs() < 1e-9);
        assert!((bounds("-1,179,1,-179").unwrap().east_deg - 181.0).abs() < 1e-9);
        for wrong in [
            "47,17,53",
            "53,17,47,30",
            "47,17,53,x",
            "0,190,1,191",
            "1,2,1,3",
        ] {
            assert!(bounds(wrong).is_err(), "{wrong}");
        }
    }
}
