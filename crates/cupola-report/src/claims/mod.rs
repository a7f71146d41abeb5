//! Verdicts on claims: cards on a page, JSON, a table for the terminal.

mod card;
mod figure;

pub use card::claims_html;

use crate::format::{Places, THIN, range};
use cupola_campaign::claims::{Judged, Number};
use serde_json::{Value, json};

/// The verdicts as JSON: a list with one claim a line.
pub fn claims_json(judged: &[Judged]) -> String {
    let rows: Vec<String> = judged.iter().map(|one| format!("  {}", row(one))).collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}

fn row(judged: &Judged) -> Value {
    let claim = &judged.claim;
    let flips: Vec<Value> = judged
        .flips()
        .iter()
        .map(|variant| {
            json!({ "input": variant.input, "value": variant.value,
                "verdict": variant.verdict.name(), "number": variant.number.value })
        })
        .collect();
    let variants: Vec<Value> = judged
        .variants
        .iter()
        .map(|variant| {
            let number = &variant.number;
            json!({ "input": variant.input, "value": variant.value, "words": variant.words,
                "open": variant.open,
                "number": number.value, "lo": number.lo, "hi": number.hi, "n": number.n,
                "verdict": variant.verdict.name() })
        })
        .collect();
    let number = &judged.number;
    json!({
        "id": claim.id,
        "verdict": judged.verdict.name(),
        "value": number.value,
        "lo": number.lo,
        "hi": number.hi,
        "unit": claim.quantity.unit,
        "n": number.n,
        "threshold": claim.threshold.holds,
        "flips_at": flips,
        "sources": claim.sources,
        "number": claim.number,
        "title": claim.title,
        "quantity": claim.quantity.words,
        "fails_at": claim.threshold.fails,
        "alone": judged.alone.name(),
        "variants": variants,
        "scenario": claim.scenario,
        "hash": judged.hash,
    })
}

/// A line or two for each claim, as text of at most `width` columns.
pub fn claims_table(judged: &[Judged], width: usize) -> String {
    let mut out = String::new();
    for one in judged {
        let claim = &one.claim;
        let head = format!(
            "{:2} {:8} {}",
            claim.number,
            one.verdict.name().to_uppercase(),
            claim.title
        );
        out.push_str(&crate::table::wrapped(&head, width, "            "));
        let number = format!(
            "{}: {}; {}",
            claim.quantity.words,
            printed(&one.number, &claim.quantity.unit),
            against(one)
        );
        push_indented(&mut out, &number, width);
        let flips: Vec<String> = one.flips().iter().map(|v| turn(v)).collect();
        if !flips.is_empty() {
            let turned = format!("turns at {}", flips.join("; "));
            push_indented(&mut out, &turned, width);
        }
    }
    out
}

/// A paragraph below the head of a claim.
fn push_indented(out: &mut String, text: &str, width: usize) {
    const INDENT: &str = "            ";
    out.push_str(INDENT);
    let room = width.saturating_sub(INDENT.len());
    let lines = crate::table::wrapped(text, room, "");
    out.push_str(&lines.trim_end().replace('\n', &format!("\n{INDENT}")));
    out.push('\n');
}

/// One flip in words.
fn turn(variant: &cupola_campaign::claims::Variant) -> String {
    format!(
        "{}: {} ({})",
        variant.input,
        variant
            .words
            .as_deref()
            .unwrap_or(variant.value.trim_matches('"')),
        variant.verdict.name()
    )
}

/// What the number is held against.
fn against(judged: &Judged) -> String {
    use cupola_scenario::claims::Direction;
    let threshold = &judged.claim.threshold;
    let (holds, fails) = (
        scaled(threshold.holds, &judged.claim.quantity.unit),
        scaled(threshold.fails, &judged.claim.quantity.unit),
    );
    match threshold.direction {
        Direction::AtLeast => format!("holds from {holds} on, fails below {fails}"),
        Direction::AtMost => format!("holds up to {holds}, fails above {fails}"),
    }
}

fn scaled(value: f64, unit: &str) -> String {
    if unit == "share" {
        format!("{}{THIN}%", crate::format::plain(value * 100.0))
    } else {
        crate::format::plain(value)
    }
}

/// A number with its interval and unit.
fn printed(number: &Number, unit: &str) -> String {
    let factor = if unit == "share" { 100.0 } else { 1.0 };
    let [value, lo, hi] = [number.value, number.lo, number.hi].map(|v| v * factor);
    let places = Places::of_interval(lo, hi, value).at_most(3);
    let unit = if unit == "share" { "%" } else { unit };
    let has = lo.is_finite() && hi.is_finite() && hi - lo > 1e-9;
    let ends = if has {
        format!(" ({})", range(&places.print(lo), &places.print(hi)))
    } else {
        String::new()
    };
    format!("{}{ends}{THIN}{unit}", places.print(value))
}
