//! The other commands: what they print, and that one leads to the next.

use crate::harness::{Place, check};
use serde_json::Value;

#[test]
fn help_of_every_command() {
    let place = Place::new();
    check("help", &place, &["--help"]);
    for command in [
        "run",
        "check",
        "compare",
        "replay",
        "sweep",
        "claims",
        "catalogue",
        "schema",
        "new",
        "completions",
    ] {
        check(&format!("help_{command}"), &place, &[command, "--help"]);
    }
    check("version", &place, &["--version"]);
}

#[test]
fn arguments_that_make_no_sense() {
    let place = Place::with_small();
    for (name, args) in [
        ("no_command", &[][..]),
        ("command_with_a_typo", &["rnu", "small.toml"]),
        ("flag_with_a_typo", &["run", "small.toml", "--thread=2"]),
        ("no_scenario", &["run"]),
        ("no_threads", &["run", "small.toml", "--threads=0"]),
        (
            "format_nobody_knows",
            &["run", "small.toml", "--format=xml"],
        ),
        ("kind_of_schema_nobody_knows", &["schema", "weather"]),
    ] {
        assert_eq!(check(name, &place, args).code, Some(2));
    }
}

#[test]
fn check_says_what_a_scenario_means() {
    let place = Place::with_small();
    check("check_small", &place, &["check", "small.toml"]);
    check(
        "check_western_ukraine",
        &place,
        &["check", "western-ukraine"],
    );
}

#[test]
fn table_of_a_small_run() {
    let place = Place::with_small();
    check("run_small", &place, &["run", "small.toml", "--out", "out"]);
}

#[test]
fn catalogue_list_and_entry() {
    let place = Place::new();
    check("catalogue_list", &place, &["catalogue", "list"]);
    check(
        "catalogue_show_sampt",
        &place,
        &["catalogue", "show", "sampt"],
    );
    check("catalogue_show_pk", &place, &["catalogue", "show", "pk"]);
}

/// An entry laid over the catalogue is listed and shown; the embedded one of the same id is gone.
#[test]
fn a_folder_lies_over_the_catalogue() {
    let place = Place::new();
    let entry = "id = \"gerbera\"\nname = \"Another Gerbera\"\nclass = \"decoy\"\nprofile = \"low\"\n\
        speed_km_h = { value = 160, source = \"a test\", date = 2024-01-01, confidence = \"low\" }\n\
        altitude_m = { low = 100, high = 900, confidence = \"assumed\", reason = \"a test\" }\n\
        rcs_m2 = { value = 0.1, confidence = \"assumed\", reason = \"a test\" }\n\
        cost_musd = { value = 0.01, confidence = \"assumed\", reason = \"a test\" }\n";
    place.write("mine/threats/gerbera.toml", entry);
    check(
        "catalogue_show_overlay",
        &place,
        &["catalogue", "show", "gerbera", "--catalogue", "mine"],
    );
    let list = place.good(&["catalogue", "list", "--catalogue", "mine"]);
    assert_eq!(list.stdout.matches("gerbera ").count(), 1);
}

#[test]
fn new_check_run_compare_replay() {
    let place = Place::new();
    check("new", &place, &["new", "mine.toml"]);
    let printed = place.good(&["new"]).stdout;
    assert_eq!(
        printed,
        std::fs::read_to_string(place.path("mine.toml")).unwrap()
    );
    check("check_new", &place, &["check", "mine.toml"]);
    place.good(&["run", "mine.toml", "--runs", "16"]);
    place.good(&[
        "run",
        "mine.toml",
        "--runs",
        "16",
        "--seed",
        "9",
        "--out",
        "other",
    ]);
    let both = ["compare", "cupola-out/mine", "other/summary.json"];
    let table = place.good(&both).stdout;
    assert_eq!(table.lines().count(), 3 + 3 * 6, "{table}");
    let json = place.good(&[&both[..], &["--format=json"]].concat());
    let rows: Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(rows.as_array().is_some_and(|rows| rows.len() >= 15));
    let replay = ["replay", "mine.toml", "--option=two-units", "--run=3"];
    let all = place.good(&replay).stdout;
    assert!(all.lines().count() > 20, "{all}");
    let story = place.good(&[&replay[..], &["--why=4"]].concat()).stdout;
    assert!(story.contains("no. 4") && all.contains("no. 4:"), "{story}");
    let too_far = [&replay[..], &["--why=4000"]].concat();
    assert_eq!(check("replay_of_no_threat", &place, &too_far).code, Some(2));
    let no_raid = [&replay[..], &["--raid=nope"]].concat();
    assert_eq!(check("replay_of_no_raid", &place, &no_raid).code, Some(2));
    let no_option = ["replay", "mine.toml", "--run=3"];
    assert_eq!(
        check("replay_without_an_option", &place, &no_option).code,
        Some(2)
    );
}

