//! The page.
use cupola_campaign::Outcome;
use crate::map_base::MapContext;

/// One self-contained HTML file.
pub fn html(outcome: &Outcome, map: &MapContext, repeat_command: &str) -> String {
    let _ = (map, repeat_command);
    format!("<!doctype html><html lang=\"en\"><title>{}</title></html>", outcome.title)
}
