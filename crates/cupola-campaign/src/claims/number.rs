//! The number of a claim, read from an answer: cover, ratios of counts, endurance, relief.

use super::Answer;
use crate::{Estimate, Series};
use cupola_scenario::Class;
use cupola_scenario::claims::{Kind, Quantity};

/// A number with the interval of its expected value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// The number.
    pub value: f64,
    /// Lower end of its 95 % interval; over the seeds of the terrain for cover.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
    /// Runs behind it; seeds for cover.
    pub n: u32,
}

/// Weight of the existing defence over the area today, relative to elsewhere: the mode of the
/// embedded scenario's assumption.
pub(super) const TODAY: f64 = 0.6;
/// Shares of it that stay, from all to none.
pub(super) const KEPT_SHARES: [f64; 6] = [1.0, 0.8, 0.6, 0.4, 0.2, 0.0];

/// Reads a number; says what is missing when the answer does not hold it.
pub(super) fn number(quantity: &Quantity, answer: &Answer) -> Result<Number, String> {
    let option = option(answer, &quantity.option)?;
    match quantity.kind {
        Kind::Cover => cover(quantity, answer, option),
        Kind::Endurance => endurance(answer, option),
        Kind::Ratio | Kind::Stopped => {
            let above = series(answer, option, quantity, &quantity.measure)?;
            let below = below(quantity, answer, option)?;
            let ratio = ratio(&above, &below);
            Ok(if quantity.kind == Kind::Stopped {
                Number {
                    value: 1.0 - ratio.value,
                    lo: 1.0 - ratio.hi,
                    // No more than everything is stopped, whatever a straight line says.
                    hi: (1.0 - ratio.lo).min(1.0),
                    n: ratio.n,
                }
            } else {
                ratio
            })
        }
        Kind::Relief => Err("relief needs several answers".to_owned()),
    }
}

fn option(answer: &Answer, name: &str) -> Result<usize, String> {
    let found = answer.options.iter().position(|option| option == name);
    found.ok_or_else(|| {
        format!(
            "the scenario has no option `{name}`; it has {}",
            answer.options.join(", ")
        )
    })
}

fn series(
    answer: &Answer,
    option: usize,
    quantity: &Quantity,
    measure: &str,
) -> Result<Series, String> {
    let series = answer.sample.series(option, measure, quantity.class);
    if series.is_empty() {
        return Err(format!("no run counts `{measure}`"));
    }
    Ok(series)
}

fn below(quantity: &Quantity, answer: &Answer, above: usize) -> Result<Series, String> {
    let place = match &quantity.over_option {
        Some(name) => option(answer, name)?,
        None => above,
    };
    let over = quantity.over.as_deref().unwrap_or("launched");
    let all = series(answer, place, quantity, over)?;
    match &quantity.over_less {
        Some(less) => Ok(all.minus(&series(answer, place, quantity, less)?)),
        None => Ok(all),
    }
}

/// A ratio of means, with the interval of its linear approximation: draws and runs stay paired.
fn ratio(above: &Series, below: &Series) -> Number {
    let (mean, under) = (above.estimate(), below.estimate());
    if under.mean.abs() < 1e-12 {
        return Number {
            value: f64::NAN,
            lo: f64::NAN,
            hi: f64::NAN,
            n: mean.n,
        };
    }
    let value = mean.mean / under.mean;
    let around = above
        .minus(&below.times(value))
        .times(1.0 / under.mean)
        .estimate();
    Number {
        value,
        lo: value + around.lo95,
        hi: value + around.hi95,
        n: mean.n,
    }
}

fn cover(quantity: &Quantity, answer: &Answer, option: usize) -> Result<Number, String> {
    let all = answer.cover.get(option).map_or(&[][..], Vec::as_slice);
    let found = all.iter().find(|measure| {
        measure.id == quantity.measure
            && measure.class == quantity.class
            && measure.height_m == quantity.height_m
    });
    let measure = found.ok_or_else(|| {
        format!(
            "no cover `{}` of {} at {:?} m",
            quantity.measure,
            quantity.class.map_or("all", Class::name),
            quantity.height_m
        )
    })?;
    Ok(Number {
        value: measure.mean,
        lo: measure.mean_lo95,
        hi: measure.mean_hi95,
        n: measure.n,
    })
}

