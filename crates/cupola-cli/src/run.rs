//! `cupola run`: the main job.

use crate::apart;
use crate::args::{Format, Run};
use crate::failure::Failure;
use crate::prepare::{Prepared, named_files, pool, prepare};
use crate::progress::{go_on, note, stage, stop_flag};
use crate::rows::Spill;
use crate::run_sweep;
use cupola_campaign::{Inputs, Outcome, Settings, Stopped, Watch};
use cupola_io::{Band, BandValues, GeoTiff, IfExists, Layout, OutputFolder, Packing, Place};
use cupola_report::{MapContext, MapPolygon};
use cupola_world::{Bounds, Grid, World, countries, elevation, places};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The file that marks a folder as one of ours.
const MARKER: &str = "summary.json";
/// Columns of the table.
const TABLE_WIDTH: usize = 100;

/// Runs a scenario and writes its report.
///
/// # Errors
/// [`Failure`] for wrong input, trouble while writing, or Ctrl-C.
pub(crate) fn run(args: &Run) -> Result<(), Failure> {
    let stop = stop_flag()?;
    let pool = pool(&args.threads)?;
    // The name decides the folder, and a folder that cannot be written is better known at once.
    let scenario = crate::prepare::scenario(&args.scenario)?;
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("cupola-out").join(&scenario.name));
    apart::folder(&folder, &named_files(&args.scenario, &scenario)?)?;
    let exists = IfExists::ReplaceIfHolds(MARKER.to_owned());
    let mut output = OutputFolder::begin(&folder, &exists, Some(Arc::clone(&stop)))?;
    let prepared = prepare(&args.scenario, &pool, &stop)?;
    let points = run_sweep::points(&args.scenario, &prepared)?;
    let (mut outcome, spill) = campaign(&prepared, &pool, &stop)?;
    outcome.sweep = run_sweep::response(&prepared, &outcome, points, &pool, &stop)?;
    outcome.precedent = crate::carryover::precedent(&prepared.scenario, &pool, &stop)?;
    let bar = stage("writing", 5);
    let file = output.create("runs.parquet")?;
    let path = file.path().to_path_buf();
    spill.copy_to(&prepared.plan, file, &path)?.finish()?;
    bar.inc(1);
    output.write("scenario.lock.toml", prepared.scenario.lock_text.as_bytes())?;
    let summary = cupola_report::summary_json(&outcome);
    output.write(MARKER, summary.as_bytes())?;
    bar.inc(2);
    coverage(&outcome, &mut output)?;
    bar.inc(1);
    let html = cupola_report::html(
        &outcome,
        &map(&outcome, &prepared.world),
        &repeat(&prepared),
    );
    output.write("report.html", html.as_bytes())?;
    go_on(&stop)?;
    output.commit()?;
    bar.finish();
    let report = folder.join("report.html");
    match args.format {
        Format::Json => {
            crate::print(&summary)?;
            note(&format!("report: {}", report.display()));
        }
        Format::Table => {
            let table = cupola_report::terminal_table(&outcome, TABLE_WIDTH);
            crate::print(&format!("{table}\nreport: {}\n", report.display()))?;
        }
    }
    Ok(())
}

/// The command that gives the same bytes.
fn repeat(prepared: &Prepared) -> String {
    let terrain = if prepared.terrain.seeds.is_empty() {
        " --terrain FOLDER"
    } else {
        ""
    };
    format!("cupola run scenario.lock.toml{terrain}")
}

fn campaign(
    prepared: &Prepared,
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
) -> Result<(Outcome, Spill), Failure> {
    let file = &prepared.scenario.file;
    let settings = Settings {
        runs: file.campaign.runs,
        runs_per_draw: file.campaign.runs_per_draw,
    };
    let inputs = Inputs {
        plan: &prepared.plan,
        world: &prepared.world,
        floors: &prepared.floors,
    };
    let mut spill = Spill::new(&prepared.plan)?;
    let steps = cupola_campaign::steps(&prepared.scenario, &prepared.plan, settings);
    let bar = stage("raids (draws), answers", u64::from(steps));
    let progress = |done: u32| bar.set_position(u64::from(done));
    let stopped = || stop.load(Ordering::SeqCst);
    let watch = Watch {
        progress: &progress,
        stop: &stopped,
    };
    let outcome = cupola_campaign::run(
        &prepared.scenario,
        &inputs,
        settings,
        prepared.terrain.clone(),
        pool,
        &mut spill,
        watch,
    );
    bar.finish();
    match outcome {
        Ok(outcome) => Ok((outcome, spill)),
        Err(Stopped::OnRequest) => Err(Failure::Interrupted),
        Err(Stopped::Sink(error)) => Err(error.into()),
    }
}

