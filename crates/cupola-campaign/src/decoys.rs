//! What decoys cost: the share of the missiles that were fired at them.

use crate::outcome::Measure;
use crate::tally::{INTERCEPTORS, Table};
use cupola_scenario::Class;

/// Share of the missiles fired at decoys, in raids that bring some: a ratio of means, its interval
/// left out.
pub(crate) fn wasted(raid: &str, table: &Table) -> Option<Measure> {
    let row = table.classes.iter().position(|&c| c == Class::Decoy)?;
    let decoys = &table.cells[row][INTERCEPTORS].nested;
    let all = table.cells.last()?[INTERCEPTORS].nested.mean();
    if all <= 0.0 {
        return None;
    }
    Some(Measure {
        id: "wasted_on_decoys_share",
        raid: Some(raid.to_owned()),
        class: None,
        height_m: None,
        unit: "share",
        n: decoys.runs() as u32,
        mean: decoys.mean() / all,
        mean_lo95: f64::NAN,
        mean_hi95: f64::NAN,
        mc_half95: f64::NAN,
        p05: f64::NAN,
        p50: f64::NAN,
        p95: f64::NAN,
        diff: f64::NAN,
        diff_lo95: f64::NAN,
        diff_hi95: f64::NAN,
        diff_mc_half95: f64::NAN,
    })
}
