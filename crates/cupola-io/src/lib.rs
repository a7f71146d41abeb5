//! Every file cupola reads or writes: GeoTIFF, HGT, DTED, Parquet, GeoJSON, `FlatGeobuf`, atomic writes.
//!
//! Readers take a path (or bytes with a name) and give plain grids; writers take plain numbers and
//! give the same bytes for the same input. Nothing here panics on a bad file, and nothing decides
//! what a missing tile means: that is data for the caller.

pub mod atomic;
mod error;
mod floats;
pub mod folder;
pub mod geotiff_write;
mod image;
pub mod parquet_out;
mod place;
pub mod raster;
mod tiff_tags;
pub mod tile_cache;
mod tile_name;
pub mod tile_source;
pub mod vector_out;

pub use atomic::{IfExists, OutputFile, OutputFolder, write_file, write_file_with};
pub use error::IoError;
pub use floats::Floats;
pub use folder::{
    MissingTile, TerrainFolder, TileIndex, UnusedFile, read_folder, sha256_of_file, tile_names,
};
pub use geotiff_write::{Band, BandValues, GeoTiff, Layout, Packing};
pub use parquet_out::{Cells, Column, ColumnKind, Compression, Table, TableWriter, read_table};
pub use place::Place;
pub use raster::{
    GeoKeys, ProjectedGrid, TerrainFile, read_people, read_people_within, read_terrain,
    read_terrain_bytes, read_terrain_in, read_terrain_within,
};
pub use tile_cache::{Held, TileCache, has_land};
pub use tile_name::Corner;
pub use tile_source::TileSource;
pub use vector_out::{Feature, Features};
