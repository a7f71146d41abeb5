//! Sixteen lanes in two AVX2 registers.
#![expect(
    clippy::unused_self,
    reason = "`self` is the proof that the processor has the instructions"
)]

use std::arch::x86_64::{
    __m256, __m256i, _CMP_LT_OQ, _MM_HINT_T0, _mm_castpd_ps, _mm_cvtsi128_si32, _mm_cvtss_f32,
    _mm_load_sd, _mm_loadh_pd, _mm_max_ps, _mm_min_ps, _mm_movehdup_ps, _mm_movehl_ps,
    _mm_prefetch, _mm256_add_epi32, _mm256_add_ps, _mm256_blendv_ps, _mm256_castps256_ps128,
    _mm256_castsi256_ps, _mm256_castsi256_si128, _mm256_cmp_ps, _mm256_cmpgt_epi32,
    _mm256_cvtepi32_ps, _mm256_cvttps_epi32, _mm256_div_ps, _mm256_extract_epi32,
    _mm256_extractf128_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_min_epu32, _mm256_min_ps,
    _mm256_movemask_ps, _mm256_mul_ps, _mm256_packus_epi32, _mm256_permute2f128_ps,
    _mm256_permute4x64_epi64, _mm256_permutevar8x32_ps, _mm256_set_m128, _mm256_set1_epi32,
    _mm256_set1_ps, _mm256_setr_epi32, _mm256_shuffle_ps, _mm256_storeu_ps, _mm256_storeu_si256,
    _mm256_sub_epi32, _mm256_sub_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
};

use super::{Block, Job, LANES, Lanes};

/// Lanes of one register.
const HALF: usize = LANES / 2;

/// Does a job compiled for AVX2.
#[target_feature(enable = "avx2")]
pub(super) fn run<J: Job>(simd: Avx2, job: J) {
    job.run(simd);
}

/// Proof that AVX2 is there.
#[derive(Clone, Copy, Debug)]
pub(in crate::sweep) struct Avx2(());

impl Avx2 {
    /// The proof, if the processor has it.
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

/// An operation of this file.
macro_rules! avx2 {
    ($operation:expr) => {
        // SAFETY: a value of `Avx2` exists only where `detect` found the feature, and pointers
        // come from arrays or slices whose length was checked in safe code just before.
        unsafe { $operation }
    };
}

/// The same operation on both halves.
macro_rules! both {
    ($operation:ident, $a:expr) => {{
        let a = $a;
        avx2!([$operation(a[0]), $operation(a[1])])
    }};
    ($operation:ident, $a:expr, $b:expr) => {{
        let (a, b) = ($a, $b);
        avx2!([$operation(a[0], b[0]), $operation(a[1], b[1])])
    }};
}

/// The pairs of two neighbouring lanes in one register.
macro_rules! two_pairs {
    ($table:expr, $at:expr, $lane:expr) => {{
        let first = _mm_load_sd($table.add($at[$lane]).cast());
        _mm_castpd_ps(_mm_loadh_pd(first, $table.add($at[$lane + 1]).cast()))
    }};
}

impl Avx2 {
    /// Entries `at` to `at + 7` of a table.
    #[inline(always)]
    fn load_at(self, table: &[f32], at: usize) -> __m256 {
        let block = &table[at..at + HALF];
        avx2!(_mm256_loadu_ps(block.as_ptr()))
    }

    /// The entries from that of the first of eight lanes on, and all eight relative to it.
    #[inline(always)]
    fn places<const N: usize>(self, table: &[f32], i: __m256i) -> (&[f32; N], __m256i) {
        let first = avx2!(_mm_cvtsi128_si32(_mm256_castsi256_si128(i)));
        let place = avx2!(_mm256_sub_epi32(i, _mm256_set1_epi32(first)));
        let from = first as usize;
        let entries = table[from..from + N].first_chunk();
        (entries.expect("the slice has N entries"), place)
    }

