//! The answer in five sentences, composed from the numbers.

use cupola_campaign::{Fate, Measure, Outcome};

use crate::format::{THIN, letter, listed, percent, plain};
use crate::input_words::in_words;
use crate::view::{Interval, View, mean_only};

/// The answer: effect, cover, spending, risk, doubt; one sentence each, plain text.
///
/// Options are named by letter and title. What overlaps is said to overlap.
pub fn answer_sentences(outcome: &Outcome) -> [String; 5] {
    let view = View::new(outcome);
    [
        effect(view),
        cover(view),
        spending(view),
        risk(view),
        doubt(view),
    ]
}

/// What each of the five sentences is about, in order.
pub(crate) const LEADS: [&str; 5] = [
    "What it changes.",
    "Where the cover ends.",
    "What it spends.",
    "What it risks.",
    "What would change the answer.",
];

fn named(view: View<'_>, option: usize) -> String {
    format!("{} ({})", letter(option), view.title(option))
}

fn effect(view: View<'_>) -> String {
    if view.measure(0, "leakers", None).is_none() {
        return "The campaign measured no leakers in the main raid.".to_owned();
    }
    let leakers = view.column(Interval::Raid, "leakers", None);
    let first = view.measure(0, "leakers", None);
    let start = format!(
        "Of the {} threats of one raid (“{}”) that are aimed at {}, {} leak on average under {}, \
         and nine raids in ten fall within {}",
        plain(view.aimed_inside()),
        view.raid_title(),
        view.outcome.area,
        leakers.mean(first),
        named(view, 0),
        leakers.range(first),
    );
    let others: Vec<(usize, &Measure)> = (1..view.options().len())
        .filter_map(|i| Some((i, view.measure(i, "leakers", None)?)))
        .collect();
    if others.is_empty() {
        return format!("{start}; there is no second option to compare with.");
    }
    let difference = view.column(Interval::Difference, "leakers", None);
    let changes: Vec<String> = others
        .iter()
        .map(|&(i, m)| format!("{} with {}", difference.both(Some(m)), named(view, i)))
        .collect();
    let none: Vec<String> = others
        .iter()
        .filter(|(_, m)| m.diff_lo95 <= 0.0 && m.diff_hi95 >= 0.0)
        .map(|&(i, _)| letter(i))
        .collect();
    let none = match none.as_slice() {
        [] => String::new(),
        [one] => format!("; the interval of {one} holds zero: no difference is shown"),
        many => format!(
            "; the intervals of {} hold zero: no difference is shown",
            listed(many)
        ),
    };
    format!(
        "{start}; the expected number changes by {}, in brackets the 95{THIN}% intervals{none}{}.",
        listed(&changes),
        overlap_clause(&others)
    )
}

/// Names the options whose intervals overlap, so that nobody ranks them.
fn overlap_clause(others: &[(usize, &Measure)]) -> String {
    if others.len() < 2 {
        return String::new();
    }
    let groups = overlap_groups(others);
    if groups.is_empty() {
        return "; no two of them overlap".to_owned();
    }
    let names: Vec<String> = groups
        .iter()
        .map(|g| listed(&g.iter().map(|&i| letter(i)).collect::<Vec<_>>()))
        .collect();
    let within = if groups.len() == 1 {
        "their order"
    } else {
        "the order within each group"
    };
    format!(
        "; those of {} overlap, so {within} is not settled",
        names.join("; of ")
    )
}

/// Largest groups of options in which every two intervals of the difference overlap.
fn overlap_groups(others: &[(usize, &Measure)]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    // Every such group of intervals has a point in common: the highest of its lower ends.
    for (_, at) in others {
        let holds = |m: &Measure| m.diff_lo95 <= at.diff_lo95 && m.diff_hi95 >= at.diff_lo95;
        let group: Vec<usize> = others
            .iter()
            .filter(|(_, m)| holds(m))
            .map(|&(i, _)| i)
            .collect();
        groups.push(group);
    }
    let within = |a: &[usize], b: &[usize]| a.iter().all(|i| b.contains(i));
    let mut kept: Vec<Vec<usize>> = Vec::new();
    groups.sort_by_key(|g| std::cmp::Reverse(g.len()));
    for group in groups.into_iter().filter(|g| g.len() > 1) {
        if !kept.iter().any(|k| within(&group, k)) {
            kept.push(group);
        }
    }
    kept.sort();
    kept
}

fn cover(view: View<'_>) -> String {
    let best = view.best();
    let share = |h: f64| {
        view.cover_column(h)
            .mean(view.cover(best, "people_under_floor", h))
    };
    let who = if best == 0 && view.options().len() > 1 {
        format!("No option leaks less than {}, under which", named(view, 0))
    } else {
        format!("Under {}, which leaks least,", named(view, best))
    };
    let mut text = format!(
        "{who} {} of the people live where a cruise missile can be engaged at 100{THIN}m above \
         ground, {} at 1{THIN}km and {} at 10{THIN}km",
        share(100.0),
        share(1_000.0),
        share(10_000.0),
    );
    let causes = view.leak_causes(best);
    let total: f64 = causes.iter().map(|c| c.1).sum();
    if let Some(&(fate, n)) = causes.first() {
        push!(
            text,
            "; what leaks there leaks mostly because {} ({} of leakers)",
            because(fate),
            percent(n / total)
        );
    }
    text.push_str(&other_causes(view, best));
    text.push('.');
    text
}

