//! Times of the stages of a command, for `--timings` only: they stand in no output file.

#![expect(
    clippy::disallowed_types,
    reason = "timings are asked for and go to standard error"
)]

use std::time::Instant;

/// A stop watch with laps.
pub(crate) struct Clock {
    last: Instant,
    laps_ms: Vec<(&'static str, f64)>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            last: Instant::now(),
            laps_ms: Vec::new(),
        }
    }

    /// Ends a lap; laps of the same name add up.
    pub(crate) fn lap(&mut self, name: &'static str) {
        let now = Instant::now();
        let took_ms = (now - self.last).as_secs_f64() * 1000.0;
        self.last = now;
        match self.laps_ms.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += took_ms,
            None => self.laps_ms.push((name, took_ms)),
        }
    }

    /// `{"read_ms":1.5,…,"peak_mib":500}`: the laps, and the most memory used where the system
    /// tells.
    pub(crate) fn json(&self) -> String {
        let laps = self.laps_ms.iter();
        let mut all: Vec<String> = laps
            .map(|(name, ms)| format!("\"{name}\":{ms:.1}"))
            .collect();
        all.extend(peak_mib().map(|peak| format!("\"peak_mib\":{peak:.0}")));
        format!("{{{}}}", all.join(","))
    }
}

/// The most memory that this program held at once, mebibytes.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn laps_of_one_name_add_up() {
        let mut clock = Clock::start();
        clock.lap("read_ms");
        clock.lap("write_ms");
        clock.lap("read_ms");
        let json: serde_json::Value = serde_json::from_str(&clock.json()).unwrap();
        assert!(json["read_ms"].is_number() && json["write_ms"].is_number());
    }
}
