//! The coalition: what each nation brings and adds, and what a refusal costs.

use cupola_campaign::Estimate;
use cupola_campaign::coalition::{Change, Coalition, Member, Refusal};
use cupola_scenario::{Class, Release};

use crate::format::{
    NONE, Places, THIN, class_name, count, country, height, letter, listed, plain, range,
};
use crate::html_table::{Cell, Table};
use crate::sections::{badge, section};
use crate::svg::escaped;
use crate::view::View;

/// The section; nothing when no option is a coalition.
pub(crate) fn coalition(view: View<'_>) -> String {
    let found = &view.outcome.coalitions;
    if found.options.is_empty() {
        return String::new();
    }
    let mut body = String::from(
        "<p>What is held is public; how much of it might be released is an assumption in three \
         levels. A nation's contribution is what changes in the main raid when it alone stays away and \
         the others stand where they stood, under the same luck. Contributions do not add up: nations \
         stand in for each other.</p>\n",
    );
    for coalition in &found.options {
        body.push_str(&members(view, coalition));
    }
    for refusal in &found.refusals {
        body.push_str(&refused(view, refusal));
    }
    section("coalition", "8", "The coalition", &body)
}

fn level(release: Release) -> &'static str {
    match release {
        Release::Low => "the low level",
        Release::Mode => "the most likely level",
        Release::High => "the high level",
    }
}

fn members(view: View<'_>, coalition: &Coalition) -> String {
    let option = coalition.option;
    let mut out = format!(
        "<h3>{} {}: {} of release</h3>\n",
        badge(option),
        escaped(view.title(option)),
        level(coalition.release)
    );
    let nothing: Vec<String> = coalition
        .members
        .iter()
        .filter_map(|member| member.nothing.clone().filter(|_| member.brings.is_empty()))
        .collect();
    let caption = format!(
        "Change without the nation: mean (95 % interval of the expected change, paired). Cover: \
         people over whom a cruise missile at 1 km can be engaged, percentage points; {}",
        n_of_line_ups(view)
    );
    let mut table = Table::new(format!("t-coalition-{}", letter(option)), caption)
        .class("coalition stacked")
        .text_column("Nation")
        .text_column("Brings")
        .number_column("Leakers")
        .number_column("Missiles spent")
        .number_column("Cost, M$")
        .number_column("Cover, points");
    for member in &coalition.members {
        let find = |id: &str, height_m| {
            member.without.iter().find(|change| {
                change.measure == id
                    && change.height_m == height_m
                    && (height_m.is_none() == change.class.is_none()
                        || change.class == Some(Class::Cruise))
            })
        };
        let number = |change: Option<&Change>| {
            Cell::stacked(&change.map_or(NONE.to_owned(), |change| paired(&change.change)))
        };
        let cover = find("people_under_floor", Some(1000.0));
        table.row(vec![
            Cell::Head(member.name.clone()),
            Cell::Text(brings(member)),
            number(find("leakers", None)),
            number(find("interceptors", None)),
            number(find("cost_musd", None)),
            Cell::stacked(&cover.map_or(NONE.to_owned(), |cover| points(&cover.change))),
        ]);
    }
    out.push_str(&table.finish());
    if !nothing.is_empty() {
        push!(
            out,
            "<p><b>Members without a fire unit.</b> {}.</p>\n",
            escaped(&nothing.join(". "))
        );
    }
    out
}

fn brings(member: &Member) -> String {
    if member.brings.is_empty() {
        return if member.nothing.is_some() {
            "nothing: it holds none".to_owned()
        } else {
            "nothing at this level of release".to_owned()
        };
    }
    let one = |(name, count): &(String, usize)| format!("{count} × {name}");
    let all: Vec<String> = member.brings.iter().map(one).collect();
    listed(&all)
}

/// A paired change with its interval.
fn paired(change: &Estimate) -> String {
    if !change.lo95.is_finite() {
        return Places::of_interval(0.0, change.mean, change.mean).print_signed(change.mean);
    }
    if change.hi95 - change.lo95 < 1e-9 && change.mean.abs() < 1e-9 {
        return "0".to_owned();
    }
    let places = Places::of_interval(change.lo95, change.hi95, change.mean).at_most(3);
    let ends = range(&places.print(change.lo95), &places.print(change.hi95));
    format!("{} ({ends})", places.print_signed(change.mean))
}

