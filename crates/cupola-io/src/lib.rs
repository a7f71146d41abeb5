//! Every file cupola reads or writes: GeoTIFF, HGT, DTED, Parquet, atomic writes.
//!
//! Readers take a path (or bytes with a name) and give plain grids; writers take plain numbers and
//! give the same bytes for the same input. Nothing here panics on a bad file, and nothing decides
//! what a missing tile means: that is data for the caller.

pub mod atomic;
mod error;
pub mod folder;
pub mod geotiff_write;
pub mod parquet_out;
pub mod raster;
pub mod tile_cache;
mod tile_name;
pub mod tile_source;

pub use atomic::{IfExists, OutputFile, OutputFolder, write_file};
pub use error::IoError;
pub use folder::{
    MissingTile, TerrainFolder, TileIndex, UnusedFile, read_folder, sha256_of_file, tile_names,
};
pub use geotiff_write::{Band, BandValues, GeoTiff, Layout, Packing, Place};
pub use parquet_out::{Cells, Column, ColumnKind, Compression, Table, TableWriter, read_table};
pub use raster::{
    GeoKeys, ProjectedGrid, TerrainFile, read_people, read_people_within, read_terrain,
    read_terrain_bytes, read_terrain_within,
};
pub use tile_cache::{Held, TileCache, has_land};
pub use tile_name::Corner;
pub use tile_source::TileSource;
