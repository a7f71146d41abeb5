//! What the sweep is tried against: fractal ground and a slow exact oracle. Tests and the bench
//! only.

use cupola_units::{Stream, math};

use super::under_test::{Dem, FloorHeight, SweepSettings};

/// A kind of ground: seed, spectral slope of the amplitude, outer scale in cells, and the standard
/// deviation of the heights, metres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground {
    pub(crate) seed: u64,
    pub(crate) slope: f64,
    pub(crate) outer_cells: f64,
    pub(crate) deviation_m: f64,
}

/// Hills: standard deviation 198 m, median slope about 0.06 at 100 m cells.
pub(crate) const HILLS: Ground = Ground {
    seed: 20_240_524,
    slope: 1.8,
    outer_cells: 1000.0,
    deviation_m: 198.0,
};
/// Plains: standard deviation 23 m, median slope about 0.002.
pub(crate) const PLAINS: Ground = Ground {
    seed: 20_240_525,
    slope: 2.1,
    outer_cells: 1500.0,
    deviation_m: 23.0,
};

/// A periodic fractal field of `side × side` cells (a power of two), lowest cell 0 m.
///
/// White noise whose spectrum is multiplied by (f² + 1/outer²)^(−slope/2).
pub(crate) fn fractal(ground: &Ground, side: usize) -> Vec<f32> {
    let mut field: Vec<[f64; 2]> = (0..side * side)
        .map(|i| [Stream::new(ground.seed, 0).normal(0, 0, i as u32), 0.0])
        .collect();
    transform2(&mut field, side);
    let frequency = |i: usize| i.min(side - i) as f64 / side as f64;
    for (i, value) in field.iter_mut().enumerate() {
        let (y, x) = (frequency(i / side), frequency(i % side));
        let f2 = y * y + x * x + 1.0 / (ground.outer_cells * ground.outer_cells);
        let gain = if i == 0 {
            0.0
        } else {
            math::pow(f2, -0.5 * ground.slope)
        };
        *value = [value[0] * gain, value[1] * gain];
    }
    transform2(&mut field, side);
    let count = (side * side) as f64;
    let power = field.iter().map(|v| v[0] * v[0]).sum::<f64>() / count;
    let scale = ground.deviation_m / power.sqrt();
    let lowest = field.iter().map(|v| v[0]).fold(f64::INFINITY, f64::min);
    // Transforming twice turns the field round, which is as good a field.
    field
        .iter()
        .map(|v| ((v[0] - lowest) * scale) as f32)
        .collect()
}

/// `rows × cols` cells of a periodic field.
pub(crate) fn crop(field: &[f32], side: usize, rows: usize, cols: usize) -> Vec<f32> {
    let cells = (0..rows).flat_map(|r| (0..cols).map(move |c| (r % side) * side + c % side));
    cells.map(|i| field[i]).collect()
}

/// The highest cell within 100 cells of the middle.
pub(crate) fn high_in_the_middle(heights: &[f32], rows: usize, cols: usize) -> (usize, usize) {
    let (mut best, mut at) = (f32::MIN, (rows / 2, cols / 2));
    for r in (rows / 2).saturating_sub(100)..(rows / 2 + 101).min(rows) {
        for c in (cols / 2).saturating_sub(100)..(cols / 2 + 101).min(cols) {
            if heights[r * cols + c] > best {
                (best, at) = (heights[r * cols + c], (r, c));
            }
        }
    }
    at
}

fn transform2(field: &mut [[f64; 2]], side: usize) {
    for _ in 0..2 {
        for row in field.chunks_mut(side) {
            transform(row);
        }
        for i in 0..side {
            for j in 0..i {
                field.swap(i * side + j, j * side + i);
            }
        }
    }
}

/// Fourier transform in place, length a power of two.
fn transform(x: &mut [[f64; 2]]) {
    let n = x.len();
    let bits = n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            x.swap(i, j);
        }
    }
    let mut half = 1;
    while half < n {
        let angle = -std::f64::consts::PI / half as f64;
        for k in 0..half {
            let (s, c) = (math::sin(angle * k as f64), math::cos(angle * k as f64));
            for i in (k..n).step_by(2 * half) {
                let [a, b] = x[i + half];
                let turned = [a * c - b * s, a * s + b * c];
                let [p, q] = x[i];
                x[i] = [p + turned[0], q + turned[1]];
                x[i + half] = [p - turned[0], q - turned[1]];
            }
        }
        half *= 2;
    }
}

/// A row or column as a signed number.
pub(crate) fn signed(place: usize) -> i64 {
    i64::try_from(place).expect("a place on a grid is far below 2^63")
}

