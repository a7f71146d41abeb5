//! The first directory of a TIFF or `BigTIFF` file, in either byte order.
//!
//! # Source
//! TIFF revision 6.0 (Adobe, 1992), section 2; `BigTIFF` as described by libtiff.

use std::collections::BTreeMap;

use super::source::Source;
use crate::IoError;

/// Most entries a directory may have; real files have under 30.
const MAX_ENTRIES: u64 = 4_096;
/// Most bytes the value of one tag may have: the tile offsets of the largest raster allowed.
const MAX_VALUE_BYTES: u64 = 1 << 26;

/// Byte order of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endian {
    Little,
    Big,
}

impl Endian {
    pub(super) fn u16(self, b: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(b),
            Self::Big => u16::from_be_bytes(b),
        }
    }

    pub(super) fn u32(self, b: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(b),
            Self::Big => u32::from_be_bytes(b),
        }
    }

    pub(super) fn u64(self, b: [u8; 8]) -> u64 {
        match self {
            Self::Little => u64::from_le_bytes(b),
            Self::Big => u64::from_be_bytes(b),
        }
    }

    /// An unsigned number of 1 to 8 bytes.
    fn uint(self, bytes: &[u8]) -> u64 {
        let join = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, join),
            Self::Big => bytes.iter().fold(0, join),
        }
    }
}

struct Entry {
    kind: u16,
    count: u64,
    /// Where the value stands in the file, be it in the entry itself or elsewhere.
    at: u64,
}

/// The tags of the first image in a file.
pub(super) struct Ifd {
    pub(super) endian: Endian,
    entries: BTreeMap<u16, Entry>,
}

/// Sizes that differ between TIFF and `BigTIFF`.
struct Flavour {
    endian: Endian,
    first: u64,
    count_bytes: u64,
    entry_bytes: u64,
    word_bytes: usize,
}

fn flavour(source: &Source<'_>) -> Result<Flavour, IoError> {
    let head = source.read_at(0, 8, "the header")?;
    let endian = if head.starts_with(b"MM") {
        Endian::Big
    } else {
        Endian::Little
    };
    if endian.uint(&head[2..4]) == 42 {
        return Ok(Flavour {
            endian,
            first: endian.uint(&head[4..8]),
            count_bytes: 2,
            entry_bytes: 12,
            word_bytes: 4,
        });
    }
    if endian.uint(&head[4..6]) != 8 {
        let what = "a BigTIFF with offsets of a length other than 8 bytes";
        return Err(IoError::damaged(source.path(), "byte 4", what));
    }
    let first = source.read_at(8, 8, "the BigTIFF header")?;
    Ok(Flavour {
        endian,
        first: endian.uint(&first),
        count_bytes: 8,
        entry_bytes: 20,
        word_bytes: 8,
    })
}

