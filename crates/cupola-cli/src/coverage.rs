//! `cupola coverage`: the floor field of one site over given terrain.
//!
//! On a projected grid in metres the field has the grid's own cells (ring sweep); on latitude and
//! longitude it is computed on rays from the site and written on the terrain's own nodes.

use crate::args::ThreadArgs;
use crate::failure::Failure;
use crate::prepare::pool;
use crate::progress::note;
use clap::{Args, ValueEnum};
use cupola_coverage::sweep::{Dem, FloorHeight, SweepSettings, floor_field};
use cupola_coverage::{Antenna, CoverageError, LosSettings, polar_floor};
use cupola_io::{Band, BandValues, GeoTiff, Layout, Packing, Place, ProjectedGrid, TerrainFile};
use cupola_units::{LatLon, math};
use cupola_world::geodesy::LocalFrame;
use cupola_world::terrain::Mosaic;
use cupola_world::{Bounds, Grid};
use std::path::PathBuf;

/// Range on latitude and longitude when none is given, km.
const RANGE_KM: f64 = 250.0;

/// Arguments of `coverage`.
#[derive(Debug, Args)]
pub(crate) struct Coverage {
    /// Terrain: a GeoTIFF, a tile (HGT, DTED), or a folder of tiles.
    #[arg(long, value_name = "FILE")]
    terrain: PathBuf,
    /// The site: X,Y in the terrain's own metres, or LAT,LON in degrees.
    #[arg(long, value_name = "X,Y", value_parser = pair, allow_hyphen_values = true)]
    at: (f64, f64),
    /// Height of the antenna above the ground, m.
    #[arg(long, value_name = "M", default_value_t = 20.0)]
    mast_m: f64,
    /// Effective-Earth factor.
    #[arg(long, default_value_t = 4.0 / 3.0)]
    k: f64,
    /// Radius of the Earth, m.
    #[arg(long, value_name = "M", default_value_t = cupola_units::EARTH_RADIUS_EQUATORIAL_M)]
    earth_radius_m: f64,
    /// Farthest cells wanted, km [default: all of a projected grid, 250 on latitude and longitude].
    #[arg(long, value_name = "KM")]
    range_km: Option<f64>,
    /// Heights above ground or above sea.
    #[arg(long, value_enum, default_value = "agl")]
    height: Height,
    #[command(flatten)]
    threads: ThreadArgs,
    /// Print read, compute and write times as JSON, last on standard error.
    #[arg(long)]
    timings: bool,
    /// Compression of the output.
    #[arg(long, value_enum, default_value = "none")]
    compress: Compress,
    /// GeoTIFF to write: metres, −9999 outside the range and where the terrain is unknown.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// What heights stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Height {
    /// Above ground.
    Agl,
    /// Above sea.
    Asl,
}

/// Compression of a GeoTIFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Compress {
    /// None.
    None,
    /// Deflate.
    Deflate,
}

fn pair(text: &str) -> Result<(f64, f64), String> {
    let wrong = || format!("`{text}` is not two numbers: write 500000,5500000 or 49.84,24.03");
    let (a, b) = text.split_once(',').ok_or_else(wrong)?;
    let number = |part: &str| part.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    number(a).zip(number(b)).ok_or_else(wrong)
}

/// Computes and writes one floor field.
///
/// # Errors
/// [`Failure`] for terrain that cannot be read, a site off it, or an output that cannot be written.
pub(crate) fn coverage(args: &Coverage) -> Result<(), Failure> {
    check(args)?;
    let pool = pool(&args.threads)?;
    let mut clock = Clock::start();
    let terrain = read(args)?;
    clock.lap();
    let (place, rows, cols, field) = match terrain {
        TerrainFile::Projected(grid) => projected(args, &grid, &pool)?,
        TerrainFile::Geographic(grid) => geographic(args, &grid)?,
    };
    clock.lap();
    let heights = match args.height {
        Height::Agl => "lowest visible height above ground",
        Height::Asl => "lowest visible height above sea",
    };
    let values: Vec<f32> = field
        .into_iter()
        .map(|value| {
            if value.is_finite() {
                value
            } else {
                cupola_io::geotiff_write::NODATA
            }
        })
        .collect();
    let tiff = GeoTiff {
        place,
        rows,
        cols,
        bands: vec![Band {
            name: "floor".into(),
            unit: "m".into(),
            values: BandValues::F32(&values),
        }],
        metadata: vec![
            (
                "heights".to_owned(),
                format!("{heights}, metres; -9999 = unknown or out of range"),
            ),
            ("mast_m".to_owned(), args.mast_m.to_string()),
            ("k".to_owned(), args.k.to_string()),
            ("earth_radius_m".to_owned(), args.earth_radius_m.to_string()),
        ],
        packing: if args.compress == Compress::None {
            Packing::Plain
        } else {
            Packing::Deflate
        },
        layout: Layout::Strips,
    };
    cupola_io::write_file(&args.out, &tiff.to_bytes(&args.out)?)?;
    clock.lap();
    note(&format!("{}: {rows} × {cols} heights", args.out.display()));
    if args.timings {
        note(&clock.json());
    }
    Ok(())
}