/// Main cause of leaks under the other options that have units, where it is a different one.
fn other_causes(view: View<'_>, best: usize) -> String {
    let main = |i: usize| view.leak_causes(i).first().map(|c| c.0);
    let mut by_cause: Vec<(Fate, Vec<String>)> = Vec::new();
    for i in (0..view.options().len()).filter(|&i| i != best) {
        let Some(fate) = main(i).filter(|&f| Some(f) != main(best) && f != Fate::NoUnit) else {
            continue;
        };
        match by_cause.iter_mut().find(|(f, _)| *f == fate) {
            Some((_, letters)) => letters.push(letter(i)),
            None => by_cause.push((fate, vec![letter(i)])),
        }
    }
    let parts: Vec<String> = by_cause
        .iter()
        .map(|(fate, letters)| format!("under {} because {}", listed(letters), because(*fate)))
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(", {}", listed(&parts))
    }
}

fn because(fate: Fate) -> &'static str {
    match fate {
        Fate::NoUnit => "no added fire unit is on duty",
        Fate::OutsideRange => "it never comes within a sensor's range",
        Fate::BelowFloor => "it stays below every floor",
        Fate::NeverSeen => "no track comes of seeing it",
        Fate::OutOfReach => "it never comes inside an envelope with line of sight",
        Fate::TooLate => "it is seen too late",
        Fate::UnitLost => "the unit that might meet it is lost",
        Fate::NoRule => "the rules do not allow the shot in time",
        Fate::TakenForDecoy => "it is taken for a decoy",
        Fate::NoChannel => "every fire channel is busy",
        Fate::NoMissile => "no missile is ready",
        Fate::Missed => "the shots miss",
        Fate::Failed | Fate::Lost | Fate::KilledExisting | Fate::KilledShield => fate.label(),
    }
}

fn spending(view: View<'_>) -> String {
    let Some(option) = fewest_leakers_that_shoots(view) else {
        return "No option fires a missile of its own in this raid.".to_owned();
    };
    let value = |id: &'static str| view.print(Interval::Raid, option, id);
    let mut text = format!(
        "One such raid costs {} {} missiles worth {} million US dollars",
        named(view, option),
        value("interceptors"),
        value("cost_musd"),
    );
    let per_leaker = view.measure(option, "cost_per_leaker_prevented_musd", None);
    if let Some(m) = per_leaker.filter(|m| m.mean.is_finite()) {
        push!(
            text,
            ", {} million for each leaker prevented",
            mean_only(Some(m))
        );
    }
    let endurance = view.option(option).map_or(&[][..], |o| &o.endurance);
    let finite = endurance
        .iter()
        .filter_map(|e| Some((e, e.raids_until_empty[1]?)));
    match finite.min_by(|a, b| a.1.total_cmp(&b.1)) {
        Some((e, raids)) => push!(
            text,
            "; of its missiles those of {} run dry first, after {} such raids{}",
            e.system_name,
            plain(raids),
            crate::endurance::interval_text(e).map_or(String::new(), |t| format!(" ({t})")),
        ),
        None => text.push_str("; none of its systems runs dry in half of the draws"),
    }
    text.push('.');
    text
}

/// The option with fewest leakers among those that spend missiles.
fn fewest_leakers_that_shoots(view: View<'_>) -> Option<usize> {
    let shoots = |&i: &usize| {
        view.measure(i, "interceptors", None)
            .is_some_and(|m| m.mean > 0.0)
    };
    let leakers = |i: usize| {
        view.measure(i, "leakers", None)
            .map_or(f64::INFINITY, |m| m.mean)
    };
    (0..view.options().len())
        .filter(shoots)
        .min_by(|&a, &b| leakers(a).total_cmp(&leakers(b)))
}

fn risk(view: View<'_>) -> String {
    let part = |what: &str, id: &'static str| -> String {
        let means: Vec<f64> = (0..view.options().len())
            .map(|i| view.measure(i, id, None).map_or(0.0, |m| m.mean))
            .collect();
        let most = (0..means.len()).reduce(|a, b| if means[b] > means[a] { b } else { a });
        let Some(most) = most.filter(|&i| means[i] > 0.0) else {
            return format!("there are no {what}");
        };
        let number = view.print(Interval::Raid, most, id);
        if means.iter().all(|m| *m > means[most] * 0.95) {
            format!("{what} are alike under every option: {number}")
        } else {
            format!("{what} are most frequent under {}: {number}", letter(most))
        }
    };
    let parts = [
        part(
            "engagements by crews of NATO members",
            "engagements_nato_crew",
        ),
        part(
            "falls of debris or interceptors on NATO soil",
            "debris_nato",
        ),
        part("incursions into NATO airspace", "incursions_nato"),
    ];
    format!(
        "Per raid, {}; these count incidents, and no probability of escalation is computed.",
        listed(&parts)
    )
}

fn doubt(view: View<'_>) -> String {
    let best = view.best();
    let drivers = view.sensitivity(best);
    let Some(first) = drivers.first() else {
        if view.pk_share(best).is_nan() {
            return format!(
                "What would change the answer was not computed: that needs 64 draws of the inputs, \
                 this run has {}.",
                view.outcome.draws
            );
        }
        return format!(
            "No single input stands out from chance in {} draws of the inputs: the answer depends \
             on many at once.",
            view.outcome.draws
        );
    };
    let mut text = format!(
        "The input that matters most is the {}: it explains {} of the variance of the expected leakers \
         under {}, which go from {} in its lowest quarter to {} in its highest",
        in_words(&first.input),
        percent(first.first_order),
        letter(best),
        plain(first.mean_low),
        plain(first.mean_high),
    );
    let next: Vec<String> = drivers
        .iter()
        .skip(1)
        .take(2)
        .map(|s| format!("the {} with {}", in_words(&s.input), percent(s.first_order)))
        .collect();
    if !next.is_empty() {
        push!(text, "; next come {}", listed(&next));
    }
    push!(
        text,
        "; all assumed kill probabilities together explain {}.",
        percent(view.pk_share(best))
    );
    text
}
