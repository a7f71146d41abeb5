//! The JSON Schema of `summary.json`.

use cupola_campaign::Fate;
use cupola_scenario::Class;
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of what [`summary_json`](crate::summary_json) writes.
pub fn summary_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://cupola-sim.github.io/schemas/summary.json",
        "title": "cupola summary",
        "description": "What a campaign found out. Numbers that are not finite are null.",
        "type": "object",
        "required": ["schema", "version", "scenario", "seed", "runs", "draws", "terrain",
            "options", "sensitivity", "assumptions"],
        "properties": {
            "schema": { "const": crate::json::SCHEMA_ID },
            "version": { "type": "string" },
            "scenario": object(&[("name", text()), ("hash", text())]),
            "seed": { "type": "integer", "minimum": 0 },
            "runs": { "type": "integer", "minimum": 0,
                "description": "Replications of each raid under each option." },
            "draws": { "type": "integer", "minimum": 0,
                "description": "Epistemic draws among the runs." },
            "terrain": object(&[
                ("kind", json!({ "enum": ["statistical", "partly statistical", "given"] })),
                ("cell_m", number()),
                ("seeds", list(json!({ "type": "integer" }))), ("description", text()),
            ]),
            "question": object(&[("title", text()), ("text", text()), ("as_of", text())]),
            "area": object(&[("name", text()), ("km2", number()), ("people", number())]),
            "raids": list(text()),
            "main_raid": nullable("string"),
            "options": list(option()),
            "coalitions": list(coalition()),
            "refusals": list(object(&[
                ("nations", list(text())), ("without", nullable("string")),
                ("with", nullable("string")), ("changes", list(change())),
            ])),
            "sweep": sweep(),
            "precedent": precedent(),
            "sensitivity": list(object(&[
                ("option", nullable("string")), ("measure", text()), ("input", text()),
                ("first_order", number()), ("mean_low", number()), ("mean_high", number()),
            ])),
            "assumptions": list(input()),
            "inputs": list(input()),
            "warnings": list(text()),
        },
    })
}

/// The small sweep of the scenario: null when it has none.
fn sweep() -> Value {
    let nothing = || nullable("number");
    let reading = object(&[
        ("option", nullable("string")),
        ("measure", text()),
        ("nation", nullable("string")),
        ("class", nullable("string")),
        ("height_m", nothing()),
        ("unit", text()),
        ("n", json!({ "type": "integer" })),
        ("mean", nothing()),
        ("mean_lo95", nothing()),
        ("mean_hi95", nothing()),
        ("mc_half95", nothing()),
        ("p05", nothing()),
        ("p95", nothing()),
        ("change", nothing()),
        ("change_lo95", nothing()),
        ("change_hi95", nothing()),
    ]);
    let point = object(&[("value", nullable("string")), ("readings", list(reading))]);
    let mut sweep = object(&[
        ("title", text()),
        ("over", nullable("string")),
        ("runs", json!({ "type": "integer" })),
        ("draws", json!({ "type": "integer" })),
        ("options", list(text())),
        ("points", list(point)),
    ]);
    if let Some(sweep) = sweep.as_object_mut() {
        sweep.insert("type".to_owned(), json!(["object", "null"]));
    }
    sweep
}

/// What of a precedent carries over: null when the scenario names none.
fn precedent() -> Value {
    let integer = || json!({ "type": "integer" });
    let nothing = || nullable("number");
    let share = || {
        let ends = [
            ("mean", nothing()),
            ("lo95", nothing()),
            ("hi95", nothing()),
        ];
        object(&[&ends[..], &[("working", nothing())]].concat())
    };
    // Only those that are met.
    let classes: Map<String, Value> = Class::ALL
        .iter()
        .map(|class| (class.name().to_owned(), share()))
        .collect();
    let station = object(&[
        ("step", text()),
        ("title", text()),
        ("note", text()),
        ("hash", text()),
        ("through", share()),
        (
            "classes",
            json!({ "type": "object", "properties": classes }),
        ),
        (
            "change",
            json!({ "type": ["object", "null"], "properties": {
                "mean": nothing(), "lo95": nothing(), "hi95": nothing(),
            } }),
        ),
    ]);
    let mut precedent = object(&[
        ("title", text()),
        ("text", text()),
        ("runs", integer()),
        ("draws", integer()),
        ("seed", integer()),
        ("orders", list(list(station))),
    ]);
    if let Some(precedent) = precedent.as_object_mut() {
        precedent.insert("type".to_owned(), json!(["object", "null"]));
    }
    precedent
}

/// An option that is a coalition, with what changes without each nation.
fn coalition() -> Value {
    let brings = object(&[("system", text()), ("units", json!({ "type": "integer" }))]);
    let member = object(&[
        ("nation", text()),
        ("brings", list(brings)),
        ("holds_nothing", nullable("string")),
        ("without", list(change())),
    ]);
    object(&[
        ("option", nullable("string")),
        ("release", json!({ "enum": ["low", "mode", "high"] })),
        ("members", list(member)),
    ])
}

