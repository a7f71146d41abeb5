//! The floors of a scenario's sites: what the sensors at one site, or of one option, see.
//!
//! Nodes 30″ apart, or as far as the scenario's terrain is; the median where the terrain is
//! statistical and has several seeds.

use super::engaged::{engaged, sensing};
use super::field::{Eye, Field, Heights};
use super::{Coverage, Height, RANGE_KM, check_apart, scenario_args};
use crate::failure::Failure;
use crate::prepare::{self, Prepared, prepare_scenario};
use crate::progress::stop_flag;
use cupola_campaign::TerrainUsed;
use cupola_coverage::{PolarFloor, Raster};
use cupola_io::{Floats, Place};
use cupola_units::math;
use cupola_world::Bounds;
use cupola_world::geodesy::LocalFrame;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// The field of the site or option that the arguments name.
///
/// # Errors
/// [`Failure`] for a scenario that is wrong, and a site or option that it does not name.
pub(crate) fn field(
    args: &Coverage,
    scenario: &str,
    pool: &rayon::ThreadPool,
) -> Result<Field, Failure> {
    let stop = stop_flag()?;
    let given = scenario_args(args, scenario);
    let scenario = prepare::scenario(&given)?;
    let read = prepare::named_files(&given, &scenario)?;
    let mut read: Vec<&Path> = read.iter().map(PathBuf::as_path).collect();
    read.push(Path::new(&given.scenario));
    check_apart(args, &read)?;
    let prepared = prepare_scenario(&given, &scenario, pool, &stop)?;
    let units = units(args, &prepared)?;
    let range_m = args.range_km.unwrap_or(RANGE_KM) * 1000.0;
    let raster = raster(&prepared, &units, range_m);
    let (floor_m, best) = match args.engage {
        None => (seen(args, &prepared, &units, &raster, pool), None),
        Some(threat) => {
            let (floor_m, best) = engaged(args, &prepared, &units, &raster, threat, pool)?;
            (floor_m, Some(best))
        }
    };
    let ground = prepared.world.ground(0);
    let heights = match prepared.terrain.kind.as_str() {
        "statistical" => Heights::Statistical,
        TerrainUsed::PARTLY => Heights::Partly(prepared.terrain.description.clone()),
        _ => Heights::Measured,
    };
    // Relief that is not real is never shaded: it would show valleys.
    let ground_m: Vec<f32> = (0..raster.rows * raster.cols)
        .map(|i| {
            let at = raster.point(i / raster.cols, i % raster.cols);
            if heights == Heights::Statistical || prepared.world.stands_in(0, at) {
                return f32::NAN;
            }
            ground.bilinear(at).map_or(f32::NAN, |height| height as f32)
        })
        .collect();
    let sites = units.iter().map(|&unit| {
        let at = prepared.plan.units[unit].at;
        (
            (raster.north_deg - at.lat_deg) / raster.step_lat_deg,
            (at.lon_deg - raster.west_deg) / raster.step_lon_deg,
        )
    });
    let middle_deg = raster.lat_deg(raster.rows / 2);
    Ok(Field {
        place: Place::of_grid(&raster.grid(vec![0.0; raster.rows * raster.cols])),
        rows: raster.rows,
        cols: raster.cols,
        floor_m,
        ground_m: ground_m.into(),
        epsg: Some(4326),
        sites: sites.collect(),
        antennas: antennas(&prepared, &sensing(args, &prepared.plan, &units)),
        best,
        heights,
        cell_m: (
            raster.step_lat_deg * DEGREE_M,
            raster.step_lon_deg * DEGREE_M * math::cos(math::radians_from_degrees(middle_deg)),
        ),
        device: None,
    })
}

/// The lowest heights that the units see.
fn seen(
    args: &Coverage,
    prepared: &Prepared,
    units: &[usize],
    raster: &Raster,
    pool: &rayon::ThreadPool,
) -> Floats {
    let range_m = args.range_km.unwrap_or(RANGE_KM) * 1000.0;
    let eyes = Eyes::new(args, prepared, units, range_m);
    let mut floor_m = Floats::zeros(raster.rows * raster.cols);
    let fill = |(row, line): (usize, &mut [f32])| eyes.line(raster, row, line);
    pool.install(|| {
        let lines = floor_m.par_chunks_mut(raster.cols).enumerate();
        lines.for_each(fill);
    });
    floor_m
}

/// What the units see with, each kind once.
fn antennas(prepared: &Prepared, units: &[usize]) -> Vec<Eye> {
    let mut all: Vec<Eye> = Vec::new();
    for &unit in units {
        let unit = &prepared.plan.units[unit];
        let height = match unit.altitude_m {
            Some(altitude_m) => format!("{altitude_m} m above sea"),
            None => format!("{} m above ground", unit.antenna_m),
        };
        let antenna = Eye {
            system: unit.system_name.clone(),
            id: unit.system.clone(),
            height,
        };
        if !all.contains(&antenna) {
            all.push(antenna);
        }
    }
    all
}

