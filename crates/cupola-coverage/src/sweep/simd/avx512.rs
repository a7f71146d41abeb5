//! Sixteen lanes in one AVX-512 register.
#![expect(
    clippy::unused_self,
    reason = "`self` is the proof that the processor has the instructions"
)]

use std::arch::x86_64::{
    __m512, __m512i, __mmask16, _CMP_LT_OQ, _MM_HINT_T0, _mm_cvtsi128_si32, _mm_extract_epi32,
    _mm_prefetch, _mm256_storeu_si256, _mm512_add_epi32, _mm512_add_ps, _mm512_castpd_ps,
    _mm512_castps_pd, _mm512_castsi512_si128, _mm512_castsi512_si256, _mm512_cmp_ps_mask,
    _mm512_cvtepi32_epi16, _mm512_cvtepi32_ps, _mm512_cvttps_epi32, _mm512_div_ps,
    _mm512_extracti32x4_epi32, _mm512_extracti32x8_epi32, _mm512_i32gather_pd, _mm512_loadu_ps,
    _mm512_mask_blend_ps, _mm512_max_ps, _mm512_min_epu32, _mm512_min_ps, _mm512_mul_ps,
    _mm512_permutex2var_ps, _mm512_permutexvar_ps, _mm512_reduce_max_ps, _mm512_reduce_min_ps,
    _mm512_set1_epi32, _mm512_set1_ps, _mm512_setr_epi32, _mm512_shuffle_f32x4, _mm512_storeu_ps,
    _mm512_sub_epi32, _mm512_sub_ps, _mm512_test_epi32_mask, _mm512_unpackhi_pd,
    _mm512_unpackhi_ps, _mm512_unpacklo_pd, _mm512_unpacklo_ps,
};

use super::{Block, Job, LANES, Lanes};

/// Does a job compiled for AVX-512.
#[target_feature(enable = "avx512f,avx512dq")]
pub(super) fn run<J: Job>(simd: Avx512, job: J) {
    job.run(simd);
}

/// Proof that AVX-512 F and DQ are there.
#[derive(Clone, Copy, Debug)]
pub(in crate::sweep) struct Avx512(());

impl Avx512 {
    /// The proof, if the processor has them.
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq");
        found.then_some(Self(()))
    }
}

/// An operation of this file.
macro_rules! avx512 {
    ($operation:expr) => {
        // SAFETY: a value of `Avx512` exists only where `detect` found the features, and pointers
        // come from arrays or slices whose length was checked in safe code just before.
        unsafe { $operation }
    };
}

impl Avx512 {
    /// Entries `at` to `at + 15` of a table.
    #[inline(always)]
    fn load_at(self, table: &[f32], at: usize) -> __m512 {
        let block = &table[at..at + LANES];
        avx512!(_mm512_loadu_ps(block.as_ptr()))
    }

    /// `table[at + place]` for places 0 to 31.
    #[inline(always)]
    fn pick32(self, table: &[f32], at: usize, place: __m512i) -> __m512 {
        let (a, b) = (self.load_at(table, at), self.load_at(table, at + LANES));
        avx512!(_mm512_permutex2var_ps(a, place, b))
    }

    /// `table[at + place]` for places 0 to 63.
    #[inline(always)]
    fn pick64(self, table: &[f32], at: usize, place: __m512i) -> __m512 {
        let low = self.pick32(table, at, place);
        let high = self.pick32(table, at + 2 * LANES, place);
        avx512!({
            let beyond = _mm512_test_epi32_mask(place, _mm512_set1_epi32(32));
            _mm512_mask_blend_ps(beyond, low, high)
        })
    }

    /// `table[i]` and `table[i + 1]`; an index outside the table gives its last pair.
    #[inline(always)]
    #[expect(clippy::cast_ptr_alignment, reason = "a gather reads at any address")]
    fn gather_pairs(self, table: &[f32], i: __m512i) -> (__m512, __m512) {
        assert!(table.len() >= 2, "a pair needs two entries");
        let last = i32::try_from(table.len() - 2).unwrap_or(i32::MAX);
        let pairs = table.as_ptr().cast::<f64>();
        // Indices are brought within the table (a negative one is large without its sign), so the
        // gathers read whole pairs inside it.
        avx512!({
            let i = _mm512_min_epu32(i, _mm512_set1_epi32(last));
            let low = _mm512_i32gather_pd::<4>(_mm512_castsi512_si256(i), pairs);
            let high = _mm512_i32gather_pd::<4>(_mm512_extracti32x8_epi32::<1>(i), pairs);
            let (low, high) = (_mm512_castpd_ps(low), _mm512_castpd_ps(high));
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
            (
                _mm512_permutex2var_ps(low, even, high),
                _mm512_permutex2var_ps(low, odd, high),
            )
        })
    }

    /// First of sixteen integers.
    #[inline(always)]
    fn first(self, i: __m512i) -> i32 {
        avx512!(_mm_cvtsi128_si32(_mm512_castsi512_si128(i)))
    }
}

