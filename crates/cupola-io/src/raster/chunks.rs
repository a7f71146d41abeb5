//! Strips and tiles: where they stand in the file, how they unpack, the first band of each.

use std::io::{Cursor, Read as _};

use weezl::{BitOrder, LzwStatus};

use super::ifd::{Endian, Ifd};
use super::source::Source;
use crate::IoError;

/// Most bytes one strip or tile may unpack to.
const MAX_CHUNK_BYTES: u64 = 1 << 29;
/// More times larger than the file than any compression here makes a raster.
const MAX_EXPANSION: u64 = 40_000;

/// How the pixels of a file are stored.
pub(super) struct Pixels {
    pub(super) rows: usize,
    pub(super) cols: usize,
    chunk_rows: usize,
    chunk_cols: usize,
    offsets: Vec<u64>,
    byte_counts: Vec<u64>,
    tiled: bool,
    /// Samples side by side in a chunk: the number of bands, or 1 where bands are stored apart.
    samples: usize,
    sample: Sample,
    compression: u64,
    predictor: u64,
    endian: Endian,
}

/// The number type of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sample {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    F64,
}

impl Sample {
    fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    #[expect(
        clippy::cast_possible_wrap,
        reason = "two's complement is what the file means"
    )]
    fn value(self, b: &[u8], endian: Endian) -> f64 {
        match (self, b) {
            (Self::U8, &[a]) => f64::from(a),
            (Self::I8, &[a]) => f64::from(a as i8),
            (Self::U16, &[a, b]) => f64::from(endian.u16([a, b])),
            (Self::I16, &[a, b]) => f64::from(endian.u16([a, b]) as i16),
            (Self::U32, &[a, b, c, d]) => f64::from(endian.u32([a, b, c, d])),
            (Self::I32, &[a, b, c, d]) => f64::from(endian.u32([a, b, c, d]) as i32),
            (Self::F32, &[a, b, c, d]) => f64::from(f32::from_bits(endian.u32([a, b, c, d]))),
            (Self::F64, &[a, b, c, d, e, f, g, h]) => {
                f64::from_bits(endian.u64([a, b, c, d, e, f, g, h]))
            }
            _ => f64::NAN,
        }
    }
}

fn required(ifd: &Ifd, source: &mut Source<'_>, tag: u16, name: &str) -> Result<u64, IoError> {
    ifd.uint(source, tag)?.ok_or_else(|| {
        let what = format!("tag {tag} ({name}) is missing");
        IoError::damaged(source.path(), "the image directory", what)
    })
}

fn unsupported(source: &Source<'_>, place: &str, what: String, help: &str) -> IoError {
    IoError::Unsupported {
        path: source.path().to_owned(),
        place: place.to_owned(),
        what,
        help: help.to_owned(),
    }
}

const CONVERT: &str = "convert it: gdal_translate -ot Float32 -co COMPRESS=DEFLATE in.tif out.tif";

fn sample_of(ifd: &Ifd, source: &mut Source<'_>) -> Result<Sample, IoError> {
    let bits = ifd.uint(source, 258)?.unwrap_or(1);
    let format = ifd.uint(source, 339)?.unwrap_or(1);
    match (format, bits) {
        (1, 8) => Ok(Sample::U8),
        (2, 8) => Ok(Sample::I8),
        (1, 16) => Ok(Sample::U16),
        (2, 16) => Ok(Sample::I16),
        (1, 32) => Ok(Sample::U32),
        (2, 32) => Ok(Sample::I32),
        (3, 32) => Ok(Sample::F32),
        (3, 64) => Ok(Sample::F64),
        _ => {
            let what = format!("samples of {bits} bits in format {format}");
            Err(unsupported(source, "tags 258 and 339", what, CONVERT))
        }
    }
}

fn check_packing(
    source: &Source<'_>,
    compression: u64,
    predictor: u64,
    sample: Sample,
) -> Result<(), IoError> {
    if !matches!(compression, 1 | 5 | 8 | 32_946 | 32_773 | 50_000) {
        let what = format!("compression method {compression}");
        return Err(unsupported(source, "tag 259, Compression", what, CONVERT));
    }
    let float = matches!(sample, Sample::F32 | Sample::F64);
    if !(predictor == 1 || predictor == 2 || predictor == 3 && float) {
        let what = format!("predictor {predictor} with samples of type {sample:?}");
        return Err(unsupported(source, "tag 317, Predictor", what, CONVERT));
    }
    Ok(())
}

