//! Verdicts on claims of the public debate: computed, never typed.
//!
//! Each number comes from the calls that `run` uses: cover, and the main raid's runs. The caller
//! prepares a scenario with changes and hands it to [`answer`]. A verdict is what the number and its interval say about the
//! threshold; it is tried again with every input varied, and what turns it is told.

mod answer;
mod number;

pub use answer::{Answer, Need, answer};
pub use number::Number;

use cupola_scenario::claims::{Claim, Direction, Kind, Quantity, Threshold, Vary};
use number::number;

/// What a claim's number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval is on the claim's side of the threshold.
    Holds,
    /// The whole interval is beyond the point at which it fails.
    Fails,
    /// Neither, or an input that the sentence leaves open turns it.
    Depends,
}

impl Verdict {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Depends => "depends",
        }
    }
}

/// A varied input at one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The input in words.
    pub input: String,
    /// Its value as written.
    pub value: String,
    /// Its value in words, where the claim gives some.
    pub words: Option<String>,
    /// The number there.
    pub number: Number,
    /// What it says.
    pub verdict: Verdict,
    /// Whether the sentence leaves the input open.
    pub open: bool,
}

/// A claim with its verdict.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The claim.
    pub claim: Claim,
    /// The number as the claim states it.
    pub number: Number,
    /// What that number alone says.
    pub alone: Verdict,
    /// The verdict.
    pub verdict: Verdict,
    /// The number with each input varied, in the order of the file.
    pub variants: Vec<Variant>,
    /// SHA-256 of the scenario behind the number.
    pub hash: String,
}

impl Judged {
    /// The variants at which the verdict of the number alone turns: of each input the first value.
    pub fn flips(&self) -> Vec<&Variant> {
        let mut flips: Vec<&Variant> = Vec::new();
        for variant in &self.variants {
            let turned = variant.verdict != self.alone;
            if turned
                && !flips
                    .iter()
                    .any(|other| other.input == variant.input && other.verdict == variant.verdict)
            {
                flips.push(variant);
            }
        }
        flips
    }
}

/// Plays scenarios for claims.
pub trait Player {
    /// Why a scenario could not be played.
    type Error;

    /// The answer of a claim's scenario with changes.
    ///
    /// # Errors
    /// Whatever stands in the way.
    fn play(&mut self, claim: &Claim, set: &[String], need: Need) -> Result<Answer, Self::Error>;
}

/// Where a claim could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum Unjudged<E> {
    /// A scenario could not be played.
    #[error(transparent)]
    Play(E),
    /// The answer does not hold the number.
    #[error("claim `{claim}`: {what}")]
    NoNumber {
        /// The claim.
        claim: String,
        /// What is missing.
        what: String,
    },
}

/// Judges a claim.
///
/// # Errors
/// [`Unjudged`] when a scenario cannot be played, or does not hold the number.
pub fn judge<P: Player>(claim: &Claim, player: &mut P) -> Result<Judged, Unjudged<P::Error>> {
    let mut desk = Desk {
        claim,
        player,
        kept: Vec::new(),
    };
    let (found, hash) = desk.number(&claim.quantity, &[])?;
    let alone = verdict(&found, &claim.threshold);
    let mut variants = Vec::new();
    for vary in &claim.vary {
        for (i, value) in vary.values.iter().enumerate() {
            let (number, _) = desk.varied(vary, value)?;
            variants.push(Variant {
                input: vary.input.clone(),
                value: value.clone(),
                words: vary.words.get(i).cloned(),
                verdict: verdict(&number, &claim.threshold),
                number,
                open: vary.open,
            });
        }
    }
    let opposed = |variant: &Variant| variant.open && variant.verdict != alone;
    let verdict = if variants.iter().any(opposed) {
        Verdict::Depends
    } else {
        alone
    };
    Ok(Judged {
        claim: claim.clone(),
        number: found,
        alone,
        verdict,
        variants,
        hash,
    })
}

/// What a number with its interval says about a threshold.
pub fn verdict(number: &Number, threshold: &Threshold) -> Verdict {
    let Threshold {
        direction,
        holds,
        fails,
        ..
    } = threshold;
    let (low, high) = match (number.lo.is_finite(), number.hi.is_finite()) {
        (true, true) => (number.lo, number.hi),
        _ => (number.value, number.value),
    };
    let (all_hold, all_fail) = match direction {
        Direction::AtLeast => (low >= *holds, high < *fails),
        Direction::AtMost => (high <= *holds, low > *fails),
    };
    if all_hold {
        Verdict::Holds
    } else if all_fail {
        Verdict::Fails
    } else {
        Verdict::Depends
    }
}

