//! `cupola profile`: one line of sight, as numbers and as a picture.

use crate::apart;
use crate::coverage::{Missing, field, ground};
use crate::failure::Failure;
use crate::prepare::pool;
use crate::progress::note;
use clap::{Args, ValueEnum};
use cupola_coverage::profile::{Profile, SightLine, profile_over_cells, profile_over_degrees};
use cupola_coverage::sweep::Dem;
use cupola_io::{TerrainFile, write_file};
use cupola_report::{PicturePoint, ProfilePicture, profile_svg};
use cupola_world::geodesy;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Lines of the table, at most: the rest is in CSV and JSON.
const TABLE_LINES: usize = 25;

/// Arguments of `profile`.
#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    /// Terrain: a GeoTIFF, a tile (HGT, DTED), or a folder of tiles.
    #[arg(long, value_name = "FILE")]
    terrain: PathBuf,
    /// The antenna: X,Y in the terrain's own metres, or LAT,LON in degrees.
    #[arg(long, value_name = "X,Y", value_parser = ground::pair, allow_hyphen_values = true)]
    from: (f64, f64),
    /// The other end.
    #[arg(long, value_name = "X,Y", value_parser = ground::pair, allow_hyphen_values = true)]
    to: (f64, f64),
    /// Height of the antenna above the ground, m.
    #[arg(
        long,
        value_name = "M",
        default_value_t = 20.0,
        allow_negative_numbers = true
    )]
    mast_m: f64,
    /// Height of a target over the other end above the ground, m: is it seen?
    #[arg(long, value_name = "M", allow_negative_numbers = true)]
    target_m: Option<f64>,
    /// What a folder's missing tiles are.
    #[arg(long, value_enum, default_value = "unknown")]
    missing: Missing,
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
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Picture to write.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people, thinned to 25 lines.
    Table,
    /// JSON for programs, every point.
    Json,
    /// Comma-separated values, every point.
    Csv,
}

/// Prints one line of sight.
///
/// # Errors
/// [`Failure`] for terrain that cannot be read, and ends that are not on it.
pub(crate) fn profile(args: &ProfileArgs) -> Result<(), Failure> {
    check(args)?;
    if let Some(file) = &args.svg {
        apart::file("--svg", file, &[&args.terrain])?;
    }
    let profile = compute(args)?;
    let text = match args.format {
        Format::Table => table(args, &profile),
        Format::Json => json(args, &profile),
        Format::Csv => csv(&profile),
    };
    if let Some(file) = &args.svg {
        write_file(file, picture(args, &profile).as_bytes())?;
        note(&format!("{}: picture", file.display()));
    }
    crate::print(&text)
}

fn check(args: &ProfileArgs) -> Result<(), Failure> {
    let settings = [
        ("--mast-m", args.mast_m, 0.0, 30_000.0),
        ("--target-m", args.target_m.unwrap_or(0.0), 0.0, 100_000.0),
        ("--k", args.k, 0.1, 1e6),
        ("--earth-radius-m", args.earth_radius_m, 1e5, 1e9),
    ];
    for (name, value, low, high) in settings {
        if !(low..=high).contains(&value) {
            let message = format!("{name} {value} is outside {low} to {high}");
            return Err(Failure::Input(message, None));
        }
    }
    Ok(())
}

fn compute(args: &ProfileArgs) -> Result<Profile, Failure> {
    let line = SightLine {
        mast_m: args.mast_m,
        k: args.k,
        earth_radius_m: args.earth_radius_m,
    };
    let pool = pool(&crate::args::ThreadArgs { threads: None })?;
    let reach_km = if args.terrain.is_dir() {
        let from = ground::lat_lon("--from", args.from)?;
        let to = ground::lat_lon("--to", args.to)?;
        geodesy::inverse(from, to).distance_m / 1000.0 + 5.0
    } else {
        0.0
    };
    match ground::read(
        &args.terrain,
        args.from,
        reach_km,
        args.missing.height_m(),
        &pool,
    )? {
        TerrainFile::Projected(grid) => {
            let from = field::cell_of(&grid, &args.terrain, "--from", args.from)?;
            let to = field::cell_of(&grid, &args.terrain, "--to", args.to)?;
            let dem = Dem {
                heights_m: &grid.values,
                rows: grid.rows,
                cols: grid.cols,
                cell_m: grid.cell_x_m,
            };
            profile_over_cells(&dem, &line, from, to)
                .map_err(|error| Failure::Input(error.to_string(), None))
        }
        TerrainFile::Geographic(grid) => {
            let from = ground::lat_lon("--from", args.from)?;
            let to = ground::lat_lon("--to", args.to)?;
            for (flag, at) in [("--from", from), ("--to", to)] {
                if grid.bilinear(at).is_none() {
                    return Err(Failure::Input(
                        format!(
                            "{flag}: no ground is known at {at} in {}",
                            args.terrain.display()
                        ),
                        Some("write LAT,LON of a point on the terrain".to_owned()),
                    ));
                }
            }
            Ok(profile_over_degrees(&grid, &line, from, to))
        }
    }
}

/// Height of the target above sea, and whether it is seen.
fn target(args: &ProfileArgs, profile: &Profile) -> Option<(f64, bool)> {
    let above_m = args.target_m?;
    let end = profile.points.last()?;
    let height_m = end.ground_m + above_m;
    Some((height_m, height_m >= end.floor_m))
}

