//! Writing so that nothing half-written is ever left behind.
//!
//! Files go to a hidden folder (or file) beside the target, which takes the target's name in one
//! rename at the end. An error, a drop or the stop flag removes it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::IoError;
use crate::error::Stopped;

/// What to do when the output folder exists already and is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// Give an error.
    Refuse,
    /// Replace it, but only if it holds this file, by which cupola knows its own output.
    ReplaceIfHolds(String),
}

/// A folder that appears whole or not at all.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    temporary: PathBuf,
    /// Upper folders made for this one, deepest first: removed again when nothing comes of it.
    made: Vec<PathBuf>,
    stop: Option<Arc<AtomicBool>>,
    committed: bool,
}

/// One file being written; an error in it names its final path.
#[derive(Debug)]
pub struct OutputFile {
    inner: BufWriter<File>,
    shown: PathBuf,
    stop: Option<Arc<AtomicBool>>,
}

impl OutputFolder {
    /// Starts an output folder; upper folders are made as needed.
    ///
    /// While `stop` is raised, every further write fails with [`IoError::Interrupted`].
    ///
    /// # Errors
    /// [`IoError::OutputExists`] where `if_exists` forbids what is there; [`IoError::Os`] when the
    /// place cannot be written.
    pub fn begin(
        target: &Path,
        if_exists: &IfExists,
        stop: Option<Arc<AtomicBool>>,
    ) -> Result<Self, IoError> {
        check_target(target, if_exists)?;
        let parent = parent_of(target);
        let missing = parent.ancestors().take_while(|folder| !folder.exists());
        let started = Self {
            target: target.to_owned(),
            temporary: sibling(target, "partial"),
            made: missing
                .filter(|folder| !folder.as_os_str().is_empty())
                .map(Path::to_owned)
                .collect(),
            stop,
            committed: false,
        };
        fs::create_dir_all(&parent)
            .and_then(|()| fs::create_dir(&started.temporary))
            .map_err(|e| IoError::from_os(target, "create", &e))?;
        Ok(started)
    }

    /// Starts a file below the folder; call [`OutputFile::finish`] when it is complete.
    ///
    /// # Errors
    /// [`IoError::Mismatch`] for a name that leaves the folder, [`IoError::Os`] otherwise.
    pub fn create(&self, name: &str) -> Result<OutputFile, IoError> {
        let shown = self.target.join(name);
        let inside = !name.is_empty()
            && Path::new(name)
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Err(IoError::mismatch(
                &shown,
                "its name leaves the output folder",
            ));
        }
        check_stop(self.stop.as_ref(), &shown)?;
        let path = self.temporary.join(name);
        let os = |error| IoError::from_os(&shown, "create", &error);
        fs::create_dir_all(parent_of(&path)).map_err(os)?;
        let file = File::create(&path).map_err(os)?;
        Ok(OutputFile {
            inner: BufWriter::new(file),
            shown,
            stop: self.stop.clone(),
        })
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// As [`Self::create`] and [`OutputFile::finish`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), IoError> {
        let mut file = self.create(name)?;
        let written = file.write_all(bytes);
        written.map_err(|error| file.error(&error))?;
        file.finish()
    }

    /// Gives the folder its name.
    ///
    /// An old folder that may be replaced is set aside first and put back should the rename fail.
    ///
    /// # Errors
    /// [`IoError::Interrupted`] when the stop flag is raised, [`IoError::Os`] when the rename fails.
    pub fn commit(mut self) -> Result<(), IoError> {
        check_stop(self.stop.as_ref(), &self.target)?;
        let os = |error| IoError::from_os(&self.target, "write", &error);
        let old = sibling(&self.target, "old");
        let had_old = self.target.exists();
        if had_old {
            fs::rename(&self.target, &old).map_err(os)?;
        }
        if let Err(error) = fs::rename(&self.temporary, &self.target) {
            if had_old {
                fs::rename(&old, &self.target).map_err(os)?;
            }
            return Err(os(error));
        }
        self.committed = true;
        if had_old {
            fs::remove_dir_all(&old).map_err(|e| IoError::from_os(&old, "remove", &e))?;
        }
        Ok(())
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if !self.committed {
            // Nothing more can be done in a drop; the folder's hidden name says what it is.
            drop(fs::remove_dir_all(&self.temporary));
            for folder in &self.made {
                // Only an empty folder goes: another run may have begun in it.
                drop(fs::remove_dir(folder));
            }
        }
    }
}

impl OutputFile {
    /// The path that the file will have.
    pub fn path(&self) -> &Path {
        &self.shown
    }

