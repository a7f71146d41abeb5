//! What other programs may rely on: names of files, columns, keys, and a lock that repeats a run.

use crate::harness::{Place, edited};
use cupola_io::{Cells, ColumnKind, Table, read_table};
use serde_json::Value;
use std::collections::BTreeMap;

const COLUMNS: [&str; 18] = [
    "option",
    "raid",
    "run",
    "draw",
    "class",
    "launched",
    "failed",
    "lost",
    "killed_existing",
    "killed_shield",
    "left_area",
    "leaked",
    "interceptors",
    "cost_musd",
    "engagements_nato_crew",
    "debris_nato",
    "incursions_nato",
    "warning_min",
];
const CLASSES: [&str; 7] = [
    "drone",
    "decoy",
    "cruise",
    "guided",
    "ballistic",
    "heavy",
    "s300",
];
const WESTERN: [&str; 9] = [
    "run",
    "western-ukraine",
    "--option",
    "ukraine-alone",
    "--option",
    "six-from-poland",
    "--runs",
    "9",
    "--set=area.terrain_seeds=1",
];

fn whole(table: &Table, name: &str) -> Vec<i32> {
    let i = COLUMNS.iter().position(|column| column == &name).unwrap();
    match &table.cells[i] {
        Cells::I32(values) => values.iter().map(|value| value.unwrap()).collect(),
        other => panic!("{name} is no column of whole numbers: {other:?}"),
    }
}

fn texts(table: &Table, name: &str) -> Vec<String> {
    let i = COLUMNS.iter().position(|column| column == &name).unwrap();
    match &table.cells[i] {
        Cells::Utf8(values) => values.iter().map(|value| value.clone().unwrap()).collect(),
        other => panic!("{name} is no column of texts: {other:?}"),
    }
}

/// Columns and their order, rows in the order of option, raid, run, class, and fates that add up.
fn check_runs(table: &Table, options: &[&str], raids: &[&str], runs: i32) {
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, COLUMNS);
    for column in &table.columns {
        assert_eq!(
            column.optional,
            column.name == "warning_min",
            "{}",
            column.name
        );
        let kind = match column.name.as_str() {
            "option" | "raid" | "class" => ColumnKind::Utf8,
            "cost_musd" | "warning_min" => ColumnKind::F64,
            _ => ColumnKind::I32,
        };
        assert_eq!(column.kind, kind, "{}", column.name);
    }
    let (option, raid) = (texts(table, "option"), texts(table, "raid"));
    let (run, class) = (whole(table, "run"), texts(table, "class"));
    let counts = COLUMNS[5..13].iter().map(|name| whole(table, name));
    let (counts, draw): (Vec<_>, _) = (counts.collect(), whole(table, "draw"));
    let mut last = None;
    let mut runs_seen = BTreeMap::new();
    for i in 0..run.len() {
        assert!(options.contains(&option[i].as_str()) && raids.contains(&raid[i].as_str()));
        assert!(CLASSES.contains(&class[i].as_str()));
        let key = Some((&option[i], &raid[i], run[i], &class[i]));
        assert!(last < key, "row {i} is out of order or twice");
        last = key;
        runs_seen.insert((&option[i], &raid[i]), run[i]);
        assert_eq!(draw[i], run[i] / 8, "row {i}");
        assert_eq!(
            counts[0][i],
            counts[1..7].iter().map(|fate| fate[i]).sum::<i32>(),
            "row {i}"
        );
        assert!(counts.iter().all(|count| count[i] >= 0), "row {i}");
    }
    assert_eq!(runs_seen.len(), options.len() * raids.len());
    assert!(runs_seen.values().all(|last| *last == runs - 1));
}

