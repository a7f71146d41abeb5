//! The protocol on the development rows, where the developer has them.

use super::*;
use std::path::Path;

/// The text of a file of the test data, or one line that says it was skipped.
#[expect(
    clippy::disallowed_methods,
    reason = "tests find their data by one variable and read it"
)]
fn data(what: &str, file: &str) -> Option<String> {
    let Ok(folder) = std::env::var("CUPOLA_TEST_DATA") else {
        println!("SKIPPED {what}: CUPOLA_TEST_DATA is not set");
        return None;
    };
    let path = Path::new(&folder).join(file);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

fn raids(what: &str) -> Option<String> {
    data(what, "raids-2022-2024.csv")
}

fn window() -> Window {
    Window {
        from: Month::parse("2023-07").unwrap(),
        to: Month::parse("2024-12").unwrap(),
    }
}

#[test]
fn val_record_rows_are_counted_as_the_protocol_counts_them() {
    let Some(text) = raids("row counts of the record") else {
        return;
    };
    let import = Import::read(&text).unwrap();
    let nights = import.nights();
    for (of, truth, ours) in [
        ("rows", 1980, import.rows_total),
        ("national-rows", 1256, import.rows_national),
        ("usable-rows", 1048, import.rows.len()),
        ("class-nights", 968, nights.len()),
    ] {
        println!(
            "VALIDATION id=record-backtest of={of} truth={truth} ours={ours} tolerance=0 unit=count"
        );
        assert_eq!(truth, ours, "{of}");
    }
    let left: usize = import.left_out.iter().map(|counted| counted.n).sum();
    assert_eq!(import.rows.len() + left, import.rows_total);
    let mixes = import.left_out.iter().find(|c| c.reason.starts_with("mix"));
    assert_eq!(mixes.unwrap().n, 5, "four of the classes, one with Lancet");
}

/// Bounds of the protocol's table, set before this model was written.
#[test]
fn val_record_backtest_reaches_the_targets_of_the_protocol() {
    let Some(text) = raids("record-backtest") else {
        return;
    };
    let import = Import::read(&text).unwrap();
    let found = backtest(&import, window(), Origin::Rolling).unwrap();
    println!(
        "VALIDATION id=record-backtest of=predictions truth=793 ours={} tolerance=0 unit=class-nights",
        found.pooled.n
    );
    for target in &found.targets {
        println!(
            "VALIDATION id=record-backtest of={} truth={}..{} ours={:.3} tolerance=0 unit={}",
            target.id,
            target.low,
            target.high,
            target.value,
            if target.id.contains("cover") {
                "share"
            } else {
                "ratio"
            }
        );
    }
    assert_eq!(found.pooled.n, 793);
    let missed: Vec<&Target> = found.targets.iter().filter(|t| !t.pass).collect();
    assert!(missed.is_empty(), "{missed:?}");
    assert!(found.targets.len() >= 26, "{}", found.targets.len());
    // The baselines must fail where the protocol says that they fail.
    let [a, b] = [found.pooled.cover_a, found.pooled.cover_b];
    for (cover, low, high) in [
        (a[0], 0.32, 0.33),
        (b[0], 0.34, 0.355),
        (a[1], 0.565, 0.605),
        (b[1], 0.565, 0.605),
        (a[2], 0.69, 0.73),
        (b[2], 0.69, 0.73),
    ] {
        assert!((low..=high).contains(&cover), "{a:?} {b:?}");
    }
}

#[test]
fn val_record_backtest_covers_from_a_fixed_origin() {
    let Some(text) = raids("record-fixed-origin") else {
        return;
    };
    let import = Import::read(&text).unwrap();
    // Wider than one month ahead: one origin is one story, and its months err together.
    for (day, low, high) in [("2023-06-30", 0.70, 0.93), ("2023-12-31", 0.70, 0.93)] {
        let origin = Origin::Fixed(Day::parse(day).unwrap());
        let found = backtest(&import, window(), origin).unwrap();
        let cover = found.pooled.cover[1];
        println!(
            "VALIDATION id=record-backtest of=cover80-from-{day} truth={low}..{high} ours={cover:.3} tolerance=0 unit=share"
        );
        assert!((low..=high).contains(&cover), "{cover}");
        assert!(found.targets.iter().all(|t| !t.id.contains("crps")));
    }
}

#[test]
fn later_rows_do_not_touch_earlier_scores() {
    let Some(text) = raids("independence of later rows") else {
        return;
    };
    let more = format!(
        "{text}2025-03-01,2025-03-01,Shahed-136/131,,,,800,10,3,,,,,,,,,,,,,kpszsu/posts/x\n\
         2025-03-02,2025-03-02,Perun-7,,,,800,10,3,,,,,,,,,,,,,kpszsu/posts/x\n"
    );
    let score = |text: &str| {
        let import = Import::read(text).unwrap();
        let found = backtest(&import, window(), Origin::Rolling).unwrap();
        (found.pooled, found.total, found.targets)
    };
    assert_eq!(score(&text), score(&more));
}

/// Rows of a model by the record's own columns, all sources: launched, shot, lost and still flying.
fn all_rows(text: &str, keep: impl Fn(&str) -> bool) -> Vec<(u32, u32, u32, u32)> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let columns = ["launched", "destroyed", "not_reach_goal", "still_attacking"].map(at);
    let model = at("model");
    let mut rows = Vec::new();
    for record in reader.records().map(Result::unwrap) {
        if !keep(&record[model]) {
            continue;
        }
        let values = columns.map(|c| record[c].parse::<f64>().ok().map(|x| x as u32));
        if let [Some(launched), Some(shot), lost, still] = values {
            rows.push((launched, shot, lost.unwrap_or(0), still.unwrap_or(0)));
        }
    }
    rows
}