    /// Entries `place` of a few, for places 0 to 7.
    #[inline(always)]
    fn pick8(self, entries: &[f32], place: __m256i) -> __m256 {
        avx2!(_mm256_permutevar8x32_ps(self.load_at(entries, 0), place))
    }

    /// Entries `place` of a few, for places 0 to 15.
    #[inline(always)]
    fn pick16(self, entries: &[f32], place: __m256i) -> __m256 {
        let (a, b) = (self.load_at(entries, 0), self.load_at(entries, HALF));
        avx2!({
            let beyond = _mm256_cmpgt_epi32(place, _mm256_set1_epi32(7));
            _mm256_blendv_ps(
                _mm256_permutevar8x32_ps(a, place),
                _mm256_permutevar8x32_ps(b, place),
                _mm256_castsi256_ps(beyond),
            )
        })
    }

    /// `table[i]` and `table[i + 1]` of eight lanes that advance by at most a half each.
    #[inline(always)]
    fn pair_within_8(self, table: &[f32], i: __m256i) -> (__m256, __m256) {
        let (entries, place) = self.places::<{ HALF + 1 }>(table, i);
        (self.pick8(entries, place), self.pick8(&entries[1..], place))
    }

    /// `table[i]` and `table[i + 1]` of eight lanes that find their entries in sixteen.
    #[inline(always)]
    fn pair_within_16(self, table: &[f32], i: __m256i) -> (__m256, __m256) {
        let (entries, place) = self.places::<{ LANES + 1 }>(table, i);
        (
            self.pick16(entries, place),
            self.pick16(&entries[1..], place),
        )
    }

    /// `table[i]` and `table[i + 1]` of eight lanes; an index outside the table gives its last pair.
    #[inline(always)]
    fn half_pairs(self, table: &[f32], i: __m256i) -> (__m256, __m256) {
        assert!(table.len() >= 2, "a pair needs two entries");
        let last = i32::try_from(table.len() - 2).unwrap_or(i32::MAX);
        let mut places = [0_i32; HALF];
        // A negative index is large without its sign.
        avx2!({
            let i = _mm256_min_epu32(i, _mm256_set1_epi32(last));
            _mm256_storeu_si256(places.as_mut_ptr().cast(), i);
        });
        let mut at = [0_usize; HALF];
        for lane in 0..HALF {
            at[lane] = places[lane] as usize;
        }
        let table = table.as_ptr();
        // Every index was just brought within the table, so each load reads a whole pair inside it.
        avx2!({
            let near = _mm256_set_m128(two_pairs!(table, at, 4), two_pairs!(table, at, 0));
            let far = _mm256_set_m128(two_pairs!(table, at, 6), two_pairs!(table, at, 2));
            (
                _mm256_shuffle_ps::<0x88>(near, far),
                _mm256_shuffle_ps::<0xdd>(near, far),
            )
        })
    }

    /// Rows become columns, eight by eight.
    #[inline(always)]
    fn transpose8(self, r: [__m256; HALF]) -> [__m256; HALF] {
        avx2!({
            let a = [
                _mm256_unpacklo_ps(r[0], r[1]),
                _mm256_unpackhi_ps(r[0], r[1]),
                _mm256_unpacklo_ps(r[2], r[3]),
                _mm256_unpackhi_ps(r[2], r[3]),
                _mm256_unpacklo_ps(r[4], r[5]),
                _mm256_unpackhi_ps(r[4], r[5]),
                _mm256_unpacklo_ps(r[6], r[7]),
                _mm256_unpackhi_ps(r[6], r[7]),
            ];
            let b = [
                _mm256_shuffle_ps::<0x44>(a[0], a[2]),
                _mm256_shuffle_ps::<0xee>(a[0], a[2]),
                _mm256_shuffle_ps::<0x44>(a[1], a[3]),
                _mm256_shuffle_ps::<0xee>(a[1], a[3]),
                _mm256_shuffle_ps::<0x44>(a[4], a[6]),
                _mm256_shuffle_ps::<0xee>(a[4], a[6]),
                _mm256_shuffle_ps::<0x44>(a[5], a[7]),
                _mm256_shuffle_ps::<0xee>(a[5], a[7]),
            ];
            [
                _mm256_permute2f128_ps::<0x20>(b[0], b[4]),
                _mm256_permute2f128_ps::<0x20>(b[1], b[5]),
                _mm256_permute2f128_ps::<0x20>(b[2], b[6]),
                _mm256_permute2f128_ps::<0x20>(b[3], b[7]),
                _mm256_permute2f128_ps::<0x31>(b[0], b[4]),
                _mm256_permute2f128_ps::<0x31>(b[1], b[5]),
                _mm256_permute2f128_ps::<0x31>(b[2], b[6]),
                _mm256_permute2f128_ps::<0x31>(b[3], b[7]),
            ]
        })
    }
}

impl Lanes for Avx2 {
    type F = [__m256; 2];
    type I = [__m256i; 2];
    type M = [__m256; 2];

