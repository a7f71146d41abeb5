//! What an option's fire units do together: cover by at least one, two and three of them, who is
//! best where, what each is worth, and where their gaps are.
//!
//! Only fire units that the scenario names are looked at. What stands there already is known by its
//! record alone: it has no place here, and no gap of it is computed.

use crate::cover::{AreaRaster, CLASSES, HEIGHTS_M, may_act, network, rcs_m2};
use crate::outcome::{DepthCover, NetworkCover, UnitGap, UnitWorth};
use crate::run::Inputs;
use cupola_coverage::measures;
use cupola_coverage::network::Fields;
use cupola_coverage::{Raster, Weights};
use cupola_raid::{Draw, OptionPlan};
use cupola_scenario::Class;
use cupola_world::Grid;

/// Numbers of units whose cover is told.
const DEPTHS: [usize; 3] = [1, 2, 3];
/// Heights above ground of worth and gaps, metres.
const WORTH_HEIGHTS_M: [f64; 3] = [100.0, 1000.0, 10_000.0];
/// Gaps told per height.
const GAPS: usize = 3;

/// The fields of one seed, to which of the option's units the network's belong, and what is lost
/// without each of these: shares of people and of area by height.
struct Seed {
    fields: Fields,
    owners: Vec<usize>,
    lost: [Vec<Vec<f64>>; 2],
}

/// What the option's units do against one class: the lowest heights at which at least one of them can
/// engage it, by terrain seed, and what is told of the network where any unit is armed for it.
pub(crate) struct ClassNetwork {
    pub(crate) class: Class,
    pub(crate) first: Vec<Grid>,
    pub(crate) told: Option<NetworkCover>,
}

/// What an option's fire units can do together against one class of threat, on one ground.
#[derive(Clone, Debug, PartialEq)]
pub struct Engagement {
    /// Lowest height above ground at which at least so many units can engage, metres; NaN where there
    /// is none below 30 km.
    pub floor: Grid,
    /// Position among the option's units of the one that engages from the lowest height (the first of
    /// equals), row by row; `None` where none can.
    pub best: Vec<Option<u16>>,
}

/// [`Engagement`] of an option by terrain seed, for `depth` units at once (1 to 4).
///
/// Every unit's sensors help; the units of `who`, positions in the plan, engage. The raster may lie
/// anywhere. Nothing for a class that is not mapped.
///
/// # Panics
/// If the option has more than 65,534 units.
pub fn engagements(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    who: &[usize],
    raster: &Raster,
    (class, depth): (Class, usize),
    pool: &rayon::ThreadPool,
) -> Vec<Engagement> {
    let Some(i) = CLASSES.iter().position(|(mapped, _)| *mapped == class) else {
        return Vec::new();
    };
    let mut allowed = allowed(inputs, option, raster);
    for (mask, unit) in allowed.iter_mut().zip(&option.units) {
        if !who.contains(unit) {
            mask.fill(false);
        }
    }
    let of = |seed: usize| {
        let at = (seed, i + 1, class);
        let (fields, owners) = fields(inputs, option, raster, at, &[depth], &allowed, pool);
        let best = fields.servers.best.iter();
        let best = best.map(|&unit| owners.get(usize::from(unit)).map(|&owner| owner as u16));
        Some(Engagement {
            best: best.collect(),
            floor: fields.depths.into_iter().next()?,
        })
    };
    (0..inputs.floors.len()).filter_map(of).collect()
}

/// The network of an option against one class, the `i`th of those mapped.
pub(crate) fn class_network(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    area: &AreaRaster,
    i: usize,
    allowed: &[Vec<bool>],
    pool: &rayon::ThreadPool,
) -> ClassNetwork {
    let (class, _) = CLASSES[i];
    let seeds: Vec<Seed> = (0..inputs.floors.len())
        .map(|seed| one_seed(inputs, option, area, seed, i + 1, class, allowed, pool))
        .collect();
    let armed = seeds.iter().any(|seed| !seed.owners.is_empty());
    let told = armed.then(|| of_class(class, option.units.len(), area, &seeds));
    let first = seeds
        .into_iter()
        .map(|mut seed| seed.fields.depths.swap_remove(0));
    ClassNetwork {
        class,
        first: first.collect(),
        told,
    }
}

/// Counts the people of gaps with the scenario's factor.
pub(crate) fn count_people(networks: &mut [NetworkCover], factor: f64) {
    let gaps = networks.iter_mut().flat_map(|network| &mut network.gaps);
    gaps.for_each(|gap| gap.people *= factor);
}

