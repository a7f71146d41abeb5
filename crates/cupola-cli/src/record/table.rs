//! The record's answers as tables for people, at most 100 columns wide.

use cupola_campaign::record::alarms::Alarms;
use cupola_campaign::record::{
    Backtest, ClassFit, Counted, Counts, Day, Fit, Import, Origin, RecordClass, Scores, dispersion,
};
use std::fmt::Write as _;
use std::path::Path;

macro_rules! line {
    ($out:expr, $($text:tt)*) => {
        writeln!($out, $($text)*).expect("writing to a string cannot fail")
    };
}

const CLAIMS: &str = "claims of one belligerent: their level and spread, not ground truth";

fn rows(out: &mut String, import: &Import) {
    line!(
        out,
        "rows: {} in the file, {} of national posts, {} used",
        import.rows_total,
        import.rows_national,
        import.rows.len()
    );
    counted(out, "left out", &import.left_out);
    counted(out, "unknown models", &import.unknown_models);
    counted(out, "corrected", &import.corrections);
    for (what, names) in [
        ("unknown columns", &import.unknown_columns),
        ("missing columns, taken as empty", &import.missing_columns),
    ] {
        if !names.is_empty() {
            line!(out, "{what}: {}", names.join(", "));
        }
    }
}

fn counted(out: &mut String, what: &str, list: &[Counted]) {
    if !list.is_empty() {
        line!(out, "{what}:");
    }
    for counted in list {
        line!(out, "  {:6}  {}", counted.n, counted.reason);
    }
}

pub(super) fn import(import: &Import) -> String {
    let mut out = String::new();
    rows(&mut out, import);
    let nights = import.nights();
    line!(out, "\nclass nights: {} ({CLAIMS})", nights.len());
    line!(
        out,
        "{:10} {:>5} {:>7} {:>9} {:>7} {:>12} {:>20}  {:10} {:10}",
        "class",
        "rows",
        "nights",
        "launched",
        "shot",
        "neutralised",
        "rho between nights",
        "first",
        "last"
    );
    for class in RecordClass::ALL {
        let own: Vec<_> = nights.iter().filter(|night| night.class == class).collect();
        let (Some(first), Some(last)) = (own.first(), own.last()) else {
            continue;
        };
        let counts: Counts = own.iter().map(|n| (n.launched, n.neutralised)).collect();
        let rho = dispersion(&counts).map_or("–".to_owned(), |d| {
            format!("{:.2} ({:.2}–{:.2})", d.rho, d.rho_95.0, d.rho_95.1)
        });
        line!(
            out,
            "{:10} {:5} {:7} {:9} {:7} {:12} {:>20}  {} {}",
            class.name(),
            import.rows.iter().filter(|row| row.class == class).count(),
            own.len(),
            own.iter()
                .map(|night| u64::from(night.launched))
                .sum::<u64>(),
            own.iter().map(|night| u64::from(night.shot)).sum::<u64>(),
            own.iter()
                .map(|night| u64::from(night.neutralised))
                .sum::<u64>(),
            rho,
            first.day,
            last.day
        );
    }
    out
}

pub(super) fn backtest(found: &Backtest) -> String {
    let mut out = String::new();
    rows(&mut out, &found.import);
    let origin = match found.origin {
        Origin::Rolling => "each month from the end of the one before".to_owned(),
        Origin::Fixed(day) => format!("all from the end of {day}"),
    };
    line!(
        out,
        "\nscored: {} to {}, {origin}\n{CLAIMS}",
        found.window.from,
        found.window.to
    );
    line!(
        out,
        "{:16} {:>5} {:>6} {:>6} {:>6} {:>8} {:>6} {:>6} {:>13} {:>9}",
        "",
        "n",
        "in 50%",
        "in 80%",
        "in 90%",
        "CRPS",
        "/(a)",
        "/(b)",
        "per launch/(a)",
        "log score"
    );
    score_line(&mut out, "pooled", &found.pooled);
    for (class, scores) in &found.classes {
        score_line(&mut out, class.name(), scores);
    }
    score_line(&mut out, "night total", &found.total);
    score_line(&mut out, "drone, shot only", &found.drone_shot_only);
    line!(
        out,
        "(a) binomial with the rate of all time, (b) of the last 90 days; correlation of classes {:.2}",
        found.common_r
    );
    let reached = found.targets.iter().filter(|target| target.pass).count();
    line!(
        out,
        "\ntargets: {reached} of {} reached",
        found.targets.len()
    );
    for target in &found.targets {
        line!(
            out,
            "  {:28} {:7.3}  in {:.2} to {:.2}  {}",
            target.id,
            target.value,
            target.low,
            target.high,
            if target.pass { "reached" } else { "MISSED" }
        );
    }
    out
}

fn score_line(out: &mut String, name: &str, scores: &Scores) {
    let [c50, c80, c90] = scores.cover;
    line!(
        out,
        "{name:16} {:5} {c50:6.3} {c80:6.3} {c90:6.3} {:8.3} {:6.3} {:6.3} {:14.3} {:9.3}",
        scores.n,
        scores.crps,
        scores.crps / scores.crps_a,
        scores.crps / scores.crps_b,
        scores.crps_per_launched / scores.crps_per_launched_a,
        scores.log_score
    );
}

pub(super) fn fits(fits: &[ClassFit], until: Day, out_file: &Path) -> String {
    let mut out = String::new();
    line!(out, "fitted to {until}; {CLAIMS}; 90 % intervals");
    line!(
        out,
        "{:10} {:>6} {:>9} {:>6}  {:20} {:20} {:20}",
        "class",
        "nights",
        "launched",
        "usual",
        "mean share",
        "rho",
        "logit trend / 30 days"
    );
    let interval = |fit: Fit| format!("{:.2} ({:.2}–{:.2})", fit.value, fit.low, fit.high);
    for fit in fits {
        line!(
            out,
            "{:10} {:6} {:9} {:6}  {:20} {:20} {:20}",
            fit.class.name(),
            fit.nights,
            fit.launched,
            fit.usual_raid,
            interval(fit.mean),
            interval(fit.rho),
            fit.trend_per_30_days.map_or("–".to_owned(), interval)
        );
    }
    line!(out, "written: {}", out_file.display());
    out
}

pub(super) fn alarms(found: &Alarms) -> String {
    let mut out = String::new();
    line!(
        out,
        "alarms: {} of {} rows used, {} to {} ({} days), median length {:.0} min",
        found.used,
        found.rows,
        found.first,
        found.last,
        found.days,
        found.median_min
    );
    counted(&mut out, "left out", &found.left_out);
    if !found.unknown_columns.is_empty() {
        line!(out, "unknown columns: {}", found.unknown_columns.join(", "));
    }
    line!(
        out,
        "{:4} {:28} {:>7} {:>7} {:>11} {:>9} {:>14} {:>12}",
        "rank",
        "region",
        "alarms",
        "no end",
        "median min",
        "hours",
        "minutes a day",
        "in last year"
    );
    let mut order: Vec<_> = found.regions.iter().collect();
    order.sort_by_key(|region| region.rank);
    for region in order {
        line!(
            out,
            "{:4} {:28} {:7} {:7} {:11.0} {:9.0} {:14.1} {:>12}",
            region.rank,
            region.region,
            region.count,
            region.naive,
            region.median_min,
            region.hours,
            region.minutes_per_day,
            region
                .years
                .last()
                .map_or(String::new(), |year| format!("{:.1}", year.minutes_per_day))
        );
    }
    line!(
        out,
        "regions under alarm without end, or not in the list, are absent: that is no silence"
    );
    out
}
