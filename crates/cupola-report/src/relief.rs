//! Why leakers leak under each option, and which relief would reach most of them.
//!
//! Sentences made from the causes of the main raid. A relief is an upper bound: who no longer leaks
//! for one cause may leak for the next.

use cupola_campaign::{Fate, Measure, OptionOutcome};
use cupola_scenario::Class;

use crate::format::{class_name, listed, mean_count, percent};
use crate::sections::badge;
use crate::svg::escaped;
use crate::view::{View, leaked};

/// What would be changed about a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relief {
    Units,
    Sensors,
    Reach,
    Time,
    Protection,
    Rules,
    Discrimination,
    Channels,
    Missiles,
    Kills,
}

impl Relief {
    const ALL: [Self; 10] = [
        Self::Units,
        Self::Sensors,
        Self::Reach,
        Self::Time,
        Self::Protection,
        Self::Rules,
        Self::Discrimination,
        Self::Channels,
        Self::Missiles,
        Self::Kills,
    ];

    fn of(fate: Fate) -> Option<Self> {
        Some(match fate {
            Fate::NoUnit => Self::Units,
            Fate::OutsideRange | Fate::BelowFloor | Fate::NeverSeen => Self::Sensors,
            Fate::OutOfReach => Self::Reach,
            Fate::TooLate => Self::Time,
            Fate::UnitLost => Self::Protection,
            Fate::NoRule => Self::Rules,
            Fate::TakenForDecoy => Self::Discrimination,
            Fate::NoChannel => Self::Channels,
            Fate::NoMissile => Self::Missiles,
            Fate::Missed => Self::Kills,
            Fate::Failed | Fate::Lost | Fate::KilledExisting | Fate::KilledShield => return None,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Units => "units on duty",
            Self::Sensors => "radars that see lower or farther (a mast, a nearer or linked sensor)",
            Self::Reach => "units nearer to the routes, or with more reach",
            Self::Time => "an earlier track or a faster decision",
            Self::Protection => "units that are not lost",
            Self::Rules => "wider rules of engagement",
            Self::Discrimination => "telling real drones from decoys",
            Self::Channels => "more fire channels",
            Self::Missiles => "more missiles ready",
            Self::Kills => "more shots at each target, or better ones",
        }
    }

    /// Whether it is a matter of orders and training rather than of things to be bought.
    fn needs_no_hardware(self) -> bool {
        matches!(self, Self::Time | Self::Rules | Self::Discrimination)
    }
}

/// Leakers that each relief might reach, most first.
fn reliefs(view: View<'_>, option: usize) -> Vec<(Relief, f64)> {
    let fates = view.fates(option);
    let sum = |relief: Relief| -> f64 {
        let of = fates.iter().filter(|f| Relief::of(f.0) == Some(relief));
        of.map(|f| f.1).sum()
    };
    let mut all: Vec<(Relief, f64)> = Relief::ALL.iter().map(|&r| (r, sum(r))).collect();
    all.retain(|r| r.1 > 0.0);
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

/// A sentence for each option with units of its own; empty when nothing leaks.
pub(crate) fn paragraphs(view: View<'_>) -> String {
    let mut items = String::new();
    for option in 0..view.options().len() {
        let all = reliefs(view, option);
        let only_absent =
            all.first().is_some_and(|first| first.0 == Relief::Units) && all.len() == 1;
        if let Some(text) = (!only_absent)
            .then(|| sentence(view, option, &all))
            .flatten()
        {
            push!(items, "<li>{} {}</li>\n", badge(option), escaped(&text));
        }
    }
    if items.is_empty() {
        return String::new();
    }
    format!(
        "<p>What would relieve most, read off the causes. An upper bound: a threat that no longer \
         leaks for one cause may leak for the next, and orders are not free of risk.</p>\n\
         <ul class=\"relief\">\n{items}</ul>\n"
    )
}

fn sentence(view: View<'_>, option: usize, all: &[(Relief, f64)]) -> Option<String> {
    let &(most, n) = all.first()?;
    let fates = view.fates(option);
    let total: f64 = fates.iter().filter(|f| leaked(f.0)).map(|f| f.1).sum();
    let mut text = format!(
        "{} leak; most of all {} would help: at most {} of them ({})",
        mean_count(total),
        most.words(),
        mean_count(n),
        percent(n / total)
    );
    let cheap = all.iter().find(|r| r.0.needs_no_hardware());
    match cheap {
        Some(&(relief, _)) if relief == most => text.push_str(", without buying anything"),
        Some(&(relief, n)) => push!(
            text,
            "; cheapest, without buying anything, {}: at most {} ({})",
            relief.words(),
            mean_count(n),
            percent(n / total)
        ),
        None => text.push_str("; orders alone would relieve nothing"),
    }
    text.push('.');
    Some(text)
}

/// What is fired at decoys, in the raids that bring some.
pub(crate) fn decoys(view: View<'_>) -> String {
    let mut parts = Vec::new();
    for raid in &view.outcome.raids {
        let share = |option: &OptionOutcome| {
            let of = |m: &&Measure| {
                m.id == "wasted_on_decoys_share" && m.raid.as_deref() == Some(&raid.name)
            };
            option.measures.iter().find(of).map(|m| m.mean)
        };
        let options = view.options().iter().enumerate();
        let shares: Vec<String> = options
            .filter_map(|(i, option)| Some(format!("{} {}", badge(i), percent(share(option)?))))
            .collect();
        if !shares.is_empty() {
            parts.push(format!("“{}” {}", escaped(&raid.title), listed(&shares)));
        }
    }
    if parts.is_empty() {
        return String::new();
    }
    format!(
        "<p>Wasted on {}, as a share of all missiles fired, in {}.</p>\n",
        class_name(Class::Decoy),
        parts.join("; ")
    )
}
