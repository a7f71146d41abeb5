//! The engagement floors of an option's fire units: `coverage --engage`.
//!
//! Every sensor of the option helps where units are linked; `--site` says whose missiles count.

use super::field::Best;
use super::{Coverage, Height, RANGE_KM, Threat};
use crate::failure::Failure;
use crate::prepare::Prepared;
use cupola_campaign::{Engagement, Inputs, engagements};
use cupola_coverage::{Raster, measures};
use cupola_io::Floats;
use cupola_raid::{OptionPlan, Plan};
use cupola_scenario::CommandMode;
use cupola_world::geodesy::LocalFrame;

fn option<'a>(args: &Coverage, plan: &'a Plan) -> Option<&'a OptionPlan> {
    let named = |option: &&OptionPlan| Some(&option.name) == args.option.as_ref();
    plan.options.iter().find(named)
}

/// The units whose sensors the field rests on: of an engagement also those of the linked option.
pub(crate) fn sensing(args: &Coverage, plan: &Plan, units: &[usize]) -> Vec<usize> {
    match option(args, plan) {
        Some(option) if args.engage.is_some() && option.mode != CommandMode::Autonomous => {
            option.units.clone()
        }
        _ => units.to_vec(),
    }
}

/// The lowest heights at which `units` can engage a class, and which of them can from the lowest:
/// the median, and the most frequent, over the terrain's seeds.
///
/// # Errors
/// [`Failure`] where they can nowhere.
pub(crate) fn engaged(
    args: &Coverage,
    prepared: &Prepared,
    units: &[usize],
    raster: &Raster,
    threat: Threat,
    pool: &rayon::ThreadPool,
) -> Result<(Floats, Best), Failure> {
    let plan = &prepared.plan;
    let inputs = Inputs {
        plan,
        world: &prepared.world,
        floors: &prepared.floors,
    };
    let nowhere = || {
        let threats = threat.plural();
        let message = match args.depth {
            1 => format!("no fire unit asked for can engage {threats} here"),
            depth => {
                format!("nowhere can {depth} of the fire units asked for engage {threats} at once")
            }
        };
        let help = "ask for more units or a wider range, or fewer with --depth";
        Failure::Input(message, Some(help.to_owned()))
    };
    let option = option(args, plan).ok_or_else(nowhere)?;
    let what = (threat.class(), usize::from(args.depth));
    let mut found = engagements(&inputs, option, units, raster, what, pool);
    if args.height == Height::Asl {
        above_sea(prepared, raster, &mut found);
    }
    let fields: Vec<_> = found.iter().map(|seed| &seed.floor).collect();
    let mut floor = measures::median(&fields);
    let near = near(args, prepared, units, raster);
    for (floor, near) in floor.values.iter_mut().zip(&near) {
        *floor = if *near { *floor } else { f32::NAN };
    }
    if floor.values.iter().all(|floor| floor.is_nan()) {
        return Err(nowhere());
    }
    let number = floor.values.iter().enumerate().map(|(i, floor)| {
        let best = most_frequent(&found.iter().filter_map(|seed| seed.best[i]));
        let best = best.filter(|_| !floor.is_nan());
        best.map_or(f32::NAN, |unit| f32::from(unit) + 1.0)
    });
    let best = Best {
        number: number.collect(),
        units: names(plan, option, units),
    };
    Ok((floor.values.into(), best))
}

/// Which nodes lie within range of any of the units.
fn near(args: &Coverage, prepared: &Prepared, units: &[usize], raster: &Raster) -> Vec<bool> {
    let range_m = args.range_km.unwrap_or(RANGE_KM) * 1000.0;
    let at = |&unit: &usize| LocalFrame::new(prepared.plan.units[unit].at);
    let frames: Vec<LocalFrame> = units.iter().map(at).collect();
    let near = |i: usize| {
        let at = raster.point(i / raster.cols, i % raster.cols);
        let within = |frame: &LocalFrame| frame.polar_from_point(at).0 <= range_m;
        frames.iter().any(within)
    };
    (0..raster.rows * raster.cols).map(near).collect()
}

/// Heights above ground to heights above sea.
fn above_sea(prepared: &Prepared, raster: &Raster, found: &mut [Engagement]) {
    for (seed, engagement) in found.iter_mut().enumerate() {
        let ground = prepared.world.ground(seed);
        for (i, floor) in engagement.floor.values.iter_mut().enumerate() {
            let at = raster.point(i / raster.cols, i % raster.cols);
            *floor += ground.bilinear(at).unwrap_or(f64::NAN) as f32;
        }
    }
}

/// The numbers of those of the option's units that engage.
fn names(plan: &Plan, option: &OptionPlan, units: &[usize]) -> String {
    let all = option.units.iter().enumerate();
    let named = all
        .filter(|(_, unit)| units.contains(unit))
        .map(|(i, &unit)| {
            let unit = &plan.units[unit];
            format!("{} = {} at {}", i + 1, unit.system_name, unit.site)
        });
    named.collect::<Vec<_>>().join("; ")
}

/// The unit named most often, the first of equals.
fn most_frequent(units: &(impl Iterator<Item = u16> + Clone)) -> Option<u16> {
    let times = |unit: u16| units.clone().filter(|other| *other == unit).count();
    let rank = |unit: &u16| (times(*unit), std::cmp::Reverse(*unit));
    units.clone().max_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::most_frequent;

    #[test]
    fn the_unit_named_most_often_is_best() {
        assert_eq!(most_frequent(&[3, 1, 3].into_iter()), Some(3));
        assert_eq!(most_frequent(&[2, 1].into_iter()), Some(1));
        assert_eq!(most_frequent(&[].into_iter()), None);
    }
}
