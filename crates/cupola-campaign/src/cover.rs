//! Cover of the protected area by each option: floors per class, medians over terrain seeds, and
//! the shares of area and people under them.
//!
//! Every uncertain figure stands in the middle of its range here; what one draw more or less does
//! shows in the raids.

use crate::network_cover;
use crate::outcome::Coverage;
use crate::run::Inputs;
use cupola_coverage::network::{Envelope, Network, Sector, Sensor, Unit, Weapon};
use cupola_coverage::{Raster, Weights, measures};
use cupola_raid::{Draw, OptionPlan, Plan};
use cupola_scenario::{Class, CommandMode, Engage};
use cupola_world::{Bounds, Grid, World};

/// Step of the coverage rasters, degrees (30″).
const STEP_DEG: f64 = 1.0 / 120.0;
/// Heights above ground at which shares are reported, metres.
pub(crate) const HEIGHTS_M: [f64; 8] =
    [50.0, 100.0, 200.0, 500.0, 1000.0, 3000.0, 5000.0, 10_000.0];
/// Classes mapped, with the cross-section used where the raids have none of the class (assumed).
pub(crate) const CLASSES: [(Class, f64); 3] = [
    (Class::Drone, 0.03),
    (Class::Cruise, 0.05),
    (Class::Ballistic, 0.1),
];

/// Shares of people and of area under the floor by height, on one seed.
type SeedShares = [Vec<f64>; 2];

/// Fields and shares of one option.
pub(crate) struct Cover {
    pub(crate) fields: Coverage,
    /// Class (`None` for line of sight), shares of people and of area by height and seed.
    pub(crate) shares: Vec<(Option<Class>, Vec<SeedShares>)>,
}

/// The protected area on the coverage raster.
pub(crate) struct AreaRaster {
    pub(crate) raster: Raster,
    pub(crate) people: Weights,
    pub(crate) area: Weights,
}

/// Step of the coarse raster, degrees (2′).
const COARSE_DEG: f64 = 1.0 / 30.0;

impl AreaRaster {
    /// The box of the area and of all units, so that maps show where cover ends.
    pub(crate) fn new(world: &World, plan: &Plan) -> Self {
        let mut bounds = world.area_bounds();
        for unit in &plan.units {
            let (lat, lon) = (unit.at.lat_deg, unit.at.lon_deg);
            bounds = bounds.union(&Bounds {
                south_deg: lat - 0.6,
                north_deg: lat + 0.6,
                west_deg: lon - 0.9,
                east_deg: lon + 0.9,
            });
        }
        let raster = Raster::over(&bounds, STEP_DEG);
        let mut mask = Vec::with_capacity(raster.rows * raster.cols);
        let mut people = Vec::with_capacity(raster.rows * raster.cols);
        for row in 0..raster.rows {
            for col in 0..raster.cols {
                let at = raster.point(row, col);
                mask.push(world.in_area(at));
                people.push(nearest(world.people(), at));
            }
        }
        let people = raster.grid(people);
        Self {
            people: Weights::by_value(&people, Some(&mask)),
            area: Weights::by_area(&raster, Some(&mask)),
            raster,
        }
    }

    /// The protected area on a coarse raster that keeps all its people: for averages over it, which
    /// hardly depend on the step.
    pub(crate) fn coarse(world: &World) -> Self {
        let raster = Raster::over(&world.area_bounds(), COARSE_DEG);
        let mut people = vec![0.0_f32; raster.rows * raster.cols];
        let fine = world.people();
        for (i, count) in fine.values.iter().enumerate() {
            let at = fine.point(i / fine.cols, i % fine.cols);
            if count.is_nan() || *count <= 0.0 || !world.in_area(at) {
                continue;
            }
            let north = raster.point(0, 0);
            let row = ((north.lat_deg - at.lat_deg) / COARSE_DEG).round();
            let col = ((at.lon_deg - north.lon_deg) / COARSE_DEG).round();
            let row = row.clamp(0.0, raster.rows as f64 - 1.0) as usize;
            let col = col.clamp(0.0, raster.cols as f64 - 1.0) as usize;
            people[row * raster.cols + col] += count;
        }
        let mask: Vec<bool> = (0..people.len())
            .map(|i| world.in_area(raster.point(i / raster.cols, i % raster.cols)))
            .collect();
        Self {
            people: Weights::by_value(&raster.grid(people), None),
            area: Weights::by_area(&raster, Some(&mask)),
            raster,
        }
    }

