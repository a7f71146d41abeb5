//! Whether outputs leave alone what is read.

use crate::failure::Failure;
use std::path::{Path, PathBuf};

/// Endings of files that are never read as terrain.
const NO_RASTERS: [&str; 5] = ["geojson", "json", "fgb", "png", "svg"];

/// A path without links and dots, also of what is not there yet: the part that is there is looked up.
pub(crate) fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = path.ancestors().find_map(|part| {
        let rest = path.strip_prefix(part).ok()?;
        Some(part.canonicalize().ok()?.join(rest))
    });
    known.unwrap_or(path)
}

/// Refuses a file that replaces an input, or a raster within a folder of tiles, which would take a
/// tile's place or be read as one the next time.
///
/// # Errors
/// [`Failure`] if it does; `flag` is what the file was given with.
pub(crate) fn file(flag: &str, file: &Path, inputs: &[&Path]) -> Result<(), Failure> {
    let ending = file.extension().map(|e| e.to_string_lossy().to_lowercase());
    let raster = ending.is_none_or(|ending| !NO_RASTERS.contains(&&*ending));
    let place = real(file);
    for input in inputs {
        let read = real(input);
        if place == read {
            return Err(replaces(flag, file));
        }
        if raster && read.is_dir() && place.starts_with(&read) {
            return Err(within(flag, file));
        }
    }
    Ok(())
}

/// Refuses an output folder that holds an input, or lies within a folder of tiles.
///
/// # Errors
/// [`Failure`] if it does.
pub(crate) fn folder(folder: &Path, inputs: &[PathBuf]) -> Result<(), Failure> {
    let place = real(folder);
    for input in inputs {
        let read = real(input);
        if read.starts_with(&place) {
            return Err(replaces("--out", folder));
        }
        if read.is_dir() && place.starts_with(&read) {
            return Err(within("--out", folder));
        }
    }
    Ok(())
}

fn replaces(flag: &str, output: &Path) -> Failure {
    Failure::Input(
        format!("{flag} {} would overwrite what is read", output.display()),
        Some("write to another file".to_owned()),
    )
}

fn within(flag: &str, output: &Path) -> Failure {
    Failure::Input(
        format!(
            "{flag} {} lies in the folder of terrain that is read",
            output.display()
        ),
        Some("write it outside: all rasters in there are read as terrain".to_owned()),
    )
}
