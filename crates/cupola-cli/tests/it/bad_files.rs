//! Files and folders that cannot be read or written.

use crate::harness::{Place, SMALL, check};
use std::fs::OpenOptions;

#[test]
fn scenarios_that_are_not_there() {
    let place = Place::with_small();
    for (name, scenario) in [
        ("scenario_name_with_a_typo", "western-ukrain"),
        ("scenario_nobody_knows", "atlantis"),
        ("scenario_file_missing", "nowhere/mine.toml"),
        ("scenario_file_with_a_typo", "smal.toml"),
        ("scenario_is_a_folder", "."),
        ("scenario_below_a_file", "small.toml/mine.toml"),
    ] {
        assert_eq!(check(name, &place, &["check", scenario]).code, Some(2));
    }
}

#[test]
fn output_folders_that_cannot_be_written() {
    let place = Place::with_small();
    let run = |name: &str, out: &str| {
        check(
            name,
            &place,
            &["run", "small.toml", "--runs=8", "--out", out],
        )
        .code
    };
    assert_eq!(run("output_below_a_file", "small.toml/out"), Some(1));
    assert_eq!(run("output_is_a_file", "small.toml"), Some(2));
    assert_eq!(run("output_without_a_name", ".."), Some(1));
    #[cfg(target_os = "linux")]
    assert_eq!(run("output_below_a_device", "/dev/full/out"), Some(1));
}

/// Every command whose answer goes to standard output says so when the disk there is full.
#[cfg(target_os = "linux")]
#[test]
fn standard_output_on_a_full_disk() {
    let place = Place::with_small();
    for args in [
        &["run", "small.toml", "--runs=8"][..],
        &["run", "small.toml", "--runs=8", "--format=json"],
        &["check", "small.toml"],
        &["catalogue", "list"],
        &["schema", "scenario"],
        &["new"],
        &["completions", "bash"],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = place.command(args).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        assert!(stderr.contains("standard output"), "{args:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    }
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = place.command(&["new"]).stdout(full).output().unwrap();
    insta::assert_snapshot!("full_disk", String::from_utf8(output.stderr).unwrap());
}

/// A reader who leaves early (`cupola schema scenario | head`) is no error.
#[cfg(unix)]
#[test]
fn a_reader_who_leaves_is_no_error() {
    let place = Place::with_small();
    for args in [
        &["schema", "scenario"][..],
        &["completions", "bash"],
        &["catalogue", "list"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = place.command(args).stdout(writer).output().unwrap();
        assert!(output.status.success(), "{args:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{args:?}");
    }
}

#[test]
fn a_new_file_where_one_is_or_none_can_be() {
    let place = Place::with_small();
    assert_eq!(
        check("new_over_a_file", &place, &["new", "small.toml"]).code,
        Some(2)
    );
    let ran = check("new_below_a_file", &place, &["new", "small.toml/mine.toml"]);
    assert_eq!(ran.code, Some(1));
}

const SYSTEM: &str = r#"id = "test-sam"
name = "Test SAM"
kind = "fire-unit"
pk_family = "nasams"

[sensor]
range_km = { value = 75, source = "a test", date = 2024-01-01, confidence = "medium" }
rcs_ref_m2 = { value = 1, confidence = "assumed", reason = "a test" }
pd_ref = { value = 0.9, confidence = "assumed", reason = "a test" }
scan_s = { value = 2, confidence = "assumed", reason = "a test" }
"#;

#[test]
fn catalogue_folders() {
    let place = Place::with_small();
    let bad = |name: &str, file: &str, text: &str| {
        place.write(&format!("{name}/{file}"), text);
        let args = ["check", "small.toml", "--catalogue", name];
        let ran = check(&format!("catalogue_{name}"), &place, &args);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    };
    let file = "systems/test-sam.toml";
    bad("unit", file, &SYSTEM.replace("range_km", "range_m"));
    bad(
        "bare",
        file,
        &SYSTEM.replace(
            "scan_s = { value = 2, confidence = \"assumed\", reason = \"a test\" }",
            "scan_s = 2",
        ),
    );
    bad(
        "unsourced",
        file,
        &SYSTEM.replace("source = \"a test\", ", ""),
    );
    bad("other-name", "systems/other.toml", SYSTEM);
    bad("nothing-there", "readme.txt", "no entry");
    bad("scrambled", file, &SYSTEM.replace("[sensor]", "[sensor"));
    bad("kind", file, &SYSTEM.replace("fire-unit", "fire unit"));
    let args = ["check", "small.toml", "--catalogue", "no-such-folder"];
    assert_eq!(check("catalogue_missing", &place, &args).code, Some(2));
    place.write("latin/systems/test-sam.toml", b"# caf\xe9");
    let args = ["check", "small.toml", "--catalogue", "latin"];
    assert_eq!(check("catalogue_not_utf8", &place, &args).code, Some(2));
    assert!(SMALL.contains("nasams"));
}

#[test]
fn catalogue_entries_that_are_not_there() {
    let place = Place::new();
    let ran = check(
        "catalogue_show_typo",
        &place,
        &["catalogue", "show", "nassams"],
    );
    assert_eq!(ran.code, Some(2));
    let ran = check(
        "catalogue_show_unknown",
        &place,
        &["catalogue", "show", "excalibur"],
    );
    assert_eq!(ran.code, Some(2));
}

#[test]
fn comparisons_of_what_is_no_answer() {
    let place = Place::with_small();
    place.write("bad.json", "{ \"options\": [");
    place.write("other.json", "{ \"weather\": \"fine\" }");
    place.write("empty/notes.txt", "");
    for (name, a) in [
        ("compare_missing", "nowhere"),
        ("compare_no_json", "bad.json"),
        ("compare_no_summary", "other.json"),
        ("compare_folder_without_summary", "empty"),
    ] {
        assert_eq!(check(name, &place, &["compare", a, a]).code, Some(2));
    }
}
