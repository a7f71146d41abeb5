//! Floor fields on a graphics processor: the ring sweep of `cupola_coverage`, ray by ray.
//!
//! The crate is empty without its feature `device`. With it, the same rays meet the same ground as
//! on the processor, in single precision; a driver may fuse or reorder operations, so the bits are
//! not promised. Stated instead: verdicts at 100 m and 500 m are those of the processor on all but
//! 0.01 % of cells, which the test holds on whatever adapter is there, a software one included.
//!
//! Not here: resampling, geographic terrain, and any use by `run`, whose answers must be the same
//! bytes everywhere.
#![cfg(feature = "device")]

mod device;
mod scene;

pub use device::{Gpu, GpuError};
