//! Writes the fixture's report, table and summary to a folder, to look at them.

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::path::PathBuf;

use cupola_report::{html, summary_json, summary_schema, terminal_table};

#[expect(
    clippy::disallowed_methods,
    reason = "an example outside the pipeline, to look at"
)]
fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    let outcome = fixture::outcome();
    let map = fixture::map_context();
    let page = html(&outcome, &map, "cargo run --release -- run western-ukraine");
    std::fs::write(folder.join("report.html"), page)?;
    std::fs::write(folder.join("table.txt"), terminal_table(&outcome, 100))?;
    std::fs::write(folder.join("summary.json"), summary_json(&outcome))?;
    std::fs::write(folder.join("schema.json"), summary_schema().to_string())
}
