//! The `cupola` program: a thin door to the pipeline.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 answered,
//! 1 failed while running, 2 the input is wrong, 130 interrupted.

mod apart;
mod args;
mod batch;
mod carryover;
mod catalogue;
mod check;
mod claims;
mod compare;
mod coverage;
mod crews;
mod failure;
mod geography;
mod prepare;
mod profile;
mod progress;
mod record;
mod replay;
mod rows;
mod run;
mod run_sweep;
mod schema;
mod sweep;
mod terrain;

use clap::{CommandFactory as _, Parser as _};
use failure::Failure;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = args::Arguments::parse();
    let result = match arguments.command {
        args::Command::Run(run) => run::run(&run),
        args::Command::Check(check) => check::check(&check),
        args::Command::Compare(compare) => compare::compare(&compare),
        args::Command::Crews(crews) => crews::crews(&crews),
        args::Command::Carryover(carryover) => carryover::carryover(&carryover),
        args::Command::Replay(replay) => replay::replay(&replay),
        args::Command::Claims(claims) => claims::claims(&claims),
        args::Command::Sweep(sweep) => sweep::sweep(&sweep),
        args::Command::Catalogue(catalogue) => catalogue::catalogue(&catalogue),
        args::Command::Coverage(coverage) => coverage::coverage(&coverage),
        args::Command::Profile(profile) => profile::profile(&profile),
        args::Command::CoverageBatch(batch) => batch::batch(&batch),
        args::Command::Record(record) => record::record(&record),
        args::Command::Terrain(terrain) => terrain::terrain(&terrain),
        args::Command::Schema { kind } => schema::schema(kind),
        args::Command::New { file } => schema::new(file.as_deref()),
        args::Command::Completions { shell } => {
            let mut command = args::Arguments::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "cupola", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A closed standard error leaves nobody to tell.
            let _closed = writeln!(std::io::stderr(), "{}", failure.text());
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Prints to standard output; a reader who has gone away is no error.
///
/// # Errors
/// [`Failure`] when standard output cannot be written, for instance on a full disk.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::Running(
            format!("standard output cannot be written: {error}"),
            None,
        )),
        _ => Ok(()),
    }
}
