//! A radix-2 Fourier transform of a square, for the synthetic relief only.

use cupola_units::math::{cos, sin};

/// Inverse transform (sign +, no scaling) of a square of complex numbers, side a power of two.
pub(crate) fn inverse_square(re: &mut [f64], im: &mut [f64], side: usize) {
    let (twiddle_re, twiddle_im): (Vec<f64>, Vec<f64>) = (0..side / 2)
        .map(|k| {
            let angle = std::f64::consts::TAU * k as f64 / side as f64;
            (cos(angle), sin(angle))
        })
        .unzip();
    for _ in 0..2 {
        for (re, im) in re.chunks_exact_mut(side).zip(im.chunks_exact_mut(side)) {
            inverse_line(re, im, &twiddle_re, &twiddle_im);
        }
        transpose(re, side);
        transpose(im, side);
    }
}

fn transpose(values: &mut [f64], side: usize) {
    const BLOCK: usize = 32;
    for top in (0..side).step_by(BLOCK) {
        for left in (top..side).step_by(BLOCK) {
            for row in top..(top + BLOCK).min(side) {
                for col in left.max(row + 1)..(left + BLOCK).min(side) {
                    values.swap(row * side + col, col * side + row);
                }
            }
        }
    }
}

fn inverse_line(re: &mut [f64], im: &mut [f64], twiddle_re: &[f64], twiddle_im: &[f64]) {
    let side = re.len();
    let bits = side.trailing_zeros();
    for i in 0..side {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
    let mut half = 1;
    while half < side {
        let stride = side / (2 * half);
        for start in (0..side).step_by(2 * half) {
            let (re_low, re_high) = re[start..start + 2 * half].split_at_mut(half);
            let (im_low, im_high) = im[start..start + 2 * half].split_at_mut(half);
            for k in 0..half {
                let (c, s) = (twiddle_re[k * stride], twiddle_im[k * stride]);
                let x = re_high[k] * c - im_high[k] * s;
                let y = re_high[k] * s + im_high[k] * c;
                re_high[k] = re_low[k] - x;
                im_high[k] = im_low[k] - y;
                re_low[k] += x;
                im_low[k] += y;
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wave_comes_back_as_one_wave() {
        let side = 16;
        let (mut re, mut im) = (vec![0.0; 256], vec![0.0; 256]);
        re[2 * side + 3] = 1.0;
        inverse_square(&mut re, &mut im, side);
        for row in 0..side {
            for col in 0..side {
                let turns = (2 * row + 3 * col) as f64 / side as f64;
                let angle = std::f64::consts::TAU * turns;
                assert!((re[row * side + col] - cos(angle)).abs() < 1e-12);
                assert!((im[row * side + col] - sin(angle)).abs() < 1e-12);
            }
        }
    }
}