/// Most raids that are told: beyond, nothing is used to speak of.
const RAIDS_MAX: f64 = 1_000.0;

/// Raids until the first system runs dry: the median of the draws, between their 5 and 95 % quantiles.
fn endurance(answer: &Answer, option: usize) -> Result<Number, String> {
    let mut lasts = answer.lasts.get(option).cloned().unwrap_or_default();
    if lasts.is_empty() {
        return Err("the option has no missiles".to_owned());
    }
    lasts.sort_by(f64::total_cmp);
    let last = lasts.len();
    let at = |p: f64| {
        let i = ((p * last as f64).ceil() as usize).clamp(1, last) - 1;
        lasts[i].min(RAIDS_MAX)
    };
    let runs = answer.sample.series(option, "interceptors", None);
    Ok(Number {
        value: at(0.5),
        lo: at(0.05),
        hi: at(0.95),
        n: runs.estimate().n,
    })
}

/// Leakers under the option and under the one it is compared with.
pub(super) fn relief_series(quantity: &Quantity, answer: &Answer) -> Result<[Series; 2], String> {
    let shield = option(answer, &quantity.option)?;
    let alone = option(answer, quantity.over_option.as_deref().unwrap_or_default())?;
    Ok([
        series(answer, shield, quantity, "leakers")?,
        series(answer, alone, quantity, "leakers")?,
    ])
}

/// Units that could leave, from the change of the leakers at each share that stays.
///
/// The change grows as less stays. What can go is where it reaches zero, by straight lines between
/// the shares; its ends are where the ends of the paired interval do.
pub(super) fn relief(quantity: &Quantity, kept: &[(f64, Estimate)]) -> Number {
    let units = quantity.units_there.unwrap_or(0.0);
    let gone = |of: &dyn Fn(&Estimate) -> f64| {
        let mut last: Option<(f64, f64)> = None;
        for (share, change) in kept {
            let (left, change) = (1.0 - share, of(change));
            if change > 0.0 {
                return last.map_or(0.0, |(before, was)| {
                    before + (left - before) * (-was / (change - was)).clamp(0.0, 1.0)
                });
            }
            last = Some((left, change));
        }
        1.0
    };
    Number {
        value: units * gone(&|change| change.mean),
        lo: units * gone(&|change| change.hi95),
        hi: units * gone(&|change| change.lo95),
        n: kept.first().map_or(0, |(_, change)| change.n),
    }
}

/// Sets a field of a quantity from its written value; whether that makes sense.
pub(super) fn set_field(quantity: &mut Quantity, field: &str, value: &str) -> bool {
    match field {
        "class" => {
            let found = Class::ALL.into_iter().find(|class| class.name() == value);
            quantity.class = found;
            found.is_some() || value == "all"
        }
        "height_m" => {
            quantity.height_m = value.parse().ok();
            quantity.height_m.is_some()
        }
        "units_there" => {
            quantity.units_there = value.parse().ok();
            quantity.units_there.is_some()
        }
        "option" => {
            value.clone_into(&mut quantity.option);
            true
        }
        "measure" => {
            value.clone_into(&mut quantity.measure);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(mean: f64) -> Estimate {
        Estimate {
            mean,
            lo95: mean - 1.0,
            hi95: mean + 1.0,
            mc_half95: 0.1,
            n: 64,
        }
    }

    #[test]
    fn units_may_leave_until_the_shield_leaks_as_much() {
        let quantity = Quantity {
            words: String::new(),
            kind: Kind::Relief,
            measure: "leakers".to_owned(),
            option: "a".to_owned(),
            class: None,
            height_m: None,
            over: None,
            over_option: None,
            over_less: None,
            units_there: Some(10.0),
            unit: "fire units".to_owned(),
        };
        let kept: Vec<(f64, Estimate)> = [(1.0, -2.0), (0.5, 0.0), (0.0, 2.0)]
            .map(|(share, mean)| (share, change(mean)))
            .to_vec();
        let found = relief(&quantity, &kept);
        assert!((found.value - 5.0).abs() < 1e-9, "{found:?}");
        assert!(
            found.lo < found.value && found.value < found.hi,
            "{found:?}"
        );
        let none = relief(&quantity, &[(1.0, change(3.0))]);
        assert!(none.value.abs() < 1e-12);
    }
}