/// The units of the option, those at the site, or those of the option at the site.
fn units(args: &Coverage, prepared: &Prepared) -> Result<Vec<usize>, Failure> {
    let plan = &prepared.plan;
    let mut of_option: Vec<usize> = (0..plan.units.len()).collect();
    if let Some(name) = &args.option {
        let option = plan.options.iter().find(|option| option.name == *name);
        of_option = option
            .map(|option| option.units.clone())
            .unwrap_or_default();
        if of_option.is_empty() {
            let message = format!("option `{name}` has no units with sensors");
            return Err(Failure::Input(message, None));
        }
    }
    let Some(wanted) = args.site.as_deref() else {
        return Ok(of_option);
    };
    let site = |i: &usize| plan.units[*i].site.as_str();
    let mut names: Vec<&str> = of_option.iter().map(site).collect();
    let at_site = |i: &usize| site(i) == wanted;
    let units: Vec<usize> = of_option.into_iter().filter(at_site).collect();
    if !units.is_empty() {
        return Ok(units);
    }
    names.sort_unstable();
    names.dedup();
    let help = match cupola_scenario::nearest(wanted, names.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("one of: {}", names.join("; ")),
    };
    Err(Failure::Input(
        match &args.option {
            Some(option) => format!("no unit of option `{option}` stands at `{wanted}`"),
            None => format!("no unit of the scenario stands at `{wanted}`"),
        },
        Some(help),
    ))
}

/// The nodes within range of any of the units, on the scenario's terrain.
fn raster(prepared: &Prepared, units: &[usize], range_m: f64) -> Raster {
    let limits = prepared.world.terrain_bounds();
    let mut all = Bounds {
        south_deg: limits.north_deg,
        north_deg: limits.south_deg,
        west_deg: limits.east_deg,
        east_deg: limits.west_deg,
    };
    for &unit in units {
        let at = prepared.plan.units[unit].at;
        let high = range_m / DEGREE_M;
        let wide = high / math::cos(math::radians_from_degrees(at.lat_deg)).max(0.1);
        all.south_deg = all.south_deg.min(at.lat_deg - high);
        all.north_deg = all.north_deg.max(at.lat_deg + high);
        all.west_deg = all.west_deg.min(at.lon_deg - wide);
        all.east_deg = all.east_deg.max(at.lon_deg + wide);
    }
    let step_deg = prepared.world.ground(0).step_lat_deg.max(1.0 / 120.0);
    let node = |deg: f64| (deg / step_deg).round() * step_deg;
    let bounds = Bounds {
        south_deg: node(all.south_deg.max(limits.south_deg)),
        north_deg: node(all.north_deg.min(limits.north_deg)),
        west_deg: node(all.west_deg.max(limits.west_deg)),
        east_deg: node(all.east_deg.min(limits.east_deg)),
    };
    Raster::over(&bounds, step_deg)
}

/// The sensors whose floors are put together.
struct Eyes<'a> {
    prepared: &'a Prepared,
    /// By seed, then by unit.
    floors: Vec<Vec<&'a PolarFloor>>,
    frames: Vec<LocalFrame>,
    range_m: f64,
    above_ground: bool,
}

impl<'a> Eyes<'a> {
    fn new(args: &Coverage, prepared: &'a Prepared, units: &[usize], range_m: f64) -> Self {
        let of_seed = |floors: &'a Vec<PolarFloor>| units.iter().map(|&i| &floors[i]).collect();
        Self {
            prepared,
            floors: prepared.floors.iter().map(of_seed).collect(),
            frames: units
                .iter()
                .map(|&i| LocalFrame::new(prepared.plan.units[i].at))
                .collect(),
            range_m,
            above_ground: args.height == Height::Agl,
        }
    }

    fn line(&self, raster: &Raster, row: usize, line: &mut [f32]) {
        let mut by_seed = Vec::with_capacity(self.floors.len());
        for (col, value) in line.iter_mut().enumerate() {
            let at = raster.point(row, col);
            let polar: Vec<(f64, f64)> = self
                .frames
                .iter()
                .map(|frame| frame.polar_from_point(at))
                .collect();
            by_seed.clear();
            for (seed, floors) in self.floors.iter().enumerate() {
                let ground = self.prepared.world.ground(seed).bilinear(at);
                let lowest = floors
                    .iter()
                    .zip(&polar)
                    .filter(|(_, (distance_m, _))| *distance_m <= self.range_m)
                    .map(|(floor, (distance_m, azimuth))| floor.floor_asl_m(*distance_m, *azimuth))
                    .fold(f64::INFINITY, f64::min);
                let ground = ground.unwrap_or(f64::NAN);
                let less = if self.above_ground { ground } else { 0.0 };
                by_seed.push(lowest.max(ground) - less);
            }
            by_seed.sort_by(f64::total_cmp);
            let median = by_seed[by_seed.len() / 2];
            *value = if median.is_finite() {
                median as f32
            } else {
                f32::NAN
            };
        }
    }
}