impl Pixels {
    /// The storage of the first band, with every size checked before it is used.
    pub(super) fn read(ifd: &Ifd, source: &mut Source<'_>) -> Result<Self, IoError> {
        let cols = required(ifd, source, 256, "ImageWidth")?;
        let rows = required(ifd, source, 257, "ImageLength")?;
        let largest = u64::from(u32::MAX);
        if cols == 0 || rows == 0 || cols > largest || rows > largest {
            let what = format!("the raster has {rows} rows and {cols} columns");
            return Err(IoError::damaged(source.path(), "tags 256 and 257", what));
        }
        let sample = sample_of(ifd, source)?;
        let compression = ifd.uint(source, 259)?.unwrap_or(1);
        let predictor = ifd.uint(source, 317)?.unwrap_or(1);
        check_packing(source, compression, predictor, sample)?;
        let bands = ifd.uint(source, 277)?.unwrap_or(1).clamp(1, 65_535);
        let apart = ifd.uint(source, 284)?.unwrap_or(1) == 2;
        let tiled = ifd.has(324);
        let (chunk_cols, chunk_rows) = if tiled {
            (
                required(ifd, source, 322, "TileWidth")?,
                required(ifd, source, 323, "TileLength")?,
            )
        } else {
            (cols, ifd.uint(source, 278)?.unwrap_or(rows).min(rows))
        };
        let samples = if apart { 1 } else { bands };
        let unpacked = chunk_cols
            .checked_mul(chunk_rows)
            .and_then(|cells| cells.checked_mul(samples * sample.bytes() as u64));
        match unpacked {
            Some(0) => {
                let what = "a strip or tile without pixels";
                return Err(IoError::damaged(source.path(), "tags 278, 322, 323", what));
            }
            Some(bytes) if bytes <= MAX_CHUNK_BYTES => {}
            _ => {
                return Err(IoError::TooLarge {
                    path: source.path().to_owned(),
                    what: "bytes in one strip or tile:",
                    size: unpacked.unwrap_or(u64::MAX),
                    limit: MAX_CHUNK_BYTES,
                });
            }
        }
        let mut pixels = Self {
            rows: rows as usize,
            cols: cols as usize,
            chunk_rows: chunk_rows as usize,
            chunk_cols: chunk_cols as usize,
            offsets: Vec::new(),
            byte_counts: Vec::new(),
            tiled,
            samples: samples as usize,
            sample,
            compression,
            predictor,
            endian: ifd.endian,
        };
        pixels.read_index(ifd, source, if apart { bands } else { 1 })?;
        Ok(pixels)
    }

    fn read_index(
        &mut self,
        ifd: &Ifd,
        source: &mut Source<'_>,
        planes: u64,
    ) -> Result<(), IoError> {
        let (offset_tag, count_tag) = if self.tiled { (324, 325) } else { (273, 279) };
        let across = self.cols.div_ceil(self.chunk_cols) as u64;
        let needed = across * self.rows.div_ceil(self.chunk_rows) as u64;
        for tag in [offset_tag, count_tag] {
            let found = ifd.count(tag);
            if found < needed || found > needed.saturating_mul(planes) {
                let what = format!("{found} entries where the raster has {needed} strips or tiles");
                return Err(IoError::damaged(source.path(), format!("tag {tag}"), what));
            }
        }
        self.offsets = ifd.uints(source, offset_tag)?;
        self.byte_counts = ifd.uints(source, count_tag)?;
        Ok(())
    }

    /// Whether a raster of this many cells could come out of a file of this length.
    pub(super) fn believable(&self, cells: u64, file_bytes: u64) -> bool {
        cells.saturating_mul(self.sample.bytes() as u64) <= file_bytes.saturating_mul(MAX_EXPANSION)
    }

    /// Whether samples are 32-bit floats, in which a void value is rounded as they are.
    pub(super) fn is_f32(&self) -> bool {
        self.sample == Sample::F32
    }

    /// Calls `put(row, col, value)` for every first-band pixel inside the row and column ranges.
    ///
    /// A strip or tile that the file leaves out (length 0) calls nothing.
    pub(super) fn each(
        &self,
        source: &mut Source<'_>,
        rows: std::ops::Range<usize>,
        cols: std::ops::Range<usize>,
        mut put: impl FnMut(usize, usize, f64),
    ) -> Result<(), IoError> {
        let across = self.cols.div_ceil(self.chunk_cols);
        if rows.is_empty() || cols.is_empty() {
            return Ok(());
        }
        for chunk_row in rows.start / self.chunk_rows..=(rows.end - 1) / self.chunk_rows {
            for chunk_col in cols.start / self.chunk_cols..=(cols.end - 1) / self.chunk_cols {
                let index = chunk_row * across + chunk_col;
                let top = chunk_row * self.chunk_rows;
                let left = chunk_col * self.chunk_cols;
                let stored_rows = if self.tiled {
                    self.chunk_rows
                } else {
                    self.chunk_rows.min(self.rows - top)
                };
                let Some(mut bytes) = self.unpack(source, index, stored_rows)? else {
                    continue;
                };
                let row_bytes = self.chunk_cols * self.samples * self.sample.bytes();
                let lines = bytes.chunks_exact_mut(row_bytes).enumerate();
                for (row, line) in lines.map(|(i, line)| (top + i, line)) {
                    if !rows.contains(&row) {
                        continue;
                    }
                    let endian = self.undo_predictor(line);
                    let width = self.sample.bytes();
                    let from = cols.start.max(left);
                    for col in from..cols.end.min(left + self.chunk_cols) {
                        let at = (col - left) * self.samples * width;
                        put(row, col, self.sample.value(&line[at..at + width], endian));
                    }
                }
            }
        }
        Ok(())
    }

