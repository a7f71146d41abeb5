//! `cupola sweep`: what it writes, that its bytes do not depend on threads, and what it refuses.

use crate::harness::{Place, check, edited};
use serde_json::Value;

const LAUNCHERS: &str = "fire_units.city.launchers=1,3";

#[test]
fn a_sweep_prints_a_table_and_writes_three_files() {
    let place = Place::with_small();
    let args = [
        "sweep",
        "small.toml",
        "--over",
        LAUNCHERS,
        "--runs=32",
        "--out=out",
    ];
    check("sweep_small", &place, &args);
    let one = place.files("out");
    let names: Vec<&str> = one.keys().map(String::as_str).collect();
    assert_eq!(names, ["sweep.csv", "sweep.html", "sweep.json"]);
    let json: Value = serde_json::from_slice(&one["sweep.json"]).unwrap();
    assert_eq!(json["axes"][0]["values"], serde_json::json!(["1", "3"]));
    let readings = json["points"][1]["readings"].as_array().unwrap();
    let covered = |r: &&Value| r["option"] == "covered" && r["class"].is_null();
    let leakers = readings
        .iter()
        .filter(covered)
        .find(|r| r["measure"] == "leakers")
        .unwrap();
    assert_eq!(leakers["n"], 32);
    assert!(leakers["change"].as_f64().unwrap() <= 0.0, "{leakers}");
    // The option without units does not feel it: the same luck, so no difference at all.
    let other = |r: &&Value| r["option"] == "nothing" && r["measure"] == "leakers";
    let change = readings.iter().find(other).unwrap()["change"].as_f64();
    assert_eq!(change, Some(0.0));
    let csv = String::from_utf8(one["sweep.csv"].clone()).unwrap();
    assert!(
        csv.starts_with("fire_units.city.launchers,option,measure,"),
        "{csv}"
    );
    let more = [
        "sweep",
        "small.toml",
        "--over",
        LAUNCHERS,
        "--runs=32",
        "--out=two",
        "--threads=1",
    ];
    place.good(&more);
    crate::contracts::assert_same(&one, &place.files("two"));
}

#[test]
fn a_grid_has_a_point_for_each_pair() {
    let place = Place::with_small();
    let ran = place.good(&[
        "sweep",
        "small.toml",
        "--over=options.covered.rules.UA=own-soil,all",
        "--over=raids.mixed.waves[1].count=0:4:2",
        "--runs=16",
        "--format=json",
        "--option=covered",
    ]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["points"].as_array().unwrap().len(), 6);
    assert_eq!(json["points"][5]["values"], serde_json::json!(["all", "4"]));
}

#[test]
fn sweeps_that_make_no_sense() {
    let place = Place::with_small();
    for (name, over) in [
        ("sweep_without_values", "campaign.seed"),
        ("sweep_of_one_value", "campaign.seed=7"),
        ("sweep_of_an_empty_value", "campaign.seed=7,,8"),
        ("sweep_range_backwards", "area.radius_km=10:30:-5"),
        ("sweep_of_too_many_points", "campaign.seed=0:1000:1"),
        ("sweep_of_a_table_nobody_knows", "campain.seed=1,2"),
        ("sweep_of_a_field_nobody_knows", "campaign.sead=1,2"),
        (
            "sweep_of_a_group_nobody_knows",
            "fire_units.cty.launchers=1,2",
        ),
        ("sweep_to_a_word", "area.radius_km=10,wide"),
        (
            "sweep_to_a_share_above_one",
            "aims.city.inside_share=0.5,1.5",
        ),
        ("sweep_of_a_value_twice", "campaign.seed=1,2,1"),
    ] {
        let args = [
            "sweep",
            "small.toml",
            "--over",
            over,
            "--runs=8",
            "--out=out",
        ];
        assert_eq!(check(name, &place, &args).code, Some(2));
    }
}

#[test]
fn a_point_beyond_the_end_of_its_line_is_refused_before_any_is_played() {
    let place = Place::new();
    let line = "line = { from = [\"airport\"], to = [\"Ternopil, UA\"], distance_km = 7 }";
    place.write("mine.toml", edited("sites = [\"airport\"]", line));
    let over = "--over=fire_units[*].line.distance_km=7,700";
    let ran = place.run(&["sweep", "mine.toml", over, "--runs=8", "--out=out"]);
    assert_eq!(ran.code, Some(2));
    assert!(!ran.stderr.contains("point 1"), "{}", ran.stderr);
    assert!(ran.stderr.contains("700"), "{}", ran.stderr);
}

#[test]
fn lines_that_lead_nowhere() {
    let line = |line: &str| edited("sites = [\"airport\"]", &format!("line = {line}"));
    for (name, text) in [
        (
            "line_too_short",
            line("{ from = [\"airport\"], to = [\"Ternopil, UA\"], distance_km = 700 }"),
        ),
        (
            "line_from_nowhere",
            line("{ from = [\"airprt\"], to = [\"Ternopil, UA\"], distance_km = 10 }"),
        ),
        (
            "line_of_two_ends",
            line(
                "{ from = [\"airport\"], to = [\"Ternopil, UA\", \"Lviv, UA\"], distance_km = 10 }",
            ),
        ),
        (
            "line_without_start",
            line("{ from = [], to = [\"Ternopil, UA\"], distance_km = 10 }"),
        ),
        (
            "line_and_sites",
            edited(
                "sites = [\"airport\"]",
                "sites = [\"airport\"]\nline = { from = [\"airport\"], to = [\"Lviv, UA\"], distance_km = 1 }",
            ),
        ),
    ] {
        crate::harness::rejected_text(name, text.as_bytes());
    }
}
