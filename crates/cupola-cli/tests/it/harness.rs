//! A folder to work in, the program run in it, and a snapshot of what it said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The small scenario that most tests start from.
pub(crate) const SMALL: &str = include_str!("../data/small.toml");

/// An empty folder, in which the program runs; it goes when this is dropped.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

/// What one call of the program gave.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        Self { folder }
    }

    /// A folder with the small scenario in `small.toml`.
    pub(crate) fn with_small() -> Self {
        let place = Self::new();
        place.write("small.toml", SMALL);
        place
    }

    /// A path below the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file below the folder.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The program, ready to run in the folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cupola"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_remove("COLUMNS")
            .env("NO_COLOR", "1");
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().expect("the program starts");
        let text = |bytes: Vec<u8>| self.redacted(&String::from_utf8(bytes).expect("UTF-8"));
        Ran {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Runs the program, which must succeed.
    pub(crate) fn good(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}\n{}", ran.stderr);
        ran
    }

    /// Every file and folder below, by name, files with their bytes.
    pub(crate) fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        collect(&self.path(below), "", &mut found);
        found
    }

    fn redacted(&self, text: &str) -> String {
        text.replace(&*self.folder.path().to_string_lossy(), "TEMP")
    }
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.insert(format!("{name}/"), Vec::new());
            collect(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// Exit code and both streams, as a snapshot shows them.
fn shown(args: &[&str], ran: &Ran) -> String {
    let code = ran.code.map_or("none".to_owned(), |code| code.to_string());
    let stream = |name: &str, text: &str| match text {
        "" => String::new(),
        text => format!("--- {name}\n{}\n", text.trim_end()),
    };
    format!(
        "$ cupola {}\nexit code {code}\n{}{}",
        args.join(" "),
        stream("stdout", &ran.stdout),
        stream("stderr", &ran.stderr)
    )
}

/// Runs the program and snapshots what it says; what fails leaves nothing behind and says nothing
/// on standard output.
pub(crate) fn check(name: &str, place: &Place, args: &[&str]) -> Ran {
    let before = place.files("");
    let ran = place.run(args);
    if ran.code != Some(0) {
        assert!(place.files("") == before, "{args:?} left something behind");
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown(args, &ran));
    });
    ran
}

/// The small scenario with one text replaced, checked: a snapshot and the exit code 2.
pub(crate) fn rejected(name: &str, from: &str, to: &str) {
    rejected_text(name, edited(from, to).as_bytes());
}

/// A scenario that `check` and `run` reject with the same words and exit code 2.
pub(crate) fn rejected_text(name: &str, text: &[u8]) {
    let place = Place::new();
    place.write("mine.toml", text);
    let ran = check(name, &place, &["check", "mine.toml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let run = place.run(&["run", "mine.toml", "--runs", "8", "--out", "deep/out"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.ends_with(&ran.stderr),
        "check and run differ: {}",
        run.stderr
    );
    assert_eq!(place.files("").len(), 1, "run left something behind");
}

/// The small scenario with one text replaced.
pub(crate) fn edited(from: &str, to: &str) -> String {
    assert!(
        SMALL.contains(from),
        "`{from}` is not in the small scenario"
    );
    SMALL.replacen(from, to, 1)
}
