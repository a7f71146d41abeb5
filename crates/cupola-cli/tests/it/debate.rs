//! Coalitions and claims: what the program says about the debate, and what it refuses.

use crate::harness::{Place, check, edited, rejected_text};
use serde_json::Value;

/// The small scenario with its second option written as a coalition.
fn coalition(lines: &str) -> String {
    edited("groups = [\"city\", \"border\"]", lines)
}

#[test]
fn a_coalition_stands_with_what_its_nations_hold() {
    let place = Place::new();
    let lines = "coalition = [\"PL\", \"GB\", \"CA\"]\nsites = [\"airport\", \"Lubaczów, PL\"]";
    let more = "[[options]]\nname = \"without-gb\"\ntitle = \"Without Britain\"\n\
                coalition = [\"PL\", \"CA\"]\nsites = [\"airport\", \"Lubaczów, PL\"]\n";
    let text = coalition(lines).replace("[campaign]", &format!("{more}[campaign]"));
    place.write("mine.toml", text);
    check("check_coalition", &place, &["check", "mine.toml"]);
    let ran = place.good(&[
        "run",
        "mine.toml",
        "--runs=64",
        "--out=out",
        "--format=json",
    ]);
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    let members = summary["coalitions"][0]["members"].as_array().unwrap();
    let nations: Vec<&str> = members
        .iter()
        .filter_map(|m| m["nation"].as_str())
        .collect();
    assert_eq!(nations, ["PL", "GB", "CA"]);
    let canada = &members[2];
    assert!(canada["brings"].as_array().unwrap().is_empty());
    assert!(canada["holds_nothing"].as_str().unwrap().contains("Canada"));
    let britain = members[1]["without"].as_array().unwrap();
    let leakers = britain.iter().find(|c| c["measure"] == "leakers").unwrap();
    let change = leakers["change"].as_f64().unwrap();
    let bounds = [&leakers["change_lo95"], &leakers["change_hi95"]].map(|v| v.as_f64().unwrap());
    assert!(bounds[0] <= change && change <= bounds[1], "{leakers}");
    assert_eq!(summary["refusals"][0]["nations"], serde_json::json!(["GB"]));
    let report = String::from_utf8(place.files("out")["report.html"].clone()).unwrap();
    assert!(report.contains("What the refusal of the United Kingdom costs"));
    // A lock holds the holdings, so that it is the same question elsewhere.
    place.good(&["run", "out/scenario.lock.toml", "--runs=64", "--out=again"]);
    crate::contracts::assert_same(&place.files("out"), &place.files("again"));
}

#[test]
fn coalitions_that_make_no_sense() {
    for (name, lines) in [
        (
            "coalition_of_nobody_known",
            "coalition = [\"PL\", \"XX\"]\nsites = [\"airport\"]",
        ),
        ("coalition_without_sites", "coalition = [\"PL\"]"),
        (
            "coalition_with_a_nation_twice",
            "coalition = [\"PL\", \"PL\"]\nsites = [\"airport\"]",
        ),
        (
            "coalition_at_an_unknown_site",
            "coalition = [\"PL\"]\nsites = [\"airprt\"]",
        ),
        (
            "coalition_of_an_odd_release",
            "coalition = [\"PL\"]\nsites = [\"airport\"]\nrelease = \"all\"",
        ),
        (
            "release_without_a_coalition",
            "groups = [\"city\"]\nrelease = \"mode\"",
        ),
    ] {
        rejected_text(name, coalition(lines).as_bytes());
    }
}

#[test]
fn claims_that_are_not_there() {
    let place = Place::new();
    let ran = check("claim_with_a_typo", &place, &["claims", "safe-zon"]);
    assert_eq!(ran.code, Some(2));
    let ran = check("claim_nobody_makes", &place, &["claims", "weather"]);
    assert_eq!(ran.code, Some(2));
}

#[test]
fn a_verdict_comes_with_its_number_and_what_would_turn_it() {
    let place = Place::new();
    let judge = |set: &str| -> Value {
        let out = "--out=cards.html";
        let args = [
            "claims",
            "no-time-inside",
            "--runs=32",
            "--format=json",
            set,
            out,
        ];
        serde_json::from_str(&place.good(&args).stdout).unwrap()
    };
    let stated = judge("--set=campaign.seed=2024");
    let claim = &stated[0];
    for key in [
        "id",
        "verdict",
        "value",
        "lo",
        "hi",
        "unit",
        "n",
        "threshold",
        "flips_at",
        "sources",
    ] {
        assert!(!claim[key].is_null(), "{key} is missing: {claim}");
    }
    assert_eq!(claim["id"], "no-time-inside");
    assert_eq!(claim["n"], 32);
    let page = String::from_utf8(place.files("")["cards.html"].clone()).unwrap();
    assert!(page.contains("<svg") && page.contains("What would change it"));
    // Nobody can engage what nobody is allowed to.
    let slow = judge("--set=rules.own-soil.consent_s=100000");
    assert_eq!(slow[0]["value"].as_f64(), Some(0.0));
    assert_eq!(slow[0]["alone"], "holds");
    assert_ne!(slow[0]["value"], claim["value"]);
}

#[test]
fn a_verdict_changes_with_the_numbers() {
    let place = Place::new();
    let verdict = |set: &[&str]| -> (String, f64) {
        let mut args = vec!["claims", "lviv-from-poland", "--runs=32", "--format=json"];
        args.extend(["--out=cards.html"].iter().chain(set));
        let judged: Value = serde_json::from_str(&place.good(&args).stdout).unwrap();
        let verdict = judged[0]["verdict"].as_str().unwrap().to_owned();
        (verdict, judged[0]["value"].as_f64().unwrap())
    };
    // From Polish soil hardly a missile flies; from beside the city it is another sentence.
    let (stated, fired) = verdict(&[]);
    assert!(stated != "holds" && fired < 0.1, "{stated}: {fired}");
    let (beside, fired) = verdict(&[
        "--set=sites.lubaczow={lat_deg=49.9,lon_deg=23.9,source=\"made up\"}",
        "--set=sites.przemysl-hill={lat_deg=49.75,lon_deg=24.0,source=\"made up\"}",
    ]);
    assert!(beside == "holds" && fired > 1.0, "{beside}: {fired}");
}
