//! Strips and tiles: where they stand in the file, and the first band of each as rows of floats.
//!
//! Plain 32-bit strips, as most programs write them, are read straight to where they belong;
//! everything else goes through [`super::packing`] and [`super::sample`].

use std::ops::Range;

use rayon::prelude::*;

use super::ifd::{Endian, Ifd};
use super::packing::{decompress, is_known, undo_differences, undo_float_differences};
use super::sample::Sample;
use super::source::Source;
use crate::IoError;

/// Most bytes one strip or tile may unpack to.
const MAX_CHUNK_BYTES: u64 = 1 << 29;
/// More times larger than the file than any compression here makes a raster.
const MAX_EXPANSION: u64 = 40_000;
/// Cells that one thread takes at a time, at least.
const CELLS_PER_TASK: usize = 1 << 18;

/// The part of a raster that is wanted, in rows and columns of the file.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub(super) rows: Range<usize>,
    pub(super) cols: Range<usize>,
    /// Whether the file's first row is the southern one.
    pub(super) south_up: bool,
}

/// Some rows of the window, and where they go.
struct Piece<'a> {
    /// Rows of the file.
    rows: Range<usize>,
    /// Row of the window at which `to` starts, counted from the north.
    first_line: usize,
    to: &'a mut [f32],
}

/// A strip or tile.
struct Chunk {
    index: usize,
    /// Its first row and column in the file.
    top: usize,
    left: usize,
}

/// Memory that one thread uses again and again.
#[derive(Default)]
struct Scratch {
    packed: Vec<u8>,
    bytes: Vec<u8>,
    split: Vec<u8>,
}

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

