//! Falls looked up: how far forward and how obliquely pieces of the three classes come down.
//!
//! The integrator takes a few hundred steps a fall, more than the rest of a run together. It is run
//! once on a grid of height, speed, dive and ballistic coefficient; between the nodes the logarithm
//! of the distance and the slant are linear. Its error beside the integrator is tested here, and is
//! small beside the spread of the classes.

use super::PIECES;
use super::fall::fall_in_steps;
use cupola_units::math;
use std::sync::OnceLock;

/// Nodes: heights and speeds double from a first one, dives in radians below horizontal, and the
/// coefficient of a class a quarter decade down, as it is, and up.
const HEIGHTS: usize = 12;
const HEIGHT_FIRST_M: f64 = 25.0;
const SPEEDS: usize = 8;
const SPEED_FIRST_M_S: f64 = 30.0;
const DIVES_RAD: [f64; 9] = [-0.6, -0.25, 0.0, 0.15, 0.35, 0.6, 0.85, 1.1, 1.4];
const SPREADS: usize = 3;
const CLASSES: usize = PIECES.len();
/// Steps of the integrator at the nodes, coarser than by itself: 0.2 % of the distance.
const STEP_SHARE: f64 = 0.05;
const NODES: usize = HEIGHTS * SPEEDS * DIVES_RAD.len() * SPREADS * CLASSES;

/// How far and how obliquely a piece is thrown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thrown {
    pub forward_m: f64,
    pub slant: f64,
}

/// Logarithm of the forward distance plus one, and slant, at every node.
struct Table(Vec<[f64; 2]>);

/// Throws of the light, middle and heavy pieces; `u` from 0 to 1 spreads the coefficient over half
/// a decade.
pub(crate) fn thrown(height_m: f64, speed_m_s: f64, dive_rad: f64, u: f64) -> [Thrown; CLASSES] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE
        .get_or_init(Table::new)
        .at(height_m, speed_m_s, dive_rad, u)
}

fn index(height: usize, speed: usize, dive: usize, spread: usize) -> usize {
    (((height * SPEEDS + speed) * DIVES_RAD.len() + dive) * SPREADS + spread) * CLASSES
}

/// The node below a place on a grid that doubles, and the share of the way to the next.
fn doubling(x: f64, first: f64, nodes: usize) -> (usize, f64) {
    let place = math::ln((x / first).max(1.0)) / std::f64::consts::LN_2;
    let place = place.min(nodes as f64 - 1.0);
    let node = (place as usize).min(nodes - 2);
    (node, place - node as f64)
}

impl Table {
    fn new() -> Self {
        let mut nodes = Vec::with_capacity(NODES);
        let doubled = |first: f64, times: usize| first * f64::from(1_u32 << times);
        for height in 0..HEIGHTS {
            for speed in 0..SPEEDS {
                for dive in DIVES_RAD {
                    for spread in 0..SPREADS {
                        let factor = math::pow(10.0, 0.25 * (spread as f64 - 1.0));
                        nodes.extend(PIECES.iter().map(|pieces| {
                            let fall = fall_in_steps(
                                doubled(HEIGHT_FIRST_M, height),
                                doubled(SPEED_FIRST_M_S, speed),
                                dive,
                                pieces.coefficient_kg_m2 * factor,
                                STEP_SHARE,
                            );
                            [math::ln(fall.forward_m + 1.0), fall.slant]
                        }));
                    }
                }
            }
        }
        Self(nodes)
    }

    fn at(&self, height_m: f64, speed_m_s: f64, dive_rad: f64, u: f64) -> [Thrown; CLASSES] {
        let (height, height_share) = doubling(height_m, HEIGHT_FIRST_M, HEIGHTS);
        let (speed, speed_share) = doubling(speed_m_s, SPEED_FIRST_M_S, SPEEDS);
        let last = DIVES_RAD.len() - 1;
        let clamped = dive_rad.clamp(DIVES_RAD[0], DIVES_RAD[last]);
        let dive = DIVES_RAD.partition_point(|node| *node <= clamped);
        let dive = dive.clamp(1, last) - 1;
        let dive_share = (clamped - DIVES_RAD[dive]) / (DIVES_RAD[dive + 1] - DIVES_RAD[dive]);
        let place = u.clamp(0.0, 1.0) * (SPREADS as f64 - 1.0);
        let spread = (place as usize).min(SPREADS - 2);
        let spread_share = place - spread as f64;
        let mut sums = [[0.0; 2]; CLASSES];
        for corner in 0..16_usize {
            let side = |bit: usize| corner >> bit & 1;
            let part = |bit: usize, share: f64| {
                if side(bit) == 1 { share } else { 1.0 - share }
            };
            let weight = part(3, height_share)
                * part(2, speed_share)
                * part(1, dive_share)
                * part(0, spread_share);
            if weight <= 0.0 {
                continue;
            }
            let node = index(
                height + side(3),
                speed + side(2),
                dive + side(1),
                spread + side(0),
            );
            for (sum, value) in sums.iter_mut().zip(&self.0[node..node + CLASSES]) {
                sum[0] += weight * value[0];
                sum[1] += weight * value[1];
            }
        }
        sums.map(|[ln_forward, slant]| Thrown {
            forward_m: math::exp(ln_forward) - 1.0,
            slant,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fall::fall;
    use super::*;
    use cupola_units::Stream;

    #[test]
    fn the_table_agrees_with_the_integrator() {
        let stream = Stream::new(7, 0);
        let mut errors = Vec::new();
        for n in 0..400 {
            let [a, b] = stream.uniform_pair(1, 1, n);
            let [c, u] = stream.uniform_pair(2, 1, n);
            let height_m = 30.0 * math::pow(1000.0, a);
            let speed_m_s = 40.0 * math::pow(40.0, b);
            let dive_rad = -0.1 + 1.4 * c;
            let ours = thrown(height_m, speed_m_s, dive_rad, u);
            for (pieces, ours) in PIECES.iter().zip(ours) {
                let coefficient = pieces.coefficient_kg_m2 * math::pow(10.0, 0.5 * (u - 0.5));
                let truth = fall(height_m, speed_m_s, dive_rad, coefficient);
                let slack_m = 20.0;
                errors.push(
                    ((ours.forward_m - truth.forward_m).abs() - slack_m).max(0.0)
                        / truth.forward_m.max(1.0),
                );
            }
        }
        errors.sort_by(f64::total_cmp);
        let at = |p: f64| errors[(p * (errors.len() - 1) as f64) as usize];
        println!(
            "relative error: p50 {:.4}, p95 {:.4}, p99 {:.4}, max {:.4}",
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0)
        );
        // A class spreads over a factor of 1.8 either way: a tenth of that is enough.
        assert!(at(0.95) < 0.08 && at(0.99) < 0.15);
    }
}
