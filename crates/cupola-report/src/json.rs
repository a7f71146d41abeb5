//! `summary.json`: the contract that later checks read. Extended, never renamed.

use cupola_campaign::{InputInfo, Measure, OptionOutcome, Outcome, Sensitivity};
use cupola_scenario::Confidence;
use serde_json::{Map, Value, json};

/// What stands under `schema`; it changes only when a key changes its meaning.
pub(crate) const SCHEMA_ID: &str = "cupola/summary/1";

/// Everything the campaign found out but the maps, as JSON.
///
/// Keys stand in a fixed order, numbers in their shortest form that reads back the same, and what
/// is not a finite number is null. Each measure stands on a line of its own.
pub fn summary_json(outcome: &Outcome) -> String {
    let mut out = String::from("{\n");
    let head = head(outcome);
    for (key, value) in &head {
        push!(out, "  {}: {value},\n", Value::from(key.as_str()));
    }
    out.push_str("  \"options\": [");
    for (i, option) in outcome.options.iter().enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        push_option(&mut out, outcome, option);
    }
    out.push_str("\n  ],\n");
    let [coalitions, refusals] = crate::coalition::json(outcome);
    let tail = [
        ("coalitions", coalitions.to_string()),
        ("refusals", refusals.to_string()),
        (
            "sweep",
            crate::sweep::small_sweep_json(outcome.sweep.as_ref()).to_string(),
        ),
        (
            "precedent",
            crate::carryover::precedent_json(outcome.precedent.as_ref()).to_string(),
        ),
        (
            "sensitivity",
            lines(&outcome.sensitivity, |s| sensitivity(outcome, s)),
        ),
        ("assumptions", lines(&assumptions(outcome), |i| input(i))),
        ("inputs", lines(&sourced(outcome), |i| input(i))),
        (
            "warnings",
            lines(&outcome.warnings, |w| Value::from(w.as_str())),
        ),
    ];
    for (i, (key, text)) in tail.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { ",\n" });
        push!(out, "  \"{key}\": {text}");
    }
    out.push_str("\n}\n");
    out
}

