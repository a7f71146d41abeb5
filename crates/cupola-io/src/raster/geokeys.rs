//! `GeoKeys`: the coordinate system of a GeoTIFF, and where its first cell lies.
//!
//! # Source
//! OGC GeoTIFF Standard 1.1 (19-008r4), clauses 7.1 to 7.5.

use super::ifd::Ifd;
use super::source::Source;
use crate::IoError;

/// The three `GeoKey` tags as they stand in a file, to be written back unchanged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeoKeys {
    /// Tag 34735: version, revision, minor, count, then four numbers per key.
    pub directory: Vec<u16>,
    /// Tag 34736: the floating-point values that keys point to.
    pub doubles: Vec<f64>,
    /// Tag 34737: the texts that keys point to, each closed by `|`.
    pub ascii: String,
}

impl GeoKeys {
    pub(super) fn read(ifd: &Ifd, source: &Source<'_>) -> Result<Self, IoError> {
        let directory = ifd.uints(source, 34_735)?;
        let directory = directory.into_iter().map(|value| value as u16).collect();
        Ok(Self {
            directory,
            doubles: ifd.doubles(source, 34_736)?,
            ascii: ifd.text(source, 34_737)?,
        })
    }

    fn entry(&self, key: u16) -> Option<[u16; 3]> {
        self.directory
            .chunks_exact(4)
            .skip(1)
            .find(|entry| entry[0] == key)
            .map(|entry| [entry[1], entry[2], entry[3]])
    }

    /// The value of a key that is a short number.
    pub fn short(&self, key: u16) -> Option<u16> {
        match self.entry(key)? {
            [0, 1, value] => Some(value),
            _ => None,
        }
    }

    /// The value of a key that is a text, without the closing `|`.
    pub fn text(&self, key: u16) -> Option<&str> {
        match self.entry(key)? {
            [34_737, count, from] => {
                let from = usize::from(from);
                let text = self.ascii.get(from..from + usize::from(count))?;
                Some(text.trim_end_matches(['|', '\0']))
            }
            _ => None,
        }
    }

    /// The EPSG code of the projected system, where it has one.
    pub fn projected_epsg(&self) -> Option<u16> {
        self.short(3_072)
            .filter(|code| (1_024..32_767).contains(code))
    }

    /// The name of the coordinate system, or an empty text.
    pub fn citation(&self) -> &str {
        let names = [3_073, 1_026, 2_049];
        names.iter().find_map(|key| self.text(*key)).unwrap_or("")
    }
}

/// The positions of cell centres: `x = x0 + col × dx`, `y = y0 + row × dy`.
///
/// Degrees or metres; `dy` is negative where rows run southwards, as they nearly always do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) x0: f64,
    pub(super) y0: f64,
    pub(super) dx: f64,
    pub(super) dy: f64,
}

/// What the coordinates of a raster mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    Geographic,
    Projected,
}

fn no_position(source: &Source<'_>, what: impl Into<String>, help: &str) -> IoError {
    IoError::NoPosition {
        path: source.path().to_owned(),
        what: what.into(),
        help: help.to_owned(),
    }
}

const SET_SRS: &str = "if it is in degrees: gdal_edit.py -a_srs EPSG:4326 FILE; \
                       otherwise: gdalwarp -t_srs EPSG:4326 in.tif out.tif";

impl Model {
    pub(super) fn of(keys: &GeoKeys, source: &Source<'_>) -> Result<Self, IoError> {
        let model = match keys.short(1_024) {
            Some(1) => Self::Projected,
            Some(2) => Self::Geographic,
            Some(other) => {
                let what = format!("its model type (GeoKey 1024) is {other}, neither 1 nor 2");
                return Err(no_position(source, what, SET_SRS));
            }
            None => {
                let what = "it has no model type (GeoKey 1024 in tag 34735)";
                return Err(no_position(source, what, SET_SRS));
            }
        };
        let (key, wanted, name) = match model {
            Self::Geographic => (2_054, 9_102, "degrees"),
            Self::Projected => (3_076, 9_001, "metres"),
        };
        match keys.short(key) {
            Some(unit) if unit != wanted => Err(IoError::Unsupported {
                path: source.path().to_owned(),
                place: format!("GeoKey {key}"),
                what: format!("its coordinates are in unit {unit}, not in {name}"),
                help: SET_SRS.to_owned(),
            }),
            _ => Ok(model),
        }
    }
}

impl Frame {
    pub(super) fn read(ifd: &Ifd, keys: &GeoKeys, source: &Source<'_>) -> Result<Self, IoError> {
        let mut frame = Self::corner(ifd, source)?;
        let numbers = [frame.x0, frame.y0, frame.dx, frame.dy];
        if numbers.iter().any(|n| !n.is_finite()) || frame.dx <= 0.0 || frame.dy == 0.0 {
            let what = format!("its cells would be {} by {} in size", frame.dx, frame.dy);
            return Err(no_position(source, what, SET_SRS));
        }
        // GTRasterType: 2 is pixel-is-point, anything else pixel-is-area, of which the transform
        // gives the corner.
        if keys.short(1_025) != Some(2) {
            frame.x0 += 0.5 * frame.dx;
            frame.y0 += 0.5 * frame.dy;
        }
        Ok(frame)
    }

    fn corner(ifd: &Ifd, source: &Source<'_>) -> Result<Self, IoError> {
        let scale = ifd.doubles(source, 33_550)?;
        let tie = ifd.doubles(source, 33_922)?;
        if let ([dx, dy, ..], [col, row, _, x, y, _]) = (scale.as_slice(), tie.as_slice()) {
            return Ok(Self {
                x0: x - col * dx,
                y0: y + row * dy,
                dx: *dx,
                dy: -dy,
            });
        }
        let matrix = ifd.doubles(source, 34_264)?;
        if let [dx, skew_x, _, x0, skew_y, dy, _, y0, ..] = *matrix.as_slice() {
            if skew_x == 0.0 && skew_y == 0.0 {
                return Ok(Self { x0, y0, dx, dy });
            }
            let help = "turn it north up: gdalwarp -t_srs EPSG:4326 in.tif out.tif";
            return Err(no_position(source, "it is rotated (tag 34264)", help));
        }
        let what = "it has neither a scale with one tie point (tags 33550 and 33922) \
                    nor a transformation (tag 34264)";
        Err(no_position(source, what, SET_SRS))
    }
}
