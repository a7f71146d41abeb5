//! How far cells are wanted.

use super::{Dem, SweepSettings};

/// The circle around the sensor within which cells are wanted, in cells; all of them unless told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    squared: Option<f64>,
}

impl Reach {
    pub(super) fn new(dem: &Dem<'_>, settings: &SweepSettings) -> Self {
        let cells = settings.radius_m.map(|radius_m| radius_m / dem.cell_m);
        Self {
            squared: cells.map(|cells| cells * cells),
        }
    }

    /// The greatest distance, at most `most`, that is within reach at right angles to `offset`;
    /// `None` if there is none.
    pub(super) fn at(self, offset: usize, most: usize) -> Option<usize> {
        let Some(squared) = self.squared else {
            return Some(most);
        };
        let left = squared - (offset * offset) as f64;
        (left >= 0.0).then(|| most.min(left.sqrt() as usize))
    }

    /// As [`Self::at`]; 0 if there is none.
    pub(super) fn across(self, offset: usize, most: usize) -> usize {
        self.at(offset, most).unwrap_or(0)
    }
}