/// For each of the option's units, the cells over which its rule lets it engage.
pub(crate) fn allowed(inputs: &Inputs<'_>, option: &OptionPlan, raster: &Raster) -> Vec<Vec<bool>> {
    let mask = |rule: usize| -> Vec<bool> {
        let cells =
            (0..raster.rows * raster.cols).map(|i| raster.point(i / raster.cols, i % raster.cols));
        cells
            .map(|at| may_act(inputs.plan, inputs.world, rule, at))
            .collect()
    };
    let mut known: Vec<(usize, Vec<bool>)> = Vec::new();
    for &rule in &option.rules {
        if known.iter().all(|(other, _)| *other != rule) {
            known.push((rule, mask(rule)));
        }
    }
    let of = |rule: &usize| {
        let found = known.iter().find(|(other, _)| other == rule);
        found.map_or(Vec::new(), |(_, mask)| mask.clone())
    };
    option.rules.iter().map(of).collect()
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call site; a struct would only rename them"
)]
fn one_seed(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    area: &AreaRaster,
    seed: usize,
    layer: usize,
    class: Class,
    allowed: &[Vec<bool>],
    pool: &rayon::ThreadPool,
) -> Seed {
    let at = (seed, layer, class);
    let (fields, owners) = fields(inputs, option, &area.raster, at, &DEPTHS, allowed, pool);
    let lost = [&area.people, &area.area].map(|weights| {
        measures::leave_one_out(&fields.servers, owners.len(), weights, &WORTH_HEIGHTS_M)
    });
    Seed {
        fields,
        owners,
        lost,
    }
}

/// The network's fields on one seed, in one layer and against its class, and for each unit of the
/// network its position among the option's.
fn fields(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    raster: &Raster,
    (seed, layer, class): (usize, usize, Class),
    depths: &[usize],
    allowed: &[Vec<bool>],
    pool: &rayon::ThreadPool,
) -> (Fields, Vec<usize>) {
    let draw = Draw::middle(inputs.plan, seed);
    let rcs_m2 = rcs_m2(inputs.plan, &draw, layer, class);
    let (network, owners) = network(inputs, option, &draw, seed, layer, class, rcs_m2, None);
    let may_act = |unit: usize, cell: usize| allowed[owners[unit]][cell];
    let ground = inputs.world.ground(seed);
    let fields = network.fields(ground, raster, depths, &may_act, pool);
    (fields, owners)
}

fn of_class(class: Class, units: usize, area: &AreaRaster, seeds: &[Seed]) -> NetworkCover {
    let depth = |(i, &units): (usize, &usize)| {
        let shares = |weights: &Weights| {
            let of = |seed: &Seed| measures::shares(&seed.fields.depths[i], weights, &HEIGHTS_M);
            mean(seeds.iter().map(of))
        };
        DepthCover {
            units,
            people: shares(&area.people),
            area: shares(&area.area),
        }
    };
    let first: Vec<&Grid> = seeds.iter().map(|seed| &seed.fields.depths[0]).collect();
    let field = measures::median(&first);
    let gaps = WORTH_HEIGHTS_M.iter().flat_map(|&height_m| {
        let gaps = measures::gaps(&field, &area.people, height_m, GAPS);
        gaps.into_iter().map(move |gap| UnitGap {
            height_m,
            people: gap.weight,
            area_km2: gap.area_km2,
            centre: gap.centre,
        })
    });
    NetworkCover {
        class,
        heights_m: HEIGHTS_M.to_vec(),
        depths: DEPTHS.iter().enumerate().map(depth).collect(),
        worth_heights_m: WORTH_HEIGHTS_M.to_vec(),
        units: (0..units)
            .filter_map(|unit| worth(unit, area, seeds))
            .collect(),
        gaps: gaps.collect(),
    }
}

/// What one of the option's units is worth; `None` when it cannot engage the class.
fn worth(unit: usize, area: &AreaRaster, seeds: &[Seed]) -> Option<UnitWorth> {
    let mut rows: [Vec<Vec<f64>>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for seed in seeds {
        let Some(index) = seed.owners.iter().position(|&owner| owner == unit) else {
            continue;
        };
        let servers = &seed.fields.servers;
        let lost = |of: usize| seed.lost[of].get(index).cloned().unwrap_or_default();
        let best = |weights| measures::best_share(servers, index, weights);
        rows[0].push(vec![best(&area.people), best(&area.area)]);
        rows[1].push(lost(0));
        rows[2].push(lost(1));
    }
    if rows[0].is_empty() {
        return None;
    }
    let [best, lost_people, lost_area] = rows.map(|rows| mean(rows.into_iter()));
    Some(UnitWorth {
        unit,
        best_people: best[0],
        best_area: best[1],
        lost_people,
        lost_area,
    })
}

/// The mean of rows of the same length, place by place, added in their order.
fn mean(rows: impl Iterator<Item = Vec<f64>>) -> Vec<f64> {
    let (mut sum, mut count) = (Vec::new(), 0.0);
    for row in rows {
        sum.resize(row.len(), 0.0);
        for (sum, value) in sum.iter_mut().zip(row) {
            *sum += value;
        }
        count += 1.0;
    }
    sum.into_iter().map(|sum: f64| sum / count).collect()
}
