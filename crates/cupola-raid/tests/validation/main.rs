//! The production engine against truth from outside, on synthetic raids over flat ground.
//!
//! Every scenario here is a text that goes through the same public calls as `cupola run`. The
//! cases, their truths and why their tolerances are what they are: `validation/cases/`.

mod apart;
mod area;
mod ballistic;
mod bench;
mod claims;
mod command;
mod debris_record;
mod doctrine;
mod engagement;
mod laws;
mod links;
mod spread;
mod waiting;
