//! A file read by byte ranges, each checked against its length before anything is allocated.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::IoError;

/// Most bytes read in one piece.
pub(super) const MAX_PIECE_BYTES: u64 = 1 << 30;

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// Random access to a file or to bytes that carry a file's name.
pub(crate) struct Source<'a> {
    inner: Box<dyn ReadSeek + 'a>,
    len: u64,
    path: PathBuf,
}

impl<'a> Source<'a> {
    pub(crate) fn open(path: &Path) -> Result<Source<'static>, IoError> {
        let os = |error| IoError::from_os(path, "read", &error);
        let file = File::open(path).map_err(os)?;
        let metadata = file.metadata().map_err(os)?;
        if metadata.is_dir() {
            return Err(os(std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(Source {
            inner: Box::new(BufReader::new(file)),
            len: metadata.len(),
            path: path.to_owned(),
        })
    }

    pub(crate) fn from_bytes(path: &Path, bytes: &'a [u8]) -> Self {
        Self {
            len: bytes.len() as u64,
            inner: Box::new(Cursor::new(bytes)),
            path: path.to_owned(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Length of the file, bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The bytes from `start`; `what` names them should the file end before they do.
    pub(crate) fn read_at(
        &mut self,
        start: u64,
        count: u64,
        what: &str,
    ) -> Result<Vec<u8>, IoError> {
        let end = start.saturating_add(count);
        if end > self.len {
            return Err(IoError::Truncated {
                path: self.path.clone(),
                what: what.to_owned(),
                end,
                len: self.len,
            });
        }
        if count > MAX_PIECE_BYTES {
            return Err(IoError::TooLarge {
                path: self.path.clone(),
                what: "bytes in one piece:",
                size: count,
                limit: MAX_PIECE_BYTES,
            });
        }
        let os = |error| IoError::from_os(&self.path, "read", &error);
        let mut bytes = vec![0; count as usize];
        self.inner.seek(SeekFrom::Start(start)).map_err(os)?;
        self.inner.read_exact(&mut bytes).map_err(os)?;
        Ok(bytes)
    }

    /// Up to `count` bytes from the start, fewer when the file is shorter.
    pub(crate) fn head(&mut self, count: u64) -> Result<Vec<u8>, IoError> {
        self.read_at(0, count.min(self.len), "the beginning")
    }

    /// The whole file.
    pub(crate) fn all(&mut self) -> Result<Vec<u8>, IoError> {
        self.read_at(0, self.len, "the file")
    }
}
