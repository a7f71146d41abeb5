//! Line of sight and engagement floors: where a sensor sees and a fire unit can engage.
//!
//! The one idea of this crate is the *floor*: the lowest height above sea at which a target is in
//! line of sight of an antenna. It is computed once per site; every later question (visible? from
//! when? which share of the people under 100 m?) is a look-up in it.
//!
//! Invariants: the same bytes for any number of threads; nothing here draws random numbers, reads
//! a file or a clock. Threads come only from a pool that the caller hands in.
//! Not here: what a fire unit does with what it sees (`cupola_raid`).

pub mod contour;
pub mod detection;
mod error;
pub mod many;
pub mod measures;
pub mod network;
mod polar;
pub mod profile;
mod raster;
mod ray;
pub mod sweep;
#[cfg(test)]
mod test_data;

pub use error::CoverageError;
pub use polar::{Antenna, LosSettings, PolarFloor, floors, polar_floor};
pub use raster::{Raster, Weights};
