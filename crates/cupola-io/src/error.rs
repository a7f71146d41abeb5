//! What can go wrong with a file, where in it, and what to do instead.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file that could not be read or written.
///
/// The message says which file, what is wrong and where; [`IoError::help`] says what to do.
#[derive(Debug, Error)]
pub enum IoError {
    /// The operating system refused.
    #[error("cannot {action} `{path}`: {reason}")]
    Os {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as a verb: `read`, `write`, `create`.
        action: &'static str,
        /// The system's reason in plain words.
        reason: String,
        /// What to do.
        help: String,
    },
    /// The file is not of a kind that is expected here.
    #[error("`{path}` is not {expected}: {found}")]
    WrongFormat {
        /// The file.
        path: PathBuf,
        /// What was expected, with its article.
        expected: &'static str,
        /// What was found instead.
        found: String,
        /// What to do.
        help: String,
    },
    /// The file ends before something it promises.
    #[error("`{path}` is cut short: {what} ends at byte {end}, and the file has {len} bytes")]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The part that is missing or incomplete.
        what: String,
        /// One past the last byte of that part.
        end: u64,
        /// Length of the file, bytes.
        len: u64,
    },
    /// The file contradicts itself or its compressed data cannot be unpacked.
    #[error("`{path}` is damaged at {place}: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Tag, record or byte offset.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// A stated checksum does not match.
    #[error(
        "`{path}` is damaged at {place}: the checksum stated is {stated}, its bytes give {computed}"
    )]
    Checksum {
        /// The file.
        path: PathBuf,
        /// Record and byte offset.
        place: String,
        /// The checksum in the file.
        stated: u32,
        /// The checksum of the bytes.
        computed: u32,
    },
    /// A correct file with a feature that is not read here.
    #[error("`{path}` cannot be used as it is: {what} ({place})")]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// Tag or field.
        place: String,
        /// What is not supported.
        what: String,
        /// What to do.
        help: String,
    },
    /// Larger than cupola will hold in memory.
    #[error("`{path}` is too large: {what} {size}, and at most {limit} are read")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What is counted.
        what: &'static str,
        /// How many there are.
        size: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// A raster without a usable position on the earth.
    #[error("`{path}` does not say where on the earth it lies: {what}")]
    NoPosition {
        /// The file.
        path: PathBuf,
        /// What is missing or odd.
        what: String,
        /// What to do.
        help: String,
    },
    /// A value that no terrain or population has.
    #[error("`{path}` holds an impossible value in row {row}, column {col}: {what}")]
    Implausible {
        /// The file.
        path: PathBuf,
        /// Row of the first such cell, counted from 0 at the first row of the file.
        row: usize,
        /// Column of the first such cell, counted from 0.
        col: usize,
        /// The value and why it cannot be.
        what: String,
        /// What to do.
        help: String,
    },
    /// No raster lies where terrain is needed.
    #[error("nothing in `{path}` covers {wanted}: {found}")]
    NothingOverlaps {
        /// The folder or file.
        path: PathBuf,
        /// The box that was asked for.
        wanted: String,
        /// What was found instead.
        found: String,
    },
    /// The place to write to is taken by something that cupola did not write.
    #[error("`{path}` exists already: {what}")]
    OutputExists {
        /// The folder or file.
        path: PathBuf,
        /// What is there.
        what: String,
    },
    /// Numbers that do not fit the file they were meant for.
    #[error("`{path}` cannot be written: {what}")]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// The stop flag was raised while writing.
    #[error("stopped before `{path}` was complete")]
    Interrupted {
        /// The folder or file.
        path: PathBuf,
    },
}

