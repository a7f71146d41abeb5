//! A folder of fetched tiles with what is known of them: digests, and cells that have no tile.
//!
//! Two small text files stand beside the tiles: `SHA256SUMS`, which `sha256sum --check` reads, and
//! `no-tile.txt`. Tiles and both files appear whole or not at all, so a fetch may be killed at any
//! moment and goes on where it was.
//!
//! Not here: fetching, which the program does, and reading heights (`folder`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cupola_units::LatLon;
use cupola_world::countries;

use crate::IoError;
use crate::folder::{sha256_of_bytes, sha256_of_file};
use crate::tile_name::Corner;

const SUMS: &str = "SHA256SUMS";
const NO_TILE: &str = "no-tile.txt";
const NO_TILE_HEAD: &str = "# Cells for which the server has no tile, and the status it answered with.\n\
# Without land in the cell that is sea, and its height 0.\n";

/// What a folder holds of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// A tile whose digest is the noted one.
    Whole,
    /// A tile of which no digest is noted; its bytes decide.
    Unlisted,
    /// A tile whose digest is not the noted one.
    Changed,
    /// The server had no tile and answered with this status.
    NoTile(u16),
    /// Nothing.
    Nothing,
}

/// A folder of fetched tiles.
#[derive(Clone, Debug)]
pub struct TileCache {
    folder: PathBuf,
    sums: BTreeMap<String, String>,
    no_tile: BTreeMap<String, u16>,
}

impl TileCache {
    /// Opens a folder, which need not be there yet.
    ///
    /// # Errors
    /// [`IoError::Os`] when its notes cannot be read.
    pub fn open(folder: &Path) -> Result<Self, IoError> {
        let sums = read_lines(&folder.join(SUMS))?;
        let sums = sums.lines().filter_map(|line| line.split_once("  "));
        Ok(Self {
            folder: folder.to_owned(),
            sums: sums
                .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
                .collect(),
            no_tile: no_tiles(folder)?,
        })
    }

    /// What the folder holds of a cell whose tile has this name.
    ///
    /// # Errors
    /// [`IoError::Os`] when the tile cannot be read.
    pub fn held(&self, cell: Corner, name: &str) -> Result<Held, IoError> {
        let path = self.folder.join(name);
        if !path.is_file() {
            let status = self.no_tile.get(&cell.label());
            return Ok(status.map_or(Held::Nothing, |status| Held::NoTile(*status)));
        }
        let Some(noted) = self.sums.get(name) else {
            return Ok(Held::Unlisted);
        };
        Ok(if *noted == sha256_of_file(&path)? {
            Held::Whole
        } else {
            Held::Changed
        })
    }

    /// Keeps a tile and notes its digest.
    ///
    /// # Errors
    /// [`IoError::Os`] when it cannot be written.
    pub fn put(&mut self, cell: Corner, name: &str, bytes: &[u8]) -> Result<(), IoError> {
        crate::write_file(&self.folder.join(name), bytes)?;
        self.note(cell, name, sha256_of_bytes(bytes))
    }

    /// Notes the digest of a tile that is there already and was found to be whole.
    ///
    /// # Errors
    /// [`IoError::Os`] when it cannot be read or the note not be written.
    pub fn adopt(&mut self, cell: Corner, name: &str) -> Result<(), IoError> {
        let sum = sha256_of_file(&self.folder.join(name))?;
        self.note(cell, name, sum)
    }

    fn note(&mut self, cell: Corner, name: &str, sum: String) -> Result<(), IoError> {
        self.sums.insert(name.to_owned(), sum);
        let lines = self
            .sums
            .iter()
            .map(|(name, sum)| format!("{sum}  {name}\n"));
        let text: String = lines.collect();
        crate::write_file(&self.folder.join(SUMS), text.as_bytes())?;
        if self.no_tile.remove(&cell.label()).is_some() {
            self.save_no_tile()?;
        }
        Ok(())
    }

    /// Notes that the server has no tile of a cell.
    ///
    /// # Errors
    /// [`IoError::Os`] when the note cannot be written.
    pub fn put_no_tile(&mut self, cell: Corner, status: u16) -> Result<(), IoError> {
        self.no_tile.insert(cell.label(), status);
        self.save_no_tile()
    }

    fn save_no_tile(&self) -> Result<(), IoError> {
        let lines = self
            .no_tile
            .iter()
            .map(|(cell, status)| format!("{cell} {status}\n"));
        let text: String = std::iter::once(NO_TILE_HEAD.to_owned())
            .chain(lines)
            .collect();
        crate::write_file(&self.folder.join(NO_TILE), text.as_bytes())
    }
}

/// The cells that a folder notes as having no tile, by their label, with the server's status.
///
/// # Errors
/// [`IoError::Os`] when the note is there and cannot be read.
pub fn no_tiles(folder: &Path) -> Result<BTreeMap<String, u16>, IoError> {
    let text = read_lines(&folder.join(NO_TILE))?;
    let noted = text.lines().filter(|line| !line.starts_with('#'));
    let noted = noted.filter_map(|line| {
        let (cell, status) = line.split_once(' ')?;
        Some((cell.to_owned(), status.trim().parse().ok()?))
    });
    Ok(noted.collect())
}

/// Whether the embedded borders have land in a whole-degree cell, looked at every 5′.
pub fn has_land(cell: Corner) -> bool {
    (0..=12).any(|row| {
        (0..=12).any(|col| {
            let lat_deg = f64::from(cell.south_deg) + f64::from(row) / 12.0;
            let lon_deg = f64::from(cell.west_deg) + f64::from(col) / 12.0;
            countries::country_at(LatLon::new(lat_deg, lon_deg)).is_some()
        })
    })
}

fn read_lines(path: &Path) -> Result<String, IoError> {
    if !path.exists() {
        return Ok(String::new());
    }
    let bytes = std::fs::read(path).map_err(|error| IoError::from_os(path, "read", &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
