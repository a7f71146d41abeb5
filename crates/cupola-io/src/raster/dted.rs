//! DTED levels 0 to 2: columns of sign-magnitude heights, west to east, each from south to north.
//!
//! # Source
//! MIL-PRF-89020B, section 3.11 and its tables for the user header label and the data record.

use cupola_world::{Bounds, Grid};

use super::source::Source;
use super::too_many_cells;
use crate::IoError;

/// User header label, data set identification and accuracy records together.
const HEADER_BYTES: u64 = 80 + 648 + 2_700;
/// Sentinel, block count, longitude count, latitude count; and the checksum after the heights.
const RECORD_HEAD_BYTES: usize = 8;
const VOID: i16 = -32_767;
const TENTHS_PER_DEGREE: f64 = 36_000.0;

/// Whether a file starts with a user header label, or with the labels of a tape before it.
pub(super) fn is_dted(head: &[u8]) -> bool {
    head.starts_with(b"UHL1") || head.starts_with(b"VOL1") || head.starts_with(b"HDR1")
}

/// The user header label.
pub(super) struct Header {
    /// Byte at which the label starts, past any tape labels.
    start: u64,
    west_deg: f64,
    south_deg: f64,
    /// Tenths of an arc second between columns and between the heights of a column.
    step_lon_tenths: u32,
    step_lat_tenths: u32,
    cols: usize,
    rows: usize,
}

impl Header {
    pub(super) fn read(source: &Source<'_>) -> Result<Self, IoError> {
        let mut start = 0;
        let mut label = source.read_at(start, 80, "the user header label")?;
        while label.starts_with(b"VOL") || label.starts_with(b"HDR") {
            start += 80;
            label = source.read_at(start, 80, "the user header label")?;
        }
        if !label.starts_with(b"UHL1") {
            let place = format!("byte {start}");
            let what = "the user header label `UHL1` does not follow the tape labels";
            return Err(IoError::damaged(source.path(), place, what));
        }
        let field = |name: &str, at: usize, end: usize| {
            number(&label[at..end]).ok_or_else(|| {
                let place = format!("byte {} ({name})", start + at as u64);
                let text = String::from_utf8_lossy(&label[at..end]).into_owned();
                IoError::damaged(source.path(), place, format!("`{text}` is no number"))
            })
        };
        let angle = |name: &str, at: usize| {
            angle_deg(&label[at..at + 8]).ok_or_else(|| {
                let place = format!("byte {} ({name})", start + at as u64);
                let text = String::from_utf8_lossy(&label[at..at + 8]).into_owned();
                IoError::damaged(source.path(), place, format!("`{text}` is no angle"))
            })
        };
        let header = Self {
            start,
            west_deg: angle("longitude of origin", 4)?,
            south_deg: angle("latitude of origin", 12)?,
            step_lon_tenths: field("longitude interval", 20, 24)?,
            step_lat_tenths: field("latitude interval", 24, 28)?,
            cols: field("number of longitude lines", 47, 51)? as usize,
            rows: field("number of latitude points", 51, 55)? as usize,
        };
        if header.cols < 2
            || header.rows < 2
            || header.step_lon_tenths == 0
            || header.step_lat_tenths == 0
        {
            let place = format!("byte {}", start + 20);
            let what = format!(
                "it claims {} columns of {} heights",
                header.cols, header.rows
            );
            return Err(IoError::damaged(source.path(), place, what));
        }
        Ok(header)
    }

    /// The box spanned by the outermost posts.
    pub(super) fn bounds(&self) -> Bounds {
        let span =
            |count: usize, tenths: u32| (count - 1) as f64 * f64::from(tenths) / TENTHS_PER_DEGREE;
        Bounds {
            south_deg: self.south_deg,
            north_deg: self.south_deg + span(self.rows, self.step_lat_tenths),
            west_deg: self.west_deg,
            east_deg: self.west_deg + span(self.cols, self.step_lon_tenths),
        }
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

/// `DDDMMSSH` in degrees.
fn angle_deg(text: &[u8]) -> Option<f64> {
    let degrees = f64::from(number(text.get(..3)?)?);
    let minutes = f64::from(number(text.get(3..5)?)?);
    let seconds = f64::from(number(text.get(5..7)?)?);
    let size = degrees + minutes / 60.0 + seconds / 3_600.0;
    match text.get(7)?.to_ascii_uppercase() {
        b'N' | b'E' => (size <= 180.0).then_some(size),
        b'S' | b'W' => (size <= 180.0).then_some(-size),
        _ => None,
    }
}

/// A height of a data record; `None` where void.
///
/// Sign and magnitude, but some producers wrote two's complement: what would lie deeper than any
/// sea is taken for that.
fn height(pair: [u8; 2]) -> Option<i16> {
    let bits = i16::from_be_bytes(pair);
    let magnitude = bits & i16::MAX;
    let signed = if bits < 0 { -magnitude } else { magnitude };
    match signed {
        VOID => None,
        i16::MIN..-16_000 => Some(bits),
        _ => Some(signed),
    }
}

pub(super) fn read(source: &Source<'_>) -> Result<Grid, IoError> {
    let header = Header::read(source)?;
    let (rows, cols) = (header.rows, header.cols);
    too_many_cells(source.path(), rows as u64 * cols as u64)?;
    let record_bytes = RECORD_HEAD_BYTES + 2 * rows + 4;
    let start = header.start + HEADER_BYTES;
    let total = (record_bytes * cols) as u64;
    let bytes = source.read_at(start, total, "the last column of heights")?;
    let mut values = vec![f32::NAN; rows * cols];
    for (col, record) in bytes.chunks_exact(record_bytes).enumerate() {
        let place = || format!("column {col}, byte {}", start + (col * record_bytes) as u64);
        if record[0] != 0xaa {
            let what = format!("a column starts with {:#04x} instead of 0xaa", record[0]);
            return Err(IoError::damaged(source.path(), place(), what));
        }
        let (body, checksum) = record.split_at(record_bytes - 4);
        let computed = body.iter().map(|byte| u32::from(*byte)).sum();
        let stated = checksum.iter().fold(0, |sum, b| (sum << 8) | u32::from(*b));
        if stated != computed {
            return Err(IoError::Checksum {
                path: source.path().to_owned(),
                place: place(),
                stated,
                computed,
            });
        }
        for (i, pair) in body[RECORD_HEAD_BYTES..].chunks_exact(2).enumerate() {
            if let Some(height) = height([pair[0], pair[1]]) {
                values[(rows - 1 - i) * cols + col] = f32::from(height);
            }
        }
    }
    Ok(Grid {
        north_deg: header.bounds().north_deg,
        west_deg: header.west_deg,
        step_lat_deg: f64::from(header.step_lat_tenths) / TENTHS_PER_DEGREE,
        step_lon_deg: f64::from(header.step_lon_tenths) / TENTHS_PER_DEGREE,
        rows,
        cols,
        values,
    })
}
