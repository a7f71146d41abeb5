//! Sixteen numbers at a time: one set of operations, four ways to carry them out.
//!
//! Every operation is exact or correctly rounded per lane and none is fused, so AVX-512, AVX2, NEON
//! and plain Rust give the same bits. A value of a type that implements [`Lanes`] is the proof that
//! this processor can execute it: it comes from `detect` alone.
//!
//! All `unsafe` of the crate is in this module.
#![cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    expect(
        unsafe_code,
        reason = "vector instructions chosen at run time are reached only through unsafe calls"
    )
)]
#![expect(
    clippy::inline_always,
    reason = "an operation that is not inlined is compiled without the vectors it is for"
)]
#![expect(
    clippy::needless_range_loop,
    reason = "lanes and rows are numbered, and several arrays go together"
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

#[cfg(target_arch = "aarch64")]
mod neon;

#[cfg(target_arch = "aarch64")]
use self::neon::Neon;
#[cfg(target_arch = "x86_64")]
use self::{avx2::Avx2, avx512::Avx512};

/// Lanes of a vector.
pub(crate) const LANES: usize = 16;

/// A plain block of numbers, as it is loaded and stored.
pub(crate) type Block = [f32; LANES];

/// Sixteen-lane arithmetic. Integers are carried as 32-bit signed numbers.
pub(crate) trait Lanes: Copy {
    /// Sixteen single-precision numbers.
    type F: Copy;
    /// Sixteen integers.
    type I: Copy;
    /// Sixteen truth values.
    type M: Copy;

    /// The same number in every lane.
    fn splat(self, x: f32) -> Self::F;
    /// Sixteen numbers from memory.
    fn load(self, from: &Block) -> Self::F;
    /// Sixteen numbers to memory.
    fn store(self, x: Self::F, to: &mut Block);
    /// Sum.
    fn add(self, a: Self::F, b: Self::F) -> Self::F;
    /// Difference.
    fn sub(self, a: Self::F, b: Self::F) -> Self::F;
    /// Product.
    fn mul(self, a: Self::F, b: Self::F) -> Self::F;
    /// Quotient.
    fn div(self, a: Self::F, b: Self::F) -> Self::F;
    /// The smaller; `b` where either is not a number.
    fn min(self, a: Self::F, b: Self::F) -> Self::F;
    /// The larger; `b` where either is not a number.
    fn max(self, a: Self::F, b: Self::F) -> Self::F;
    /// Where `a < b`.
    fn lt(self, a: Self::F, b: Self::F) -> Self::M;
    /// One bit a lane, the first lane's the lowest.
    fn bits(self, m: Self::M) -> u32;
    /// `a` where the mask holds, `b` elsewhere.
    fn select(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F;
    /// Rounded towards zero; the numbers must be within ±2³¹.
    fn truncate(self, x: Self::F) -> Self::I;
    /// As numbers.
    fn float(self, i: Self::I) -> Self::F;
    /// Sixteen integers from 0 to 65,535 to memory.
    fn store_u16(self, i: Self::I, to: &mut [u16; LANES]);
    /// `first`, `first + 1`, …
    fn count_from(self, first: i32) -> Self::I;
    /// The first and the last.
    fn ends(self, i: Self::I) -> (i32, i32);
    /// The integers less a number.
    fn minus(self, i: Self::I, less: i32) -> Self::I;
    /// `table[i]` and `table[i + 1]` for ascending `i` that advance by `stride` a lane, give or
    /// take one in all.
    ///
    /// # Panics
    /// If an index is negative or `table` ends less than 65 entries after the first one.
    fn pair(self, table: &[f32], i: Self::I, stride: f32) -> (Self::F, Self::F);
    /// `table[i]` for ascending `i` that advance by at most one half a lane, give or take one in all.
    ///
    /// # Panics
    /// As `pair`.
    fn one(self, table: &[f32], i: Self::I) -> Self::F;
    /// `table[i]` and `table[i + 1]` for any `i`; one outside the table gives its last pair.
    ///
    /// # Panics
    /// If the table has fewer than two entries.
    fn pairs(self, table: &[f32], i: Self::I) -> (Self::F, Self::F);
    /// Fetches the memory of an entry that will be read soon; nothing where there is none.
    fn ask_for(self, table: &[f32], i: usize);
    /// Largest lane; not-a-number must not occur.
    fn largest(self, x: Self::F) -> f32;
    /// Smallest lane; not-a-number must not occur.
    fn smallest(self, x: Self::F) -> f32;
    /// The last lane first.
    fn reverse(self, x: Self::F) -> Self::F;
    /// Rows become columns.
    fn transpose(self, rows: &mut [Self::F; LANES]);
}

/// Work that is compiled once for each kind of vector.
pub(crate) trait Job {
    /// Does the work with these vectors. Must be `#[inline(always)]` to profit from them.
    fn run<S: Lanes>(self, simd: S);
}

/// A way to carry out vector operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimdPath {
    /// Plain Rust, any processor.
    Scalar,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512 F and DQ.
    Avx512,
    /// 64-bit ARM.
    Neon,
}

