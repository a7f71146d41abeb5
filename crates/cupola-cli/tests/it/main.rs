//! The real program, driven as a user does: exit code, both streams, and the files it leaves.
//!
//! In-process tests miss the wiring; these start the binary, never a shell. One file for each
//! behaviour; [`harness`] holds what they share.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step ends the test that took it"
)]

mod bad_files;
mod bad_limits;
mod bad_scenario;
mod bad_terrain;
mod commands;
mod contracts;
mod coverage;
mod coverage_batch;
mod coverage_scenario;
mod debate;
mod determinism;
mod harness;
mod interrupt;
mod sweep;
mod terrain_fetch;
mod tile_server;
mod tiles;
