//! Ballistic arcs on a round earth without air or rotation, and the flattened arcs of missiles
//! that fly inside the atmosphere.
//!
//! # Source
//! Two-body formulas, `docs/concepts/ballistic.md`. Aero-ballistic missiles state their apogee and
//! fly a kinematic profile: a minimum-energy arc for them would be twice too high.

use cupola_units::math;

/// Gravitational parameter of the earth, m³/s².
const MU_M3_S2: f64 = 3.986_004_418e14;
/// Radius of the sphere that arcs start and end on, metres.
const RADIUS_M: f64 = 6_371_008.8;

/// An elliptical arc from surface to surface.
#[derive(Clone, Copy, Debug)]
pub struct Arc {
    /// Half the angle between start and end, radians.
    half_angle_rad: f64,
    eccentricity: f64,
    semi_axis_m: f64,
    /// Eccentric anomaly at launch.
    anomaly_launch: f64,
    /// Flight time, seconds.
    pub flight_time_s: f64,
    /// Highest altitude, metres.
    pub apogee_m: f64,
    /// Speed at launch and at impact, metres per second.
    pub speed_m_s: f64,
}

impl Arc {
    /// The arc that needs least speed for a ground range in metres (above 0, up to 20,000 km).
    pub fn minimum_energy(range_m: f64) -> Self {
        let psi = range_m / (2.0 * RADIUS_M);
        let semi_axis_m = 0.5 * RADIUS_M * (1.0 + math::sin(psi));
        let eccentricity = math::tan(std::f64::consts::FRAC_PI_4 - 0.5 * psi);
        Self::from_ellipse(psi, eccentricity, semi_axis_m)
    }

    /// The arc over a ground range with a stated apogee, both in metres.
    pub fn with_apogee(range_m: f64, apogee_m: f64) -> Self {
        let psi = range_m / (2.0 * RADIUS_M);
        let top = RADIUS_M + apogee_m;
        let eccentricity = apogee_m / (top - RADIUS_M * math::cos(psi));
        Self::from_ellipse(psi, eccentricity, top / (1.0 + eccentricity))
    }

    fn from_ellipse(half_angle_rad: f64, eccentricity: f64, semi_axis_m: f64) -> Self {
        let (e, a) = (eccentricity, semi_axis_m);
        let cos_launch = ((1.0 - RADIUS_M / a) / e).clamp(-1.0, 1.0);
        let anomaly_launch = math::acos(cos_launch);
        let rate = (MU_M3_S2 / (a * a * a)).sqrt();
        let half = std::f64::consts::PI - anomaly_launch + e * math::sin(anomaly_launch);
        Self {
            half_angle_rad,
            eccentricity,
            semi_axis_m,
            anomaly_launch,
            flight_time_s: 2.0 * half / rate,
            apogee_m: a * (1.0 + e) - RADIUS_M,
            speed_m_s: (MU_M3_S2 * (2.0 / RADIUS_M - 1.0 / a)).sqrt(),
        }
    }

    /// Ground distance flown and altitude, metres, `time_s` after launch.
    pub fn at(&self, time_s: f64) -> (f64, f64) {
        let (e, a) = (self.eccentricity, self.semi_axis_m);
        let rate = (MU_M3_S2 / (a * a * a)).sqrt();
        let launch = self.anomaly_launch;
        let mean = launch - e * math::sin(launch) + rate * time_s.clamp(0.0, self.flight_time_s);
        let mut anomaly = mean;
        for _ in 0..50 {
            let step = (anomaly - e * math::sin(anomaly) - mean) / (1.0 - e * math::cos(anomaly));
            anomaly -= step;
            if step.abs() < 1e-14 {
                break;
            }
        }
        let radius_m = a * (1.0 - e * math::cos(anomaly));
        let half_anomaly = math::tan(0.5 * anomaly) * ((1.0 + e) / (1.0 - e)).sqrt();
        let mut true_anomaly = 2.0 * math::atan(half_anomaly);
        if true_anomaly < 0.0 {
            true_anomaly += 2.0 * std::f64::consts::PI;
        }
        let angle = true_anomaly - (std::f64::consts::PI - self.half_angle_rad);
        (angle.max(0.0) * RADIUS_M, (radius_m - RADIUS_M).max(0.0))
    }
}

/// A flattened arc: climb to the apogee over the first part, level flight, and a straight dive.
#[derive(Clone, Copy, Debug)]
pub struct FlatArc {
    range_m: f64,
    apogee_m: f64,
    climb_m: f64,
    dive_m: f64,
    speed_m_s: f64,
    dive_speed_m_s: f64,
    /// Flight time, seconds.
    pub flight_time_s: f64,
}

impl FlatArc {
    /// A profile over `range_m` with the stated apogee, mean ground speed, terminal speed along the
    /// path and descent angle below horizontal (radians, 5° to 89°).
    pub fn new(
        range_m: f64,
        apogee_m: f64,
        ground_speed_m_s: f64,
        terminal_speed_m_s: f64,
        descent_rad: f64,
    ) -> Self {
        let dive_m = (apogee_m / math::tan(descent_rad)).min(0.6 * range_m);
        let climb_m = (2.0 * apogee_m).min(range_m - dive_m).max(1.0);
        let dive_angle = math::atan2(apogee_m, dive_m);
        let dive_speed_m_s = (terminal_speed_m_s * math::cos(dive_angle)).max(1.0);
        let speed_m_s = ground_speed_m_s.max(1.0);
        let flight_time_s = (range_m - dive_m) / speed_m_s + dive_m / dive_speed_m_s;
        Self {
            range_m,
            apogee_m,
            climb_m,
            dive_m,
            speed_m_s,
            dive_speed_m_s,
            flight_time_s,
        }
    }