/// The floor of one cell by the cell-crossing definition (R3): the ground at every crossing of the
/// plan line with a row or column of cell centres strictly between sensor and target, linear
/// between the two neighbours, in double precision. Unknown ground gives NaN.
pub(crate) fn oracle(dem: &Dem<'_>, settings: &SweepSettings, row: usize, col: usize) -> f64 {
    let height = |r: i64, c: i64| f64::from(dem.heights_m[r as usize * dem.cols + c as usize]);
    let (r0, c0) = (signed(settings.sensor.0), signed(settings.sensor.1));
    let (row, col) = (signed(row), signed(col));
    let (dr, dc) = (row - r0, col - c0);
    let antenna_m = height(r0, c0) + settings.mast_m;
    let target_m = height(row, col);
    let cells = ((dr * dr + dc * dc) as f64).sqrt();
    let distance_m = cells * dem.cell_m;
    let drop = |d: f64| d * d / (2.0 * settings.k * settings.earth_radius_m);
    let (mut steepest, mut known) = (f64::NEG_INFINITY, !target_m.is_nan());
    let mut meet = |part: f64, ground_m: f64| {
        known &= !ground_m.is_nan();
        let d = part * distance_m;
        steepest = steepest.max((ground_m - drop(d) - antenna_m) / d);
    };
    for i in 1..dc.abs() {
        let c = c0 + dc.signum() * i;
        let (low, over) = ((dr * i).div_euclid(dc.abs()), (dr * i).rem_euclid(dc.abs()));
        let part = over as f64 / dc.abs() as f64;
        let a = height(r0 + low, c);
        let ground = if over == 0 {
            a
        } else {
            a + part * (height(r0 + low + 1, c) - a)
        };
        meet(i as f64 / dc.abs() as f64, ground);
    }
    for i in 1..dr.abs() {
        let r = r0 + dr.signum() * i;
        let (low, over) = ((dc * i).div_euclid(dr.abs()), (dc * i).rem_euclid(dr.abs()));
        let part = over as f64 / dr.abs() as f64;
        let a = height(r, c0 + low);
        let ground = if over == 0 {
            a
        } else {
            a + part * (height(r, c0 + low + 1) - a)
        };
        meet(i as f64 / dr.abs() as f64, ground);
    }
    if !known {
        return f64::NAN;
    }
    // Without any crossing between, the cell is in sight down to its ground.
    let line_m = antenna_m + steepest * distance_m + drop(distance_m);
    let floor_m = if cells > 0.0 {
        target_m.max(line_m)
    } else {
        target_m
    };
    match settings.height {
        FloorHeight::AboveSea => floor_m,
        FloorHeight::AboveGround => floor_m - target_m,
        FloorHeight::Line => line_m,
    }
}

/// Errors of a field against the oracle at every `every`-th cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errors {
    /// Absolute errors, metres, ascending.
    pub(crate) sorted_m: Vec<f64>,
    /// Share of cells on the wrong side of 100 m and of 500 m.
    pub(crate) wrong: [f64; 2],
    /// Cells that one says are unknown and the other not.
    pub(crate) unknown_differs: usize,
}

impl Errors {
    pub(crate) fn of(
        dem: &Dem<'_>,
        settings: &SweepSettings,
        floors: &[f32],
        every: usize,
        pool: &rayon::ThreadPool,
    ) -> Self {
        use rayon::prelude::*;
        let cells: Vec<usize> = (0..floors.len()).step_by(every).collect();
        let truth: Vec<f64> = pool.install(|| {
            let one = |&i: &usize| oracle(dem, settings, i / dem.cols, i % dem.cols);
            cells.par_iter().map(one).collect()
        });
        let mut errors = Self::default();
        for (&i, &truth) in cells.iter().zip(&truth) {
            let got = f64::from(floors[i]);
            if truth.is_nan() || got.is_nan() {
                errors.unknown_differs += usize::from(truth.is_nan() != got.is_nan());
                continue;
            }
            errors.sorted_m.push((got - truth).abs());
            for (wrong, height_m) in errors.wrong.iter_mut().zip([100.0, 500.0]) {
                *wrong += f64::from(u8::from((got <= height_m) != (truth <= height_m)));
            }
        }
        let count = errors.sorted_m.len().max(1) as f64;
        errors.wrong = errors.wrong.map(|wrong| wrong / count);
        errors.sorted_m.sort_by(f64::total_cmp);
        errors
    }

    /// The error that a share of the cells does not exceed, metres.
    pub(crate) fn quantile_m(&self, share: f64) -> f64 {
        let last = self.sorted_m.len().saturating_sub(1);
        self.sorted_m
            .get((share * last as f64) as usize)
            .copied()
            .unwrap_or(0.0)
    }
}
