//! Random numbers as a function of what they are for.
//!
//! A draw is `philox(key = seed, counter = (run, entity, purpose and partner, n))`. There is no
//! state to share, so a draw added in one place moves nothing elsewhere, any run can be replayed
//! alone, and two options face the same luck because the option is never part of the counter.
//!
//! Not here: which purposes exist (each crate names its own).

use crate::math;

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// One block of Philox4x32-10: four words from a counter and a key.
///
/// # Source
/// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11; checked
/// against the known-answer vectors of the Random123 library.
#[inline]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut c, mut k) = (counter, key);
    for _ in 0..10 {
        let p0 = u64::from(MULTIPLIER[0]) * u64::from(c[0]);
        let p1 = u64::from(MULTIPLIER[1]) * u64::from(c[2]);
        c = [
            (p1 >> 32) as u32 ^ c[1] ^ k[0],
            p1 as u32,
            (p0 >> 32) as u32 ^ c[3] ^ k[1],
            p0 as u32,
        ];
        k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
    }
    c
}

/// A stable 32-bit number for an entity's id (FNV-1a, then mixed), so that adding an entity does
/// not renumber the rest.
///
/// Two ids share a number, and so their luck, with probability 2⁻³²; nothing looks for that yet.
pub fn entity_id(id: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in id.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    (hash >> 32) as u32 ^ hash as u32
}

/// The source of every draw of one campaign: a seed and a run (or draw) number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
    run: u32,
}

impl Stream {
    /// The stream of run `run` of the campaign with this seed.
    pub fn new(seed: u64, run: u32) -> Self {
        Self {
            key: [seed as u32, (seed >> 32) as u32],
            run,
        }
    }

    /// Four random words for (entity, purpose, n).
    #[inline]
    pub fn words(self, entity: u32, purpose: u32, n: u32) -> [u32; 4] {
        philox4x32([self.run, entity, purpose, n], self.key)
    }

    /// A uniform number strictly between 0 and 1 with 53 random bits.
    #[inline]
    pub fn uniform(self, entity: u32, purpose: u32, n: u32) -> f64 {
        let w = self.words(entity, purpose, n);
        let bits = (u64::from(w[0]) << 21) ^ u64::from(w[1] >> 11);
        (bits as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Whether something of this probability happens; what is certain needs no draw.
    #[inline]
    pub fn happens(self, probability: f64, entity: u32, purpose: u32, n: u32) -> bool {
        probability > 0.0 && (probability >= 1.0 || self.uniform(entity, purpose, n) < probability)
    }

    /// Two independent uniform numbers strictly between 0 and 1, 32 random bits each.
    #[inline]
    pub fn uniform_pair(self, entity: u32, purpose: u32, n: u32) -> [f64; 2] {
        let w = self.words(entity, purpose, n);
        [w[0], w[1]].map(|x| (f64::from(x) + 0.5) * (1.0 / 4_294_967_296.0))
    }

    /// A standard normal number.
    pub fn normal(self, entity: u32, purpose: u32, n: u32) -> f64 {
        math::normal_quantile(self.uniform(entity, purpose, n))
    }

    /// A number from 0 to `count − 1`; 0 when `count` is 0.
    pub fn index(self, entity: u32, purpose: u32, n: u32, count: usize) -> usize {
        if count < 2 {
            return 0;
        }
        let u = self.uniform(entity, purpose, n);
        ((u * count as f64) as usize).min(count - 1)
    }

    /// A gamma number with the given shape and scale 1, by inversion of its distribution.
    ///
    /// Shape 0.05 to 200; relative error of the quantile below 1e-8. Used for frailties, where one
    /// uniform must give one number so that options share it.
    pub fn gamma(self, entity: u32, purpose: u32, n: u32, shape: f64) -> f64 {
        gamma_quantile(self.uniform(entity, purpose, n), shape)
    }

    /// A Poisson number with the given mean (0 to about 700), by inversion.
    pub fn poisson(self, entity: u32, purpose: u32, n: u32, mean: f64) -> u32 {
        let u = self.uniform(entity, purpose, n);
        let mut p = math::exp(-mean);
        let (mut total, mut k) = (p, 0_u32);
        while total < u && k < 10_000 {
            k += 1;
            p *= mean / f64::from(k);
            total += p;
        }
        k
    }
}

/// Regularised lower incomplete gamma function P(shape, x).
pub fn gamma_cdf(x: f64, shape: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = math::exp(shape * math::ln(x) - x - math::lgamma(shape));
    if x < shape + 1.0 {
        let (mut term, mut sum, mut a) = (1.0 / shape, 1.0 / shape, shape);
        for _ in 0..500 {
            a += 1.0;
            term *= x / a;
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        front * sum
    } else {
        // Continued fraction by Lentz's method for the upper tail.
        let mut b = x + 1.0 - shape;
        let mut c = 1e300;
        let mut d = 1.0 / b;
        let mut h = d;
        for i in 1..500 {
            let an = -f64::from(i) * (f64::from(i) - shape);
            b += 2.0;
            d = 1.0 / guard(an * d + b);
            c = guard(b + an / c);
            let step = d * c;
            h *= step;
            if (step - 1.0).abs() < 1e-15 {
                break;
            }
        }
        1.0 - front * h
    }
}

fn guard(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// Quantile of the gamma distribution with scale 1: bisection on its distribution, which is slow,
/// safe and the same everywhere.
pub fn gamma_quantile(u: f64, shape: f64) -> f64 {
    let (mut low, mut high) = (0.0, shape + 10.0 * shape.sqrt() + 30.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if gamma_cdf(middle, shape) < u {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_philox_matches_the_random123_known_answers() {
        assert_eq!(
            philox4x32([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn uniform_has_the_right_mean_and_spread() {
        let (mut sum, mut squares) = (0.0, 0.0);
        for run in 0..20_000 {
            let u = Stream::new(7, run).uniform(3, 4, 5);
            assert!(u > 0.0 && u < 1.0);
            sum += u;
            squares += u * u;
        }
        let mean = sum / 20_000.0;
        assert!((mean - 0.5).abs() < 0.01);
        assert!((squares / 20_000.0 - mean * mean - 1.0 / 12.0).abs() < 0.003);
    }

    #[test]
    fn val_gamma_distribution_matches_its_closed_forms() {
        // Shape 1 is exponential; shape 1/2 is half a squared normal.
        assert!((gamma_cdf(1.7, 1.0) - (1.0 - math::exp(-1.7))).abs() < 1e-13);
        assert!((gamma_cdf(0.8, 0.5) - math::erf(0.8_f64.sqrt())).abs() < 1e-13);
        assert!((gamma_cdf(6.0, 0.5) - math::erf(6.0_f64.sqrt())).abs() < 1e-13);
        for u in [0.001, 0.3, 0.9, 0.9999] {
            assert!((gamma_quantile(u, 1.0) + math::log1p(-u)).abs() < 1e-7);
            assert!((gamma_cdf(gamma_quantile(u, 4.0), 4.0) - u).abs() < 1e-9);
        }
    }

    #[test]
    fn poisson_has_its_mean() {
        let total: u32 = (0..20_000)
            .map(|run| Stream::new(1, run).poisson(0, 0, 0, 3.5))
            .sum();
        assert!((f64::from(total) / 20_000.0 - 3.5).abs() < 0.05);
    }

    #[test]
    fn regress_entity_numbers_are_frozen() {
        assert_eq!(entity_id("kh-101"), entity_id("kh-101"));
        assert_ne!(entity_id("kh-101"), entity_id("kh-102"));
        assert_eq!(entity_id(""), 0x59df_1f59);
    }
}