/// A change of a share in percentage points, with its range where it has one.
fn points(change: &Estimate) -> String {
    let [mean, low, high] = [change.mean, change.lo95, change.hi95].map(|share| 100.0 * share);
    let places = Places::of_interval(0.0, mean, mean).at_most(2);
    if high - low > 1e-9 {
        let ends = range(&places.print(low), &places.print(high));
        return format!("{} ({ends})", places.print_signed(mean));
    }
    places.print_signed(mean)
}

/// What stands behind the comparison of line-ups.
fn n_of_line_ups(view: View<'_>) -> String {
    let played = &view.outcome.coalitions;
    format!(
        "n = {} runs per line-up, {} draws of the inputs; cover: mean and range over {}",
        count(played.runs as usize),
        count(played.draws as usize),
        match view.outcome.terrain.seeds.len() {
            0 | 1 => "one ground".to_owned(),
            seeds => format!("{seeds} grounds with statistical relief"),
        }
    )
}

fn refused(view: View<'_>, refusal: &Refusal) -> String {
    let names: Vec<String> = refusal.nations.iter().map(|code| country(code)).collect();
    let nations = listed(&names);
    let mut out = format!(
        "<h3>What the refusal of {} costs: {} instead of {}</h3>\n",
        escaped(&nations),
        badge(refusal.without),
        badge(refusal.with)
    );
    let caption = format!(
        "One raid of the main kind; the change is paired, with the 95 % interval of its expected value; \
         {}",
        n_of_line_ups(view)
    );
    let id = format!(
        "t-refusal-{}-{}",
        letter(refusal.without),
        letter(refusal.with)
    );
    let mut table = Table::new(id, caption)
        .class("ledger stacked")
        .text_column("Measure")
        .number_column("With them")
        .number_column("Without")
        .number_column("Change");
    for change in &refusal.changes {
        let is_share = change.unit == "share";
        let print = |value: f64| {
            if is_share {
                crate::sweep::percent_of(value)
            } else {
                plain(value)
            }
        };
        let moved = if is_share {
            let text = points(&change.change);
            let (number, rest) = text.split_at(text.find(" (").unwrap_or(text.len()));
            format!("{number} points{rest}")
        } else {
            paired(&change.change)
        };
        table.row(vec![
            Cell::Head(name(change)),
            Cell::Number(print(change.with)),
            Cell::Number(print(change.without)),
            Cell::stacked(&moved),
        ]);
    }
    out.push_str(&table.finish());
    out
}

fn name(change: &Change) -> String {
    let class = change.class.map_or("all threats", class_name);
    match change.measure {
        "leakers" => format!("leakers, {class}"),
        "interceptors" => "missiles spent".to_owned(),
        "cost_musd" => "their cost, million US dollars".to_owned(),
        "engagements_nato_crew" => "engagements by NATO crews".to_owned(),
        "people_under_floor" => format!(
            "people over whom {class} can be engaged at {}",
            height(change.height_m.unwrap_or(0.0))
        ),
        "missiles_in_stock" => "missiles at the start, with those in stock".to_owned(),
        "raids_until_empty" => format!("such raids in a row until empty, at the mean{THIN}use"),
        other => other.to_owned(),
    }
}

/// The coalitions as JSON values: options and refusals.
pub(crate) fn json(outcome: &cupola_campaign::Outcome) -> [serde_json::Value; 2] {
    use serde_json::{Value, json};
    let option = |i: usize| outcome.options.get(i).map(|option| option.name.as_str());
    let change = |c: &Change| {
        json!({ "measure": c.measure, "unit": c.unit, "class": c.class.map(Class::name),
            "height_m": c.height_m, "with": c.with, "without": c.without,
            "change": c.change.mean, "change_lo95": c.change.lo95, "change_hi95": c.change.hi95 })
    };
    let changes = |all: &[Change]| all.iter().map(change).collect::<Vec<Value>>();
    let member = |m: &Member| {
        let brings: Vec<Value> = m
            .brings
            .iter()
            .map(|(system, units)| json!({ "system": system, "units": units }))
            .collect();
        json!({ "nation": m.nation, "brings": brings, "holds_nothing": m.nothing,
            "without": changes(&m.without) })
    };
    let found = &outcome.coalitions;
    let coalitions = found.options.iter().map(|c| {
        let members: Vec<Value> = c.members.iter().map(member).collect();
        json!({ "option": option(c.option), "release": format!("{:?}", c.release).to_lowercase(),
            "members": members })
    });
    let refusals = found.refusals.iter().map(|r| {
        json!({ "nations": r.nations, "without": option(r.without), "with": option(r.with),
            "changes": changes(&r.changes) })
    });
    [coalitions.collect(), refusals.collect()]
}
