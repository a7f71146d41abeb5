//! The contract of the crate, one file per part of it.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_cmp,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "tests and their helpers; values that must be exact are compared exactly"
)]

mod atomic;
mod common;
mod folder;
mod gdal_formats;
mod hostile;
mod parquet;
mod read_geotiff;
mod test_data;
mod write_geotiff;