    #[inline(always)]
    fn splat(self, x: f32) -> Self::F {
        let half = avx2!(_mm256_set1_ps(x));
        [half, half]
    }
    #[inline(always)]
    fn load(self, from: &Block) -> Self::F {
        [self.load_at(from, 0), self.load_at(from, HALF)]
    }
    #[inline(always)]
    fn store(self, x: Self::F, to: &mut Block) {
        let (low, high) = to.split_at_mut(HALF);
        avx2!({
            _mm256_storeu_ps(low.as_mut_ptr(), x[0]);
            _mm256_storeu_ps(high.as_mut_ptr(), x[1]);
        });
    }
    #[inline(always)]
    fn add(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_add_ps, a, b)
    }
    #[inline(always)]
    fn sub(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_sub_ps, a, b)
    }
    #[inline(always)]
    fn mul(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_mul_ps, a, b)
    }
    #[inline(always)]
    fn div(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_div_ps, a, b)
    }
    #[inline(always)]
    fn min(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_min_ps, a, b)
    }
    #[inline(always)]
    fn max(self, a: Self::F, b: Self::F) -> Self::F {
        both!(_mm256_max_ps, a, b)
    }
    #[inline(always)]
    fn lt(self, a: Self::F, b: Self::F) -> Self::M {
        avx2!([
            _mm256_cmp_ps::<_CMP_LT_OQ>(a[0], b[0]),
            _mm256_cmp_ps::<_CMP_LT_OQ>(a[1], b[1])
        ])
    }
    #[inline(always)]
    fn bits(self, m: Self::M) -> u32 {
        let bits = both!(_mm256_movemask_ps, m);
        (bits[0] | bits[1] << HALF) as u32
    }
    #[inline(always)]
    fn select(self, m: Self::M, a: Self::F, b: Self::F) -> Self::F {
        avx2!([
            _mm256_blendv_ps(b[0], a[0], m[0]),
            _mm256_blendv_ps(b[1], a[1], m[1])
        ])
    }
    #[inline(always)]
    fn truncate(self, x: Self::F) -> Self::I {
        both!(_mm256_cvttps_epi32, x)
    }
    #[inline(always)]
    fn float(self, i: Self::I) -> Self::F {
        both!(_mm256_cvtepi32_ps, i)
    }
    #[inline(always)]
    fn store_u16(self, i: Self::I, to: &mut [u16; LANES]) {
        // Packing goes within halves of a register: the middle quarters change places.
        avx2!({
            let packed = _mm256_permute4x64_epi64::<0xd8>(_mm256_packus_epi32(i[0], i[1]));
            _mm256_storeu_si256(to.as_mut_ptr().cast(), packed);
        });
    }
    #[inline(always)]
    fn count_from(self, first: i32) -> Self::I {
        let low = avx2!(_mm256_add_epi32(
            _mm256_set1_epi32(first),
            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)
        ));
        [low, avx2!(_mm256_add_epi32(low, _mm256_set1_epi32(8)))]
    }
    #[inline(always)]
    fn ends(self, i: Self::I) -> (i32, i32) {
        avx2!((
            _mm256_extract_epi32::<0>(i[0]),
            _mm256_extract_epi32::<7>(i[1])
        ))
    }
    #[inline(always)]
    fn minus(self, i: Self::I, less: i32) -> Self::I {
        let less = avx2!(_mm256_set1_epi32(less));
        both!(_mm256_sub_epi32, i, [less, less])
    }
    #[inline(always)]
    fn pair(self, table: &[f32], i: Self::I, stride: f32) -> (Self::F, Self::F) {
        /// Beyond this, eight lanes may not find their entries in sixteen.
        const STRIDE_NEAR: f32 = 1.8;
        /// Up to here, eight lanes find their entries in eight.
        const STRIDE_HALF: f32 = 0.5;
        if stride > STRIDE_NEAR {
            return self.pairs(table, i);
        }
        let (low, high) = if stride <= STRIDE_HALF {
            (
                self.pair_within_8(table, i[0]),
                self.pair_within_8(table, i[1]),
            )
        } else {
            (
                self.pair_within_16(table, i[0]),
                self.pair_within_16(table, i[1]),
            )
        };
        ([low.0, high.0], [low.1, high.1])
    }
    #[inline(always)]
    fn one(self, table: &[f32], i: Self::I) -> Self::F {
        let (low, low_place) = self.places::<HALF>(table, i[0]);
        let (high, high_place) = self.places::<HALF>(table, i[1]);
        [self.pick8(low, low_place), self.pick8(high, high_place)]
    }
    #[inline(always)]
    fn pairs(self, table: &[f32], i: Self::I) -> (Self::F, Self::F) {
        let (low, high) = (self.half_pairs(table, i[0]), self.half_pairs(table, i[1]));
        ([low.0, high.0], [low.1, high.1])
    }
    #[inline(always)]
    fn ask_for(self, table: &[f32], i: usize) {
        if let Some(entry) = table.get(i) {
            avx2!(_mm_prefetch::<_MM_HINT_T0>(
                std::ptr::from_ref(entry).cast()
            ));
        }
    }
    #[inline(always)]
    fn largest(self, x: Self::F) -> f32 {
        avx2!({
            let x = _mm256_max_ps(x[0], x[1]);
            let x = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
            let x = _mm_max_ps(x, _mm_movehl_ps(x, x));
            _mm_cvtss_f32(_mm_max_ps(x, _mm_movehdup_ps(x)))
        })
    }
    #[inline(always)]
    fn smallest(self, x: Self::F) -> f32 {
        avx2!({
            let x = _mm256_min_ps(x[0], x[1]);
            let x = _mm_min_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
            let x = _mm_min_ps(x, _mm_movehl_ps(x, x));
            _mm_cvtss_f32(_mm_min_ps(x, _mm_movehdup_ps(x)))
        })
    }
    #[inline(always)]
    fn reverse(self, x: Self::F) -> Self::F {
        let back = avx2!(_mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0));
        both!(_mm256_permutevar8x32_ps, [x[1], x[0]], [back, back])
    }
    #[inline(always)]
    fn transpose(self, rows: &mut [Self::F; LANES]) {
        // Four blocks of 8 × 8: (upper rows, left columns), (lower, left), (upper, right), …
        let mut parts = [[rows[0][0]; HALF]; 4];
        for i in 0..HALF {
            parts[0][i] = rows[i][0];
            parts[1][i] = rows[HALF + i][0];
            parts[2][i] = rows[i][1];
            parts[3][i] = rows[HALF + i][1];
        }
        parts[0] = self.transpose8(parts[0]);
        parts[1] = self.transpose8(parts[1]);
        parts[2] = self.transpose8(parts[2]);
        parts[3] = self.transpose8(parts[3]);
        for i in 0..HALF {
            rows[i] = [parts[0][i], parts[1][i]];
            rows[HALF + i] = [parts[2][i], parts[3][i]];
        }
    }
}