impl IoError {
    /// What to do about it, one sentence or two.
    pub fn help(&self) -> &str {
        match self {
            Self::Os { help, .. }
            | Self::WrongFormat { help, .. }
            | Self::Unsupported { help, .. }
            | Self::NoPosition { help, .. }
            | Self::Implausible { help, .. } => help,
            Self::Truncated { .. } => {
                "the download was probably interrupted: fetch the file again, or delete it"
            }
            Self::Damaged { .. } | Self::Checksum { .. } => {
                "fetch the file again from its source, or delete it and use another tile"
            }
            Self::TooLarge { .. } => {
                "cut the area out first: gdal_translate -projwin WEST NORTH EAST SOUTH in.tif out.tif"
            }
            Self::NothingOverlaps { .. } => {
                "give a folder with tiles for this area, or move the scenario's area"
            }
            Self::OutputExists { .. } => "choose another output folder, or remove this one first",
            Self::Mismatch { .. } => {
                "this is a defect of cupola: please report it with the message"
            }
            Self::Interrupted { .. } => "nothing was left behind; run the command again",
        }
    }

    /// The file or folder concerned.
    pub fn path(&self) -> &Path {
        match self {
            Self::Os { path, .. }
            | Self::WrongFormat { path, .. }
            | Self::Truncated { path, .. }
            | Self::Damaged { path, .. }
            | Self::Checksum { path, .. }
            | Self::Unsupported { path, .. }
            | Self::TooLarge { path, .. }
            | Self::NoPosition { path, .. }
            | Self::Implausible { path, .. }
            | Self::NothingOverlaps { path, .. }
            | Self::OutputExists { path, .. }
            | Self::Mismatch { path, .. }
            | Self::Interrupted { path } => path,
        }
    }

    /// An operating-system error in plain words; [`Self::Interrupted`] for a raised stop flag.
    pub fn from_os(path: &Path, action: &'static str, error: &io::Error) -> Self {
        let cause = error.get_ref();
        if cause
            .and_then(|inner| inner.downcast_ref::<Stopped>())
            .is_some()
        {
            return Self::Interrupted {
                path: path.to_owned(),
            };
        }
        let (reason, help) = plain_words(error);
        Self::Os {
            path: path.to_owned(),
            action,
            reason,
            help: help.to_owned(),
        }
    }

    pub(crate) fn damaged(path: &Path, place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            place: place.into(),
            what: what.into(),
        }
    }

    pub(crate) fn mismatch(path: &Path, what: impl Into<String>) -> Self {
        Self::Mismatch {
            path: path.to_owned(),
            what: what.into(),
        }
    }
}

/// What a write gives once the stop flag is raised.
#[derive(Debug, Error)]
#[error("stopped")]
pub(crate) struct Stopped;

fn plain_words(error: &io::Error) -> (String, &'static str) {
    let (reason, help) = match error.kind() {
        ErrorKind::NotFound => (
            "there is no such file or folder",
            "check the spelling; a relative path starts at the folder you run cupola in",
        ),
        ErrorKind::PermissionDenied => (
            "you do not have permission",
            "choose a place you own, or change the permissions",
        ),
        ErrorKind::StorageFull => (
            "the disk is full",
            "free some space or choose a folder on another disk",
        ),
        ErrorKind::QuotaExceeded => (
            "your disk quota is used up",
            "free some space or choose a folder on another disk",
        ),
        ErrorKind::ReadOnlyFilesystem => (
            "the disk is read-only",
            "choose a folder on a disk that can be written",
        ),
        ErrorKind::NotADirectory => (
            "a part of the path is a file, not a folder",
            "choose a path whose upper parts are all folders",
        ),
        ErrorKind::IsADirectory => (
            "it is a folder, not a file",
            "give the path of a file inside it",
        ),
        ErrorKind::AlreadyExists => (
            "it exists already",
            "choose another name, or remove the old one first",
        ),
        ErrorKind::UnexpectedEof => (
            "the file ends too early",
            "the download was probably interrupted: fetch the file again",
        ),
        _ => {
            return (
                error.to_string(),
                "check the path and the disk, then try again",
            );
        }
    };
    (reason.to_owned(), help)
}
