//! Numbers by the million, in large pages of memory where the system has them.
//!
//! A raster of 64 million cells touches 125,000 ordinary pages, and the first touch of each costs
//! more than what is written there; large pages make that a tenth.

use std::fmt;
use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

/// Fewer bytes than this are not worth pages of their own.
const PAGES_FROM_BYTES: usize = 4 << 20;

/// A fixed number of 32-bit floats, at first all zero.
pub struct Floats(Inner);

enum Inner {
    Pages(MmapMut),
    Heap(Vec<f32>),
}

impl Floats {
    /// This many zeros.
    pub fn zeros(count: usize) -> Self {
        let bytes = count.saturating_mul(size_of::<f32>());
        if bytes >= PAGES_FROM_BYTES
            && let Ok(pages) = MmapMut::map_anon(bytes)
        {
            // A system without large pages gives ordinary ones: nothing but time is lost.
            #[cfg(target_os = "linux")]
            let _refused = pages.advise(memmap2::Advice::HugePage);
            return Self(Inner::Pages(pages));
        }
        Self(Inner::Heap(vec![0.0; count]))
    }
}

impl Deref for Floats {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &self.0 {
            Inner::Pages(pages) => bytemuck::cast_slice(pages),
            Inner::Heap(values) => values,
        }
    }
}

impl DerefMut for Floats {
    fn deref_mut(&mut self) -> &mut [f32] {
        match &mut self.0 {
            Inner::Pages(pages) => bytemuck::cast_slice_mut(pages),
            Inner::Heap(values) => values,
        }
    }
}

impl From<Vec<f32>> for Floats {
    fn from(values: Vec<f32>) -> Self {
        Self(Inner::Heap(values))
    }
}

impl Clone for Floats {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len());
        copy.copy_from_slice(self);
        copy
    }
}

impl PartialEq for Floats {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl fmt::Debug for Floats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = &self[..self.len().min(8)];
        write!(f, "{} floats {head:?}", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Floats;

    #[test]
    fn few_and_many_are_zeros_and_can_be_written() {
        for count in [0, 7, 3 << 20] {
            let mut floats = Floats::zeros(count);
            assert!(floats.len() == count && floats.iter().all(|&v| v.to_bits() == 0));
            if let Some(last) = floats.last_mut() {
                *last = 2.5;
            }
            assert!(floats.clone() == floats);
            assert!(Floats::from(floats.to_vec()) == floats);
        }
    }
}
