//! How long the missiles last.

use cupola_campaign::Endurance;

use crate::format::{Places, plain, range};

/// `1.5–8.2`, or `1.5–never`: 5 % and 95 % quantile over the draws, where it ever runs dry.
pub(crate) fn interval_text(endurance: &Endurance) -> Option<String> {
    let [low, mid, high] = endurance.raids_until_empty;
    let low = low?;
    match high {
        Some(high) => {
            let places = Places::of_interval(low, high, mid.unwrap_or(low));
            Some(range(&places.print(low), &places.print(high)))
        }
        None => Some(format!("{} to never", plain(low))),
    }
}
