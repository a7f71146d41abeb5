//! Tables, charts, maps and the report of cupola, as bytes.
//!
//! Every function here is pure: an [`Outcome`](cupola_campaign::Outcome) goes in, text comes out.
//! Nothing is computed that the campaign did not already find out, beyond shares and sums for
//! display. Sentences are composed from numbers, never typed.
//!
//! One rounding rule holds everywhere: two significant digits of the interval that stands beside
//! the number ([`format`](self) module, private). The three intervals are never mixed: one raid
//! (5–95 %), expected value (95 %), Monte Carlo error (in `summary.json` only).
//!
//! Not here: files (`cupola_io`), results (`cupola_campaign`).

mod answer;
mod endurance;
mod format;
mod json;
mod map_base;
mod page;
mod schema;
mod table;
mod view;

pub use answer::answer_sentences;
pub use json::summary_json;
pub use map_base::{MapContext, MapPolygon};
pub use page::html;
pub use schema::summary_schema;
pub use table::terminal_table;