fn head(outcome: &Outcome) -> Map<String, Value> {
    let terrain = &outcome.terrain;
    let raids: Vec<Value> = outcome.raids.iter().map(|r| json!(r.name)).collect();
    let main_raid = outcome
        .raids
        .get(outcome.main_raid)
        .map(|r| r.name.as_str());
    let head = json!({
        "schema": SCHEMA_ID,
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": { "name": outcome.scenario, "hash": outcome.hash },
        "seed": outcome.seed,
        "runs": outcome.runs,
        "draws": outcome.draws,
        "terrain": {
            "kind": terrain.kind,
            "cell_m": terrain.cell_m,
            "seeds": terrain.seeds,
            "description": terrain.description,
        },
        "question": { "title": outcome.title, "text": outcome.question, "as_of": outcome.as_of },
        "area": {
            "name": outcome.area,
            "km2": outcome.area_km2,
            "people": outcome.area_people,
        },
        "raids": raids,
        "main_raid": main_raid,
    });
    match head {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Pushes one option: name and title, then each list with one item a line.
fn push_option(out: &mut String, outcome: &Outcome, option: &OptionOutcome) {
    let raid = |i: usize| outcome.raids.get(i).map(|r| r.name.as_str());
    let name = Value::from(option.name.as_str());
    let title = Value::from(option.title.as_str());
    let pk_share = json!(option.pk_share);
    push!(
        out,
        "    {{\n    \"name\": {name},\n    \"title\": {title},\n    \"pk_share\": {pk_share}"
    );
    let fates = lines(&option.fates, |f| {
        json!({ "raid": raid(f.raid), "class": f.class.name(), "fate": f.fate.label(),
            "mean": f.mean })
    });
    let ledger = lines(&option.ledger, |l| {
        json!({ "raid": raid(l.raid), "kind": l.kind, "nation": l.nation, "mean": l.mean,
            "p05": l.p05, "p95": l.p95 })
    });
    let endurance = lines(&option.endurance, |e| {
        let [p05, p50, p95] = e.raids_until_empty;
        let [made_low, made, made_high] = e.made_per_year.map_or([None; 3], |made| made.map(Some));
        let [months_p05, months_p50, months_p95] = e.months_until_empty.unwrap_or([None; 3]);
        json!({ "system": e.system_name, "stock": e.stock, "spent_per_raid": e.spent_per_raid,
            "raids_until_empty_p05": p05, "raids_until_empty_p50": p50,
            "raids_until_empty_p95": p95, "made_per_year_low": made_low,
            "made_per_year_mode": made, "made_per_year_high": made_high,
            "months_until_empty_p05": months_p05, "months_until_empty_p50": months_p50,
            "months_until_empty_p95": months_p95 })
    });
    let radar_view = lines(&option.radar_view, |v| {
        json!({ "country": v.country, "height_m": v.height_m, "area_km2": v.area_km2,
            "depth_km": v.depth_km })
    });
    let networks = option.coverage.as_ref().map(|cover| &cover.network);
    let network = lines(networks.map_or(&[][..], Vec::as_slice), |n| {
        crate::network::as_json(option, n)
    });
    let lists = [
        ("measures", lines(&option.measures, measure)),
        ("fates", fates),
        ("ledger", ledger),
        ("endurance", endurance),
        ("radar_view", radar_view),
        ("network", network),
    ];
    for (key, text) in lists {
        push!(out, ",\n    \"{key}\": {text}");
    }
    out.push_str("\n    }");
}

fn measure(m: &Measure) -> Value {
    json!({
        "id": m.id,
        "raid": m.raid,
        "class": m.class.map(cupola_scenario::Class::name),
        "height_m": m.height_m,
        "unit": m.unit,
        "n": m.n,
        "mean": m.mean,
        "mean_lo95": m.mean_lo95,
        "mean_hi95": m.mean_hi95,
        "p05": m.p05,
        "p50": m.p50,
        "p95": m.p95,
        "diff": m.diff,
        "diff_lo95": m.diff_lo95,
        "diff_hi95": m.diff_hi95,
        "mc_half95": m.mc_half95,
        "diff_mc_half95": m.diff_mc_half95,
    })
}

fn sensitivity(outcome: &Outcome, s: &Sensitivity) -> Value {
    let option = outcome.options.get(s.option).map(|o| o.name.as_str());
    json!({
        "option": option,
        "measure": s.measure,
        "input": s.input,
        "first_order": s.first_order,
        "mean_low": s.mean_low,
        "mean_high": s.mean_high,
    })
}

fn assumptions(outcome: &Outcome) -> Vec<&InputInfo> {
    let all = outcome.inputs.iter();
    all.filter(|i| i.confidence == Some(Confidence::Assumed))
        .collect()
}

fn sourced(outcome: &Outcome) -> Vec<&InputInfo> {
    let all = outcome.inputs.iter();
    all.filter(|i| i.confidence != Some(Confidence::Assumed))
        .collect()
}

fn input(i: &InputInfo) -> Value {
    json!({
        "name": i.name,
        "low": i.low,
        "mode": i.mode,
        "high": i.high,
        "confidence": i.confidence.map(confidence_name),
        "basis": i.basis,
        "date": i.date,
    })
}

/// The word used in files for how far to trust a figure.
pub(crate) fn confidence_name(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
        Confidence::Assumed => "assumed",
    }
}

fn lines<T>(items: &[T], value: impl Fn(&T) -> Value) -> String {
    if items.is_empty() {
        return "[]".to_owned();
    }
    let rows: Vec<String> = items
        .iter()
        .map(|i| format!("      {}", value(i)))
        .collect();
    format!("[\n{}\n    ]", rows.join(",\n"))
}
