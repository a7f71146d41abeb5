//! `cupola record`: the published record of raids and alarms.

mod json;
mod table;

use crate::args::Format;
use crate::failure::Failure;
use clap::{Args, Subcommand};
use cupola_campaign::record::{
    Day, Import, Month, Origin, RecordError, Window, alarms, backtest, calibrate, fit_toml,
};
use std::path::{Path, PathBuf};

/// Arguments of `record`.
#[derive(Debug, Args)]
pub(crate) struct Record {
    /// What to do.
    #[command(subcommand)]
    command: RecordCommand,
}

/// What to do with the record.
#[derive(Debug, Subcommand)]
enum RecordCommand {
    /// Check a raid table and say what it holds and what is left out.
    Import {
        /// The raid table (CSV).
        file: PathBuf,
        /// What to print.
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Fit the claims to a date and write them for scenarios to cite.
    Calibrate {
        /// The raid table (CSV).
        file: PathBuf,
        /// Last day that is used, YYYY-MM-DD.
        #[arg(long, value_name = "DATE", value_parser = day)]
        until: Day,
        /// File to write, for instance fit.toml.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// What to print.
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Predict past months from what came before them, and score the predictions.
    Backtest {
        /// The raid table (CSV).
        file: PathBuf,
        /// First month that is scored, YYYY-MM.
        #[arg(long, value_name = "MONTH", value_parser = month)]
        from: Month,
        /// Last month that is scored, YYYY-MM.
        #[arg(long, value_name = "MONTH", value_parser = month)]
        to: Month,
        /// Predict from the end of the month before (rolling), or all from the end of one day.
        #[arg(long, value_name = "rolling|DATE", default_value = "rolling", value_parser = origin)]
        origin: Origin,
        /// What to print.
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Time under air-raid alarm by region.
    Alarms {
        /// The list of alarms (CSV).
        file: PathBuf,
        /// What to print.
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "expected a date, for instance 2024-12-31".to_owned())
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "expected a month, for instance 2024-12".to_owned())
}

fn origin(text: &str) -> Result<Origin, String> {
    if text == "rolling" {
        return Ok(Origin::Rolling);
    }
    Day::parse(text)
        .map(Origin::Fixed)
        .ok_or_else(|| "expected `rolling` or a date, for instance 2023-06-30".to_owned())
}

/// Runs a record command.
///
/// # Errors
/// [`Failure`] when the file cannot be read or used, or the output not written.
pub(crate) fn record(args: &Record) -> Result<(), Failure> {
    match &args.command {
        RecordCommand::Import { file, format } => {
            let import = read(file)?;
            match format {
                Format::Table => crate::print(&table::import(&import)),
                Format::Json => print_json(&json::import(&import)),
            }
        }
        RecordCommand::Calibrate {
            file,
            until,
            out,
            format,
        } => fit(file, *until, out, *format),
        RecordCommand::Backtest {
            file,
            from,
            to,
            origin,
            format,
        } => {
            if from > to {
                return Err(Failure::Input(
                    format!("--from {from} lies after --to {to}"),
                    Some("give the first month, then the last".to_owned()),
                ));
            }
            let window = Window {
                from: *from,
                to: *to,
            };
            let found =
                backtest(&read(file)?, window, *origin).map_err(|error| refuse(file, &error))?;
            match format {
                Format::Table => crate::print(&table::backtest(&found)),
                Format::Json => print_json(&json::backtest(&found)),
            }
        }
        RecordCommand::Alarms { file, format } => {
            let text = crate::prepare::read_text(file)?;
            let found = alarms::alarms(&text).map_err(|error| refuse(file, &error))?;
            match format {
                Format::Table => crate::print(&table::alarms(&found)),
                Format::Json => print_json(&json::alarms(&found)),
            }
        }
    }
}

fn fit(file: &Path, until: Day, out: &Path, format: Format) -> Result<(), Failure> {
    let import = read(file)?;
    let fits = calibrate(&import, until).map_err(|error| refuse(file, &error))?;
    let sha256 = cupola_io::sha256_of_file(file)?;
    let name = file
        .file_name()
        .map_or(String::new(), |name| name.to_string_lossy().into_owned());
    let text = fit_toml(&fits, &import, until, &name, &sha256);
    cupola_io::write_file(out, text.as_bytes())?;
    match format {
        Format::Table => crate::print(&table::fits(&fits, until, out)),
        Format::Json => print_json(&json::fits(&fits, until)),
    }
}

fn read(file: &Path) -> Result<Import, Failure> {
    let text = crate::prepare::read_text(file)?;
    Import::read(&text).map_err(|error| refuse(file, &error))
}

fn refuse(file: &Path, error: &RecordError) -> Failure {
    let help = match error {
        RecordError::Columns { .. } => Some(
            "docs/concepts/record.md says where the published tables are and which columns they have",
        ),
        RecordError::Table { .. } => Some("export the table again as CSV, separated by commas"),
        RecordError::Empty { .. } => None,
    };
    Failure::Input(
        format!("{}: {error}", file.display()),
        help.map(str::to_owned),
    )
}

fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    crate::print(&format!("{value:#}\n"))
}