/// Which models a row of the table holds.
type Keep<'a> = &'a dyn Fn(&str) -> bool;

#[test]
fn val_record_dispersion_matches_the_table_of_the_facts() {
    let Some(text) = raids("record-dispersion") else {
        return;
    };
    let is_cruise =
        |m: &str| (m.starts_with("X-101") || m.starts_with("Kalibr")) && !m.contains("X-22");
    let is_ballistic =
        |m: &str| ["Iskander-M", "Iskander-M/KN-23", "KN-23", "X-47 Kinzhal"].contains(&m);
    let cases: [(&str, Keep<'_>, [f64; 5]); 7] = [
        (
            "shahed",
            &|m| m == "Shahed-136/131",
            [0.813, 0.204, 0.178, 5.9, 508.0],
        ),
        (
            "x-101",
            &|m| m == "X-101/X-555",
            [0.833, 0.148, 0.127, 3.3, 70.0],
        ),
        (
            "kalibr",
            &|m| m == "Kalibr",
            [0.797, 0.189, 0.187, 2.0, 51.0],
        ),
        ("cruise", &is_cruise, [0.819, 0.143, 0.126, 3.2, 131.0]),
        ("x-59", &|m| m == "X-59", [0.667, 0.522, 0.423, 1.3, 150.0]),
        (
            "kinzhal",
            &|m| m == "X-47 Kinzhal",
            [0.274, 0.739, 0.815, 3.2, 34.0],
        ),
        (
            "ballistic",
            &is_ballistic,
            [0.145, 0.677, 0.627, 1.8, 196.0],
        ),
    ];
    for (of, keep, [mean, rho, moment, pearson, rows]) in cases {
        let counts: Counts = all_rows(&text, keep).iter().map(|r| (r.0, r.1)).collect();
        let found = dispersion(&counts).unwrap();
        println!("{of} {found:?}");
        println!(
            "VALIDATION id=record-dispersion of={of} truth={rho} ours={:.4} tolerance=0.0006 unit=correlation",
            found.rho
        );
        assert!((found.mean - mean).abs() < 0.0006, "{of} {found:?}");
        assert!((found.rho - rho).abs() < 0.0006, "{of} {found:?}");
        assert!((found.pearson - pearson).abs() < 0.06, "{of} {found:?}");
        assert!((found.rho_moment - moment).abs() < 0.0006, "{of} {found:?}");
        assert!((f64::from(found.rows) - rows).abs() < 0.5, "{of} {found:?}");
    }
}

#[test]
fn val_record_alarms_match_the_table_of_the_facts() {
    let Some(text) = data("alarms of the record", "alarms-to-2023.csv") else {
        return;
    };
    let found = alarms::alarms(&text).unwrap();
    assert_eq!((found.rows, found.used), (34_288, 34_288));
    for (region, count, median, hours) in [
        ("Zakarpatska oblast", 383, 59.0, 451.0),
        ("Lvivska oblast", 467, 51.0, 512.0),
        ("Volynska oblast", 524, 46.0, 547.0),
        ("Khmelnytska oblast", 556, 61.0, 689.0),
        ("Kyiv City", 919, 49.0, 1051.0),
        ("Kharkivska oblast", 3435, 31.0, 2482.0),
    ] {
        let own = found.regions.iter().find(|r| r.region == region).unwrap();
        println!(
            "VALIDATION id=record-alarms of={} truth={hours} ours={:.1} tolerance=1 unit=h",
            region.replace(' ', "-"),
            own.hours
        );
        assert_eq!(own.count, count, "{region}");
        assert!((own.median_min - median).abs() <= 0.6, "{region} {own:?}");
        assert!((own.hours - hours).abs() <= 1.0, "{region} {own:?}");
    }
    let lviv = found
        .regions
        .iter()
        .find(|r| r.region == "Lvivska oblast")
        .unwrap();
    assert_eq!(
        lviv.years.iter().map(|y| y.count).collect::<Vec<_>>(),
        [277, 190]
    );
}
