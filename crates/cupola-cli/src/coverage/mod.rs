//! `cupola coverage`: the floor field of one site over given terrain, or of a scenario's sites.
//!
//! What is written is chosen by the endings of the files: GeoTIFF, polygons (`.geojson`, `.fgb`);
//! a picture with `--png`.

mod clock;
mod device;
mod engaged;
pub(crate) mod field;
pub(crate) mod ground;
mod of_scenario;
mod output;

use crate::apart;
use crate::args::{ScenarioArgs, ThreadArgs};
use crate::failure::Failure;
use crate::prepare::pool;
use crate::progress::note;
use clap::{Args, ValueEnum};
use clock::Clock;
use cupola_io::TerrainFile;
use field::Field;
use std::path::{Path, PathBuf};

/// Range on latitude and longitude when none is given, km.
const RANGE_KM: f64 = 250.0;

/// Arguments of `coverage`.
#[derive(Debug, Args)]
pub(crate) struct Coverage {
    /// Terrain: a GeoTIFF, a tile (HGT, DTED), or a folder of tiles.
    #[arg(long, value_name = "FILE", required_unless_present = "scenario")]
    terrain: Option<PathBuf>,
    /// The site: X,Y in the terrain's own metres, or LAT,LON in degrees.
    #[arg(long, value_name = "X,Y", value_parser = ground::pair, allow_hyphen_values = true)]
    #[arg(required_unless_present = "scenario")]
    at: Option<(f64, f64)>,
    /// Take site, mast and terrain from a scenario; say which with --site or --option.
    #[arg(long, value_name = "SCENARIO", conflicts_with_all = [
        "at", "mast_m", "canopy", "k", "earth_radius_m", "missing",
    ])]
    scenario: Option<String>,
    /// The scenario's units at this site; with --option only those of the option.
    #[arg(long, value_name = "NAME", requires = "scenario")]
    site: Option<String>,
    /// All units of this option: the lowest height that any of their sensors sees.
    #[arg(long, value_name = "NAME", requires = "scenario")]
    option: Option<String>,
    /// Instead of what is seen, the lowest height, up to 30 km, at which fire units of the option can engage
    /// a class of threat; above their ceilings they cannot. The GeoTIFF has a second band with the unit that
    /// can from the lowest height.
    #[arg(long, value_enum, value_name = "CLASS", requires = "option")]
    engage: Option<Threat>,
    /// With --engage: that so many units can, at once.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "engage")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=4))]
    depth: u8,
    /// Height of the antenna above the ground, m.
    #[arg(
        long,
        value_name = "M",
        default_value_t = 20.0,
        allow_negative_numbers = true
    )]
    mast_m: f64,
    /// Heights of trees and buildings above the ground, m: on the terrain's own cells where it is in
    /// metres, in degrees where it is in degrees. They hide what is behind them, and neither antenna
    /// nor target stands on them.
    #[arg(long, value_name = "FILE")]
    canopy: Option<PathBuf>,
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
    /// Farthest cells wanted, km [default: all of a projected grid, 250 on latitude and longitude].
    #[arg(long, value_name = "KM", allow_negative_numbers = true)]
    range_km: Option<f64>,
    /// What a folder's missing tiles are.
    #[arg(long, value_enum, default_value = "unknown")]
    missing: Missing,
    /// Heights above ground or above sea.
    #[arg(long, value_enum, default_value = "agl")]
    height: Height,
    /// What computes the field; `gpu` needs a build with `--features gpu` and terrain in metres, and is
    /// noted in the file.
    #[arg(long, value_enum, default_value = "cpu", conflicts_with = "scenario")]
    device: Device,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Print read, compute and write times as JSON, last on standard error.
    #[arg(long)]
    timings: bool,
    /// Compression of the GeoTIFF.
    #[arg(long, value_enum, default_value = "none")]
    compress: Compress,
    /// Write a cloud-optimised GeoTIFF: tiles and overviews.
    #[arg(long)]
    cog: bool,
    /// Heights of the polygons, m, for files that end in .geojson or .fgb.
    #[arg(long, value_name = "M,M,…", value_delimiter = ',', default_values_t = [100.0, 500.0, 3000.0])]
    #[arg(allow_hyphen_values = true)]
    contours: Vec<f64>,
    /// File to write, may be repeated. By its ending: .geojson, .json or .fgb polygons; .png a picture;
    /// .tif, .tiff or none a GeoTIFF in metres, −9999 outside the range, where the terrain is unknown,
    /// and where --engage finds no height.
    #[arg(long, value_name = "FILE", required_unless_present = "png")]
    out: Vec<PathBuf>,
    /// Picture to write: classes of height over shaded ground.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
}

/// What heights stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Height {
    /// Above ground.
    Agl,
    /// Above sea.
    Asl,
}

/// Classes of threat of which engagement floors are mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Threat {
    /// Attack drones.
    Drone,
    /// Cruise missiles.
    Cruise,
    /// Ballistic missiles.
    Ballistic,
}

impl Threat {
    fn plural(self) -> &'static str {
        match self {
            Self::Drone => "attack drones",
            Self::Cruise => "cruise missiles",
            Self::Ballistic => "ballistic missiles",
        }
    }

    fn class(self) -> cupola_scenario::Class {
        match self {
            Self::Drone => cupola_scenario::Class::Drone,
            Self::Cruise => cupola_scenario::Class::Cruise,
            Self::Ballistic => cupola_scenario::Class::Ballistic,
        }
    }
}

/// What computes a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Device {
    /// The processor.
    Cpu,
    /// A graphics processor.
    Gpu,
}

/// What tiles that a folder lacks stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Missing {
    /// Nothing is known there, and nothing is seen behind.
    Unknown,
    /// Sea, at height 0.
    Sea,
}