    fn unpack(
        &self,
        source: &mut Source<'_>,
        index: usize,
        stored_rows: usize,
    ) -> Result<Option<Vec<u8>>, IoError> {
        let (offset, count) = (self.offsets[index], self.byte_counts[index]);
        if count == 0 {
            return Ok(None);
        }
        let what = if self.tiled { "tile" } else { "strip" };
        let packed = source.read_at(offset, count, &format!("{what} {index}"))?;
        let row_bytes = self.chunk_cols * self.samples * self.sample.bytes();
        let wanted = row_bytes * stored_rows;
        let place = || format!("{what} {index}, byte {offset}");
        let bytes = decompress(&packed, self.compression, wanted)
            .map_err(|reason| IoError::damaged(source.path(), place(), reason))?;
        if bytes.len() < wanted {
            let what = format!("it unpacks to {} bytes instead of {wanted}", bytes.len());
            return Err(IoError::damaged(source.path(), place(), what));
        }
        Ok(Some(bytes))
    }

    /// Undoes differencing in one row of a chunk; gives the byte order that the row is in then.
    fn undo_predictor(&self, line: &mut [u8]) -> Endian {
        match self.predictor {
            2 => undo_differences(line, self.sample.bytes(), self.samples, self.endian),
            3 => {
                undo_float_differences(line, self.sample.bytes(), self.samples);
                return Endian::Big;
            }
            _ => {}
        }
        self.endian
    }
}

/// TIFF 6.0 section 14: each sample is stored as its difference from the one before.
fn undo_differences(line: &mut [u8], width: usize, samples: usize, endian: Endian) {
    let step = width * samples;
    for at in (step..line.len()).step_by(width) {
        let mut carry = 0;
        for k in 0..width {
            let byte = match endian {
                Endian::Little => k,
                Endian::Big => width - 1 - k,
            };
            let sum = u16::from(line[at + byte]) + u16::from(line[at + byte - step]) + carry;
            line[at + byte] = sum as u8;
            carry = sum >> 8;
        }
    }
}

/// Adobe TIFF technical note 3: bytes split by significance, then differenced as bytes.
fn undo_float_differences(line: &mut [u8], width: usize, samples: usize) {
    for at in samples..line.len() {
        line[at] = line[at].wrapping_add(line[at - samples]);
    }
    let split = line.to_vec();
    let values = line.len() / width;
    for (i, value) in line.chunks_exact_mut(width).enumerate() {
        for (k, byte) in value.iter_mut().enumerate() {
            *byte = split[k * values + i];
        }
    }
}

/// At most `wanted` bytes out of a packed chunk; fewer when it holds fewer.
fn decompress(packed: &[u8], compression: u64, wanted: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let limit = wanted as u64;
    match compression {
        1 => bytes.extend_from_slice(&packed[..wanted.min(packed.len())]),
        5 => return unpack_lzw(packed, wanted),
        8 | 32_946 => {
            flate2::read::ZlibDecoder::new(packed)
                .take(limit)
                .read_to_end(&mut bytes)
                .map_err(|error| format!("its deflate data does not unpack ({error})"))?;
        }
        32_773 => unpack_bits(packed, wanted, &mut bytes),
        _ => {
            let zstd =
                |error: &dyn std::fmt::Display| format!("its zstd data does not unpack ({error})");
            ruzstd::decoding::StreamingDecoder::new(Cursor::new(packed))
                .map_err(|error| zstd(&error))?
                .take(limit)
                .read_to_end(&mut bytes)
                .map_err(|error| zstd(&error))?;
        }
    }
    Ok(bytes)
}

fn unpack_lzw(packed: &[u8], wanted: usize) -> Result<Vec<u8>, String> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let mut bytes = Vec::new();
    let mut piece = vec![0; 1 << 16];
    let mut rest = packed;
    while bytes.len() < wanted {
        let result = decoder.decode_bytes(rest, &mut piece);
        let left = wanted - bytes.len();
        bytes.extend_from_slice(&piece[..result.consumed_out.min(left)]);
        rest = &rest[result.consumed_in..];
        match result.status {
            Ok(LzwStatus::Ok) => {}
            Ok(LzwStatus::Done | LzwStatus::NoProgress) => break,
            Err(error) => return Err(format!("its LZW data does not unpack ({error})")),
        }
    }
    Ok(bytes)
}

/// TIFF 6.0 section 9, `PackBits`.
fn unpack_bits(packed: &[u8], wanted: usize, bytes: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&head) = packed.get(at) {
        if bytes.len() >= wanted {
            break;
        }
        at += 1;
        let left = wanted - bytes.len();
        if head < 128 {
            let end = (at + usize::from(head) + 1).min(packed.len());
            bytes.extend_from_slice(&packed[at..end.min(at + left)]);
            at = end;
        } else if head > 128 {
            let Some(&value) = packed.get(at) else { break };
            bytes.extend(std::iter::repeat_n(
                value,
                left.min(257 - usize::from(head)),
            ));
            at += 1;
        }
    }
}