    /// Ground distance flown and altitude, metres, `time_s` after launch.
    pub fn at(&self, time_s: f64) -> (f64, f64) {
        let dive_from_m = self.range_m - self.dive_m;
        let dive_from_s = dive_from_m / self.speed_m_s;
        if time_s >= dive_from_s {
            let distance =
                (dive_from_m + (time_s - dive_from_s) * self.dive_speed_m_s).min(self.range_m);
            return (
                distance,
                self.apogee_m * (self.range_m - distance) / self.dive_m.max(1.0),
            );
        }
        let distance = (time_s * self.speed_m_s).max(0.0);
        let left = (1.0 - distance / self.climb_m).max(0.0);
        (distance, self.apogee_m * (1.0 - left * left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_minimum_energy_arcs_match_the_two_body_table() {
        // range km, speed km/s, apogee km, time s (models table, checked there by integration)
        let table = [
            (100.0, 0.9871, 24.90, 143.46),
            (300.0, 1.6965, 74.11, 251.04),
            (500.0, 2.1734, 122.52, 327.36),
            (1000.0, 3.0161, 239.94, 474.36),
            (1700.0, 3.8328, 395.43, 638.63),
            (1800.0, 3.9298, 416.77, 660.04),
        ];
        for (range_km, speed, apogee_km, time_s) in table {
            let arc = Arc::minimum_energy(range_km * 1000.0);
            println!(
                "VALIDATION id=ballistic-arc of={range_km}-km-apogee truth={apogee_km} ours={:.3} tolerance=0.01 unit=km",
                arc.apogee_m / 1000.0
            );
            println!(
                "VALIDATION id=ballistic-arc of={range_km}-km-time truth={time_s} ours={:.3} tolerance=0.01 unit=s",
                arc.flight_time_s
            );
            assert!(
                (arc.apogee_m / 1000.0 - apogee_km).abs() < 0.01,
                "{range_km}"
            );
            assert!((arc.speed_m_s / 1000.0 - speed).abs() < 1e-4, "{range_km}");
            assert!((arc.flight_time_s - time_s).abs() < 0.01, "{range_km}");
        }
        assert!((Arc::minimum_energy(4.5e6).apogee_m / 1000.0 - 905.2).abs() < 0.1);
    }

    #[test]
    fn val_arc_with_stated_apogee_matches_its_truth() {
        let arc = Arc::with_apogee(1e6, 4e5);
        assert!((arc.eccentricity - 0.95327).abs() < 1e-5);
        assert!((arc.speed_m_s - 3184.8).abs() < 0.1);
        assert!((arc.flight_time_s - 615.35).abs() < 0.01);
        let same = Arc::with_apogee(5e5, 122_520.0);
        assert!((same.flight_time_s - Arc::minimum_energy(5e5).flight_time_s).abs() < 0.01);
    }

    #[test]
    fn val_time_from_20_km_to_impact() {
        for (range_km, time_s, ground_km) in [
            (300.0, 18.2, 22.0),
            (500.0, 13.9, 21.7),
            (1000.0, 10.0, 22.1),
            (1700.0, 8.0, 23.1),
        ] {
            let arc = Arc::minimum_energy(range_km * 1000.0);
            let mut t = arc.flight_time_s;
            while arc.at(t).1 < 20_000.0 {
                t -= 0.01;
            }
            assert!((arc.flight_time_s - t - time_s).abs() < 0.06, "{range_km}");
            let ground = range_km - arc.at(t).0 / 1000.0;
            assert!((ground - ground_km).abs() < 0.11, "{range_km}: {ground}");
        }
    }

    #[test]
    fn an_arc_starts_and_ends_on_the_ground() {
        let arc = Arc::minimum_energy(8e5);
        let (start, end) = (arc.at(0.0), arc.at(arc.flight_time_s));
        assert!(start.0 < 1.0 && start.1 < 1.0);
        assert!((end.0 - 8e5).abs() < 1.0 && end.1 < 1.0);
        let middle = arc.at(arc.flight_time_s / 2.0);
        assert!((middle.0 - 4e5).abs() < 1.0 && (middle.1 - arc.apogee_m).abs() < 1.0);
    }

    #[test]
    fn a_flat_arc_keeps_its_apogee_and_its_dive() {
        let arc = FlatArc::new(4e5, 5e4, 1800.0, 1700.0, 44.0_f64 / 57.295_779_513);
        let (_, middle) = arc.at(arc.flight_time_s * 0.5);
        assert!((middle - 5e4).abs() < 1.0);
        assert!((arc.at(arc.flight_time_s).0 - 4e5).abs() < 1.0);
        assert!(arc.at(arc.flight_time_s).1 < 1.0);
    }
}