    /// People in the area, before the scenario's factor, and its size in km².
    pub(crate) fn totals(&self) -> (f64, f64) {
        (self.people.total(), self.area.total())
    }
}

/// The value of the node nearest to a point; 0 outside.
fn nearest(grid: &Grid, at: cupola_units::LatLon) -> f32 {
    let row = ((grid.north_deg - at.lat_deg) / grid.step_lat_deg).round();
    let col = ((at.lon_deg - grid.west_deg) / grid.step_lon_deg).round();
    if row < 0.0 || col < 0.0 || row >= grid.rows as f64 || col >= grid.cols as f64 {
        return 0.0;
    }
    let value = grid.values[row as usize * grid.cols + col as usize];
    if value.is_nan() { 0.0 } else { value }
}

/// Cover of one option.
pub(crate) fn cover(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    area: &AreaRaster,
    pool: &rayon::ThreadPool,
) -> Cover {
    let mut shares = Vec::new();
    let mut of_layer = |class: Option<Class>, fields: &[Grid]| -> Grid {
        let of = |weights: &Weights| -> Vec<Vec<f64>> {
            fields
                .iter()
                .map(|field| measures::shares(field, weights, &HEIGHTS_M))
                .collect()
        };
        let pairs = of(&area.people)
            .into_iter()
            .zip(of(&area.area))
            .map(|(p, a)| [p, a]);
        shares.push((class, pairs.collect()));
        measures::median(&fields.iter().collect::<Vec<_>>())
    };
    let seen: Vec<Grid> = (0..inputs.floors.len())
        .map(|seed| sight(inputs, option, &area.raster, seed, pool))
        .collect();
    let los = of_layer(None, &seen);
    let allowed = network_cover::allowed(inputs, option, &area.raster);
    let mut network = Vec::new();
    let mut engage = |i: usize| {
        let found = network_cover::class_network(inputs, option, area, i, &allowed, pool);
        network.extend(found.told);
        of_layer(Some(found.class), &found.first)
    };
    let (engage_drone, engage_cruise, engage_ballistic) = (engage(0), engage(1), engage(2));
    let fields = Coverage {
        los,
        engage_drone,
        engage_cruise,
        engage_ballistic,
        network,
    };
    Cover { fields, shares }
}

/// Shares of people under the floor by class and height on one terrain seed: what many line-ups can
/// be compared by, all on the same ground.
pub(crate) fn people_shares(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    area: &AreaRaster,
    seed: usize,
    pool: &rayon::ThreadPool,
) -> Vec<(Class, Vec<f64>)> {
    let classes = CLASSES.iter().enumerate();
    classes
        .map(|(i, &(class, _))| {
            let field = field(inputs, option, &area.raster, seed, i + 1, pool);
            (class, measures::shares(&field, &area.people, &HEIGHTS_M))
        })
        .collect()
}

/// Lowest heights above ground that a sensor of the option sees, on one seed.
pub(crate) fn sight(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    raster: &Raster,
    seed: usize,
    pool: &rayon::ThreadPool,
) -> Grid {
    field(inputs, option, raster, seed, 0, pool)
}

/// One field on one seed: layer 0 is line of sight, then the classes.
fn field(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    raster: &Raster,
    seed: usize,
    layer: usize,
    pool: &rayon::ThreadPool,
) -> Grid {
    let plan = inputs.plan;
    let draw = Draw::middle(plan, seed);
    let class = if layer == 0 {
        Class::Cruise
    } else {
        CLASSES[layer - 1].0
    };
    let rcs_m2 = rcs_m2(plan, &draw, layer, class);
    // Units under one rule are one network; the rule then says where it may act.
    let mut rules: Vec<usize> = option.rules.clone();
    rules.sort_unstable();
    rules.dedup();
    let ground = inputs.world.ground(seed);
    let mut lowest = raster.grid(vec![f32::NAN; raster.rows * raster.cols]);
    for rule in rules {
        let (network, _) = network(
            inputs,
            option,
            &draw,
            seed,
            layer,
            class,
            rcs_m2,
            Some(rule),
        );
        if network.units.is_empty() {
            continue;
        }
        let fields = network.floors(ground, raster, &[1], pool);
        let Some(field) = fields.into_iter().next() else {
            continue;
        };
        for (i, (value, low)) in field.values.iter().zip(&mut lowest.values).enumerate() {
            let at = raster.point(i / raster.cols, i % raster.cols);
            let better = !value.is_nan() && (low.is_nan() || value < low);
            if better && (layer == 0 || may_act(plan, inputs.world, rule, at)) {
                *low = *value;
            }
        }
    }
    lowest
}

