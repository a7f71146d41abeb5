//! The report's text on a fixture, and what must hold of the page whatever the outcome.

mod fixture;
mod markup;

use cupola_campaign::Outcome;
use cupola_report::{
    MapContext, answer_sentences, html, summary_json, summary_schema, terminal_table,
};
use serde_json::Value;

#[test]
fn terminal_table_fits_a_hundred_columns() {
    let table = terminal_table(&fixture::outcome(), 100);
    insta::assert_snapshot!(table);
}

#[test]
fn prop_terminal_table_keeps_to_any_width_from_60() {
    for width in 60..140 {
        let table = terminal_table(&fixture::outcome(), width);
        let widest = table.lines().map(|l| l.chars().count()).max();
        assert!(widest.is_some_and(|w| w <= width), "{widest:?} of {width}");
    }
}

#[test]
fn answer_is_five_sentences_from_the_numbers() {
    let sentences = answer_sentences(&fixture::outcome());
    insta::assert_snapshot!(sentences.join("\n\n"));
}

#[test]
fn answer_changes_when_the_numbers_do() {
    let before = answer_sentences(&fixture::outcome());
    let mut outcome = fixture::outcome();
    for measure in outcome.options.iter_mut().flat_map(|o| &mut o.measures) {
        measure.mean *= 2.0;
        measure.diff_lo95 = -measure.diff_hi95.abs();
        measure.diff_hi95 = measure.diff_lo95.abs();
    }
    let after = answer_sentences(&outcome);
    assert!(
        after[0].contains("hold zero: no difference is shown"),
        "{}",
        after[0]
    );
    assert!(before.iter().zip(&after).take(4).all(|(a, b)| a != b));
}

#[test]
fn summary_begins_with_the_keys_of_the_contract() {
    let summary = summary_json(&fixture::outcome());
    let head: Vec<&str> = summary.lines().take(24).collect();
    let head = head
        .join("\n")
        .replace(env!("CARGO_PKG_VERSION"), "<version>");
    insta::assert_snapshot!(head);
    let tail = summary.split("\"assumptions\"").last().unwrap_or_default();
    insta::assert_snapshot!("summary_tail", tail);
}

#[test]
fn summary_is_json_that_its_schema_admits() {
    for outcome in [fixture::outcome(), strange(), empty()] {
        let summary: Value = serde_json::from_str(&summary_json(&outcome)).unwrap();
        markup::admits(&summary_schema(), &summary, "summary").unwrap();
    }
}

#[test]
fn summary_has_null_for_what_is_no_number() {
    let summary: Value = serde_json::from_str(&summary_json(&strange())).unwrap();
    let measures = summary["options"][0]["measures"].as_array().unwrap();
    assert!(
        measures
            .iter()
            .all(|m| m["mean"].is_null() && m["p95"].is_null())
    );
    let all = measures
        .iter()
        .find(|m| m["id"] == "leakers_prevented")
        .unwrap();
    assert!(all["class"].is_null());
}

#[test]
fn schema_stays_as_published() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&summary_schema()).unwrap());
}

#[test]
fn page_is_well_formed_and_loads_nothing() {
    for outcome in [fixture::outcome(), strange(), empty()] {
        let page = html(
            &outcome,
            &fixture::map_context(),
            "cupola run x --out <dir>",
        );
        markup::check(&page).unwrap();
    }
}

#[test]
fn page_is_small_and_the_same_each_time() {
    let make = || html(&fixture::outcome(), &fixture::map_context(), "cupola run x");
    let page = make();
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert_eq!(page, make());
}

#[test]
fn page_stands_without_map_data() {
    let map = MapContext {
        countries: Vec::new(),
        cities: Vec::new(),
        area_outline: Vec::new(),
        relief: None,
        ..fixture::map_context()
    };
    markup::check(&html(&fixture::outcome(), &map, "cupola run x")).unwrap();
}

#[test]
fn page_escapes_what_people_typed() {
    let mut outcome = fixture::outcome();
    "<script>alert(1)</script> & \"more\"".clone_into(&mut outcome.title);
    "<i>B</i>".clone_into(&mut outcome.options[1].title);
    let page = html(&outcome, &fixture::map_context(), "a && b < c");
    markup::check(&page).unwrap();
    assert!(!page.contains("<script>alert") && !page.contains("<i>B</i>"));
}

