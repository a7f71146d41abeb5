//! The number type of a sample, and rows of it as floats.

use super::ifd::Endian;

/// The number type of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    F64,
}

impl Sample {
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Whether it is a kind of float.
    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// The first of every `samples` numbers of a row, as 32-bit floats; `to` says how many.
    pub(super) fn row(self, row: &[u8], samples: usize, endian: Endian, to: &mut [f32]) {
        match self {
            Self::U8 => each(row, samples, to, |[a]| f32::from(a)),
            Self::I8 => each(row, samples, to, |[a]| f32::from(i8::from_le_bytes([a]))),
            Self::U16 => each(row, samples, to, |b| f32::from(endian.u16(b))),
            Self::I16 => each(row, samples, to, |b| f32::from(endian.u16(b).cast_signed())),
            Self::U32 => each(row, samples, to, |b| endian.u32(b) as f32),
            Self::I32 => each(row, samples, to, |b| endian.u32(b).cast_signed() as f32),
            Self::F32 => each(row, samples, to, |b| f32::from_bits(endian.u32(b))),
            Self::F64 => each(row, samples, to, |b| f64::from_bits(endian.u64(b)) as f32),
        }
    }
}

#[inline]
fn each<const N: usize>(
    row: &[u8],
    samples: usize,
    to: &mut [f32],
    value: impl Fn([u8; N]) -> f32,
) {
    if samples == 1 {
        for (to, number) in to.iter_mut().zip(row.as_chunks::<N>().0) {
            *to = value(*number);
        }
        return;
    }
    for (to, number) in to.iter_mut().zip(row.chunks_exact(N * samples)) {
        if let Some(first) = number.first_chunk() {
            *to = value(*first);
        }
    }
}
