//! The earth that cupola computes on: geodesy, terrain, borders, places and people.
//!
//! Everything is a pure function of embedded data (about 4 MB) and arguments; nothing reads a file,
//! and a height or a border is the same on every machine. Heights are metres above sea, distances
//! metres, angles radians inside and degrees in [`LatLon`](cupola_units::LatLon) and [`Bounds`].
//!
//! - [`geodesy`]: exact geodesics, and a cheap [`LocalFrame`](geodesy::LocalFrame) around a site.
//! - [`elevation`]: embedded 5′ heights with seeded statistical relief at 30″.
//! - [`terrain`]: the trait, the embedded terrain, and mosaics of measured tiles.
//! - [`countries`], [`distance`], [`regions`]: whose soil, how far from whose, which oblast.
//! - [`places`], [`people`]: towns by name, residents by cell.
//!
//! The first look-up of a kind unpacks its data: borders 35 ms, heights 170 ms, places 130 ms.
//! What the data are and where from: `NOTICE` and `data-gen/README.md`. Nothing here knows a battery.

mod codec;
pub mod countries;
pub mod distance;
pub mod elevation;
mod error;
mod fft;
pub mod geodesy;
mod grid;
pub mod people;
pub mod places;
mod posts;
pub mod regions;
pub mod terrain;
mod topology;
mod world;

pub use error::WorldError;
pub use grid::{Bounds, Grid};
pub use posts::{NoPost, Post, posts};
pub use terrain::{Level, Terrain, TerrainKind};
pub use world::{UnknownPlace, World, describe};