/// One claim under study. Its answers are kept: much of what is varied reads another number of one.
struct Desk<'a, P: Player> {
    claim: &'a Claim,
    player: &'a mut P,
    kept: Vec<(Vec<String>, Answer)>,
}

impl<P: Player> Desk<'_, P> {
    fn number(
        &mut self,
        quantity: &Quantity,
        more: &[String],
    ) -> Result<(Number, String), Unjudged<P::Error>> {
        let mut set = self.claim.set.clone();
        set.extend(more.iter().cloned());
        if quantity.kind == Kind::Relief {
            return self.relief(quantity, &set);
        }
        let claim = self.claim;
        let answer = self.answer(&set)?;
        let found = number(quantity, answer).map_err(|what| Unjudged::NoNumber {
            claim: claim.id.clone(),
            what,
        })?;
        Ok((found, answer.hash.clone()))
    }

    fn answer(&mut self, set: &[String]) -> Result<&Answer, Unjudged<P::Error>> {
        let there = self.kept.iter().position(|(kept, _)| kept == set);
        let place = if let Some(place) = there {
            place
        } else {
            let need = match self.claim.quantity.kind {
                Kind::Cover => Need::Cover,
                _ => Need::Runs,
            };
            let played = self.player.play(self.claim, set, need);
            self.kept
                .push((set.to_vec(), played.map_err(Unjudged::Play)?));
            self.kept.len() - 1
        };
        Ok(&self.kept[place].1)
    }

    /// Fire units that could leave: the share of the existing defence over the area that can go before
    /// the option leaks more than today's defence alone, times the units that stand there.
    fn relief(
        &mut self,
        quantity: &Quantity,
        set: &[String],
    ) -> Result<(Number, String), Unjudged<P::Error>> {
        let (mut kept, mut hash) = (Vec::new(), String::new());
        let mut today = None;
        for share in number::KEPT_SHARES {
            let mut set = set.to_vec();
            set.push(format!(
                "existing_defence.area_weight={}",
                number::TODAY * share
            ));
            let claim = self.claim;
            let answer = self.answer(&set)?;
            hash.clone_from(&answer.hash);
            let missing = |what| Unjudged::NoNumber {
                claim: claim.id.clone(),
                what,
            };
            let leakers = number::relief_series(quantity, answer).map_err(missing)?;
            // The first is today's defence, whole.
            let [shield, alone] = leakers;
            let reference = today.get_or_insert(alone);
            kept.push((share, shield.minus(reference).estimate()));
        }
        Ok((number::relief(quantity, &kept), hash))
    }

    fn varied(&mut self, vary: &Vary, value: &str) -> Result<(Number, String), Unjudged<P::Error>> {
        let mut quantity = self.claim.quantity.clone();
        let whole = format!("{}={value}", vary.path);
        let settings: Vec<&str> = if vary.path == "several" {
            value.split(';').map(str::trim).collect()
        } else {
            vec![&whole]
        };
        let mut more = Vec::new();
        for setting in settings {
            let Some(field) = setting.strip_prefix("quantity.") else {
                more.push(setting.to_owned());
                continue;
            };
            let known = field
                .split_once('=')
                .is_some_and(|(field, value)| number::set_field(&mut quantity, field, value));
            if !known {
                return Err(Unjudged::NoNumber {
                    claim: self.claim.id.clone(),
                    what: format!("`{setting}` makes no sense"),
                });
            }
        }
        self.number(&quantity, &more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Row, Sample, Sink as _};
    use cupola_raid::ClassCount;
    use cupola_scenario::Class;
    use cupola_scenario::claims::claim;

    fn threshold(direction: Direction, holds: f64, fails: f64) -> Threshold {
        Threshold {
            direction,
            holds,
            fails,
            why: String::new(),
        }
    }

    fn number(value: f64, lo: f64, hi: f64) -> Number {
        Number {
            value,
            lo,
            hi,
            n: 1,
        }
    }

    const CLAIM: &str = r#"
id = "test"
number = 1
title = "t"
who = "w"
when = 2024-01-01
where = "h"
sentence = "s"
test = "t"
limits = "l"
sources = ["made for a test"]
scenario = "western-ukraine"
[quantity]
words = "share stopped"
kind = "stopped"
measure = "leakers"
option = "shield"
over = "launched"
unit = "share"
[threshold]
direction = "at-least"
holds = 0.8
fails = 0.5
why = "y"
[[vary]]
input = "missiles"
path = "missiles"
values = ["2", "6", "8"]
"#;

    /// Of ten threats as many leak as the setting says; `start` without one.
    struct Fake {
        start: u32,
        played: usize,
    }

    impl Player for Fake {
        type Error = std::convert::Infallible;

        fn play(&mut self, _: &Claim, set: &[String], _: Need) -> Result<Answer, Self::Error> {
            let said = set.iter().find_map(|s| s.strip_prefix("missiles="));
            let leaked = said.map_or(self.start, |n| n.parse().unwrap());
            self.played += 1;
            let mut sample = Sample::new(0, 8);
            let rows: Vec<Row> = (0..128)
                .map(|run| Row {
                    run,
                    draw: run / 8,
                    class: Class::Cruise,
                    count: ClassCount {
                        launched: 10,
                        leaked,
                        ..ClassCount::default()
                    },
                })
                .collect();
            sample.rows(0, 0, &rows)?;
            Ok(Answer {
                hash: String::new(),
                options: vec!["shield".to_owned()],
                cover: Vec::new(),
                sample,
                lasts: vec![vec![40.0; 16]],
            })
        }
    }

    fn judged(start: u32, text: &str) -> Judged {
        let claim = claim(text, "test.toml").unwrap();
        let mut player = Fake { start, played: 0 };
        let judged = judge(&claim, &mut player).unwrap();
        assert_eq!(player.played, 4);
        judged
    }

    #[test]
    fn a_verdict_changes_when_the_numbers_do() {
        for (leaked, verdict) in [
            (1, Verdict::Holds),
            (4, Verdict::Depends),
            (7, Verdict::Fails),
        ] {
            let found = judged(leaked, CLAIM);
            assert_eq!(found.verdict, verdict, "{leaked} leaked");
            assert!((found.number.value - (1.0 - f64::from(leaked) / 10.0)).abs() < 1e-9);
            assert_eq!(found.number.n, 128);
        }
    }

    #[test]
    fn what_turns_a_verdict_is_found_by_varying_it() {
        let holds = judged(1, CLAIM);
        let flips: Vec<(&str, Verdict)> = holds
            .flips()
            .iter()
            .map(|variant| (variant.value.as_str(), variant.verdict))
            .collect();
        assert_eq!(flips, [("6", Verdict::Fails)]);
        // An input that the sentence leaves open makes the verdict depend on it.
        let open = CLAIM.replace("path = \"missiles\"", "path = \"missiles\"\nopen = true");
        assert_eq!(judged(1, &open).verdict, Verdict::Depends);
        assert_eq!(judged(1, &open).alone, Verdict::Holds);
    }

    #[test]
    fn several_inputs_may_be_varied_at_once() {
        let several = CLAIM.replace("path = \"missiles\"", "path = \"several\"").replace(
            "[\"2\", \"6\", \"8\"]",
            "[\"missiles=2\", \"missiles=6; quantity.class=cruise\", \"missiles=8; quantity.class=drone\"]",
        );
        let found = judged(1, &several);
        let values: Vec<f64> = found.variants.iter().map(|v| v.number.value).collect();
        assert!((values[0] - 0.8).abs() < 1e-9 && (values[1] - 0.4).abs() < 1e-9);
        // No drone flies.
        assert!(values[2].is_nan(), "{values:?}");
    }

    #[test]
    fn a_number_that_is_not_there_says_so() {
        let claim = claim(&CLAIM.replace("\"shield\"", "\"sheild\""), "test.toml").unwrap();
        let mut player = Fake {
            start: 1,
            played: 0,
        };
        let error = judge(&claim, &mut player).unwrap_err();
        assert!(error.to_string().contains("no option `sheild`"), "{error}");
    }

    #[test]
    fn a_verdict_follows_the_whole_interval() {
        let at_least = threshold(Direction::AtLeast, 0.8, 0.5);
        assert_eq!(verdict(&number(0.9, 0.85, 0.95), &at_least), Verdict::Holds);
        assert_eq!(
            verdict(&number(0.9, 0.75, 0.95), &at_least),
            Verdict::Depends
        );
        assert_eq!(verdict(&number(0.3, 0.2, 0.4), &at_least), Verdict::Fails);
        assert_eq!(verdict(&number(0.6, 0.6, 0.6), &at_least), Verdict::Depends);
        let at_most = threshold(Direction::AtMost, 0.5, 0.8);
        assert_eq!(verdict(&number(0.3, 0.2, 0.4), &at_most), Verdict::Holds);
        assert_eq!(verdict(&number(0.9, 0.85, 0.95), &at_most), Verdict::Fails);
        // Without an interval the number stands for itself.
        let bare = number(0.9, f64::NAN, f64::NAN);
        assert_eq!(verdict(&bare, &at_least), Verdict::Holds);
    }
}
