//! What can be wrong with the inputs of this crate.

/// An input that coverage cannot compute with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoverageError {
    /// A track rule that no window can fulfil, or a window longer than eight scans.
    #[error("a track of {m} detections in {n} scans is impossible: 1 ≤ m ≤ n ≤ 8 is needed")]
    TrackRule {
        /// Detections asked for.
        m: usize,
        /// Scans in the window.
        n: usize,
    },
}
