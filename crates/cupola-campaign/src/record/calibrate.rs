//! Existing defence by class as of a date, for scenarios to cite.

use super::RecordError;
use super::class::RecordClass;
use super::date::Day;
use super::memory::{Tables, quantile};
use super::rows::{Import, Night};
use super::walk::{CANDIDATES, HALF_LIVES_DAYS, Learner};
use std::fmt::Write as _;

/// Days that say how large a usual raid is.
const USUAL_DAYS: i32 = 365;
/// Half the width of a 90 % interval in standard errors.
const Z90: f64 = 1.645;

/// A value with its 90 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Best value.
    pub value: f64,
    /// 5 % point.
    pub low: f64,
    /// 95 % point.
    pub high: f64,
}

/// What the record says of one class at a date.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassFit {
    /// The class.
    pub class: RecordClass,
    /// Raid nights it rests on.
    pub nights: usize,
    /// Launched in them.
    pub launched: u64,
    /// Claimed neutralised of them.
    pub neutralised: u64,
    /// First and last of these nights.
    pub days: (Day, Day),
    /// Launched on a usual night (median of the last year with any).
    pub usual_raid: u32,
    /// Claimed share neutralised of a usual raid.
    pub mean: Fit,
    /// Correlation of two objects of one raid.
    pub rho: Fit,
    /// Change of the logit of the mean when a raid is e times as large.
    pub size_effect: Fit,
    /// Change of the logit of the mean in 30 days, over the last year; nothing with too few months.
    pub trend_per_30_days: Option<Fit>,
    /// Variance that 30 days add to the logit of the mean.
    pub drift_per_30_days: f64,
    /// How far each memory is trusted: half-life in days, weight.
    pub memories: Vec<(f64, f64)>,
}

/// Fits each class to the nights on or before `until`.
///
/// # Errors
/// [`RecordError::Empty`] when there is none.
pub fn calibrate(import: &Import, until: Day) -> Result<Vec<ClassFit>, RecordError> {
    let cut = import.until(until);
    let nights: Vec<Night> = cut
        .nights()
        .into_iter()
        .filter(|n| n.day <= until)
        .collect();
    if nights.is_empty() {
        return Err(RecordError::Empty {
            what: format!("no usable row on or before {until}"),
        });
    }
    let tables = Tables::new();
    Ok(RecordClass::ALL
        .into_iter()
        .filter_map(|class| {
            let own: Vec<Night> = nights
                .iter()
                .copied()
                .filter(|n| n.class == class)
                .collect();
            fit(&tables, class, &own, until)
        })
        .collect())
}

fn fit(tables: &Tables, class: RecordClass, nights: &[Night], until: Day) -> Option<ClassFit> {
    let (first, last) = (nights.first()?, nights.last()?);
    let mut learner = Learner::new(tables);
    for month in nights.chunk_by(|a, b| a.day.month() == b.day.month()) {
        let frozen = learner.freeze(Day(month[0].day.month().first_day().0 - 1));
        learner.judge(&frozen, month, |night| night.neutralised);
        for night in month {
            learner.learn(night.day, night.launched, night.neutralised);
        }
    }
    let frozen = learner.freeze(until);
    let usual_raid = usual(nights, last.day);
    let (mean, [low, high]) = frozen.raid(usual_raid, until).mean_share([0.05, 0.95]);
    let (slopes, rhos) = frozen.mixed.marginals();
    let of = |values: &[(f64, f64)]| Fit {
        value: values.iter().map(|(value, weight)| value * weight).sum(),
        low: quantile(values, 0.05),
        high: quantile(values, 0.95),
    };
    let mut memories: Vec<(f64, f64)> = HALF_LIVES_DAYS.iter().map(|&h| (h, 0.0)).collect();
    for candidate in 0..CANDIDATES {
        memories[candidate / 2].1 += frozen.trust[candidate];
    }
    Some(ClassFit {
        class,
        nights: nights.len(),
        launched: nights.iter().map(|n| u64::from(n.launched)).sum(),
        neutralised: nights.iter().map(|n| u64::from(n.neutralised)).sum(),
        days: (first.day, last.day),
        usual_raid,
        mean: Fit {
            value: mean,
            low,
            high,
        },
        rho: of(&rhos),
        size_effect: of(&slopes),
        trend_per_30_days: learner.drift.trend().map(|(value, error)| Fit {
            value,
            low: value - Z90 * error,
            high: value + Z90 * error,
        }),
        drift_per_30_days: 30.0 * frozen.drift_per_day,
        memories,
    })
}

