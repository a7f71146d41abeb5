//! Depth of an option's own fire units, what each is worth, and where their gaps are: one small
//! table for cruise missiles, and the `network` list of `summary.json` for all classes.

use cupola_campaign::{NetworkCover, OptionOutcome, UnitWorth};
use cupola_scenario::Class;
use serde_json::{Value, json};

use crate::format::{NONE, height, percent, plain};
use crate::html_table::{Cell, Table};
use crate::sections::badge_cell;
use crate::view::View;

/// Height above ground of the table's shares, metres.
const HEIGHT_M: f64 = 1_000.0;

/// The table; nothing where no option has a fire unit against cruise missiles.
pub(crate) fn network_table(view: View<'_>) -> String {
    let caption = format!(
        "Depth against a cruise missile at {}: share of the people over whom at least so many of \
         the option's fire units can engage it at once; the unit without which most would be lost; \
         and the gap of these units with most people in it",
        height(HEIGHT_M)
    );
    let mut table = Table::new("t-network", caption)
        .text_column("Option")
        .number_column("1 unit")
        .number_column("2 units")
        .number_column("3 units")
        .text_column("Worth most")
        .number_column("lost without it")
        .number_column("people in the worst gap")
        .text_column("centre of the gap");
    for (i, option) in view.options().iter().enumerate() {
        if let Some(network) = against(option, Class::Cruise) {
            table.row(row(view, i, option, network));
        }
    }
    if table.is_empty() {
        return String::new();
    }
    table.finish()
}

fn row(view: View<'_>, i: usize, option: &OptionOutcome, network: &NetworkCover) -> Vec<Cell> {
    let depth = |units: usize| {
        let found = network.depths.iter().find(|depth| depth.units == units);
        let share = found.and_then(|depth| at(&network.heights_m, &depth.people));
        Cell::Number(share.map_or(NONE.to_owned(), percent))
    };
    let lost = |unit: &UnitWorth| at(&network.worth_heights_m, &unit.lost_people).unwrap_or(0.0);
    // Of equals the first.
    let most = network
        .units
        .iter()
        .rev()
        .max_by(|a, b| lost(a).total_cmp(&lost(b)));
    let most = most.filter(|unit| lost(unit) > 0.0);
    let name = most.and_then(|unit| option.units.get(unit.unit));
    let name = name.map(|unit| format!("{} at {}", unit.system_name, unit.site));
    let gap = network.gaps.iter().find(|gap| same(gap.height_m, HEIGHT_M));
    vec![
        badge_cell(view, i),
        depth(1),
        depth(2),
        depth(3),
        Cell::Text(name.unwrap_or_else(|| NONE.to_owned())),
        Cell::Number(most.map_or(NONE.to_owned(), |unit| percent(lost(unit)))),
        Cell::Number(gap.map_or(NONE.to_owned(), |gap| thousands(gap.people))),
        Cell::Text(gap.map_or(NONE.to_owned(), |gap| {
            format!("{:.1} N, {:.1} E", gap.centre.lat_deg, gap.centre.lon_deg)
        })),
    ]
}

fn against(option: &OptionOutcome, class: Class) -> Option<&NetworkCover> {
    let networks = &option.coverage.as_ref()?.network;
    networks.iter().find(|network| network.class == class)
}

/// The value at the table's height.
fn at(heights_m: &[f64], values: &[f64]) -> Option<f64> {
    let found = heights_m
        .iter()
        .position(|&height_m| same(height_m, HEIGHT_M));
    values.get(found?).copied()
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.5
}

fn thousands(people: f64) -> String {
    if people >= 1e6 {
        format!("{} million", plain(people / 1e6))
    } else {
        plain((people / 1000.0).round() * 1000.0)
    }
}

/// One entry of an option's `network` in `summary.json`.
pub(crate) fn as_json(option: &OptionOutcome, n: &NetworkCover) -> Value {
    let depths = n
        .depths
        .iter()
        .map(|depth| json!({ "units": depth.units, "people": depth.people, "area": depth.area }));
    let units = n.units.iter().map(|unit| {
        json!({ "id": option.units.get(unit.unit).map(|unit| unit.id.as_str()),
            "best_people": unit.best_people, "best_area": unit.best_area,
            "lost_people": unit.lost_people, "lost_area": unit.lost_area })
    });
    let gaps = n.gaps.iter().map(|gap| {
        json!({ "height_m": gap.height_m, "people": gap.people,
            "area_km2": gap.area_km2, "lat_deg": gap.centre.lat_deg,
            "lon_deg": gap.centre.lon_deg })
    });
    json!({
        "class": n.class.name(),
        "heights_m": n.heights_m,
        "depths": depths.collect::<Vec<_>>(),
        "worth_heights_m": n.worth_heights_m,
        "units": units.collect::<Vec<_>>(),
        "gaps": gaps.collect::<Vec<_>>(),
    })
}