    /// A write error in plain words, or [`IoError::Interrupted`] when the stop flag caused it.
    pub fn error(&self, error: &io::Error) -> IoError {
        IoError::from_os(&self.shown, "write", error)
    }

    /// Flushes and closes the file; without this a full disk could pass unnoticed.
    ///
    /// # Errors
    /// [`IoError::Os`] when the last bytes cannot be written.
    pub fn finish(mut self) -> Result<(), IoError> {
        let flushed = self.flush().and_then(|()| self.inner.get_ref().sync_all());
        flushed.map_err(|error| self.error(&error))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if is_raised(self.stop.as_ref()) {
            return Err(io::Error::other(Stopped));
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Seek for OutputFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Writes one file so that it appears whole or not at all, replacing an old one.
///
/// # Errors
/// [`IoError::Os`] when it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), IoError> {
    let os = |error| IoError::from_os(path, "write", &error);
    put(path, |mut file| {
        file.write_all(bytes).map_err(os)?;
        // A device cannot be forced to the disk, and need not be.
        let forced = file.sync_all();
        forced.or_else(|error| match file.metadata() {
            Ok(metadata) if !metadata.is_file() => Ok(()),
            _ => Err(os(error)),
        })
    })
}

/// Writes one file through `fill`, so that it appears whole or not at all, replacing an old one.
///
/// Unlike [`write_file`] it does not wait for the disk: a program that is killed leaves the old
/// file or the new one, but a power cut soon after may lose it. For results that are quick to make
/// again.
///
/// # Errors
/// What `fill` returns, and [`IoError::Os`] when the file cannot be made.
pub fn write_file_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), IoError>,
) -> Result<(), IoError> {
    put(path, |file| {
        let mut out = BufWriter::with_capacity(1 << 18, file);
        fill(&mut out)?;
        let flushed = out.flush();
        flushed.map_err(|error| IoError::from_os(path, "write", &error))
    })
}

/// Opens a hidden file beside the target, fills it and gives it its name.
fn put(path: &Path, fill: impl FnOnce(File) -> Result<(), IoError>) -> Result<(), IoError> {
    let os = |error| IoError::from_os(path, "write", &error);
    if path.is_dir() {
        return Err(os(io::ErrorKind::IsADirectory.into()));
    }
    // A device or pipe is written in place: renaming over it would replace it by a file.
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return fill(File::options().write(true).open(path).map_err(os)?);
    }
    fs::create_dir_all(parent_of(path)).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => os(io::ErrorKind::NotADirectory.into()),
        _ => os(error),
    })?;
    let temporary = sibling(path, "partial");
    let file = File::create_new(&temporary).map_err(os)?;
    let written = fill(file).and_then(|()| fs::rename(&temporary, path).map_err(os));
    written.inspect_err(|_| drop(fs::remove_file(&temporary)))
}

fn is_raised(stop: Option<&Arc<AtomicBool>>) -> bool {
    stop.is_some_and(|flag| flag.load(Ordering::Relaxed))
}

fn check_stop(stop: Option<&Arc<AtomicBool>>, path: &Path) -> Result<(), IoError> {
    if is_raised(stop) {
        return Err(IoError::Interrupted {
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn check_target(target: &Path, if_exists: &IfExists) -> Result<(), IoError> {
    let os = |error: io::Error| IoError::from_os(target, "create", &error);
    if target.file_name().is_none() {
        return Err(IoError::Os {
            path: target.to_owned(),
            action: "create",
            reason: "it names no new folder".to_owned(),
            help: "end the path with a name, for instance `out`".to_owned(),
        });
    }
    let metadata = match fs::metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(os(error)),
    };
    let exists = |what: &str| {
        Err(IoError::OutputExists {
            path: target.to_owned(),
            what: what.to_owned(),
        })
    };
    if !metadata.is_dir() {
        return exists("it is a file, and a folder is to be written");
    }
    if fs::read_dir(target).map_err(os)?.next().is_none() {
        return Ok(());
    }
    match if_exists {
        IfExists::Refuse => exists("the folder is not empty"),
        IfExists::ReplaceIfHolds(name) if target.join(name).is_file() => Ok(()),
        IfExists::ReplaceIfHolds(name) => exists(&format!(
            "the folder holds no `{name}`, so cupola did not write it and will not replace it"
        )),
    }
}

fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A hidden name beside a path, different for every process and call.
fn sibling(path: &Path, purpose: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let process = std::process::id();
    parent_of(path).join(format!(".{name}.{purpose}-{process}-{count}"))
}
