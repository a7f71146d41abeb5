//! Sixteen lanes in four NEON registers.
#![expect(
    clippy::unused_self,
    reason = "`self` is the proof that the processor has the instructions"
)]

use std::arch::aarch64::{
    float32x4_t, int32x4_t, uint32x4_t, vaddq_f32, vaddq_s32, vaddvq_u32, vandq_u32, vbslq_f32,
    vcgtq_f32, vcltq_f32, vcombine_f32, vcombine_u16, vcvtq_f32_s32, vcvtq_s32_f32, vdivq_f32,
    vdupq_n_f32, vdupq_n_s32, vdupq_n_u32, vextq_f32, vgetq_lane_s32, vld1_f32, vld1q_f32,
    vld1q_s32, vld1q_u32, vmaxq_f32, vmaxvq_f32, vminq_f32, vminq_u32, vminvq_f32, vmulq_f32,
    vqmovun_s32, vreinterpretq_f32_f64, vreinterpretq_f64_f32, vreinterpretq_u32_s32, vrev64q_f32,
    vst1q_f32, vst1q_u16, vst1q_u32, vsubq_f32, vsubq_s32, vtrn1q_f32, vtrn1q_f64, vtrn2q_f32,
    vtrn2q_f64, vuzp1q_f32, vuzp2q_f32,
};
use std::array::from_fn;

use super::{Block, Job, LANES, Lanes};

/// Lanes of one register.
const QUARTER: usize = LANES / 4;

/// Does a job compiled for NEON.
#[target_feature(enable = "neon")]
pub(super) fn run<J: Job>(simd: Neon, job: J) {
    job.run(simd);
}

/// Proof that NEON is there.
#[derive(Clone, Copy, Debug)]
pub(in crate::sweep) struct Neon(());

impl Neon {
    /// The proof, if the processor has it.
    pub(super) fn detect() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }
}

/// An operation of this file.
macro_rules! neon {
    ($operation:expr) => {
        // SAFETY: a value of `Neon` exists only where `detect` found the feature, and pointers
        // come from arrays or slices whose length was checked in safe code just before.
        unsafe { $operation }
    };
}

/// The same operation on all quarters.
macro_rules! all {
    ($operation:ident, $a:expr) => {{
        let a = $a;
        neon!([
            $operation(a[0]),
            $operation(a[1]),
            $operation(a[2]),
            $operation(a[3])
        ])
    }};
    ($operation:ident, $a:expr, $b:expr) => {{
        let (a, b) = ($a, $b);
        neon!([
            $operation(a[0], b[0]),
            $operation(a[1], b[1]),
            $operation(a[2], b[2]),
            $operation(a[3], b[3])
        ])
    }};
}

impl Neon {
    /// `table[i]` and `table[i + 1]` of four lanes; an index outside the table gives its last pair.
    #[inline(always)]
    fn quarter_pairs(self, table: &[f32], i: int32x4_t) -> (float32x4_t, float32x4_t) {
        assert!(table.len() >= 2, "a pair needs two entries");
        let last = u32::try_from(table.len() - 2).unwrap_or(u32::MAX);
        let mut at = [0_u32; QUARTER];
        // A negative index is large without its sign.
        neon!({
            let i = vminq_u32(vreinterpretq_u32_s32(i), vdupq_n_u32(last));
            vst1q_u32(at.as_mut_ptr(), i);
        });
        let table = table.as_ptr();
        // Every index was just brought within the table, so each load reads a whole pair inside it.
        neon!({
            let near = vcombine_f32(
                vld1_f32(table.add(at[0] as usize)),
                vld1_f32(table.add(at[1] as usize)),
            );
            let far = vcombine_f32(
                vld1_f32(table.add(at[2] as usize)),
                vld1_f32(table.add(at[3] as usize)),
            );
            (vuzp1q_f32(near, far), vuzp2q_f32(near, far))
        })
    }

    /// Four rows become columns.
    #[inline(always)]
    fn transpose4(self, [a, b, c, d]: [float32x4_t; QUARTER]) -> [float32x4_t; QUARTER] {
        neon!({
            let even = (
                vreinterpretq_f64_f32(vtrn1q_f32(a, b)),
                vreinterpretq_f64_f32(vtrn1q_f32(c, d)),
            );
            let odd = (
                vreinterpretq_f64_f32(vtrn2q_f32(a, b)),
                vreinterpretq_f64_f32(vtrn2q_f32(c, d)),
            );
            [
                vreinterpretq_f32_f64(vtrn1q_f64(even.0, even.1)),
                vreinterpretq_f32_f64(vtrn1q_f64(odd.0, odd.1)),
                vreinterpretq_f32_f64(vtrn2q_f64(even.0, even.1)),
                vreinterpretq_f32_f64(vtrn2q_f64(odd.0, odd.1)),
            ]
        })
    }
}

impl Lanes for Neon {
    type F = [float32x4_t; 4];
    type I = [int32x4_t; 4];
    type M = [uint32x4_t; 4];

