//! Every embedded claim turns when its numbers do: made-up answers on both sides of its threshold.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step ends the test that took it"
)]

use cupola_campaign::claims::{Answer, Need, Player, Verdict, judge};
use cupola_campaign::{Measure, Row, Sample, Sink as _};
use cupola_raid::ClassCount;
use cupola_scenario::Class;
use cupola_scenario::claims::{Claim, Direction, Kind, claims};
use std::convert::Infallible;

const RUNS: u32 = 64;

/// Answers in which every number of a claim is the one wanted.
struct MadeUp {
    wanted: f64,
}

/// Heights and classes that claims read of cover.
fn cover(share: f64) -> Vec<Measure> {
    let heights = [50.0, 100.0, 200.0, 500.0, 1000.0, 3000.0, 5000.0, 10_000.0];
    let classes = [Class::Drone, Class::Cruise, Class::Ballistic];
    let pairs = classes
        .into_iter()
        .flat_map(|class| heights.map(|height| (class, height)));
    let ids = ["area_under_floor", "people_under_floor"];
    let all = pairs.flat_map(|(class, height)| ids.map(|id| (id, class, height)));
    let one = |(id, class, height_m): (&'static str, Class, f64)| Measure {
        id,
        raid: None,
        class: Some(class),
        height_m: Some(height_m),
        unit: "share",
        n: 1,
        mean: share,
        mean_lo95: share,
        mean_hi95: share,
        mc_half95: f64::NAN,
        p05: share,
        p50: share,
        p95: share,
        diff: 0.0,
        diff_lo95: 0.0,
        diff_hi95: 0.0,
        diff_mc_half95: f64::NAN,
    };
    all.map(one).collect()
}

fn counted(measure: &str, n: u32, into: &mut ClassCount) {
    match measure {
        "leakers" => into.leaked = n,
        "launched" => into.launched = n,
        "interceptors" => into.interceptors = n,
        "debris_nato" => into.debris_nato = n,
        "engagements_nato_crew" => into.engagements_nato_crew = n,
        "incursions_nato" => into.incursions_nato = n,
        other => panic!("no made-up count of {other}"),
    }
}

impl MadeUp {
    /// Counts of an option whose quantity, of a thousand, is the one wanted.
    fn count(&self, claim: &Claim, option: &str, set: &[String]) -> ClassCount {
        let quantity = &claim.quantity;
        let mut count = ClassCount::default();
        let thousandths = (1000.0 * self.wanted).round().max(0.0) as u32;
        match quantity.kind {
            Kind::Cover => {}
            Kind::Endurance => count.interceptors = 1,
            // The shield leaks as much as the defence does alone when so many of four units have left.
            Kind::Relief => {
                let weight = set.iter().rev().find_map(|s| {
                    let weight = s.strip_prefix("existing_defence.area_weight=")?;
                    weight.parse::<f64>().ok()
                });
                let left = 4.0 * (1.0 - weight.unwrap_or(0.6) / 0.6);
                let alone = quantity.over_option.as_deref() == Some(option);
                let change = 10.0 * (left - self.wanted);
                count.leaked = if alone {
                    100
                } else {
                    (100.0 + change).round() as u32
                };
            }
            Kind::Ratio | Kind::Stopped => {
                let over = quantity.over.as_deref().unwrap();
                let below = quantity.over_option.as_deref().unwrap_or(option);
                if below == option {
                    counted(over, 1000, &mut count);
                }
                let same = quantity.over_option.is_some() && below == option;
                if !(same && over == quantity.measure) {
                    let above = match quantity.kind {
                        Kind::Stopped => 1000 - thousandths.min(1000),
                        _ => thousandths,
                    };
                    counted(&quantity.measure, above, &mut count);
                }
            }
        }
        count
    }
}

impl Player for MadeUp {
    type Error = Infallible;

    fn play(&mut self, claim: &Claim, set: &[String], _: Need) -> Result<Answer, Infallible> {
        let mut options = claim.options.clone();
        let quantity = &claim.quantity;
        let varied = claim.vary.iter().filter(|v| v.path == "quantity.option");
        let more = varied.flat_map(|v| &v.values);
        for name in std::iter::once(&quantity.option)
            .chain(&quantity.over_option)
            .chain(more)
        {
            if !options.contains(name) {
                options.push(name.clone());
            }
        }
        let mut sample = Sample::new(0, 8);
        for (i, option) in options.iter().enumerate() {
            let count = self.count(claim, option, set);
            for class in [Class::Drone, Class::Cruise, Class::Ballistic] {
                let row = |run| Row {
                    run,
                    draw: run / 8,
                    class,
                    count,
                };
                let rows: Vec<Row> = (0..RUNS).map(row).collect();
                sample.rows(i, 0, &rows)?;
            }
        }
        Ok(Answer {
            hash: String::new(),
            cover: options.iter().map(|_| cover(self.wanted)).collect(),
            sample,
            lasts: vec![vec![self.wanted; 8]; options.len()],
            options,
        })
    }
}

#[test]
fn every_claim_turns_when_its_numbers_do() {
    for claim in claims().map_err(|e| e.to_string()).unwrap() {
        let threshold = &claim.threshold;
        let (good, bad) = match threshold.direction {
            Direction::AtLeast => (1.02 * threshold.holds, 0.9 * threshold.fails),
            Direction::AtMost => (0.9 * threshold.holds, 1.1 * threshold.fails),
        };
        let good = if claim.quantity.unit == "share" {
            good.min(1.0)
        } else {
            good
        };
        let between = f64::midpoint(threshold.holds, threshold.fails);
        for (wanted, verdict) in [
            (good, Verdict::Holds),
            (between, Verdict::Depends),
            (bad, Verdict::Fails),
        ] {
            let found = judge(&claim, &mut MadeUp { wanted }).unwrap();
            assert_eq!(
                found.alone, verdict,
                "{}: {wanted} is read as {:?}",
                claim.id, found.number
            );
            assert!(
                (found.number.value - wanted).abs() < 0.02 * wanted.max(0.1),
                "{}: {wanted} is read as {:?}",
                claim.id,
                found.number
            );
        }
    }
}
