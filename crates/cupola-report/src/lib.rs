//! Tables, charts, maps and the report of cupola, as bytes.
//!
//! Every function here is pure: an [`Outcome`](cupola_campaign::Outcome) goes in, text comes out.
//! Nothing is computed that the campaign did not already find out, beyond shares and sums for
//! display. Sentences are composed from numbers, never typed.
//!
//! One rounding rule holds everywhere: two significant digits of the interval that stands beside
//! the number. The three intervals are never mixed: one raid
//! (5–95 %), expected value (95 %), Monte Carlo error (in `summary.json` only).
//!
//! Not here: files (`cupola_io`), results (`cupola_campaign`).

/// Appends formatted text to a string.
macro_rules! push {
    ($out:expr, $($arg:tt)*) => {{
        use std::fmt::Write as _;
        $out.write_fmt(format_args!($($arg)*)).expect("a string takes any text");
    }};
}

mod answer;
mod carryover;
mod charts;
mod checks;
mod claims;
mod coalition;
mod cover_map;
mod crews;
mod endurance;
mod floor_picture;
mod format;
mod glance;
mod html_table;
mod input_words;
mod json;
mod labels;
mod ledger;
mod map_base;
mod network;
mod page;
mod png;
mod profile_svg;
mod raid_section;
mod relief;
mod schema;
mod sections;
mod svg;
mod sweep;
mod table;
mod trust;
mod view;

pub use answer::answer_sentences;
pub use carryover::{carryover_html, carryover_json, carryover_table};
pub use claims::{claims_html, claims_json, claims_table};
pub use crews::{crews_html, crews_json, crews_table};
pub use floor_picture::{FloorPicture, floor_png};
pub use json::summary_json;
pub use map_base::{MapContext, MapPolygon};
pub use page::html;
pub use profile_svg::{PicturePoint, ProfilePicture, profile_svg};
pub use schema::summary_schema;
pub use sweep::{sweep_csv, sweep_html, sweep_json, sweep_table};
pub use table::terminal_table;