impl Ifd {
    /// Whether a file starts like a TIFF or `BigTIFF`.
    pub(super) fn is_tiff(head: &[u8]) -> bool {
        matches!(
            head.get(..4),
            Some(b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+")
        )
    }

    /// The first directory, which in a cloud-optimised file is the one at full resolution.
    pub(super) fn read(source: &Source<'_>) -> Result<Self, IoError> {
        let f = flavour(source)?;
        let what = "the image directory";
        let count = f
            .endian
            .uint(&source.read_at(f.first, f.count_bytes, what)?);
        if count == 0 || count > MAX_ENTRIES {
            let place = format!("byte {}", f.first);
            let what = format!("the image directory claims {count} entries");
            return Err(IoError::damaged(source.path(), place, what));
        }
        let start = f.first + f.count_bytes;
        let bytes = source.read_at(start, count * f.entry_bytes, what)?;
        let mut entries = BTreeMap::new();
        for (i, entry) in bytes.chunks_exact(f.entry_bytes as usize).enumerate() {
            let tag = f.endian.uint(&entry[..2]) as u16;
            let kind = f.endian.uint(&entry[2..4]) as u16;
            let count = f.endian.uint(&entry[4..4 + f.word_bytes]);
            let value = &entry[4 + f.word_bytes..];
            let fits = count
                .checked_mul(kind_bytes(kind).unwrap_or(1))
                .is_some_and(|bytes| bytes <= f.word_bytes as u64);
            let inline = start + i as u64 * f.entry_bytes + 4 + f.word_bytes as u64;
            let at = if fits { inline } else { f.endian.uint(value) };
            entries.insert(tag, Entry { kind, count, at });
        }
        Ok(Self {
            endian: f.endian,
            entries,
        })
    }

    /// Whether a tag is there.
    pub(super) fn has(&self, tag: u16) -> bool {
        self.entries.contains_key(&tag)
    }

    /// How many values a tag has, 0 when it is absent.
    pub(super) fn count(&self, tag: u16) -> u64 {
        self.entries.get(&tag).map_or(0, |entry| entry.count)
    }

    fn raw(&self, source: &Source<'_>, tag: u16) -> Result<Option<(u16, Vec<u8>)>, IoError> {
        let Some(entry) = self.entries.get(&tag) else {
            return Ok(None);
        };
        let place = || format!("tag {tag} ({})", tag_name(tag));
        let Some(size) = kind_bytes(entry.kind) else {
            let what = format!("its values are of the unknown type {}", entry.kind);
            return Err(IoError::damaged(source.path(), place(), what));
        };
        let bytes = entry.count.saturating_mul(size);
        if bytes > MAX_VALUE_BYTES {
            let what = format!("it claims {bytes} bytes of values");
            return Err(IoError::damaged(source.path(), place(), what));
        }
        let value = source.read_at(entry.at, bytes, &place())?;
        Ok(Some((entry.kind, value)))
    }

    /// Unsigned values of a tag, empty when it is absent.
    pub(super) fn uints(&self, source: &Source<'_>, tag: u16) -> Result<Vec<u64>, IoError> {
        let Some((kind, bytes)) = self.raw(source, tag)? else {
            return Ok(Vec::new());
        };
        match kind {
            1 | 3 | 4 | 13 | 16 | 18 => {
                let size = kind_bytes(kind).unwrap_or(1) as usize;
                Ok(bytes
                    .chunks_exact(size)
                    .map(|b| self.endian.uint(b))
                    .collect())
            }
            _ => Err(wrong_type(source, tag, "whole numbers", kind)),
        }
    }

    /// The first unsigned value of a tag.
    pub(super) fn uint(&self, source: &Source<'_>, tag: u16) -> Result<Option<u64>, IoError> {
        Ok(self.uints(source, tag)?.first().copied())
    }

    /// Floating-point values of a tag, empty when it is absent.
    pub(super) fn doubles(&self, source: &Source<'_>, tag: u16) -> Result<Vec<f64>, IoError> {
        let Some((kind, bytes)) = self.raw(source, tag)? else {
            return Ok(Vec::new());
        };
        if kind != 12 {
            return Err(wrong_type(source, tag, "doubles", kind));
        }
        Ok(bytes
            .chunks_exact(8)
            .map(|b| f64::from_bits(self.endian.uint(b)))
            .collect())
    }

    /// The text of a tag, without its closing NUL; bytes that are not UTF-8 are replaced.
    pub(super) fn text(&self, source: &Source<'_>, tag: u16) -> Result<String, IoError> {
        let Some((kind, bytes)) = self.raw(source, tag)? else {
            return Ok(String::new());
        };
        if kind != 2 {
            return Err(wrong_type(source, tag, "text", kind));
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end_matches('\0').to_owned())
    }
}

fn wrong_type(source: &Source<'_>, tag: u16, wanted: &str, kind: u16) -> IoError {
    let place = format!("tag {tag} ({})", tag_name(tag));
    let what = format!("its values should be {wanted} and are of type {kind}");
    IoError::damaged(source.path(), place, what)
}

/// Bytes per value of a TIFF type.
fn kind_bytes(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16..=18 => Some(8),
        _ => None,
    }
}

/// The name of a tag in the specification.
fn tag_name(tag: u16) -> &'static str {
    match tag {
        256 => "ImageWidth",
        257 => "ImageLength",
        258 => "BitsPerSample",
        259 => "Compression",
        273 => "StripOffsets",
        277 => "SamplesPerPixel",
        278 => "RowsPerStrip",
        279 => "StripByteCounts",
        284 => "PlanarConfiguration",
        317 => "Predictor",
        322 => "TileWidth",
        323 => "TileLength",
        324 => "TileOffsets",
        325 => "TileByteCounts",
        339 => "SampleFormat",
        33_550 => "ModelPixelScale",
        33_922 => "ModelTiepoint",
        34_264 => "ModelTransformation",
        34_735 => "GeoKeyDirectory",
        34_736 => "GeoDoubleParams",
        34_737 => "GeoAsciiParams",
        42_112 => "GDAL_METADATA",
        42_113 => "GDAL_NODATA",
        _ => "unnamed",
    }
}