#[test]
fn answers_without_anything_in_common_are_told_so() {
    let place = Place::with_small();
    place.good(&[
        "run",
        "small.toml",
        "--runs=8",
        "--option=nothing",
        "--out=a",
    ]);
    place.good(&[
        "run",
        "small.toml",
        "--runs=8",
        "--option=covered",
        "--out=b",
    ]);
    let ran = check("compare_nothing_in_common", &place, &["compare", "a", "b"]);
    assert_eq!(ran.code, Some(0));
}

#[test]
fn completions_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.good(&["completions", shell]).stdout;
        assert!(
            script.contains("western-ukraine") || script.contains("cupola"),
            "{shell}"
        );
        assert!(script.contains("catalogue"), "{shell}");
    }
}

#[test]
fn schemas_are_json_and_the_scenarios_keep_to_them() {
    let place = Place::with_small();
    for kind in ["scenario", "summary", "catalogue"] {
        let schema: Value = serde_json::from_str(&place.good(&["schema", kind]).stdout).unwrap();
        assert!(schema.is_object(), "{kind}");
    }
    let schema: Value = serde_json::from_str(&place.good(&["schema", "scenario"]).stdout).unwrap();
    place.good(&["run", "small.toml", "--runs=8", "--out=out"]);
    place.good(&["new", "new.toml"]);
    for file in ["small.toml", "new.toml", "out/scenario.lock.toml"] {
        let text = std::fs::read_to_string(place.path(file)).unwrap();
        let value = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
        let problems = breaches(&value, &schema, &schema, file);
        assert_eq!(problems, Vec::<String>::new());
    }
    let summary: Value = serde_json::from_str(&place.good(&["schema", "summary"]).stdout).unwrap();
    let text = std::fs::read(place.path("out/summary.json")).unwrap();
    let value: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(
        breaches(&value, &summary, &summary, "summary"),
        Vec::<String>::new()
    );
}

/// A small part of JSON Schema, enough for ours: types, required and unknown keys, `$ref`, `enum`,
/// `anyOf`. Dates in TOML come as tables through serde, and count as texts.
fn breaches(value: &Value, schema: &Value, root: &Value, path: &str) -> Vec<String> {
    if let Some(pointer) = schema["$ref"].as_str() {
        let target = root.pointer(pointer.trim_start_matches('#'));
        return breaches(
            value,
            target.expect("a reference leads somewhere"),
            root,
            path,
        );
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(branches) = schema[key].as_array() {
            let all = branches
                .iter()
                .map(|branch| breaches(value, branch, root, path));
            return all.min_by_key(Vec::len).unwrap_or_default();
        }
    }
    if let Some(names) = schema["enum"].as_array() {
        return complaint(names.contains(value), path, "is not in the list");
    }
    if !schema["const"].is_null() {
        return complaint(schema["const"] == *value, path, "is another constant");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let fits = |name: &&str| match *name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string() || value.get("$__toml_private_datetime").is_some(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    let mut found = complaint(
        types.is_empty() || types.iter().any(fits),
        path,
        "has a wrong type",
    );
    if let Some(items) = value.as_array() {
        let inside = items.iter().enumerate();
        found.extend(
            inside.flat_map(|(i, item)| {
                breaches(item, &schema["items"], root, &format!("{path}[{i}]"))
            }),
        );
    }
    if let Some(table) = value.as_object().filter(|_| types.contains(&"object")) {
        for key in schema["required"].as_array().into_iter().flatten() {
            let present = key.as_str().is_some_and(|key| table.contains_key(key));
            found.extend(complaint(present, path, &format!("lacks {key}")));
        }
        for (key, inner) in table {
            let path = format!("{path}.{key}");
            match (
                schema["properties"].get(key),
                &schema["additionalProperties"],
            ) {
                (Some(known), _) => found.extend(breaches(inner, known, root, &path)),
                (None, Value::Bool(false)) => found.push(format!("{path} is unknown")),
                (None, extra) => found.extend(breaches(inner, extra, root, &path)),
            }
        }
    }
    found
}

fn complaint(is_right: bool, path: &str, what: &str) -> Vec<String> {
    if is_right {
        Vec::new()
    } else {
        vec![format!("{path} {what}")]
    }
}