fn output_names(options: &[&str]) -> Vec<String> {
    let mut names = vec![
        "coverage/".to_owned(),
        "report.html".to_owned(),
        "runs.parquet".to_owned(),
        "scenario.lock.toml".to_owned(),
        "summary.json".to_owned(),
    ];
    names.extend(
        options
            .iter()
            .map(|option| format!("coverage/{option}.tif")),
    );
    names.sort();
    names
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// Keys of `summary.json` as published; more may follow, none may go.
fn check_summary(summary: &Value, options: &[&str], runs: u64) {
    let top = keys(summary);
    for key in [
        "schema",
        "version",
        "scenario",
        "seed",
        "runs",
        "draws",
        "terrain",
        "options",
        "sensitivity",
        "assumptions",
    ] {
        assert!(top.contains(&key), "no `{key}` in {top:?}");
    }
    assert_eq!(summary["runs"], runs);
    assert_eq!(summary["draws"], runs.div_ceil(8));
    assert!(
        ["name", "hash"]
            .iter()
            .all(|key| summary["scenario"][key].is_string())
    );
    assert!(summary["terrain"]["kind"].is_string() && summary["terrain"]["cell_m"].is_number());
    assert!(summary["terrain"]["seeds"].is_array() && summary["sensitivity"].is_array());
    let names: Vec<&str> = summary["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| option["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, options);
    let measures = summary["options"].as_array().unwrap().iter();
    for measure in measures.flat_map(|option| option["measures"].as_array().unwrap()) {
        let found = keys(measure);
        let published = [
            "id",
            "raid",
            "class",
            "height_m",
            "unit",
            "n",
            "mean",
            "mean_lo95",
            "mean_hi95",
            "p05",
            "p50",
            "p95",
            "diff",
            "diff_lo95",
            "diff_hi95",
        ];
        assert!(published.iter().all(|key| found.contains(key)), "{measure}");
    }
    for option in summary["options"].as_array().unwrap() {
        check_network(option);
    }
}

/// The network of an option says of one unit what the measures say, and of two no more.
fn check_network(option: &Value) {
    for network in option["network"].as_array().unwrap() {
        let heights = network["heights_m"].as_array().unwrap();
        let share =
            |depth: usize, i: usize| network["depths"][depth]["people"][i].as_f64().unwrap();
        for (i, height_m) in heights.iter().enumerate() {
            let same = |measure: &&Value| {
                measure["id"] == "people_under_floor"
                    && measure["class"] == network["class"]
                    && measure["height_m"] == *height_m
            };
            let measure = option["measures"]
                .as_array()
                .unwrap()
                .iter()
                .find(same)
                .unwrap();
            let mean = measure["mean"].as_f64().unwrap();
            assert!((share(0, i) - mean).abs() < 1e-9, "{network} {measure}");
            assert!(
                share(0, i) >= share(1, i) && share(1, i) >= share(2, i),
                "{network}"
            );
        }
        let lost = network["units"].as_array().unwrap().iter();
        let lost: f64 = lost
            .map(|unit| unit["lost_people"][2].as_f64().unwrap())
            .sum();
        assert!(lost <= share(0, heights.len() - 1) + 1e-9, "{network}");
    }
}

fn summary(place: &Place, folder: &str) -> Value {
    serde_json::from_slice(&std::fs::read(place.path(folder).join("summary.json")).unwrap())
        .unwrap()
}

#[test]
fn a_small_run_leaves_the_files_of_the_contract() {
    let place = Place::with_small();
    place.good(&["run", "small.toml"]);
    let options = ["nothing", "covered"];
    let files = place.files("cupola-out/small");
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        output_names(&options).iter().collect::<Vec<_>>()
    );
    assert_eq!(
        place.files("cupola-out").len(),
        files.len() + 1,
        "something lies beside it"
    );
    let table = read_table(&place.path("cupola-out/small/runs.parquet")).unwrap();
    check_runs(&table, &options, &["mixed", "ballistic"], 32);
    assert_eq!(table.group_rows, [2 * 32 * 3]);
    check_summary(&summary(&place, "cupola-out/small"), &options, 32);
}

#[test]
fn western_ukraine_keeps_the_contract_too() {
    let place = Place::new();
    place.good(&WESTERN);
    let options = ["ukraine-alone", "six-from-poland"];
    let folder = "cupola-out/western-ukraine";
    assert_eq!(
        place.files(folder).into_keys().collect::<Vec<_>>(),
        output_names(&options)
    );
    let raids = [
        "2023-12-29",
        "2024-03-22",
        "2024-03-24",
        "2024-07-08",
        "2024-08-26",
        "drone-night",
    ];
    let table = read_table(&place.path(folder).join("runs.parquet")).unwrap();
    check_runs(&table, &options, &raids, 9);
    let summary = summary(&place, folder);
    check_summary(&summary, &options, 9);
    // The small sweep has options of its own, and a paired change at every value but the first.
    let points = summary["sweep"]["points"].as_array().unwrap();
    assert_eq!(points.len(), 5);
    for (i, point) in points.iter().enumerate() {
        let readings = point["readings"].as_array().unwrap();
        let leakers = |r: &&Value| r["measure"] == "leakers" && r["class"].is_null();
        let of: Vec<&Value> = readings.iter().filter(leakers).collect();
        assert_eq!(of.len(), 2);
        assert!(of.iter().all(|r| r["change"].is_null() == (i == 0)), "{i}");
    }
    // The precedent: the night over Israel, then one step after the other, on no more runs than asked.
    let precedent = &summary["precedent"];
    assert_eq!(precedent["runs"], 9);
    let orders = precedent["orders"].as_array().unwrap();
    let steps: Vec<&Value> = orders[0]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["step"])
        .collect();
    assert_eq!(steps, ["", "geometry", "warning", "density", "threats"]);
    assert_eq!(orders.len(), 1);
}

