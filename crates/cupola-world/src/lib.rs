//! The earth that cupola computes on: geodesy, terrain, borders, places and people.
//!
//! Heights are orthometric metres above sea. Nothing here knows a battery.

mod grid;

pub use grid::{Bounds, Grid};