impl Lanes for Avx512 {
    type F = __m512;
    type I = __m512i;
    type M = __mmask16;

    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        avx512!(_mm512_set1_ps(x))
    }
    #[inline(always)]
    fn load(self, from: &Block) -> __m512 {
        avx512!(_mm512_loadu_ps(from.as_ptr()))
    }
    #[inline(always)]
    fn store(self, x: __m512, to: &mut Block) {
        avx512!(_mm512_storeu_ps(to.as_mut_ptr(), x));
    }
    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_add_ps(a, b))
    }
    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_sub_ps(a, b))
    }
    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_mul_ps(a, b))
    }
    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_div_ps(a, b))
    }
    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_min_ps(a, b))
    }
    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_max_ps(a, b))
    }
    #[inline(always)]
    fn lt(self, a: __m512, b: __m512) -> __mmask16 {
        avx512!(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b))
    }
    #[inline(always)]
    fn bits(self, m: __mmask16) -> u32 {
        u32::from(m)
    }
    #[inline(always)]
    fn select(self, m: __mmask16, a: __m512, b: __m512) -> __m512 {
        avx512!(_mm512_mask_blend_ps(m, b, a))
    }
    #[inline(always)]
    fn truncate(self, x: __m512) -> __m512i {
        avx512!(_mm512_cvttps_epi32(x))
    }
    #[inline(always)]
    fn float(self, i: __m512i) -> __m512 {
        avx512!(_mm512_cvtepi32_ps(i))
    }
    #[inline(always)]
    fn store_u16(self, i: __m512i, to: &mut [u16; LANES]) {
        avx512!(_mm256_storeu_si256(
            to.as_mut_ptr().cast(),
            _mm512_cvtepi32_epi16(i)
        ));
    }
    #[inline(always)]
    fn count_from(self, first: i32) -> __m512i {
        avx512!(_mm512_add_epi32(
            _mm512_set1_epi32(first),
            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        ))
    }
    #[inline(always)]
    fn ends(self, i: __m512i) -> (i32, i32) {
        let last = avx512!(_mm_extract_epi32::<3>(_mm512_extracti32x4_epi32::<3>(i)));
        (self.first(i), last)
    }
    #[inline(always)]
    fn minus(self, i: __m512i, less: i32) -> __m512i {
        avx512!(_mm512_sub_epi32(i, _mm512_set1_epi32(less)))
    }
    #[inline(always)]
    fn pair(self, table: &[f32], i: __m512i, stride: f32) -> (__m512, __m512) {
        /// Beyond this, sixteen lanes may not find their entries in 32.
        const STRIDE_NEAR: f32 = 1.8;
        /// Beyond this, not in 64.
        const STRIDE_WIDE: f32 = 3.9;
        if stride > STRIDE_WIDE {
            return self.gather_pairs(table, i);
        }
        let first = self.first(i);
        let place = self.minus(i, first);
        let table = &table[first as usize..=first as usize + 4 * LANES];
        if stride > STRIDE_NEAR {
            (self.pick64(table, 0, place), self.pick64(table, 1, place))
        } else {
            (self.pick32(table, 0, place), self.pick32(table, 1, place))
        }
    }
    #[inline(always)]
    fn one(self, table: &[f32], i: __m512i) -> __m512 {
        let first = self.first(i);
        let table = &table[first as usize..first as usize + 2 * LANES];
        self.pick32(table, 0, self.minus(i, first))
    }
    #[inline(always)]
    fn pairs(self, table: &[f32], i: __m512i) -> (__m512, __m512) {
        self.gather_pairs(table, i)
    }
    #[inline(always)]
    fn ask_for(self, table: &[f32], i: usize) {
        if let Some(entry) = table.get(i) {
            avx512!(_mm_prefetch::<_MM_HINT_T0>(
                std::ptr::from_ref(entry).cast()
            ));
        }
    }
    #[inline(always)]
    fn largest(self, x: __m512) -> f32 {
        avx512!(_mm512_reduce_max_ps(x))
    }
    #[inline(always)]
    fn smallest(self, x: __m512) -> f32 {
        avx512!(_mm512_reduce_min_ps(x))
    }
    #[inline(always)]
    fn reverse(self, x: __m512) -> __m512 {
        let back = avx512!(_mm512_setr_epi32(
            15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0
        ));
        avx512!(_mm512_permutexvar_ps(back, x))
    }
    #[inline(always)]
    fn transpose(self, rows: &mut [__m512; LANES]) {
        let mut pairs = *rows;
        for i in 0..8 {
            let (a, b) = (rows[2 * i], rows[2 * i + 1]);
            (pairs[2 * i], pairs[2 * i + 1]) =
                avx512!((_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)));
        }
        let mut quads = pairs;
        for i in 0..4 {
            for half in 0..2 {
                let a = avx512!(_mm512_castps_pd(pairs[4 * i + half]));
                let b = avx512!(_mm512_castps_pd(pairs[4 * i + 2 + half]));
                quads[4 * i + 2 * half] = avx512!(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)));
                quads[4 * i + 2 * half + 1] = avx512!(_mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
            }
        }
        for i in 0..4 {
            let [a, b, c, d] = [quads[i], quads[4 + i], quads[8 + i], quads[12 + i]];
            avx512!({
                let p = _mm512_shuffle_f32x4::<0x88>(a, b);
                let q = _mm512_shuffle_f32x4::<0xdd>(a, b);
                let u = _mm512_shuffle_f32x4::<0x88>(c, d);
                let w = _mm512_shuffle_f32x4::<0xdd>(c, d);
                rows[i] = _mm512_shuffle_f32x4::<0x88>(p, u);
                rows[8 + i] = _mm512_shuffle_f32x4::<0xdd>(p, u);
                rows[4 + i] = _mm512_shuffle_f32x4::<0x88>(q, w);
                rows[12 + i] = _mm512_shuffle_f32x4::<0xdd>(q, w);
            });
        }
    }
}
