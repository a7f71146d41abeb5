//! How a piece falls: a point mass with drag through the standard atmosphere, no wind.
//!
//! Not here: which pieces there are, where and on whom they come down.

use cupola_units::{GRAVITY_M_S2, math};

/// A fall: how far forward, how long, how fast at the ground.
#[derive(Clone, Copy, Debug)]
pub struct Fall {
    /// Ground distance forward, metres.
    pub forward_m: f64,
    /// Duration, seconds.
    pub time_s: f64,
    /// Speed at the ground, metres per second.
    pub impact_m_s: f64,
    /// Metres forward for each metre down at the ground: the tangent of the angle from vertical.
    pub slant: f64,
}

/// Fall of a piece with ballistic coefficient B (kg/m²) through the standard atmosphere, no wind.
///
/// Start height above ground in metres, speed in m/s, angle below horizontal in radians.
///
/// # Source
/// Point mass with drag ½ρv²/B in the International Standard Atmosphere; second-order steps.
pub fn fall(height_m: f64, speed_m_s: f64, dive_rad: f64, coefficient_kg_m2: f64) -> Fall {
    fall_in_steps(height_m, speed_m_s, dive_rad, coefficient_kg_m2, 0.02)
}

/// The same with steps that change the speed by the share `step_share` at most.
pub(crate) fn fall_in_steps(
    height_m: f64,
    speed_m_s: f64,
    dive_rad: f64,
    coefficient_kg_m2: f64,
    step_share: f64,
) -> Fall {
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
        let v = (vx * vx + vh * vh).sqrt();
        let step = (step_share * (v + 5.0) / (ax * ax + ah * ah).sqrt().max(1e-9)).clamp(1e-4, 1.0);
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
        slant: vx / vh.abs().max(1e-6),
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