/// What the line comes to, in sentences.
fn summary(args: &ProfileArgs, profile: &Profile) -> String {
    let mut text = String::new();
    let floor_m = profile.floor_at_end_m();
    let length_km = profile
        .points
        .last()
        .map_or(0.0, |end| end.distance_m / 1000.0);
    let say = |text: &mut String, line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    say(
        &mut text,
        &format!(
            "Antenna {:.1} m above sea (mast {} m); line of {length_km:.3} km, k = {:.4}.",
            profile.antenna_m, args.mast_m, args.k
        ),
    );
    if floor_m.is_nan() {
        say(
            &mut text,
            "Ground on the way is unknown: what is seen at the end is unknown too.",
        );
        return text;
    }
    let sea_m = profile.points.last().map_or(f64::NAN, |end| end.floor_m);
    say(
        &mut text,
        &format!(
            "Lowest visible height at the end: {floor_m:.1} m above ground, {sea_m:.1} m above sea."
        ),
    );
    if let Some(point) = profile.blocked_by.and_then(|i| profile.points.get(i)) {
        say(
            &mut text,
            &format!(
                "What lies lower is blocked at {:.3} km, where the ground is {:.1} m above sea.",
                point.distance_m / 1000.0,
                point.ground_m
            ),
        );
    }
    if let (Some(above_m), Some((_, seen))) = (args.target_m, target(args, profile)) {
        let verdict = if seen { "in line of sight" } else { "hidden" };
        say(
            &mut text,
            &format!("A target at {above_m} m above ground there is {verdict}."),
        );
    }
    text
}

fn table(args: &ProfileArgs, profile: &Profile) -> String {
    let mut text = summary(args, profile);
    text.push_str("\n  distance    ground      drop    lowest seen, m\n");
    text.push_str("        km         m         m    above sea  above ground\n");
    let last = profile.points.len().saturating_sub(1);
    let step = profile.points.len().div_ceil(TABLE_LINES).max(1);
    for (i, point) in profile.points.iter().enumerate() {
        let blocks = profile.blocked_by == Some(i);
        if !i.is_multiple_of(step) && i != last && !blocks {
            continue;
        }
        writeln!(
            text,
            "{:>10.3} {:>9} {:>9.1} {:>12} {:>13}{}",
            point.distance_m / 1000.0,
            metres(point.ground_m),
            point.drop_m,
            metres(point.floor_m),
            metres(point.floor_m - point.ground_m),
            if blocks { "  ← blocks" } else { "" }
        )
        .expect("writing to a string cannot fail");
    }
    text
}

fn metres(value: f64) -> String {
    if value.is_nan() {
        "–".to_owned()
    } else {
        format!("{value:.1}")
    }
}

fn csv(profile: &Profile) -> String {
    let mut text = "distance_m,ground_m,drop_m,floor_asl_m,floor_agl_m,blocks\n".to_owned();
    let number = |value: f64| {
        if value.is_nan() {
            String::new()
        } else {
            format!("{value:.3}")
        }
    };
    for (i, point) in profile.points.iter().enumerate() {
        let numbers = [
            point.distance_m,
            point.ground_m,
            point.drop_m,
            point.floor_m,
            point.floor_m - point.ground_m,
        ];
        let blocks = u8::from(profile.blocked_by == Some(i));
        writeln!(text, "{},{blocks}", numbers.map(number).join(","))
            .expect("writing to a string cannot fail");
    }
    text
}

fn json(args: &ProfileArgs, profile: &Profile) -> String {
    let number = |value: f64| {
        let rounded = (value * 1000.0).round() / 1000.0;
        serde_json::Number::from_f64(rounded)
            .map_or(serde_json::Value::Null, serde_json::Value::Number)
    };
    let point = |i: usize| {
        let point = &profile.points[i];
        serde_json::json!({
            "distance_m": number(point.distance_m),
            "ground_m": number(point.ground_m),
            "drop_m": number(point.drop_m),
            "floor_asl_m": number(point.floor_m),
            "floor_agl_m": number(point.floor_m - point.ground_m),
        })
    };
    let value = serde_json::json!({
        "mast_m": args.mast_m,
        "antenna_asl_m": number(profile.antenna_m),
        "k": args.k,
        "earth_radius_m": args.earth_radius_m,
        "floor_at_end_agl_m": number(profile.floor_at_end_m()),
        "target_seen": target(args, profile).map(|(_, seen)| seen),
        "blocked_by": profile.blocked_by.map(point),
        "points": (0..profile.points.len()).map(point).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn picture(args: &ProfileArgs, profile: &Profile) -> String {
    let points: Vec<PicturePoint> = profile
        .points
        .iter()
        .map(|point| PicturePoint {
            distance_m: point.distance_m,
            ground_m: point.ground_m,
            drop_m: point.drop_m,
            floor_m: point.floor_m,
        })
        .collect();
    let (a, b) = (args.from, args.to);
    profile_svg(&ProfilePicture {
        points: &points,
        antenna_m: profile.antenna_m,
        blocked_by: profile.blocked_by,
        target: target(args, profile),
        title: format!(
            "From {},{} (mast {} m) to {},{}; k = {:.2}",
            a.0, a.1, args.mast_m, b.0, b.1, args.k
        ),
    })
}