impl Missing {
    /// The height that stands there.
    pub(crate) fn height_m(self) -> f32 {
        match self {
            Self::Unknown => f32::NAN,
            Self::Sea => 0.0,
        }
    }
}

/// Compression of a GeoTIFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Compress {
    /// None.
    None,
    /// Deflate.
    Deflate,
}

impl Coverage {
    /// The terrain that was given.
    fn terrain(&self) -> &Path {
        self.terrain.as_deref().unwrap_or(Path::new(""))
    }
}

/// Computes and writes one floor field.
///
/// # Errors
/// [`Failure`] for terrain that cannot be read, a site off it, or an output that cannot be written.
pub(crate) fn coverage(args: &Coverage) -> Result<(), Failure> {
    check(args)?;
    let pool = pool(&args.threads)?;
    let mut clock = Clock::start();
    let field = match (&args.scenario, args.at) {
        (Some(scenario), _) => {
            let field = of_scenario::field(args, scenario, &pool)?;
            clock.lap("compute_ms");
            let verb = args.engage.map_or("seen by", |_| "sensors:");
            note(&format!("{verb} {}", output::antennas(&field)));
            field
        }
        (None, Some(at)) => given(args, at, &pool, &mut clock)?,
        (None, None) => return Err(Failure::Input("--at is missing".to_owned(), None)),
    };
    for file in &args.out {
        output::write(args, &field, file, &pool)?;
    }
    if let Some(file) = &args.png {
        output::picture(args, &field, file)?;
    }
    clock.lap("write_ms");
    if args.timings {
        note(&clock.json());
    }
    Ok(())
}

/// The field over terrain of the command line.
fn given(
    args: &Coverage,
    at: (f64, f64),
    pool: &rayon::ThreadPool,
    clock: &mut Clock,
) -> Result<Field, Failure> {
    let reach_km = args.range_km.unwrap_or(RANGE_KM);
    let terrain = ground::read(args.terrain(), at, reach_km, args.missing.height_m(), pool)?;
    clock.lap("read_ms");
    let field = match terrain {
        TerrainFile::Projected(grid) => field::projected(args, at, grid, pool)?,
        TerrainFile::Geographic(grid) => field::geographic(args, at, grid, pool)?,
    };
    clock.lap("compute_ms");
    Ok(field)
}

/// The scenario's arguments, nothing changed.
fn scenario_args(args: &Coverage, scenario: &str) -> ScenarioArgs {
    ScenarioArgs {
        scenario: scenario.to_owned(),
        set: Vec::new(),
        option: args.option.iter().cloned().collect(),
        runs: None,
        seed: None,
        terrain: args.terrain.clone(),
        people: None,
        catalogue: None,
    }
}

fn check(args: &Coverage) -> Result<(), Failure> {
    if args.scenario.is_some() && args.site.is_none() && args.option.is_none() {
        return Err(Failure::Input(
            "a scenario has many sites".to_owned(),
            Some(
                "add --site NAME for one of them, or --option NAME for all of an option".to_owned(),
            ),
        ));
    }
    let range_km = args.range_km.unwrap_or(RANGE_KM);
    let mut settings = vec![
        ("--mast-m", args.mast_m, 0.0, 30_000.0),
        ("--k", args.k, 0.1, 1e6),
        ("--earth-radius-m", args.earth_radius_m, 1e5, 1e9),
        ("--range-km", range_km, 0.001, 2_000.0),
    ];
    let contours = args.contours.iter();
    // Engagement floors are looked for below 30 km only.
    let highest_m = args.engage.map_or(100_000.0, |_| 30_000.0);
    settings.extend(contours.map(|height| ("--contours", *height, -500.0, highest_m)));
    for (name, value, low, high) in settings {
        if !(low..=high).contains(&value) {
            let message = format!("{name} {value} is outside {low} to {high}");
            return Err(Failure::Input(message, None));
        }
    }
    let outputs: Vec<_> = outputs(args).collect();
    for (i, (flag, file)) in outputs.iter().enumerate() {
        check_ending(flag, file)?;
        let place = apart::real(file);
        if outputs[..i]
            .iter()
            .any(|(_, other)| apart::real(other) == place)
        {
            let message = format!("{} is to be written twice", file.display());
            let help = "give each output a file of its own".to_owned();
            return Err(Failure::Input(message, Some(help)));
        }
    }
    let inputs = args.terrain.iter().chain(&args.canopy);
    check_apart(args, &inputs.map(PathBuf::as_path).collect::<Vec<_>>())
}

/// The files to write, and what each was given with.
fn outputs(args: &Coverage) -> impl Iterator<Item = (&'static str, &Path)> {
    let out = args.out.iter().map(|file| ("--out", file.as_path()));
    out.chain(args.png.iter().map(|file| ("--png", file.as_path())))
}

/// Whether the files leave alone what is read.
fn check_apart(args: &Coverage, inputs: &[&Path]) -> Result<(), Failure> {
    outputs(args).try_for_each(|(flag, file)| apart::file(flag, file, inputs))
}

fn check_ending(flag: &str, file: &Path) -> Result<(), Failure> {
    let endings: &[&str] = match flag {
        "--png" => &["png"],
        _ => &["tif", "tiff", "geojson", "json", "fgb", "png"],
    };
    let ending = file.extension().map(|e| e.to_string_lossy().to_lowercase());
    if let Some(ending) = ending
        && !endings.contains(&ending.as_str())
    {
        return Err(Failure::Input(
            format!(
                "{flag} {}: `.{ending}` is no format written here",
                file.display()
            ),
            Some(match flag {
                "--png" => "end it in .png".to_owned(),
                _ => "end it in .tif, .geojson, .fgb or .png".to_owned(),
            }),
        ));
    }
    Ok(())
}
