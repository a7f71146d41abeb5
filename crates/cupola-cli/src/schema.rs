//! `cupola schema` and `cupola new`.

use crate::args::SchemaKind;
use crate::failure::Failure;
use std::path::Path;

/// Prints a JSON Schema.
///
/// # Errors
/// [`Failure`] when standard output cannot be written.
pub(crate) fn schema(kind: SchemaKind) -> Result<(), Failure> {
    let schema = match kind {
        SchemaKind::Scenario => cupola_scenario::schema_scenario(),
        SchemaKind::Summary => cupola_report::summary_schema(),
        SchemaKind::Catalogue => cupola_scenario::schema_catalogue(),
        SchemaKind::Claim => cupola_scenario::claims::schema_claim(),
    };
    crate::print(&format!("{schema:#}\n"))
}

/// Prints or writes a commented scenario.
///
/// # Errors
/// [`Failure`] when the file exists or cannot be written.
pub(crate) fn new(file: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = file else {
        return crate::print(cupola_scenario::NEW_SCENARIO);
    };
    if path.exists() {
        return Err(Failure::Input(
            format!("{} exists already", path.display()),
            Some("give another name".to_owned()),
        ));
    }
    cupola_io::write_file(path, cupola_scenario::NEW_SCENARIO.as_bytes())?;
    crate::print(&format!(
        "{}: edit it, then: cupola run {0}\n",
        path.display()
    ))
}
