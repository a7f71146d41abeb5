//! What comes down after an intercept, and in which country.
//!
//! Pieces of a threat fall with drag from the intercept; an interceptor that misses and does not
//! destroy itself comes down whole, somewhere further along its flight. The two are never merged.

use crate::engine::{Setting, purpose};
use crate::route::{Sample, from_polar, polar};
use crate::threats::Flying;
use cupola_units::{GRAVITY_M_S2, Stream, math};

/// Ballistic coefficients of light, middle and heavy pieces, kg/m² (assumed classes).
pub(crate) const PIECES_KG_M2: [f64; 3] = [30.0, 300.0, 3000.0];

/// Where things fall in one run.
pub(crate) struct Falls<'a, 's> {
    pub setting: &'a Setting<'s>,
    pub stream: Stream,
}

impl Falls<'_, '_> {
    /// Countries in which the light, middle and heavy pieces of a threat come down.
    pub(crate) fn debris(&self, threat: &Flying, sample: usize) -> [u8; 3] {
        let samples = &self.setting.geometry.routes[threat.route as usize].samples;
        let (here, azimuth, speed_m_s, dive_rad) = motion(samples, sample);
        let u = self.stream.uniform(threat.entity, purpose::PIECES, 0);
        PIECES_KG_M2.map(|coefficient| {
            // Half a decade of spread around the class, one draw for all.
            let spread = math::pow(10.0, 0.5 * (u - 0.5));
            let thrown = fall(
                here.agl_m.max(0.0),
                speed_m_s,
                dive_rad,
                coefficient * spread,
            );
            self.setting
                .world
                .country_at(from_polar(here.at, thrown.forward_m, azimuth))
        })
    }

    /// Country in which an interceptor that missed comes down.
    pub(crate) fn interceptor(&self, threat: &Flying, unit: usize, sample: usize, n: u32) -> u8 {
        let here = &self.setting.geometry.routes[threat.route as usize].samples[sample];
        let from = self.setting.plan.units[unit].at;
        let (distance, azimuth) = polar(from, here.at);
        let range = self.setting.draw.units[unit].envelope.range_m.max(distance);
        let u = self
            .stream
            .uniform(threat.entity, purpose::FALL, 0x1_0000 + n);
        let down = from_polar(here.at, u * (range - distance), azimuth);
        self.setting.world.country_at(down)
    }
}

/// Place, heading, speed and dive angle at a sample.
fn motion(samples: &[Sample], sample: usize) -> (&Sample, f64, f64, f64) {
    let here = &samples[sample];
    let (a, b) = if sample + 1 < samples.len() {
        (here, &samples[sample + 1])
    } else {
        (&samples[sample.saturating_sub(1)], here)
    };
    let (ground_m, azimuth) = polar(a.at, b.at);
    let drop_m = a.asl_m - b.asl_m;
    let elapsed_s = (b.t_s - a.t_s).max(1e-3);
    let speed = math::hypot(ground_m, drop_m) / elapsed_s;
    (
        here,
        azimuth,
        speed,
        math::atan2(drop_m, ground_m.max(1e-3)),
    )
}

/// A fall: how far forward, how long, how fast at the ground.
#[derive(Clone, Copy, Debug)]
pub struct Fall {
    /// Ground distance forward, metres.
    pub forward_m: f64,
    /// Duration, seconds.
    pub time_s: f64,
    /// Speed at the ground, metres per second.
    pub impact_m_s: f64,
}

