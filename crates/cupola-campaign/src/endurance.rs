//! How long the missiles last: raids of the main kind in a row, and months with what is made.

use crate::outcome::Endurance;
use crate::tally::{Table, Tally};
use cupola_raid::{InputId, Plan};

/// Raids and months until each system's missiles run out.
pub(crate) fn endurance(plan: &Plan, tally: &Tally, option: usize, main: &Table) -> Vec<Endurance> {
    let mut systems: Vec<&str> = Vec::new();
    for &unit in &plan.options[option].units {
        let name = plan.units[unit].system_name.as_str();
        if plan.units[unit].family.is_some() && !systems.contains(&name) {
            systems.push(name);
        }
    }
    let units = |system: &str| -> Vec<usize> {
        let all = plan.options[option].units.iter().copied();
        all.filter(|&unit| plan.units[unit].system_name == system)
            .collect()
    };
    systems
        .into_iter()
        .map(|system| of_system(plan, tally, main, system, &units(system)))
        .collect()
}

fn of_system(plan: &Plan, tally: &Tally, main: &Table, system: &str, units: &[usize]) -> Endurance {
    let draws = main.spent.len();
    let value = |id: InputId, draw: usize| plan.inputs.quantile(id, tally.places[draw][id.index()]);
    let sum = |of: &dyn Fn(usize) -> f64| -> f64 { units.iter().map(|&unit| of(unit)).sum() };
    let stock = |draw: usize| sum(&|unit| f64::from(tally.missiles[draw][unit]));
    let spent = |draw: usize| sum(&|unit| main.spent[draw][unit]);
    let made = units
        .first()
        .and_then(|&unit| plan.units[unit].made_per_year);
    let supply = &plan.supply;
    let raids = (0..draws).map(|d| lasts(stock(d), spent(d), 0.0));
    let months = supply.raids_per_month.map(|rate| {
        let monthly = |draw: usize| {
            let made = made.map_or(0.0, |id| value(id, draw) / 12.0);
            let comes = value(supply.production_share, draw) * made;
            lasts(stock(draw), spent(draw) * value(rate, draw), comes)
        };
        quantiles((0..draws).map(monthly).collect())
    });
    let mean = |of: &dyn Fn(usize) -> f64| (0..draws).map(of).sum::<f64>() / draws.max(1) as f64;
    Endurance {
        system_name: system.to_owned(),
        stock: mean(&stock),
        spent_per_raid: mean(&spent),
        raids_until_empty: quantiles(raids.collect()),
        made_per_year: made.map(|id| {
            let num = plan.inputs.num(id);
            [num.low, num.mode, num.high]
        }),
        months_until_empty: months,
    }
}

/// How long a stock lasts against its use and what comes in; for ever when as much comes.
fn lasts(stock: f64, used: f64, comes: f64) -> f64 {
    if used > comes {
        stock / (used - comes)
    } else {
        f64::INFINITY
    }
}

/// 5 %, 50 % and 95 % quantile; `None` for never.
fn quantiles(mut values: Vec<f64>) -> [Option<f64>; 3] {
    values.sort_by(f64::total_cmp);
    let at = |p: f64| {
        let last = values.len().max(1);
        let i = ((p * values.len() as f64).ceil() as usize).clamp(1, last) - 1;
        values.get(i).copied().filter(|value| value.is_finite())
    };
    [at(0.05), at(0.5), at(0.95)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_stock_lasts_as_long_as_use_beyond_supply_lets_it() {
        let ours = lasts(100.0, 96.0, 20.0);
        println!(
            "VALIDATION id=endurance of=months truth=1.32 ours={ours:.4} tolerance=0.005 unit=months"
        );
        assert!((ours - 1.32).abs() < 0.005);
        assert!(lasts(100.0, 20.0, 20.0).is_infinite());
        assert_eq!(
            quantiles(vec![3.0, f64::INFINITY]),
            [Some(3.0), Some(3.0), None]
        );
    }
}
