//! Processor time of this thread: what a run costs, whoever else uses the machine.

#![expect(clippy::disallowed_types, reason = "a bench needs a clock")]
#![expect(
    clippy::disallowed_methods,
    reason = "Linux tells a thread's processor time in a file"
)]

use std::sync::OnceLock;
use std::time::Instant;

/// Seconds of processor time since some moment; of wall time where the system does not tell.
pub(crate) fn now_s() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let wall = || START.get_or_init(Instant::now).elapsed().as_secs_f64();
    processor_s().unwrap_or_else(wall)
}

fn processor_s() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds * 1e-9)
}