/// Fall of a piece with ballistic coefficient B (kg/m²) through the standard atmosphere, no wind.
///
/// Start height above ground in metres, speed in m/s, angle below horizontal in radians.
///
/// # Source
/// Point mass with drag ½ρv²/B in the International Standard Atmosphere; second-order steps.
pub fn fall(height_m: f64, speed_m_s: f64, dive_rad: f64, coefficient_kg_m2: f64) -> Fall {
    let (mut h, mut x, mut t) = (height_m, 0.0, 0.0);
    let (mut vx, mut vh) = (
        speed_m_s * math::cos(dive_rad),
        -speed_m_s * math::sin(dive_rad),
    );
    let acceleration = |h: f64, vx: f64, vh: f64| {
        let drag = 0.5 * air_density(h) * (vx * vx + vh * vh).sqrt() / coefficient_kg_m2;
        (-drag * vx, -GRAVITY_M_S2 - drag * vh)
    };
    while h > 0.0 && t < 4000.0 {
        let (ax, ah) = acceleration(h, vx, vh);
        // A step changes the speed by a few per cent at most.
        let v = (vx * vx + vh * vh).sqrt();
        let step = (0.02 * (v + 5.0) / (ax * ax + ah * ah).sqrt().max(1e-9)).clamp(1e-4, 1.0);
        let (mx, mh) = (vx + 0.5 * step * ax, vh + 0.5 * step * ah);
        let (bx, bh) = acceleration(h + 0.5 * step * vh, mx, mh);
        let step = if mh < 0.0 && h + step * mh < 0.0 {
            (-h / mh).max(1e-6)
        } else {
            step
        };
        x += step * mx;
        h += step * mh;
        vx += step * bx;
        vh += step * bh;
        t += step;
        if h < 1e-6 {
            break;
        }
    }
    Fall {
        forward_m: x,
        time_s: t,
        impact_m_s: (vx * vx + vh * vh).sqrt(),
    }
}

/// Air density of the International Standard Atmosphere, kg/m³, to 32 km and thinning beyond.
fn air_density(height_m: f64) -> f64 {
    const SCALE: f64 = GRAVITY_M_S2 / 287.052_87;
    let h = height_m.max(0.0);
    if h < 11_000.0 {
        let warmth = 1.0 - 0.0065 * h / 288.15;
        1.225 * math::pow(warmth, SCALE / 0.0065 - 1.0)
    } else if h < 20_000.0 {
        0.363_918 * math::exp(-SCALE * (h - 11_000.0) / 216.65)
    } else {
        0.088_035 * math::exp(-SCALE * (h - 20_000.0) / 221.65)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_falls_with_drag_match_the_integrated_table() {
        // From 3 km at 216.7 m/s level: B, time s, forward km, impact m/s.
        let level = [
            (10.0, 222.0, 0.08, 12.7),
            (30.0, 130.0, 0.21, 21.9),
            (100.0, 74.2, 0.56, 40.2),
            (300.0, 47.4, 1.31, 70.2),
            (1000.0, 33.7, 2.79, 128.0),
            (3000.0, 28.4, 4.11, 198.0),
        ];
        for (b, time_s, forward_km, impact) in level {
            let ours = fall(3000.0, 216.7, 0.0, b);
            println!(
                "VALIDATION id=debris-drag of=B{b} truth={time_s} ours={:.2} tolerance=1% unit=s",
                ours.time_s
            );
            assert!((ours.time_s / time_s - 1.0).abs() < 0.01, "{b}: {ours:?}");
            assert!((ours.forward_m / 1000.0 - forward_km).abs() < 0.02 + 0.01 * forward_km);
            assert!(
                (ours.impact_m_s / impact - 1.0).abs() < 0.01,
                "{b}: {ours:?}"
            );
        }
        let dive = math::radians_from_degrees(45.0);
        for (b, time_s, forward_km, impact) in [
            (100.0, 243.0, 2.04, 40.2),
            (1000.0, 63.0, 8.56, 132.0),
            (3000.0, 31.0, 12.3, 291.0),
        ] {
            let ours = fall(15_000.0, 1200.0, dive, b);
            assert!((ours.time_s / time_s - 1.0).abs() < 0.02, "{b}: {ours:?}");
            assert!(
                (ours.forward_m / 1000.0 / forward_km - 1.0).abs() < 0.02,
                "{b}: {ours:?}"
            );
            assert!(
                (ours.impact_m_s / impact - 1.0).abs() < 0.02,
                "{b}: {ours:?}"
            );
        }
    }

    #[test]
    fn val_falls_without_air_match_the_closed_form() {
        for (h, v, time_s, forward_km) in [(3000.0, 216.7, 24.74, 5.36), (100.0, 47.2, 4.52, 0.213)]
        {
            let ours = fall(h, v, 0.0, 1e12);
            println!(
                "VALIDATION id=debris-free of=h{h} truth={time_s} ours={:.3} tolerance=0.01 unit=s",
                ours.time_s
            );
            assert!((ours.time_s - time_s).abs() < 0.01, "{ours:?}");
            assert!(
                (ours.forward_m / 1000.0 - forward_km).abs() < 0.003,
                "{ours:?}"
            );
        }
    }
}