/// Cross-section of the raids' first threat of a class, or the assumed one, square metres.
pub(crate) fn rcs_m2(plan: &Plan, draw: &Draw, layer: usize, class: Class) -> f64 {
    let threat = plan.threats.iter().position(|threat| threat.class == class);
    threat.map_or(CLASSES[layer.max(1) - 1].1, |threat| draw.rcs_m2(threat))
}

/// Whether a rule lets anybody engage over a point at all.
pub(crate) fn may_act(plan: &Plan, world: &World, rule: usize, at: cupola_units::LatLon) -> bool {
    let rule = &plan.rules[rule];
    match rule.engage {
        Engage::All | Engage::HeadingForNato => true,
        Engage::OwnSoil => world.is_nato(world.country_at(at)),
        Engage::Belt => world.nato_distance_m(at) <= rule.belt_m,
    }
}

/// The sensors and units of an option against a class, of one rule or of all, and for each unit its
/// position among the option's.
#[expect(
    clippy::too_many_arguments,
    reason = "two call sites; a struct would only rename them"
)]
pub(crate) fn network<'a>(
    inputs: &Inputs<'a>,
    option: &OptionPlan,
    draw: &Draw,
    seed: usize,
    layer: usize,
    class: Class,
    rcs_m2: f64,
    rule: Option<usize>,
) -> (Network<'a>, Vec<usize>) {
    let plan = inputs.plan;
    let floors = &inputs.floors[seed];
    let (mut network, mut owners) = (Network::default(), Vec::new());
    for &unit in &option.units {
        let figures = draw.map_figures(unit, rcs_m2);
        let sector = plan.units[unit].facing_deg.map(|deg| Sector {
            facing_rad: cupola_units::math::radians_from_degrees(deg),
            width_rad: 2.0 * figures.sector_half_rad,
        });
        let on_duty = draw.on_duty_share(unit) > 0.0;
        let range_m = if on_duty { figures.sensor_range_m } else { 0.0 };
        network.sensors.push(Sensor {
            floor: &floors[unit],
            range_m,
            sector,
            beam: figures.beam,
        });
    }
    let linked = option.mode != CommandMode::Autonomous;
    for (i, (&unit, &unit_rule)) in option.units.iter().zip(&option.rules).enumerate() {
        let other = rule.is_some_and(|rule| layer > 0 && unit_rule != rule);
        if other || draw.on_duty_share(unit) <= 0.0 {
            continue;
        }
        let own = vec![i];
        let weapon = weapon(plan, draw, floors, unit, class);
        if layer == 0 {
            owners.push(i);
            network.units.push(Unit {
                sensors: own,
                weapon: None,
            });
        } else if weapon.is_some() {
            let all = plan.units[unit].remote_tracks && linked;
            let sensors = if all {
                (0..option.units.len()).collect()
            } else {
                own
            };
            owners.push(i);
            network.units.push(Unit { sensors, weapon });
        }
    }
    (network, owners)
}

fn weapon(
    plan: &Plan,
    draw: &Draw,
    floors: &[cupola_coverage::PolarFloor],
    unit: usize,
    class: Class,
) -> Option<Weapon> {
    let family = plan.units[unit].family?;
    let kills = |(i, threat): (usize, &cupola_raid::ThreatType)| {
        threat.class == class && plan.families[family].kills(i)
    };
    let known = plan.threats.iter().any(|threat| threat.class == class);
    if known && !plan.threats.iter().enumerate().any(kills) {
        return None;
    }
    let figures = draw.map_figures(unit, 1.0);
    let envelope = if class == Class::Ballistic {
        let [low, high] = figures.ballistic_altitude_m;
        let square = figures.ballistic_range_m * figures.ballistic_range_m - low * low;
        if figures.ballistic_range_m <= 0.0 || square <= 0.0 {
            return None;
        }
        Envelope::Ballistic {
            reach_m: square.sqrt(),
            altitude_min_asl_m: low,
            altitude_max_asl_m: high,
        }
    } else {
        Envelope::Air {
            range_min_m: figures.range_m[0],
            range_max_m: figures.range_m[1],
            altitude_min_agl_m: figures.altitude_m[0],
            ceiling_asl_m: figures.altitude_m[1],
        }
    };
    let launcher_asl_m = floors[unit].antenna_asl_m();
    Some(Weapon {
        at: plan.units[unit].at,
        launcher_asl_m,
        envelope,
    })
}