fn usual(nights: &[Night], last: Day) -> u32 {
    let mut sizes: Vec<u32> = nights
        .iter()
        .filter(|night| night.day.0 > last.0 - USUAL_DAYS)
        .map(|night| night.launched)
        .collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().unwrap_or(1)
}

/// The file that scenarios cite: what was fitted, from which data, how and as of when.
///
/// `file` and `sha256` name the table the fit was made from.
pub fn fit_toml(
    fits: &[ClassFit],
    import: &Import,
    until: Day,
    file: &str,
    sha256: &str,
) -> String {
    let cut = import.until(until);
    let quoted = |text: &str| {
        let safe: String = text.chars().filter(|c| !c.is_control()).collect();
        format!("\"{}\"", safe.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let mut out = format!(
        "# Existing air defence as one side claims it, fitted by `cupola record calibrate`.\n\
         # Claims, not ground truth: multiply by the belief in them, which is kept apart below.\n\
         schema = \"cupola/record-fit/1\"\n\n\
         [data]\n\
         file = {}\n\
         sha256 = {}\n\
         rows_total = {}\n\
         rows_used = {}\n\
         until = {until}\n\
         series = \"neutralised: shot down or lost, at most as launched\"\n\n",
        quoted(file),
        quoted(sha256),
        import.rows_total,
        cut.rows.len(),
    );
    out.push_str(
        "[method]\n\
         unit = \"one class on one raid night, national posts only\"\n\
         model = \"beta-binomial; logit of the mean moves with ln(launched); nights fade with half-lives that earned trust on earlier months\"\n\
         interval = \"90 %, posterior on a grid; the trend by weighted least squares over 12 months\"\n\
         drift = \"random walk of the logit of the mean: add drift_per_30_days to its variance for each 30 days ahead\"\n\n\
         # Share of what is claimed that is believed: a judgement, fitted to nothing.\n\
         [belief]\n\
         belief_share = { low = 0.7, mode = 0.9, high = 1.0, confidence = \"assumed\", reason = \"claims of one belligerent: band from the lower public estimates to the official figure\" }\n",
    );
    for fit in fits {
        push_class(&mut out, fit);
    }
    out
}

fn push_class(out: &mut String, fit: &ClassFit) {
    let interval = |fit: Fit| {
        format!(
            "{{ low = {:.4}, value = {:.4}, high = {:.4} }}",
            fit.low, fit.value, fit.high
        )
    };
    let mut line = |text: std::fmt::Arguments<'_>| {
        out.write_fmt(text)
            .expect("writing to a string cannot fail");
        out.push('\n');
    };
    line(format_args!("\n[class.{}]", fit.class));
    line(format_args!("nights = {}", fit.nights));
    line(format_args!("launched = {}", fit.launched));
    line(format_args!("neutralised = {}", fit.neutralised));
    line(format_args!("first_night = {}", fit.days.0));
    line(format_args!("last_night = {}", fit.days.1));
    line(format_args!("usual_raid = {}", fit.usual_raid));
    line(format_args!("mean = {}", interval(fit.mean)));
    line(format_args!("rho = {}", interval(fit.rho)));
    line(format_args!("size_effect = {}", interval(fit.size_effect)));
    if let Some(trend) = fit.trend_per_30_days {
        line(format_args!("trend_per_30_days = {}", interval(trend)));
    }
    let drift = fit.drift_per_30_days;
    line(format_args!("drift_per_30_days = {drift:.4}"));
    let weights: Vec<String> = fit
        .memories
        .iter()
        .map(|(days, weight)| {
            let days = if days.is_finite() {
                format!("{days:.1}")
            } else {
                "inf".to_owned()
            };
            format!("{{ half_life_days = {days}, weight = {weight:.3} }}")
        })
        .collect();
    line(format_args!("memories = [{}]", weights.join(", ")));
}
