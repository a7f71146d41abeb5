//! The scenarios that travel inside the program.

use include_dir::{Dir, include_dir};

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// A commented scenario to start from.
pub const NEW_SCENARIO: &str = include_str!("../scenarios/new.toml");

/// Names of the embedded scenarios, in order.
pub fn scenario_names() -> Vec<&'static str> {
    let mut names: Vec<_> = SCENARIOS
        .files()
        .filter_map(|file| file.path().file_name()?.to_str()?.strip_suffix(".toml"))
        .filter(|name| *name != "new")
        .collect();
    names.sort_unstable();
    names
}

/// Text of an embedded scenario; `claims/NAME` is one that only a claim needs.
pub fn scenario_text(name: &str) -> Option<&'static str> {
    if let Some(text) = crate::claims::claim_scenario(name) {
        return Some(text);
    }
    SCENARIOS.get_file(format!("{name}.toml"))?.contents_utf8()
}