impl SimdPath {
    /// The ways this processor offers, slowest first.
    pub fn available() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [
            Avx2::detect().map(|_| Self::Avx2),
            Avx512::detect().map(|_| Self::Avx512),
        ];
        #[cfg(target_arch = "aarch64")]
        let vectors = [Neon::detect().map(|_| Self::Neon)];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let vectors = [None; 0];
        std::iter::once(Self::Scalar)
            .chain(vectors.into_iter().flatten())
            .collect()
    }

    /// The fastest way this processor offers.
    pub fn best() -> Self {
        Self::available().pop().unwrap_or(Self::Scalar)
    }

    /// Does a job this way, or in plain Rust if the processor cannot.
    pub(crate) fn run<J: Job>(self, job: J) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                if let Some(simd) = Avx512::detect() {
                    // SAFETY: `detect` has just found the features of `avx512::run`.
                    return unsafe { avx512::run(simd, job) };
                }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                if let Some(simd) = Avx2::detect() {
                    // SAFETY: `detect` has just found the features of `avx2::run`.
                    return unsafe { avx2::run(simd, job) };
                }
            }
            #[cfg(target_arch = "aarch64")]
            Self::Neon => {
                if let Some(simd) = Neon::detect() {
                    // SAFETY: `detect` has just found the feature of `neon::run`.
                    return unsafe { neon::run(simd, job) };
                }
            }
            _ => {}
        }
        job.run(Scalar);
    }
}

/// Plain Rust.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scalar;

#[inline(always)]
fn each<T: Copy, U: Copy>(a: [T; LANES], f: impl Fn(T) -> U) -> [U; LANES] {
    a.map(f)
}

#[inline(always)]
fn zip<T: Copy, U: Copy + Default>(
    a: [T; LANES],
    b: [T; LANES],
    f: impl Fn(T, T) -> U,
) -> [U; LANES] {
    let mut out = [U::default(); LANES];
    for lane in 0..LANES {
        out[lane] = f(a[lane], b[lane]);
    }
    out
}

/// `table[i]` and `table[i + 1]`; an index outside the table gives its last pair.
#[inline(always)]
fn pair_one_by_one(table: &[f32], i: &[i32; LANES]) -> (Block, Block) {
    let last = table.len() - 2;
    let (mut at, mut next) = ([0.0; LANES], [0.0; LANES]);
    for lane in 0..LANES {
        let i = (i[lane] as u32 as usize).min(last);
        (at[lane], next[lane]) = (table[i], table[i + 1]);
    }
    (at, next)
}

impl Lanes for Scalar {
    type F = Block;
    type I = [i32; LANES];
    type M = [bool; LANES];

    #[inline(always)]
    fn splat(self, x: f32) -> Block {
        [x; LANES]
    }
    #[inline(always)]
    fn load(self, from: &Block) -> Block {
        *from
    }
    #[inline(always)]
    fn store(self, x: Block, to: &mut Block) {
        *to = x;
    }
    #[inline(always)]
    fn add(self, a: Block, b: Block) -> Block {
        zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: Block, b: Block) -> Block {
        zip(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: Block, b: Block) -> Block {
        zip(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, a: Block, b: Block) -> Block {
        zip(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn min(self, a: Block, b: Block) -> Block {
        zip(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn max(self, a: Block, b: Block) -> Block {
        zip(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn lt(self, a: Block, b: Block) -> Self::M {
        zip(a, b, |a, b| a < b)
    }
    #[inline(always)]
    fn bits(self, m: Self::M) -> u32 {
        let lanes = m.into_iter().enumerate();
        lanes.fold(0, |bits, (lane, holds)| bits | u32::from(holds) << lane)
    }
    #[inline(always)]
    fn select(self, m: Self::M, a: Block, b: Block) -> Block {
        let mut out = b;
        for lane in 0..LANES {
            out[lane] = if m[lane] { a[lane] } else { b[lane] };
        }
        out
    }
    #[inline(always)]
    fn truncate(self, x: Block) -> Self::I {
        each(x, |x| x as i32)
    }
    #[inline(always)]
    fn float(self, i: Self::I) -> Block {
        each(i, |i| i as f32)
    }
    #[inline(always)]
    fn store_u16(self, i: Self::I, to: &mut [u16; LANES]) {
        *to = each(i, |i| i as u16);
    }
    #[inline(always)]
    fn count_from(self, first: i32) -> Self::I {
        let mut out = [first; LANES];
        for (lane, i) in (0..).zip(&mut out) {
            *i += lane;
        }
        out
    }
    #[inline(always)]
    fn ends(self, i: Self::I) -> (i32, i32) {
        (i[0], i[LANES - 1])
    }
    #[inline(always)]
    fn minus(self, i: Self::I, less: i32) -> Self::I {
        each(i, |i| i - less)
    }
    #[inline(always)]
    fn pair(self, table: &[f32], i: Self::I, _stride: f32) -> (Block, Block) {
        pair_one_by_one(table, &i)
    }
    #[inline(always)]
    fn one(self, table: &[f32], i: Self::I) -> Block {
        each(i, |i| table[i as usize])
    }
    #[inline(always)]
    fn pairs(self, table: &[f32], i: Self::I) -> (Block, Block) {
        pair_one_by_one(table, &i)
    }
    #[inline(always)]
    fn ask_for(self, _table: &[f32], _i: usize) {}
    #[inline(always)]
    fn largest(self, x: Block) -> f32 {
        x.into_iter()
            .fold(f32::NEG_INFINITY, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn smallest(self, x: Block) -> f32 {
        x.into_iter()
            .fold(f32::INFINITY, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn reverse(self, mut x: Block) -> Block {
        x.reverse();
        x
    }
    #[inline(always)]
    fn transpose(self, rows: &mut [Block; LANES]) {
        for i in 0..LANES {
            for j in 0..i {
                let (a, b) = (rows[i][j], rows[j][i]);
                (rows[i][j], rows[j][i]) = (b, a);
            }
        }
    }
}
