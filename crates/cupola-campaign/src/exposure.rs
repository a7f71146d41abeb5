//! How exposed fire units stand: how near to where raids start. No likelihood of being hit.

use cupola_raid::Plan;
use cupola_units::LatLon;
use cupola_world::geodesy::great_circle_m;

/// Distance from a point to the edge of the nearest launch area of any raid.
pub(crate) fn launch_distance_km(plan: &Plan, at: LatLon) -> f64 {
    let waves = plan.raids.iter().flat_map(|raid| &raid.waves);
    waves
        .flat_map(|wave| &wave.from)
        .map(|&(centre, radius_m)| (great_circle_m(at, centre) - radius_m).max(0.0) / 1000.0)
        .fold(f64::INFINITY, f64::min)
}