fn check(args: &Coverage) -> Result<(), Failure> {
    let settings = [
        ("--mast-m", args.mast_m, 0.0, 30_000.0),
        ("--k", args.k, 0.1, 1e6),
        ("--earth-radius-m", args.earth_radius_m, 1e5, 1e9),
        (
            "--range-km",
            args.range_km.unwrap_or(RANGE_KM),
            0.001,
            2_000.0,
        ),
    ];
    for (name, value, low, high) in settings {
        if !(low..=high).contains(&value) {
            let message = format!("{name} {value} is outside {low} to {high}");
            return Err(Failure::Input(message, None));
        }
    }
    Ok(())
}

/// The terrain: a file as it is, a folder put together around the site.
fn read(args: &Coverage) -> Result<TerrainFile, Failure> {
    if !args.terrain.is_dir() {
        return Ok(cupola_io::read_terrain(&args.terrain)?);
    }
    let site = site(args)?;
    let reach = args.range_km.unwrap_or(RANGE_KM) / 110.0;
    let wide = reach / math::cos(math::radians_from_degrees(site.lat_deg)).max(0.05);
    let bounds = Bounds {
        south_deg: (site.lat_deg - reach).max(-90.0),
        north_deg: (site.lat_deg + reach).min(90.0),
        west_deg: site.lon_deg - wide,
        east_deg: site.lon_deg + wide,
    };
    let folder = cupola_io::read_folder(&args.terrain, &bounds)?;
    for tile in &folder.missing {
        note(&format!(
            "warning: no tile {}; nothing is known there",
            tile.cell
        ));
    }
    let step_deg = folder
        .tiles
        .iter()
        .map(|(_, tile)| tile.step_lat_deg)
        .fold(1.0, f64::min);
    let mut grid = void_grid(&bounds, step_deg);
    // A mosaic knows the posts between tiles that leave out their southern and eastern edges.
    let mut mosaic = Mosaic::new(step_deg, 1)?;
    let tiles = folder.tiles.into_iter().map(|(_, tile)| tile).collect();
    mosaic.push("folder", tiles)?;
    for i in 0..grid.values.len() {
        let at = grid.point(i / grid.cols, i % grid.cols);
        let height = mosaic.height_m(at);
        grid.values[i] = height.map_or(f32::NAN, |height| height as f32);
    }
    Ok(TerrainFile::Geographic(grid))
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

fn site(args: &Coverage) -> Result<LatLon, Failure> {
    let (lat_deg, lon_deg) = args.at;
    if lat_deg.abs() <= 90.0 && lon_deg.abs() <= 180.0 {
        return Ok(LatLon::new(lat_deg, lon_deg));
    }
    Err(Failure::Input(
        format!("--at {lat_deg},{lon_deg} is no latitude and longitude"),
        Some("this terrain is in degrees: write LAT,LON, for instance 49.84,24.03".to_owned()),
    ))
}

/// Where a field lies, its size, and its values.
type Field = (Place, usize, usize, Vec<f32>);

fn projected(
    args: &Coverage,
    grid: &ProjectedGrid,
    pool: &rayon::ThreadPool,
) -> Result<Field, Failure> {
    if (grid.cell_x_m - grid.cell_y_m).abs() > 1e-6 * grid.cell_x_m {
        return Err(Failure::Input(
            format!(
                "{} has cells of {} × {} m",
                args.terrain.display(),
                grid.cell_x_m,
                grid.cell_y_m
            ),
            Some("make them square: gdalwarp -tr 100 100 IN.tif OUT.tif".to_owned()),
        ));
    }
    let col = ((args.at.0 - grid.x0) / grid.cell_x_m).round();
    let row = ((grid.y0 - args.at.1) / grid.cell_y_m).round();
    if !(0.0..grid.cols as f64).contains(&col) || !(0.0..grid.rows as f64).contains(&row) {
        let east = grid.x0 + (grid.cols - 1) as f64 * grid.cell_x_m;
        let south = grid.y0 - (grid.rows - 1) as f64 * grid.cell_y_m;
        return Err(Failure::Input(
            format!(
                "--at {},{} lies outside {}",
                args.at.0,
                args.at.1,
                args.terrain.display()
            ),
            Some(format!(
                "X {} to {east}, Y {south} to {}, in the terrain's metres",
                grid.x0, grid.y0
            )),
        ));
    }
    let dem = Dem {
        heights_m: &grid.values,
        rows: grid.rows,
        cols: grid.cols,
        cell_m: grid.cell_x_m,
    };
    let settings = SweepSettings {
        k: args.k,
        earth_radius_m: args.earth_radius_m,
        radius_m: args.range_km.map(|km| km * 1000.0),
        height: if args.height == Height::Agl {
            FloorHeight::AboveGround
        } else {
            FloorHeight::AboveSea
        },
        ..SweepSettings::radar((row as usize, col as usize), args.mast_m)
    };
    let field = floor_field(&dem, &settings, pool)
        .map_err(|error: CoverageError| Failure::Input(error.to_string(), None))?;
    Ok((Place::of_projected(grid), grid.rows, grid.cols, field))
}

fn geographic(args: &Coverage, grid: &Grid) -> Result<Field, Failure> {
    let at = site(args)?;
    if grid.bilinear(at).is_none() {
        return Err(Failure::Input(
            format!("no ground is known at {at} in {}", args.terrain.display()),
            Some("write LAT,LON of a point on the terrain".to_owned()),
        ));
    }
    let range_m = args.range_km.unwrap_or(RANGE_KM) * 1000.0;
    let cell_m = (grid.step_lat_deg * 111_195.0).clamp(10.0, 1000.0);
    let around = 2.0 * std::f64::consts::PI * range_m.min(100_000.0) / cell_m;
    let settings = LosSettings {
        k: args.k,
        earth_radius_m: args.earth_radius_m,
        range_m,
        step_m: cell_m,
        march_m: cell_m / 2.0,
        azimuths: (around as usize).clamp(1440, 14_400),
    };
    let antenna = Antenna {
        at,
        mast_m: args.mast_m,
        ground_m: None,
        altitude_m: None,
    };
    let floor = polar_floor(grid, &antenna, &settings);
    let frame = LocalFrame::new(at);
    let above = args.height == Height::Agl;
    let field = (0..grid.values.len())
        .map(|i| {
            let (distance_m, azimuth) =
                frame.polar_from_point(grid.point(i / grid.cols, i % grid.cols));
            let ground = f64::from(grid.values[i]);
            if distance_m > range_m || ground.is_nan() {
                return f32::NAN;
            }
            let asl = floor.floor_asl_m(distance_m, azimuth).max(ground);
            (if above { asl - ground } else { asl }) as f32
        })
        .collect();
    Ok((Place::of_grid(grid), grid.rows, grid.cols, field))
}

/// Times of the three stages, for `--timings` only: they stand in no output file.
struct Clock {
    #[expect(
        clippy::disallowed_types,
        reason = "timings are asked for and go to standard error"
    )]
    last: std::time::Instant,
    laps_ms: Vec<f64>,
}

impl Clock {
    #[expect(
        clippy::disallowed_types,
        reason = "timings are asked for and go to standard error"
    )]
    fn start() -> Self {
        Self {
            last: std::time::Instant::now(),
            laps_ms: Vec::new(),
        }
    }

    #[expect(
        clippy::disallowed_types,
        reason = "timings are asked for and go to standard error"
    )]
    fn lap(&mut self) {
        let now = std::time::Instant::now();
        self.laps_ms.push((now - self.last).as_secs_f64() * 1000.0);
        self.last = now;
    }

    fn json(&self) -> String {
        let at = |i: usize| self.laps_ms.get(i).copied().unwrap_or(0.0);
        format!(
            "{{\"read_ms\":{:.1},\"compute_ms\":{:.1},\"write_ms\":{:.1}}}",
            at(0),
            at(1),
            at(2)
        )
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
}