fn change() -> Value {
    object(&[
        ("measure", text()),
        ("unit", text()),
        ("class", nullable("string")),
        ("height_m", number()),
        ("with", number()),
        ("without", number()),
        ("change", number()),
        ("change_lo95", number()),
        ("change_hi95", number()),
    ])
}

fn option() -> Value {
    let fates: Vec<&str> = Fate::ALL.iter().map(|f| f.label()).collect();
    let mut schema = object(&[("name", text()), ("measures", list(measure()))]);
    let more = [
        ("title", text()),
        (
            "pk_share",
            json!({ "type": ["number", "null"], "description": "share of the variance of the \
                expected leakers of the main raid from assumed kill probabilities" }),
        ),
        (
            "fates",
            list(object(&[
                ("raid", nullable("string")),
                ("class", class()),
                ("fate", json!({ "enum": fates })),
                ("mean", number()),
            ])),
        ),
        (
            "ledger",
            list(object(&[
                ("raid", nullable("string")),
                ("kind", text()),
                ("nation", text()),
                ("mean", number()),
                ("p05", number()),
                ("p95", number()),
            ])),
        ),
        (
            "endurance",
            list(object(&[
                ("system", text()),
                ("stock", number()),
                ("spent_per_raid", number()),
                ("raids_until_empty_p05", number()),
                ("raids_until_empty_p50", number()),
                ("raids_until_empty_p95", number()),
                ("made_per_year_low", number()),
                ("made_per_year_mode", number()),
                ("made_per_year_high", number()),
                ("months_until_empty_p05", number()),
                ("months_until_empty_p50", number()),
                ("months_until_empty_p95", number()),
            ])),
        ),
        (
            "radar_view",
            list(object(&[
                ("country", text()),
                ("height_m", number()),
                ("area_km2", number()),
                ("depth_km", number()),
            ])),
        ),
        ("network", list(network())),
    ];
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.extend(more.map(|(key, value)| (key.to_owned(), value)));
    }
    schema
}

/// What an option's own fire units do together against one class.
fn network() -> Value {
    let shares = || list(number());
    object(&[
        ("class", class()),
        ("heights_m", list(number())),
        (
            "depths",
            list(object(&[
                ("units", json!({ "type": "integer", "minimum": 1 })),
                ("people", shares()),
                ("area", shares()),
            ])),
        ),
        ("worth_heights_m", list(number())),
        (
            "units",
            list(object(&[
                ("id", nullable("string")),
                ("best_people", number()),
                ("best_area", number()),
                ("lost_people", shares()),
                ("lost_area", shares()),
            ])),
        ),
        (
            "gaps",
            list(object(&[
                ("height_m", number()),
                ("people", number()),
                ("area_km2", number()),
                ("lat_deg", number()),
                ("lon_deg", number()),
            ])),
        ),
    ])
}

fn measure() -> Value {
    let described = |text: &str| json!({ "type": ["number", "null"], "description": text });
    object(&[
        ("id", text()),
        (
            "raid",
            json!({ "type": ["string", "null"], "description": "null: cover, not a raid" }),
        ),
        (
            "class",
            json!({ "anyOf": [class(), { "type": "null" }],
            "description": "null: all classes together" }),
        ),
        ("height_m", described("metres above ground, cover only")),
        ("unit", text()),
        ("n", json!({ "type": "integer", "minimum": 0 })),
        ("mean", number()),
        (
            "mean_lo95",
            described("95 % interval of the expected value; runs do not shrink it"),
        ),
        ("mean_hi95", number()),
        ("p05", described("where one raid falls with 90 %")),
        ("p50", number()),
        ("p95", number()),
        ("diff", described("paired difference to the first option")),
        ("diff_lo95", number()),
        ("diff_hi95", number()),
        (
            "mc_half95",
            described("Monte Carlo error of the mean; runs shrink it"),
        ),
        ("diff_mc_half95", number()),
    ])
}

fn input() -> Value {
    object(&[
        ("name", text()),
        ("low", number()),
        ("mode", number()),
        ("high", number()),
        (
            "confidence",
            json!({ "enum": ["high", "medium", "low", "assumed", null] }),
        ),
        ("basis", text()),
        ("date", nullable("string")),
    ])
}

fn class() -> Value {
    let names: Vec<&str> = Class::ALL.iter().map(|c| c.name()).collect();
    json!({ "enum": names })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    nullable("number")
}

fn nullable(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn list(items: Value) -> Value {
    let mut map = Map::new();
    map.insert("type".to_owned(), Value::from("array"));
    map.insert("items".to_owned(), items);
    Value::Object(map)
}

fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<&str> = properties.iter().map(|(key, _)| *key).collect();
    let map: Map<String, Value> = properties
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect();
    json!({ "type": "object", "required": required, "properties": map })
}
