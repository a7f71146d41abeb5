//! Output appears whole or not at all.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cupola_io::{
    Column, ColumnKind, Compression, IfExists, IoError, OutputFolder, TableWriter, write_file,
};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_folder_appears_at_commit() {
    let top = tempfile::tempdir().unwrap();
    let target = top.path().join("deep/out");
    let out = OutputFolder::begin(&target, &IfExists::Refuse, None).unwrap();
    out.write("run.json", b"{}").unwrap();
    let mut file = out.create("maps/seen.tif").unwrap();
    file.write_all(b"abc").unwrap();
    assert_eq!(file.path(), target.join("maps/seen.tif"));
    file.finish().unwrap();
    assert!(!target.exists());
    out.commit().unwrap();
    assert_eq!(names(&target), ["maps", "run.json"]);
    assert_eq!(names(&top.path().join("deep")), ["out"]);
    assert_eq!(std::fs::read(target.join("maps/seen.tif")).unwrap(), b"abc");
}

#[test]
fn a_drop_leaves_nothing() {
    let top = tempfile::tempdir().unwrap();
    let out = OutputFolder::begin(&top.path().join("out"), &IfExists::Refuse, None).unwrap();
    out.write("run.json", b"{}").unwrap();
    drop(out);
    assert!(names(top.path()).is_empty());
}

#[test]
fn the_stop_flag_ends_writing_and_leaves_nothing() {
    let top = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let target = top.path().join("out");
    let out = OutputFolder::begin(&target, &IfExists::Refuse, Some(Arc::clone(&stop))).unwrap();
    let mut file = out.create("events.parquet").unwrap();
    file.write_all(b"abc").unwrap();
    stop.store(true, Ordering::Relaxed);
    let error = file.write_all(b"def").unwrap_err();
    assert!(matches!(file.error(&error), IoError::Interrupted { .. }));
    let columns = [Column::new("run", ColumnKind::I32)];
    let path = file.path().to_owned();
    let table = TableWriter::new(&mut file, &path, &columns, Compression::Plain, &[]);
    let closed = table.and_then(|table| table.finish().map(drop));
    assert!(
        matches!(closed, Err(IoError::Interrupted { .. })),
        "{closed:?}"
    );
    assert!(matches!(
        out.write("b", b""),
        Err(IoError::Interrupted { .. })
    ));
    drop(file);
    assert!(matches!(out.commit(), Err(IoError::Interrupted { .. })));
    assert!(names(top.path()).is_empty());
}

#[test]
fn only_our_own_output_is_replaced() {
    let top = tempfile::tempdir().unwrap();
    let target = top.path().join("out");
    let ours = IfExists::ReplaceIfHolds("run.json".to_owned());
    for text in ["first", "second"] {
        let out = OutputFolder::begin(&target, &ours, None).unwrap();
        out.write("run.json", text.as_bytes()).unwrap();
        out.write(text, b"").unwrap();
        out.commit().unwrap();
    }
    assert_eq!(names(&target), ["run.json", "second"]);
    assert_eq!(names(top.path()), ["out"]);
    let refused = OutputFolder::begin(&target, &IfExists::Refuse, None).unwrap_err();
    assert!(
        refused
            .to_string()
            .ends_with("exists already: the folder is not empty")
    );
    let photos = top.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    std::fs::write(photos.join("a.jpg"), b"").unwrap();
    let refused = OutputFolder::begin(&photos, &ours, None).unwrap_err();
    assert!(refused.to_string().ends_with(
        "the folder holds no `run.json`, so cupola did not write it and will not replace it"
    ));
    assert_eq!(names(&photos), ["a.jpg"]);
}

#[test]
fn impossible_places_are_named_with_a_reason() {
    let top = tempfile::tempdir().unwrap();
    let plain = top.path().join("file");
    std::fs::write(&plain, b"").unwrap();
    let below = plain.join("out");
    let error = OutputFolder::begin(&below, &IfExists::Refuse, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot create `{}`: a part of the path is a file, not a folder",
            below.display()
        )
    );
    assert_eq!(
        error.help(),
        "choose a path whose upper parts are all folders"
    );
    let error = OutputFolder::begin(&plain, &IfExists::Refuse, None).unwrap_err();
    assert!(matches!(error, IoError::OutputExists { .. }), "{error}");
    let error = OutputFolder::begin(Path::new("/proc/out"), &IfExists::Refuse, None).unwrap_err();
    assert!(matches!(error, IoError::Os { .. }), "{error}");
    let out = OutputFolder::begin(&top.path().join("out"), &IfExists::Refuse, None).unwrap();
    for name in ["../a", "/a", "", "a/../../b"] {
        assert!(
            matches!(out.create(name), Err(IoError::Mismatch { .. })),
            "{name}"
        );
    }
}

#[test]
fn one_file_is_replaced_whole() {
    let top = tempfile::tempdir().unwrap();
    let path = top.path().join("scenario.lock");
    write_file(&path, b"old").unwrap();
    write_file(&path, b"new").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
    assert_eq!(names(top.path()), ["scenario.lock"]);
    let error = write_file(top.path(), b"").unwrap_err();
    assert!(error.to_string().ends_with("it is a folder, not a file"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_in_plain_words() {
    let error = write_file(Path::new("/dev/full"), b"abc").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot write `/dev/full`: the disk is full"
    );
    assert_eq!(
        error.help(),
        "free some space or choose a folder on another disk"
    );
    assert!(Path::new("/dev/full").exists());
}
