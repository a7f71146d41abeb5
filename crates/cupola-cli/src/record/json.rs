//! The record's answers as JSON. Keys are extended, never renamed.

use cupola_campaign::record::alarms::Alarms;
use cupola_campaign::record::{
    Backtest, ClassFit, Counted, Day, Fit, Import, Origin, RecordClass, Scores, Target,
};
use serde_json::{Map, Value, json};

fn counted(list: &[Counted], key: &str) -> Vec<Value> {
    list.iter()
        .map(|counted| json!({ key: counted.reason, "n": counted.n }))
        .collect()
}

/// What every answer says of the rows.
fn rows(import: &Import) -> Map<String, Value> {
    let value = json!({
        "rows_total": import.rows_total,
        "rows_national": import.rows_national,
        "rows_used": import.rows.len(),
        "rows_left_out": counted(&import.left_out, "reason"),
        "unknown_models": counted(&import.unknown_models, "model"),
        "unknown_columns": import.unknown_columns,
        "missing_columns": import.missing_columns,
        "corrections": counted(&import.corrections, "what"),
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn import(import: &Import) -> Value {
    let mut out = rows(import);
    let nights = import.nights();
    out.insert("class_nights".to_owned(), json!(nights.len()));
    let classes = RecordClass::ALL.into_iter().filter_map(|class| {
        let own: Vec<_> = nights.iter().filter(|night| night.class == class).collect();
        let (first, last) = (own.first()?, own.last()?);
        let sum = |of: fn(&cupola_campaign::record::Night) -> u32| -> u64 {
            own.iter().map(|night| u64::from(of(night))).sum()
        };
        let value = json!({
            "rows": import.rows.iter().filter(|row| row.class == class).count(),
            "nights": own.len(),
            "launched": sum(|night| night.launched),
            "shot": sum(|night| night.shot),
            "neutralised": sum(|night| night.neutralised),
            "first_night": first.day.to_string(),
            "last_night": last.day.to_string(),
            "largest": own.iter().map(|night| night.launched).max(),
        });
        Some((class.name().to_owned(), value))
    });
    out.insert("classes".to_owned(), Value::Object(classes.collect()));
    Value::Object(out)
}

pub(super) fn backtest(found: &Backtest) -> Value {
    let mut out = Map::new();
    out.insert("schema".to_owned(), json!("cupola/record-backtest/1"));
    let origin = match found.origin {
        Origin::Rolling => "rolling".to_owned(),
        Origin::Fixed(day) => day.to_string(),
    };
    out.insert("from".to_owned(), json!(found.window.from.to_string()));
    out.insert("to".to_owned(), json!(found.window.to.to_string()));
    out.insert("origin".to_owned(), json!(origin));
    out.extend(rows(&found.import));
    out.insert("pooled".to_owned(), scores(&found.pooled));
    let classes = found.classes.iter();
    let classes = classes.map(|(class, own)| (class.name().to_owned(), scores(own)));
    out.insert("classes".to_owned(), Value::Object(classes.collect()));
    out.insert("total".to_owned(), scores(&found.total));
    out.insert("common_r".to_owned(), json!(found.common_r));
    out.insert("drone_shot_only".to_owned(), scores(&found.drone_shot_only));
    let targets: Vec<Value> = found.targets.iter().map(target).collect();
    out.insert("targets".to_owned(), json!(targets));
    Value::Object(out)
}

fn target(target: &Target) -> Value {
    json!({
        "id": target.id,
        "value": target.value,
        "low": target.low,
        "high": target.high,
        "pass": target.pass,
    })
}

fn scores(scores: &Scores) -> Value {
    json!({
        "n": scores.n,
        "launched": scores.launched,
        "reported": scores.reported,
        "cover50": scores.cover[0],
        "cover80": scores.cover[1],
        "cover90": scores.cover[2],
        "crps": scores.crps,
        "crps_a": scores.crps_a,
        "crps_b": scores.crps_b,
        "crps_per_launched": scores.crps_per_launched,
        "crps_per_launched_a": scores.crps_per_launched_a,
        "crps_per_launched_b": scores.crps_per_launched_b,
        "log_score": scores.log_score,
        "width90_per_launched": scores.width90,
        "cover_a": scores.cover_a,
        "cover_b": scores.cover_b,
    })
}

pub(super) fn fits(fits: &[ClassFit], until: Day) -> Value {
    let interval = |fit: Fit| json!({ "value": fit.value, "low": fit.low, "high": fit.high });
    let classes = fits.iter().map(|fit| {
        let value = json!({
            "nights": fit.nights,
            "launched": fit.launched,
            "neutralised": fit.neutralised,
            "first_night": fit.days.0.to_string(),
            "last_night": fit.days.1.to_string(),
            "usual_raid": fit.usual_raid,
            "mean": interval(fit.mean),
            "rho": interval(fit.rho),
            "size_effect": interval(fit.size_effect),
            "trend_per_30_days": fit.trend_per_30_days.map(interval),
            "drift_per_30_days": fit.drift_per_30_days,
        });
        (fit.class.name().to_owned(), value)
    });
    json!({ "until": until.to_string(), "classes": Value::Object(classes.collect()) })
}

pub(super) fn alarms(found: &Alarms) -> Value {
    let regions: Vec<Value> = found
        .regions
        .iter()
        .map(|region| {
            let years: Vec<Value> = region
                .years
                .iter()
                .map(|year| {
                    json!({
                        "year": year.year,
                        "n": year.count,
                        "hours": year.hours,
                        "minutes_per_day": year.minutes_per_day,
                    })
                })
                .collect();
            json!({
                "region": region.region,
                "n": region.count,
                "naive": region.naive,
                "median_min": region.median_min,
                "hours": region.hours,
                "minutes_per_day": region.minutes_per_day,
                "rank": region.rank,
                "years": years,
            })
        })
        .collect();
    json!({
        "rows_total": found.rows,
        "rows_used": found.used,
        "rows_left_out": counted(&found.left_out, "reason"),
        "unknown_columns": found.unknown_columns,
        "first_day": found.first.to_string(),
        "last_day": found.last.to_string(),
        "days": found.days,
        "median_min": found.median_min,
        "regions": regions,
    })
}