#[test]
fn rare_incidents_are_printed_as_less_than_and_countries_by_name() {
    let mut outcome = fixture::outcome();
    for count in outcome.options.iter_mut().flat_map(|o| &mut o.ledger) {
        (count.mean, count.p05, count.p95) = (0.002, 0.0, 0.0);
    }
    let page = html(&outcome, &fixture::map_context(), "cupola run x");
    assert!(page.contains("&lt;\u{202f}0.01") && !page.contains("&amp;lt;"));
    assert!(page.contains("threats that entered Poland"));
}

#[test]
fn a_small_sweep_is_a_section_whose_letters_go_on() {
    let mut outcome = fixture::outcome();
    let page = html(&outcome, &fixture::map_context(), "cupola run x");
    let (_, section) = page.split_once("<section id=\"sweep\"").unwrap();
    let section = section.split_once("</section>").unwrap().0;
    assert!(section.contains("What changes with the distance"));
    assert!(section.contains("distance, km") && section.contains("<svg"));
    let next = char::from(b'A' + u8::try_from(outcome.options.len()).unwrap());
    assert!(section.contains(&format!("\">{next}</span> belt")));
    outcome.sweep = None;
    let page = html(&outcome, &fixture::map_context(), "cupola run x");
    assert!(!page.contains("id=\"sweep\"") && !page.contains("#sweep"));
}

#[test]
fn a_precedent_and_a_coalition_are_sections_with_intervals_below_their_numbers() {
    let mut outcome = fixture::outcome();
    let page = html(&outcome, &fixture::map_context(), "cupola run x");
    let of = |id: &str| {
        let (_, section) = page.split_once(&format!("<section id=\"{id}\"")).unwrap();
        section.split_once("</section>").unwrap().0
    };
    let precedent = of("precedent");
    assert!(precedent.contains("<svg") && precedent.contains("geometry: over here"));
    assert!(precedent.contains("16 runs each, 8 draws"), "{precedent}");
    let coalition = of("coalition");
    assert!(
        coalition.contains("−14 points") || coalition.contains("−14.2 points"),
        "{coalition}"
    );
    let below = "<span class=\"range\">−16–−12</span>";
    assert!(
        coalition.contains(below) || coalition.contains("range\">−16 to −12"),
        "{coalition}"
    );
    assert!(coalition.contains("Estonia holds none"));
    outcome.precedent = None;
    let page = html(&outcome, &fixture::map_context(), "cupola run x");
    assert!(!page.contains("id=\"precedent\"") && !page.contains("#precedent"));
}

/// Every number that can be strange is.
fn strange() -> Outcome {
    let mut outcome = fixture::outcome();
    for option in &mut outcome.options {
        for m in &mut option.measures {
            for value in [
                &mut m.mean,
                &mut m.mean_lo95,
                &mut m.p05,
                &mut m.p95,
                &mut m.diff,
                &mut m.diff_hi95,
            ] {
                *value = f64::NAN;
            }
            m.mean_hi95 = f64::INFINITY;
            m.diff_lo95 = f64::NEG_INFINITY;
        }
        for e in &mut option.endurance {
            e.stock = f64::NAN;
            e.raids_until_empty = [None, None, None];
        }
        for story in &mut option.stories {
            story.text.clear();
        }
    }
    for s in &mut outcome.sensitivity {
        (s.first_order, s.mean_low, s.mean_high) = (f64::NAN, f64::NAN, f64::INFINITY);
    }
    outcome.area_people = f64::NAN;
    outcome
}

/// Nothing was computed.
fn empty() -> Outcome {
    let mut outcome = fixture::outcome();
    outcome.options.truncate(1);
    let option = &mut outcome.options[0];
    option.measures.clear();
    option.fates.clear();
    option.ledger.clear();
    outcome.raids.clear();
    outcome.classes.clear();
    outcome.sensitivity.clear();
    outcome.inputs.clear();
    outcome.warnings.clear();
    "given".clone_into(&mut outcome.terrain.kind);
    outcome.terrain.seeds.clear();
    outcome
}