fn required(ifd: &Ifd, source: &Source<'_>, tag: u16, name: &str) -> Result<u64, IoError> {
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

fn sample_of(ifd: &Ifd, source: &Source<'_>) -> Result<Sample, IoError> {
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
    if !is_known(compression) {
        let what = format!("compression method {compression}");
        return Err(unsupported(source, "tag 259, Compression", what, CONVERT));
    }
    if !(predictor == 1 || predictor == 2 || predictor == 3 && sample.is_float()) {
        let what = format!("predictor {predictor} with samples of type {sample:?}");
        return Err(unsupported(source, "tag 317, Predictor", what, CONVERT));
    }
    Ok(())
}

impl Pixels {
    /// The storage of the first band, with every size checked before it is used.
    pub(super) fn read(ifd: &Ifd, source: &Source<'_>) -> Result<Self, IoError> {
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

    fn read_index(&mut self, ifd: &Ifd, source: &Source<'_>, planes: u64) -> Result<(), IoError> {
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

    /// Reads the first band of the pixels in a window into `to`, row by row from the north.
    ///
    /// What the file leaves out (a strip or tile of length 0) becomes `absent`. `settle` is called
    /// once with every piece of whole rows, the number of its first row in the window and its
    /// values; its answers come back in the order of the rows of `to`.
    pub(super) fn read_into<T: Send>(
        &self,
        source: &Source<'_>,
        window: &Window,
        absent: f32,
        pool: Option<&rayon::ThreadPool>,
        to: &mut [f32],
        settle: impl Fn(usize, &mut [f32]) -> T + Sync,
    ) -> Result<Vec<T>, IoError> {
        let width = window.cols.len();
        let pieces = self.pieces(window, to);
        let work = |scratch: &mut Scratch, mut piece: Piece<'_>| {
            self.read_piece(source, window, absent, scratch, &mut piece)?;
            Ok(settle(piece.first_line, piece.to))
        };
        debug_assert!(width > 0, "a window has columns");
        let done: Vec<Result<T, IoError>> = match pool {
            Some(pool) if pieces.len() > 1 => pool.install(|| {
                let pieces = pieces.into_par_iter();
                pieces.map_init(Scratch::default, work).collect()
            }),
            _ => {
                let mut scratch = Scratch::default();
                let pieces = pieces.into_iter();
                pieces.map(|piece| work(&mut scratch, piece)).collect()
            }
        };
        done.into_iter().collect()
    }

    /// Cuts the window into pieces of whole rows of strips or tiles, from the north.
    fn pieces<'a>(&self, window: &Window, to: &'a mut [f32]) -> Vec<Piece<'a>> {
        let width = window.cols.len();
        let per_piece = CELLS_PER_TASK.div_ceil(width * self.chunk_rows) * self.chunk_rows;
        let mut cuts: Vec<usize> = (0..=window.rows.end)
            .step_by(per_piece)
            .filter(|row| window.rows.contains(row) && *row > window.rows.start)
            .collect();
        cuts.insert(0, window.rows.start);
        cuts.push(window.rows.end);
        let mut rows: Vec<Range<usize>> = cuts.windows(2).map(|pair| pair[0]..pair[1]).collect();
        if window.south_up {
            rows.reverse();
        }
        let (mut left, mut first_line) = (to, 0);
        let mut pieces = Vec::with_capacity(rows.len());
        for rows in rows {
            let (mine, rest) = left.split_at_mut(rows.len() * width);
            let lines = rows.len();
            pieces.push(Piece {
                rows,
                first_line,
                to: mine,
            });
            (left, first_line) = (rest, first_line + lines);
        }
        pieces
    }

    fn read_piece(
        &self,
        source: &Source<'_>,
        window: &Window,
        absent: f32,
        scratch: &mut Scratch,
        piece: &mut Piece<'_>,
    ) -> Result<(), IoError> {
        let across = self.cols.div_ceil(self.chunk_cols);
        let (first, last) = (piece.rows.start, piece.rows.end - 1);
        let direct = self.is_direct(window);
        for chunk_row in first / self.chunk_rows..=last / self.chunk_rows {
            let top = chunk_row * self.chunk_rows;
            let rows = top.max(first)..(top + self.chunk_rows).min(last + 1);
            if direct {
                self.read_direct(source, chunk_row, rows, absent, piece)?;
                continue;
            }
            let (west, east) = (window.cols.start, window.cols.end - 1);
            for chunk_col in west / self.chunk_cols..=east / self.chunk_cols {
                let chunk = Chunk {
                    index: chunk_row * across + chunk_col,
                    top,
                    left: chunk_col * self.chunk_cols,
                };
                self.read_chunk(source, window, absent, scratch, &chunk, &rows, piece)?;
            }
        }
        Ok(())
    }

    /// Whether the bytes of a strip are the floats of its rows.
    fn is_direct(&self, window: &Window) -> bool {
        let native = (self.endian == Endian::Little) == cfg!(target_endian = "little");
        self.sample == Sample::F32
            && native
            && (self.compression, self.predictor, self.samples) == (1, 1, 1)
            && window.cols == (0..self.cols)
            && self.chunk_cols == self.cols
            && !window.south_up
    }

    fn read_direct(
        &self,
        source: &Source<'_>,
        strip: usize,
        rows: Range<usize>,
        absent: f32,
        piece: &mut Piece<'_>,
    ) -> Result<(), IoError> {
        let from = (rows.start - piece.rows.start) * self.cols;
        let to = &mut piece.to[from..from + rows.len() * self.cols];
        if self.byte_counts[strip] == 0 {
            to.fill(absent);
            return Ok(());
        }
        let top = strip * self.chunk_rows;
        let row_bytes = 4 * self.cols as u64;
        let needed = (rows.end - top) as u64 * row_bytes;
        if self.byte_counts[strip] < needed {
            let found = self.byte_counts[strip] as usize;
            return Err(self.too_short(source, strip, found, needed as usize));
        }
        let start = self.offsets[strip].saturating_add((rows.start - top) as u64 * row_bytes);
        source.read_into(start, "a strip", bytemuck::cast_slice_mut(to))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a chunk, where it goes, and what that needs"
    )]
    fn read_chunk(
        &self,
        source: &Source<'_>,
        window: &Window,
        absent: f32,
        scratch: &mut Scratch,
        chunk: &Chunk,
        rows: &Range<usize>,
        piece: &mut Piece<'_>,
    ) -> Result<(), IoError> {
        let stored_rows = if self.tiled {
            self.chunk_rows
        } else {
            self.chunk_rows.min(self.rows - chunk.top)
        };
        let there = self.unpack(source, chunk.index, stored_rows, scratch)?;
        let row_bytes = self.chunk_cols * self.samples * self.sample.bytes();
        let cols =
            window.cols.start.max(chunk.left)..window.cols.end.min(chunk.left + self.chunk_cols);
        let width = window.cols.len();
        for row in rows.clone() {
            let line = if window.south_up {
                piece.rows.end - 1 - row
            } else {
                row - piece.rows.start
            };
            let from = line * width + cols.start - window.cols.start;
            let to = &mut piece.to[from..from + cols.len()];
            if !there {
                to.fill(absent);
                continue;
            }
            let at = (row - chunk.top) * row_bytes;
            let bytes = &mut scratch.bytes[at..at + row_bytes];
            let endian = self.undo_predictor(bytes, &mut scratch.split);
            let skipped = (cols.start - chunk.left) * self.samples * self.sample.bytes();
            self.sample.row(&bytes[skipped..], self.samples, endian, to);
        }
        Ok(())
    }

    /// Unpacks a strip or tile into `scratch.bytes`; false when the file leaves it out.
    fn unpack(
        &self,
        source: &Source<'_>,
        index: usize,
        stored_rows: usize,
        scratch: &mut Scratch,
    ) -> Result<bool, IoError> {
        let (offset, count) = (self.offsets[index], self.byte_counts[index]);
        if count == 0 {
            return Ok(false);
        }
        let name = format!("{} {index}", self.chunk_name());
        source.read_to(offset, count, &name, &mut scratch.packed)?;
        let wanted = self.chunk_cols * self.samples * self.sample.bytes() * stored_rows;
        decompress(
            &scratch.packed,
            self.compression,
            wanted,
            &mut scratch.bytes,
        )
        .map_err(|reason| {
            let place = format!("{name}, byte {offset}");
            IoError::damaged(source.path(), place, reason)
        })?;
        if scratch.bytes.len() < wanted {
            return Err(self.too_short(source, index, scratch.bytes.len(), wanted));
        }
        Ok(true)
    }

    fn chunk_name(&self) -> &'static str {
        if self.tiled { "tile" } else { "strip" }
    }

    fn too_short(&self, source: &Source<'_>, index: usize, found: usize, wanted: usize) -> IoError {
        let place = format!(
            "{} {index}, byte {}",
            self.chunk_name(),
            self.offsets[index]
        );
        let what = format!("it unpacks to {found} bytes instead of {wanted}");
        IoError::damaged(source.path(), place, what)
    }

    /// Undoes differencing in one row of a chunk; gives the byte order that the row is in then.
    fn undo_predictor(&self, line: &mut [u8], split: &mut Vec<u8>) -> Endian {
        match self.predictor {
            2 => undo_differences(line, self.sample.bytes(), self.samples, self.endian),
            3 => {
                undo_float_differences(line, self.sample.bytes(), self.samples, split);
                return Endian::Big;
            }
            _ => {}
        }
        self.endian
    }
}
