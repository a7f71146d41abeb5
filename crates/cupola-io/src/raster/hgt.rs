//! HGT: a square of big-endian 16-bit heights, placed by its name.
//!
//! 1201² posts at 3″ or 3601² at 1″, north row first, edges shared with the neighbours, void
//! −32,768.

use std::path::Path;

use cupola_world::Grid;

use super::source::Source;
use crate::IoError;
use crate::tile_name::Corner;

const VOID: i16 = i16::MIN;

/// Whether a name ends in `.hgt`.
pub(super) fn is_hgt_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("hgt"))
}

/// The corner in a file's name, without its folder.
pub(super) fn corner_of(path: &Path) -> Option<Corner> {
    Corner::from_name(&path.file_name()?.to_string_lossy())
}

/// The corner in a file's name, or the error that it states none.
pub(super) fn require_corner(path: &Path) -> Result<Corner, IoError> {
    corner_of(path).ok_or_else(|| IoError::NoPosition {
        path: path.to_owned(),
        what: "an HGT tile is placed by its name, and this one states no corner".to_owned(),
        help: "name it after its south-west corner, like N49E023.hgt".to_owned(),
    })
}

pub(super) fn read(source: &Source<'_>) -> Result<Grid, IoError> {
    let corner = require_corner(source.path())?;
    let side = match source.len() {
        2_884_802 => 1_201,
        25_934_402 => 3_601,
        len => {
            return Err(IoError::WrongFormat {
                path: source.path().to_owned(),
                expected: "an HGT tile",
                found: format!("it has {len} bytes instead of 2884802 (3″) or 25934402 (1″)"),
                help: "the download was probably interrupted: fetch the file again".to_owned(),
            });
        }
    };
    let bytes = source.all()?;
    let values = bytes
        .chunks_exact(2)
        .map(|pair| match i16::from_be_bytes([pair[0], pair[1]]) {
            VOID => f32::NAN,
            height => f32::from(height),
        })
        .collect();
    let step = 1.0 / (side - 1) as f64;
    Ok(Grid {
        north_deg: f64::from(corner.south_deg + 1),
        west_deg: f64::from(corner.west_deg),
        step_lat_deg: step,
        step_lon_deg: step,
        rows: side,
        cols: side,
        values,
    })
}
