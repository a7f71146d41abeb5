//! How far the radars of an option look into the airspace of countries outside the alliance.
//!
//! A radar that stands near a border sees beyond it; that is part of what a neighbour must weigh.
//! Figures stand in the middle of their ranges, as on the maps. Not here: what may be shot at.

use crate::cover::sight;
use crate::outcome::RadarView;
use crate::run::Inputs;
use cupola_coverage::{Raster, measures};
use cupola_raid::{OptionPlan, SENSOR_RANGE_MAX_M};
use cupola_units::math;
use cupola_world::{Bounds, Grid};
use std::collections::BTreeMap;

/// Step of the raster, degrees.
const STEP_DEG: f64 = 0.05;
/// Heights above ground, metres.
const HEIGHTS_M: [f64; 3] = [100.0, 1000.0, 10_000.0];
/// Less than this is not worth a line, square kilometres.
const LEAST_KM2: f64 = 50.0;
const METRES_PER_DEGREE: f64 = 111_195.0;

/// Airspace seen by the option's radars, by country outside the alliance and height; countries in
/// the order of their codes. Empty where the theatre has no soil of the alliance.
pub(crate) fn radar_view(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    pool: &rayon::ThreadPool,
) -> Vec<RadarView> {
    let Some(bounds) = reach(inputs, option) else {
        return Vec::new();
    };
    let raster = Raster::over(&bounds, STEP_DEG);
    let fields: Vec<Grid> = (0..inputs.floors.len())
        .map(|seed| sight(inputs, option, &raster, seed, pool))
        .collect();
    let floor = measures::median(&fields.iter().collect::<Vec<_>>());
    let mut seen: BTreeMap<&str, [(f64, f64); HEIGHTS_M.len()]> = BTreeMap::new();
    for row in 0..raster.rows {
        let cell_km2 = raster.cell_area_km2(row);
        for col in 0..raster.cols {
            let lowest_m = f64::from(floor.values[row * raster.cols + col]);
            let at = raster.point(row, col);
            let country = inputs.world.country_at(at);
            if lowest_m.is_nan() || country == 0 || inputs.world.is_nato(country) {
                continue;
            }
            let depth_km = inputs.world.nato_distance_m(at) / 1000.0;
            if !depth_km.is_finite() {
                continue;
            }
            let sums = seen.entry(inputs.world.code(country)).or_default();
            for (sum, height_m) in sums.iter_mut().zip(HEIGHTS_M) {
                if lowest_m <= height_m {
                    *sum = (sum.0 + cell_km2, sum.1.max(depth_km));
                }
            }
        }
    }
    seen.into_iter()
        .filter(|(_, sums)| sums.iter().any(|sum| sum.0 >= LEAST_KM2))
        .flat_map(|(country, sums)| {
            HEIGHTS_M
                .into_iter()
                .zip(sums)
                .map(|(height_m, sum)| RadarView {
                    country: country.to_owned(),
                    height_m,
                    area_km2: sum.0,
                    depth_km: sum.1,
                })
        })
        .collect()
}

/// The box that the option's radars can reach at all.
fn reach(inputs: &Inputs<'_>, option: &OptionPlan) -> Option<Bounds> {
    let boxes = option.units.iter().map(|&unit| {
        let at = inputs.plan.units[unit].at;
        let lat = SENSOR_RANGE_MAX_M / METRES_PER_DEGREE;
        let lon = lat / math::cos(math::radians_from_degrees(at.lat_deg)).max(0.1);
        Bounds {
            south_deg: at.lat_deg - lat,
            north_deg: at.lat_deg + lat,
            west_deg: at.lon_deg - lon,
            east_deg: at.lon_deg + lon,
        }
    });
    boxes.reduce(|a, b| a.union(&b))
}