#[test]
fn row_groups_have_4096_rows() {
    let place = Place::with_small();
    place.good(&["run", "small.toml", "--runs", "720", "--out", "out"]);
    let table = read_table(&place.path("out/runs.parquet")).unwrap();
    assert_eq!(table.group_rows, [4096, 2 * 720 * 3 - 4096]);
    check_runs(
        &table,
        &["nothing", "covered"],
        &["mixed", "ballistic"],
        720,
    );
}

#[test]
fn summary_on_standard_output_is_the_file_and_nothing_else() {
    let place = Place::with_small();
    let ran = place.good(&["run", "small.toml", "--runs", "8", "--format", "json"]);
    let file = std::fs::read(place.path("cupola-out/small/summary.json")).unwrap();
    assert!(ran.stdout.as_bytes() == file);
    serde_json::from_str::<Value>(&ran.stdout).unwrap();
    insta::assert_snapshot!("progress_goes_to_standard_error", ran.stderr);
}

#[test]
fn a_lock_gives_the_same_bytes_again() {
    let place = Place::with_small();
    place.good(&["run", "small.toml", "--out", "first"]);
    place.good(&["run", "first/scenario.lock.toml", "--out", "again"]);
    assert_same(&place.files("first"), &place.files("again"));
}

#[test]
fn a_lock_of_changed_settings_gives_the_same_bytes_again() {
    let place = Place::with_small();
    place.write("overlay/systems/nasams.toml", nasams_with_longer_reach());
    place.good(&[
        "run",
        "small.toml",
        "--out=first",
        "--runs=16",
        "--seed=7",
        "--option=covered",
        "--set=raids[0].waves[0].count=5",
        "--catalogue=overlay",
    ]);
    std::fs::rename(
        place.path("first/scenario.lock.toml"),
        place.path("moved.toml"),
    )
    .unwrap();
    place.good(&["run", "moved.toml", "--out", "again"]);
    std::fs::copy(
        place.path("moved.toml"),
        place.path("first/scenario.lock.toml"),
    )
    .unwrap();
    assert_same(&place.files("first"), &place.files("again"));
}

fn nasams_with_longer_reach() -> String {
    let place = Place::new();
    let ran = place.good(&["catalogue", "show", "nasams"]);
    assert!(ran.stdout.contains("missile.range_km"));
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../cupola-scenario/catalogue/systems/nasams.toml"),
    )
    .unwrap();
    text.replace("name = \"NASAMS", "name = \"Longer NASAMS")
}

#[test]
fn no_file_says_where_or_on_how_many_threads_it_was_made() {
    let place = Place::with_small();
    let scenario = place.path("small.toml");
    let out = place.path("very-particular-folder");
    place.good(&[
        "run",
        scenario.to_str().unwrap(),
        "--runs=8",
        "--threads=7",
        "--out",
        out.to_str().unwrap(),
    ]);
    let temp = scenario.parent().unwrap().to_string_lossy().into_owned();
    for (name, bytes) in place.files("very-particular-folder") {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&temp), "{name} holds the path of the folder");
        assert!(
            !text.contains("very-particular-folder"),
            "{name} holds the output folder"
        );
        assert!(
            !text.contains(env!("CARGO_MANIFEST_DIR")),
            "{name} holds a path of the build"
        );
        assert!(
            !text.to_lowercase().contains("threads\""),
            "{name} counts threads"
        );
    }
}

#[test]
fn an_output_folder_of_ours_is_replaced_and_another_is_not() {
    let place = Place::new();
    place.write("small.toml", edited("runs = 32", "runs = 8"));
    place.good(&["run", "small.toml", "--out", "out"]);
    place.write("out/stale.txt", "left from before");
    place.good(&["run", "small.toml", "--out", "out"]);
    assert!(!place.path("out/stale.txt").exists());
    place.write("precious/letter.txt", "dear");
    crate::harness::check(
        "a_folder_of_others_is_not_replaced",
        &place,
        &["run", "small.toml", "--out", "precious"],
    );
    assert!(place.path("precious/letter.txt").exists());
}

pub(crate) fn assert_same(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in a {
        assert!(b[name] == *bytes, "{name} differs");
    }
}