    #[inline(always)]
    fn splat(self, x: f32) -> Self::F {
        [neon!(vdupq_n_f32(x)); 4]
    }
    #[inline(always)]
    fn load(self, from: &Block) -> Self::F {
        let (quarters, _) = from.as_chunks::<QUARTER>();
        from_fn(|i| neon!(vld1q_f32(quarters[i].as_ptr())))
    }
    #[inline(always)]
    fn store(self, x: Self::F, to: &mut Block) {
        let (quarters, _) = to.as_chunks_mut::<QUARTER>();
        for (quarter, x) in quarters.iter_mut().zip(x) {
            neon!(vst1q_f32(quarter.as_mut_ptr(), x));
        }
    }
    #[inline(always)]
    fn add(self, a: Self::F, b: Self::F) -> Self::F {
        all!(vaddq_f32, a, b)
    }
    #[inline(always)]
    fn sub(self, a: Self::F, b: Self::F) -> Self::F {
        all!(vsubq_f32, a, b)
    }
    #[inline(always)]
    fn mul(self, a: Self::F, b: Self::F) -> Self::F {
        all!(vmulq_f32, a, b)
    }
    #[inline(always)]
    fn div(self, a: Self::F, b: Self::F) -> Self::F {
        all!(vdivq_f32, a, b)
    }
    #[inline(always)]
    fn min(self, a: Self::F, b: Self::F) -> Self::F {
        // The instruction for this would hand not-a-number on.
        self.select(self.lt(a, b), a, b)
    }
    #[inline(always)]
    fn max(self, a: Self::F, b: Self::F) -> Self::F {
        self.select(all!(vcgtq_f32, a, b), a, b)
    }
    #[inline(always)]
    fn lt(self, a: Self::F, b: Self::F) -> Self::M {
        all!(vcltq_f32, a, b)
    }
    #[inline(always)]
    fn bits(self, m: Self::M) -> u32 {
        const PLACES: [u32; QUARTER] = [1, 2, 4, 8];
        let bits = |m| neon!(vaddvq_u32(vandq_u32(m, vld1q_u32(PLACES.as_ptr()))));
        bits(m[0]) | bits(m[1]) << 4 | bits(m[2]) << 8 | bits(m[3]) << 12
    }
    #[inline(always)]
    fn select(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        from_fn(|i| neon!(vbslq_f32(m[i], a[i], b[i])))
    }
    #[inline(always)]
    fn truncate(self, x: Self::F) -> Self::I {
        all!(vcvtq_s32_f32, x)
    }
    #[inline(always)]
    fn float(self, i: Self::I) -> Self::F {
        all!(vcvtq_f32_s32, i)
    }
    #[inline(always)]
    fn store_u16(self, i: Self::I, to: &mut [u16; LANES]) {
        let (halves, _) = to.as_chunks_mut::<{ LANES / 2 }>();
        for (half, i) in halves.iter_mut().zip([[i[0], i[1]], [i[2], i[3]]]) {
            neon!({
                let narrow = vcombine_u16(vqmovun_s32(i[0]), vqmovun_s32(i[1]));
                vst1q_u16(half.as_mut_ptr(), narrow);
            });
        }
    }
    #[inline(always)]
    fn count_from(self, first: i32) -> Self::I {
        const PLACES: [i32; QUARTER] = [0, 1, 2, 3];
        let places = neon!(vld1q_s32(PLACES.as_ptr()));
        [0, 4, 8, 12].map(|more| neon!(vaddq_s32(vdupq_n_s32(first + more), places)))
    }
    #[inline(always)]
    fn ends(self, i: Self::I) -> (i32, i32) {
        neon!((vgetq_lane_s32::<0>(i[0]), vgetq_lane_s32::<3>(i[3])))
    }
    #[inline(always)]
    fn minus(self, i: Self::I, less: i32) -> Self::I {
        all!(vsubq_s32, i, [neon!(vdupq_n_s32(less)); 4])
    }
    #[inline(always)]
    fn pair(self, table: &[f32], i: Self::I, _stride: f32) -> (Self::F, Self::F) {
        self.pairs(table, i)
    }
    #[inline(always)]
    fn one(self, table: &[f32], i: Self::I) -> Self::F {
        self.pairs(table, i).0
    }
    #[inline(always)]
    fn pairs(self, table: &[f32], i: Self::I) -> (Self::F, Self::F) {
        let pairs = i.map(|i| self.quarter_pairs(table, i));
        (pairs.map(|pair| pair.0), pairs.map(|pair| pair.1))
    }
    #[inline(always)]
    fn ask_for(self, table: &[f32], i: usize) {
        if let Some(entry) = table.get(i) {
            // SAFETY: a prefetch has no effect but on the caches, and the address is an entry's.
            unsafe {
                std::arch::asm!(
                    "prfm pldl1keep, [{0}]",
                    in(reg) std::ptr::from_ref(entry),
                    options(nostack, preserves_flags, readonly)
                );
            }
        }
    }
    #[inline(always)]
    fn largest(self, x: Self::F) -> f32 {
        neon!(vmaxvq_f32(vmaxq_f32(
            vmaxq_f32(x[0], x[1]),
            vmaxq_f32(x[2], x[3])
        )))
    }
    #[inline(always)]
    fn smallest(self, x: Self::F) -> f32 {
        neon!(vminvq_f32(vminq_f32(
            vminq_f32(x[0], x[1]),
            vminq_f32(x[2], x[3])
        )))
    }
    #[inline(always)]
    fn reverse(self, x: Self::F) -> Self::F {
        [3, 2, 1, 0].map(|i: usize| {
            neon!({
                let pairs = vrev64q_f32(x[i]);
                vextq_f32::<2>(pairs, pairs)
            })
        })
    }
    #[inline(always)]
    fn transpose(self, rows: &mut [Self::F; LANES]) {
        let from = *rows;
        for i in 0..QUARTER {
            for j in 0..QUARTER {
                let turned = self.transpose4(from_fn(|k| from[QUARTER * i + k][j]));
                for (k, part) in turned.into_iter().enumerate() {
                    rows[QUARTER * j + k][i] = part;
                }
            }
        }
    }
}