/// `coverage/<option>.tif`: lowest heights above ground, −9999 where there is none below 30 km.
fn coverage(outcome: &Outcome, output: &mut OutputFolder) -> Result<(), Failure> {
    for option in &outcome.options {
        let Some(fields) = &option.coverage else {
            continue;
        };
        let layers: [(&str, &Grid); 4] = [
            ("los", &fields.los),
            ("engage_drone", &fields.engage_drone),
            ("engage_cruise", &fields.engage_cruise),
            ("engage_ballistic", &fields.engage_ballistic),
        ];
        let filled = layers.map(|(name, grid)| (name, without_nan(grid)));
        let tiff = GeoTiff {
            place: Place::of_grid(&fields.los),
            rows: fields.los.rows,
            cols: fields.los.cols,
            bands: filled
                .iter()
                .map(|(name, values)| Band {
                    name: (*name).into(),
                    unit: "m".into(),
                    values: BandValues::F32(values),
                })
                .collect(),
            metadata: vec![
                (
                    "heights".to_owned(),
                    "lowest height above ground, metres; -9999 = none below 30 km".to_owned(),
                ),
                (
                    "terrain".to_owned(),
                    format!("{}: {}", outcome.terrain.kind, outcome.terrain.description),
                ),
                ("option".to_owned(), option.title.clone()),
                ("scenario_sha256".to_owned(), outcome.hash.clone()),
            ],
            packing: Packing::Deflate,
            layout: Layout::Tiles,
        };
        let name = format!("coverage/{}.tif", option.name);
        let bytes = tiff.to_bytes(Path::new(&name))?;
        output.write(&name, &bytes)?;
    }
    Ok(())
}

fn without_nan(grid: &Grid) -> Vec<f32> {
    let fill = |value: &f32| {
        if value.is_nan() {
            cupola_io::geotiff_write::NODATA
        } else {
            *value
        }
    };
    grid.values.iter().map(fill).collect()
}

/// What maps are drawn on: borders, towns, the area's outline, and the real coarse relief.
fn map(outcome: &Outcome, world: &World) -> MapContext {
    let mut bounds = world.area_bounds();
    for unit in outcome.options.iter().flat_map(|option| &option.units) {
        bounds = bounds.union(&Bounds {
            south_deg: unit.at.lat_deg - 0.3,
            north_deg: unit.at.lat_deg + 0.3,
            west_deg: unit.at.lon_deg - 0.5,
            east_deg: unit.at.lon_deg + 0.5,
        });
    }
    let wide = Bounds {
        south_deg: bounds.south_deg - 0.5,
        north_deg: bounds.north_deg + 0.5,
        west_deg: bounds.west_deg - 0.5,
        east_deg: bounds.east_deg + 0.5,
    };
    let overlaps = |other: &Bounds| {
        other.west_deg < wide.east_deg
            && other.east_deg > wide.west_deg
            && other.south_deg < wide.north_deg
            && other.north_deg > wide.south_deg
    };
    let polygons = countries::all().filter(|country| overlaps(&countries::extent(*country)));
    let mut cities: Vec<_> = places::within(&bounds)
        .into_iter()
        .filter(|place| place.population >= 40_000)
        .collect();
    cities.sort_by(|a, b| b.population.cmp(&a.population).then(a.name.cmp(&b.name)));
    MapContext {
        countries: polygons
            .map(|country| MapPolygon {
                iso2: country.iso2.to_owned(),
                rings: countries::rings(country),
            })
            .collect(),
        cities: cities
            .into_iter()
            .take(60)
            .map(|place| (place.name.clone(), place.at, f64::from(place.population)))
            .collect(),
        area_outline: Vec::new(),
        relief: Some(relief(&wide)),
        bounds,
    }
}

/// The embedded 5′ heights: real, coarse, and never the invented relief.
fn relief(bounds: &Bounds) -> Grid {
    let step = 1.0 / 24.0;
    let rows = ((bounds.north_deg - bounds.south_deg) / step) as usize + 1;
    let cols = ((bounds.east_deg - bounds.west_deg) / step) as usize + 1;
    let mut grid = Grid {
        north_deg: bounds.north_deg,
        west_deg: bounds.west_deg,
        step_lat_deg: step,
        step_lon_deg: step,
        rows,
        cols,
        values: Vec::new(),
    };
    grid.values = (0..rows * cols)
        .map(|i| elevation::coarse_height_m(grid.point(i / cols, i % cols)) as f32)
        .collect();
    grid
}
