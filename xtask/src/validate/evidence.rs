//! What the tests printed: lines of the form
//! `VALIDATION id=<id> truth=<x> ours=<y> tolerance=<t> unit=<u>`, with `of=<what>` where one case
//! prints several.
//!
//! A truth is a number or an interval `a..b`; a tolerance is in the truth's unit, or relative to
//! the truth when it ends in `%`. Values hold no spaces.

use std::collections::BTreeMap;

const MARK: &str = "VALIDATION ";

/// One number beside its truth, as printed and as read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) id: String,
    /// Which quantity of the case; empty when there is one only.
    pub(crate) of: String,
    pub(crate) truth: String,
    pub(crate) ours: String,
    pub(crate) tolerance: String,
    pub(crate) unit: String,
    pub(crate) is_within: bool,
}

/// All lines of a run, and those that could not be read.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) lines: Vec<Line>,
    pub(crate) unreadable: Vec<String>,
}

impl Evidence {
    /// Finds the lines in whatever else the tests printed; a line said twice counts once.
    pub(crate) fn read(output: &str) -> Self {
        let mut evidence = Self::default();
        for text in output
            .lines()
            .filter_map(|line| line.split_once(MARK))
            .map(|(_, rest)| rest)
        {
            match read_line(text) {
                Ok(line) if evidence.lines.contains(&line) => {}
                Ok(line) => evidence.lines.push(line),
                Err(why) => evidence.unreadable.push(format!("`{MARK}{text}`: {why}")),
            }
        }
        // Tests run side by side, so their lines come in any order.
        evidence.lines.sort_by(|a, b| a.id.cmp(&b.id));
        evidence
    }
}

fn read_line(text: &str) -> Result<Line, String> {
    let mut fields = BTreeMap::new();
    for word in text.split_whitespace() {
        let (key, value) = word
            .split_once('=')
            .ok_or(format!("`{word}` is not `key=value`"))?;
        fields.insert(key, value);
    }
    let mut take = |key: &str| fields.remove(key).map(str::to_owned);
    let missing = |key: &str| format!("`{key}` is missing");
    let id = take("id").ok_or_else(|| missing("id"))?;
    let truth = take("truth").ok_or_else(|| missing("truth"))?;
    let ours = take("ours").ok_or_else(|| missing("ours"))?;
    let tolerance = take("tolerance").ok_or_else(|| missing("tolerance"))?;
    let (of, unit) = (
        take("of").unwrap_or_default(),
        take("unit").unwrap_or_default(),
    );
    if let Some(key) = fields.keys().next() {
        return Err(format!("unknown key `{key}`"));
    }
    let is_within = is_within(&truth, &ours, &tolerance)?;
    Ok(Line {
        id,
        of,
        truth,
        ours,
        tolerance,
        unit,
        is_within,
    })
}

fn is_within(truth: &str, ours: &str, tolerance: &str) -> Result<bool, String> {
    let (low, high) = match truth.split_once("..") {
        Some((low, high)) => (number(low)?, number(high)?),
        None => (number(truth)?, number(truth)?),
    };
    let ours = number(ours)?;
    let (slack_low, slack_high) = match tolerance.strip_suffix('%') {
        Some(percent) => {
            let share = number(percent)? / 100.0;
            (share * low.abs(), share * high.abs())
        }
        None => (number(tolerance)?, number(tolerance)?),
    };
    Ok(ours >= low - slack_low && ours <= high + slack_high)
}

fn number(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
        .ok_or_else(|| format!("`{text}` is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(text: &str) -> bool {
        read_line(text).unwrap().is_within
    }

    #[test]
    fn lines_are_found_among_other_output() {
        let output = "running 1 test\n\
            test a::val_b ... VALIDATION id=b truth=2 ours=2.1 tolerance=0.2 unit=m\nok\n\
            VALIDATION id=a of=p99 truth=0 ours=3 tolerance=1 unit=m\n\
            VALIDATION id=a of=p99 truth=0 ours=3 tolerance=1 unit=m\n";
        let evidence = Evidence::read(output);
        let ids: Vec<&str> = evidence.lines.iter().map(|line| line.id.as_str()).collect();
        assert_eq!(ids, ["a", "b"]);
        assert!(evidence.unreadable.is_empty());
    }

    #[test]
    fn tolerances_are_absolute_or_relative() {
        assert!(within("id=a truth=10 ours=10.5 tolerance=0.5"));
        assert!(!within("id=a truth=10 ours=10.6 tolerance=0.5"));
        assert!(within("id=a truth=-200 ours=-190 tolerance=5%"));
        assert!(!within("id=a truth=-200 ours=-189 tolerance=5%"));
    }

    #[test]
    fn a_truth_may_be_an_interval() {
        assert!(within("id=a truth=0.03..0.16 ours=0.1 tolerance=0"));
        assert!(!within("id=a truth=0.03..0.16 ours=0.17 tolerance=0"));
        assert!(within("id=a truth=0.03..0.16 ours=0.17 tolerance=0.02"));
    }

    #[test]
    fn what_cannot_be_read_is_kept_and_named() {
        for text in [
            "VALIDATION id=a truth=1 ours=NaN tolerance=1",
            "VALIDATION id=a truth=1 ours=1",
            "VALIDATION id=a truth=1 ours=1 tolerance=1 colour=red",
            "VALIDATION words",
        ] {
            let evidence = Evidence::read(text);
            assert_eq!(
                (evidence.lines.len(), evidence.unreadable.len()),
                (0, 1),
                "{text}"
            );
        }
    }
}
