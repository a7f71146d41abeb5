//! Two things with one number in random counters would share their luck: that is an error.
//!
//! Numbers are hashes of names (`entity_id`), and the threats of a wave step from its number by a
//! constant. Chance is keyed by number and purpose, so only things of one kind can clash.

use super::Plan;
use crate::threats::threat_entity;
use cupola_scenario::{Rejected, Scenario};

/// Refuses a plan in which two units, means, families, inputs, or threats of a raid share a number.
pub(super) fn refuse(plan: &Plan, scenario: &Scenario) -> Result<(), Rejected> {
    let units = plan.units.iter().map(|unit| (unit.entity, &unit.id));
    let areas = plan.areas.iter().map(|area| (area.entity, &area.name));
    let families = plan.families.iter().map(|f| (f.entity, &f.id));
    let inputs = plan.inputs.list().iter().map(|i| (i.entity(), &i.name));
    let reject = |path: &str, [a, b]: [&String; 2], help: &str| {
        let message = format!("\"{a}\" and \"{b}\" would share their random numbers");
        Err(scenario.reject(path, message, Some(format!("{help}; any other name does"))))
    };
    // Means and units draw for the same purposes against a threat.
    if let Some(pair) = clash(units.chain(areas).collect()) {
        return reject("fire_units", pair, "rename a site, a group or the means");
    }
    if let Some(pair) = clash(families.collect()) {
        return reject("catalogue", pair, "rename one family of kill probabilities");
    }
    if let Some(pair) = clash(inputs.collect()) {
        return reject("catalogue", pair, "rename what one of them belongs to");
    }
    for (i, raid) in plan.raids.iter().enumerate() {
        let mut threats = Vec::new();
        for (wave, asked) in raid.waves.iter().zip(&scenario.file.raids[i].waves) {
            let most = wave.count.high.round().max(0.0) as u32;
            let numbers = (0..most).map(|n| (threat_entity(wave.entity, n), &asked.threat));
            threats.extend(numbers);
        }
        if let Some(pair) = clash(threats) {
            return reject(&format!("raids[{i}].name"), pair, "rename the raid");
        }
    }
    Ok(())
}

/// The first two names with the same number.
fn clash(mut named: Vec<(u32, &String)>) -> Option<[&String; 2]> {
    named.sort_unstable();
    let pair = named.windows(2).find(|pair| pair[0].0 == pair[1].0)?;
    Some([pair[0].1, pair[1].1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_with_one_number_are_found() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let distinct = vec![(7, &names[0]), (9, &names[1]), (8, &names[2])];
        assert_eq!(clash(distinct), None);
        let shared = vec![(7, &names[2]), (9, &names[1]), (7, &names[0])];
        assert_eq!(clash(shared), Some([&names[0], &names[2]]));
    }

    #[test]
    fn the_steps_of_a_wave_visit_no_number_twice() {
        // An odd step on 2³² numbers returns only after all of them.
        let numbers: std::collections::BTreeSet<u32> =
            (0..20_000).map(|n| threat_entity(5, n)).collect();
        assert_eq!(numbers.len(), 20_000);
    }
}
