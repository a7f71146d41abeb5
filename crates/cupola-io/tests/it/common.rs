//! What several test files share.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the developers' test data, or `None` after saying that it is not there.
pub(crate) fn test_data() -> Option<PathBuf> {
    let folder = std::env::var_os("CUPOLA_TEST_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: CUPOLA_TEST_DATA is not set");
    }
    folder
}

/// What a GDAL tool prints; `None` after saying that it is not installed, which fails under CI.
pub(crate) fn gdal(tool: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(tool).args(arguments).output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) if std::env::var_os("CI").is_none() => {
            println!("skipped: {tool} is not installed");
            None
        }
        Err(error) => panic!("{tool}: {error}"),
    }
}

/// A fixture beside the tests.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The value of cell (row, col) of the fixtures.
pub(crate) fn fixture_value(row: usize, col: usize) -> f32 {
    (100 + 7 * row + 3 * col - (row * col) % 11) as f32
}
