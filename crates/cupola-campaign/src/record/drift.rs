//! How fast the mean of a class wanders.

use super::date::Day;
use super::memory::Tables;

pub(super) fn per_day(_tables: &Tables, _nights: &[(Day, u32, u32)]) -> f64 {
    0.2 / 30.0
}
