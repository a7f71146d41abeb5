//! Same seed, same bytes; another seed, other bytes; fewer options, the same numbers for the rest.

use crate::contracts::assert_same;
use crate::harness::Place;
use serde_json::Value;

#[test]
fn prop_same_seed_same_bytes_on_1_2_and_7_threads() {
    let place = Place::with_small();
    for threads in ["1", "2", "7"] {
        place.good(&[
            "run",
            "small.toml",
            "--runs=75",
            "--threads",
            threads,
            "--out",
            threads,
        ]);
    }
    let one = place.files("1");
    assert_same(&one, &place.files("2"));
    assert_same(&one, &place.files("7"));
}

#[test]
fn prop_western_ukraine_gives_the_same_bytes_on_1_and_7_threads() {
    let place = Place::new();
    for threads in ["1", "7"] {
        place.good(&[
            "run",
            "western-ukraine",
            "--option=ukraine-alone",
            "--option=fighters",
            "--runs=16",
            "--threads",
            threads,
            "--out",
            threads,
        ]);
    }
    assert_same(&place.files("1"), &place.files("7"));
}

#[test]
fn another_seed_gives_other_runs() {
    let place = Place::with_small();
    for seed in ["1", "2"] {
        place.good(&[
            "run",
            "small.toml",
            "--runs=8",
            "--seed",
            seed,
            "--out",
            seed,
        ]);
    }
    let (one, two) = (place.files("1"), place.files("2"));
    assert!(one["runs.parquet"] != two["runs.parquet"]);
    assert!(one["summary.json"] != two["summary.json"]);
}

#[test]
fn an_option_alone_has_the_numbers_it_has_among_others() {
    let place = Place::with_small();
    place.good(&["run", "small.toml", "--out", "both"]);
    place.good(&["run", "small.toml", "--option", "covered", "--out", "alone"]);
    let option = |folder: &str, i: usize| -> Vec<Value> {
        let text = std::fs::read(place.path(folder).join("summary.json")).unwrap();
        let summary: Value = serde_json::from_slice(&text).unwrap();
        let measures = summary["options"][i]["measures"]
            .as_array()
            .unwrap()
            .clone();
        let kept = ["id", "raid", "class", "height_m", "mean", "p05", "p95"];
        let pick = |measure: &Value| kept.map(|key| measure[key].clone()).into_iter().collect();
        // What is relative to the first option changes with it.
        let own = |measure: &&Value| {
            let id = measure["id"].as_str().unwrap();
            !id.contains("prevented")
        };
        measures.iter().filter(own).map(pick).collect()
    };
    for (both, alone) in option("both", 1).iter().zip(option("alone", 0)) {
        assert_eq!(*both, alone);
    }
    assert_eq!(option("both", 1).len(), option("alone", 0).len());
    let names: Vec<String> = place.files("alone/coverage").into_keys().collect();
    assert_eq!(names, ["covered.tif"]);
}
