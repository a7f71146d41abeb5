//! `.gz` and `.zip` around a single raster.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use super::source::Source;
use crate::IoError;
use crate::tile_name::Corner;

/// Most bytes a packed raster may unpack to: ten 1″ tiles.
const MAX_UNPACKED_BYTES: u64 = 1 << 28;

/// Whether a file starts like gzip or zip.
pub(super) fn is_packed(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b]) || head.starts_with(b"PK\x03\x04")
}

/// The raster inside a packed file, and a name for it that keeps the outer folder.
pub(super) fn unpack(source: &Source<'_>) -> Result<(PathBuf, Vec<u8>), IoError> {
    let packed = source.all()?;
    if packed.starts_with(b"PK") {
        return unzip(source.path(), packed);
    }
    let path = source.path();
    let bytes = bounded(path, flate2::read::MultiGzDecoder::new(packed.as_slice()))?;
    Ok((path.with_extension(""), bytes))
}

fn bounded(path: &Path, reader: impl Read) -> Result<Vec<u8>, IoError> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_UNPACKED_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            IoError::damaged(
                path,
                "the compressed data",
                format!("it does not unpack ({error})"),
            )
        })?;
    if bytes.len() as u64 > MAX_UNPACKED_BYTES {
        return Err(IoError::TooLarge {
            path: path.to_owned(),
            what: "bytes when unpacked: more than",
            size: MAX_UNPACKED_BYTES,
            limit: MAX_UNPACKED_BYTES,
        });
    }
    Ok(bytes)
}

fn unzip(path: &Path, packed: Vec<u8>) -> Result<(PathBuf, Vec<u8>), IoError> {
    let damaged = |error: &dyn std::fmt::Display| {
        IoError::damaged(
            path,
            "the zip directory",
            format!("it does not unpack ({error})"),
        )
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(|e| damaged(&e))?;
    let endings = [".hgt", ".tif", ".tiff", ".dt0", ".dt1", ".dt2"];
    let found = archive.file_names().enumerate().find_map(|(i, name)| {
        let lower = name.ok()?.to_lowercase();
        let fits = endings.iter().any(|ending| lower.ends_with(ending));
        fits.then_some(i)
    });
    let Some(index) = found else {
        return Err(IoError::WrongFormat {
            path: path.to_owned(),
            expected: "a zip with a terrain tile",
            found: "it holds no .hgt, .tif or .dt0 to .dt2".to_owned(),
            help: "unpack it and give the raster itself".to_owned(),
        });
    };
    let entry = archive.by_index(index).map_err(|e| damaged(&e))?;
    let name = entry.name().map_err(|e| damaged(&e))?.into_owned();
    let bytes = bounded(path, entry)?;
    let inner = Path::new(&name).file_name().unwrap_or_default();
    // The outer name is the fallback for the position of an HGT.
    let has_corner = Corner::from_name(&inner.to_string_lossy()).is_some();
    let shown = if has_corner {
        path.with_file_name(inner)
    } else {
        path.with_extension("")
    };
    Ok((shown, bytes))
}
