//! A file read by byte ranges, each checked against its length before anything is allocated.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::IoError;

/// Most bytes read in one piece.
pub(super) const MAX_PIECE_BYTES: u64 = 1 << 30;

#[derive(Debug)]
enum Inner<'a> {
    File(File),
    Bytes(&'a [u8]),
}

/// Random access to a file or to bytes that carry a file's name; any number of threads may read.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    inner: Inner<'a>,
    len: u64,
    path: PathBuf,
}

impl<'a> Source<'a> {
    pub(crate) fn open(path: &Path) -> Result<Source<'static>, IoError> {
        let os = |error| IoError::from_os(path, "read", &error);
        let file = File::open(path).map_err(os)?;
        let metadata = file.metadata().map_err(os)?;
        if metadata.is_dir() {
            return Err(os(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Source {
            inner: Inner::File(file),
            len: metadata.len(),
            path: path.to_owned(),
        })
    }

    pub(crate) fn from_bytes(path: &Path, bytes: &'a [u8]) -> Self {
        Self {
            len: bytes.len() as u64,
            inner: Inner::Bytes(bytes),
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
    pub(crate) fn read_at(&self, start: u64, count: u64, what: &str) -> Result<Vec<u8>, IoError> {
        let mut bytes = Vec::new();
        self.read_to(start, count, what, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`Self::read_at`], into memory that is used again.
    pub(super) fn read_to(
        &self,
        start: u64,
        count: u64,
        what: &str,
        bytes: &mut Vec<u8>,
    ) -> Result<(), IoError> {
        self.check(start, count, what)?;
        bytes.resize(count as usize, 0);
        self.fill(start, bytes)
    }

    /// Fills `bytes` from `start`.
    pub(super) fn read_into(
        &self,
        start: u64,
        what: &str,
        bytes: &mut [u8],
    ) -> Result<(), IoError> {
        self.check(start, bytes.len() as u64, what)?;
        self.fill(start, bytes)
    }

    fn check(&self, start: u64, count: u64, what: &str) -> Result<(), IoError> {
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
        Ok(())
    }

    fn fill(&self, start: u64, bytes: &mut [u8]) -> Result<(), IoError> {
        match &self.inner {
            Inner::File(file) => read_exact_at(file, bytes, start)
                .map_err(|error| IoError::from_os(&self.path, "read", &error)),
            Inner::Bytes(all) => {
                let start = start as usize;
                bytes.copy_from_slice(&all[start..start + bytes.len()]);
                Ok(())
            }
        }
    }

    /// Up to `count` bytes from the start, fewer when the file is shorter.
    pub(crate) fn head(&self, count: u64) -> Result<Vec<u8>, IoError> {
        self.read_at(0, count.min(self.len), "the beginning")
    }

    /// The whole file.
    pub(crate) fn all(&self) -> Result<Vec<u8>, IoError> {
        self.read_at(0, self.len, "the file")
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut start: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, start)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                bytes = &mut bytes[count..];
                start += count as u64;
            }
        }
    }
    Ok(())
}
