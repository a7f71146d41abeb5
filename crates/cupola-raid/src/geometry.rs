//! The geometry of one raid in one draw: routes of every wave, the windows of every unit, and the
//! exposure to means over an area.

use crate::area::Exposures;
use crate::draw::{ARC_RANGE_MAX_M, Draw, SENSOR_RANGE_MAX_M};
use crate::hazard::Existing;
use crate::plan::{Plan, RaidPlan};
use crate::route::{Maker, Pool, Route};
use crate::windows::Windows;
use cupola_coverage::PolarFloor;
use cupola_scenario::Class;
use cupola_units::math;
use cupola_world::{Bounds, World};

/// Routes in the library by pool: aimed inside, aimed outside, straying.
const INSIDE: u32 = 16;
const OUTSIDE: u32 = 12;
const STRAY: u32 = 4;

/// Routes and windows of one raid in one draw.
#[derive(Clone, Debug, Default)]
pub struct Geometry {
    pub(crate) routes: Vec<Route>,
    /// Threat type that flies each route.
    threats: Vec<usize>,
    pub(crate) windows: Windows,
    pub(crate) exposures: Exposures,
    /// First route of each pool of each wave: inside, outside, stray, end.
    pub(crate) pools: Vec<[u32; 4]>,
}

impl Geometry {
    /// Flies the routes of a raid and finds every window; `floors` are those of the draw's terrain.
    pub fn build(
        &mut self,
        plan: &Plan,
        world: &World,
        draw: &Draw,
        floors: &[PolarFloor],
        raid: &RaidPlan,
    ) {
        self.routes.clear();
        self.pools.clear();
        self.threats.clear();
        self.exposures.clear(plan.areas.len());
        let maker = Maker {
            plan,
            world,
            draw,
            zone: zone(plan, SENSOR_RANGE_MAX_M),
            arc_zone: zone(plan, ARC_RANGE_MAX_M),
        };
        for wave in &raid.waves {
            let share = draw.values.get(plan.aims[wave.aims].inside_share);
            let stray = draw.values.get(wave.stray_share);
            let mut starts = [0_u32; 4];
            let counts = [
                if share > 0.0 { INSIDE } else { 0 },
                if share < 1.0 { OUTSIDE } else { 0 },
                if share > 0.0 && stray > 0.0 { STRAY } else { 0 },
            ];
            for (i, (pool, count)) in [Pool::Inside, Pool::Outside, Pool::Stray]
                .into_iter()
                .zip(counts)
                .enumerate()
            {
                starts[i] = self.routes.len() as u32;
                let count = if maker.knows_one_way(wave, pool) {
                    count.min(1)
                } else {
                    count
                };
                for index in 0..count {
                    let route = maker.make(wave, pool, index, count);
                    let class = plan.threats[wave.threat].class.index();
                    self.exposures
                        .add_route(&plan.areas, &draw.areas, &route, class);
                    self.routes.push(route);
                    self.threats.push(wave.threat);
                }
            }
            starts[3] = self.routes.len() as u32;
            self.pools.push(starts);
        }
        self.windows
            .fill(plan, draw, floors, &self.routes, &self.threats);
    }

    /// Adds this raid's routes to the reference of the existing defence: class, weighted metres
    /// over the nation, and weight.
    pub fn reference(
        &self,
        plan: &Plan,
        draw: &Draw,
        raid: &RaidPlan,
        out: &mut Vec<(Class, f64, f64)>,
    ) {
        for (wave, pools) in raid.waves.iter().zip(&self.pools) {
            let class = plan.threats[wave.threat].class;
            let share = draw.values.get(plan.aims[wave.aims].inside_share);
            for (weight, from, to) in [
                (share, pools[0], pools[1]),
                (1.0 - share, pools[1], pools[2]),
            ] {
                let each = weight * wave.count.mode / f64::from((to - from).max(1));
                for route in &self.routes[from as usize..to as usize] {
                    let length = route.path_weight.last().map_or(0.0, |last| last.1);
                    out.push((class, length, each));
                }
            }
        }
    }
}

/// The existing defence of a draw, calibrated on the routes of all raids.
#[derive(Clone, Debug)]
pub struct Calibrated(pub(crate) Existing);

impl Calibrated {
    /// Scales the existing defence so that the reference meets the claimed rates.
    pub fn new(plan: &Plan, draw: &Draw, reference: &[(Class, f64, f64)]) -> Self {
        Self(Existing::calibrate(plan, draw, reference))
    }
}

/// Box outside which no unit and no means reach or see anything.
fn zone(plan: &Plan, reach_m: f64) -> Bounds {
    let units = plan.units.iter().map(|unit| (unit.at, reach_m));
    let areas = plan.areas.iter();
    let areas = areas.flat_map(|area| area.centres.iter().map(|&at| (at, area.radius_m + 2000.0)));
    let mut zone = Bounds {
        south_deg: 90.0,
        north_deg: -90.0,
        west_deg: 180.0,
        east_deg: -180.0,
    };
    for (at, reach_m) in units.chain(areas) {
        let lat = at.lat_deg;
        let dlat = reach_m / 111_000.0;
        let dlon = dlat / math::cos(math::radians_from_degrees(lat.abs().min(85.0)));
        zone = zone.union(&Bounds {
            south_deg: lat - dlat,
            north_deg: lat + dlat,
            west_deg: at.lon_deg - dlon,
            east_deg: at.lon_deg + dlon,
        });
    }
    zone
}
