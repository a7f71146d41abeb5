//! What the command line takes.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What does covering a sky with air defence take, stop and risk?
///
/// An analysis-only simulator on public data: no live sensors, no fire control, no attack planning.
#[derive(Debug, Parser)]
#[command(name = "cupola", version, max_term_width = 100)]
#[command(
    after_help = "Examples:\n  cupola run western-ukraine\n  cupola new > mine.toml && cupola check mine.toml\n  cupola run mine.toml --set campaign.runs=256 --out /somewhere/else"
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer a scenario's question: all options against all raids.
    #[command(
        after_help = "Examples:\n  cupola run western-ukraine\n  cupola run western-ukraine --option forward --option ukraine-alone --runs 256\n  cupola run mine.toml --terrain tiles/ --format json > summary.json\n  cupola run cupola-out/mine/scenario.lock.toml   # the same bytes again"
    )]
    Run(Run),
    /// Check a scenario and say what it means, without running it.
    #[command(after_help = "Example:\n  cupola check mine.toml")]
    Check(Check),
    /// Compare two answers: two output folders or summary.json files.
    #[command(after_help = "Example:\n  cupola compare cupola-out/before cupola-out/after")]
    Compare(Compare),
    /// What a precedent carries over: one thing after the other changed, as a waterfall.
    #[command(
        after_help = "Examples:\n  cupola carryover\n  cupola carryover my-steps.toml --runs 1024 --format json"
    )]
    Carryover(crate::carryover::Carryover),
    /// Which fire units are manned on which day, under each option and course.
    #[command(after_help = "Example:\n  cupola crews western-ukraine")]
    Crews(crate::crews::Crews),
    /// Play one run event by event, or tell one threat's story.
    #[command(
        after_help = "Examples:\n  cupola replay western-ukraine --option forward --run 3\n  cupola replay western-ukraine --option forward --run 3 --why 41"
    )]
    Replay(Replay),
    /// Sweep a field of a scenario over values and draw how the answer responds.
    #[command(
        after_help = "Examples:\n  cupola sweep border-or-forward --over fire_units[*].line.distance_km=0:700:100\n  cupola sweep western-ukraine --over rules.belt-70.belt_km=0,30,70,150 --option six-from-poland\n  cupola sweep mine.toml --over options.forward.rules.default=all,own-soil --over question.as_of=2024-06-30,2024-12-31"
    )]
    Sweep(crate::sweep::Sweep),
    /// Try the claims of the public debate: verdict, number, and what would turn it.
    #[command(
        after_help = "Examples:\n  cupola claims\n  cupola claims safe-zone --format json\n  cupola claims --out claims.html"
    )]
    Claims(crate::claims::Claims),
    /// List the catalogue, or show an entry with its sources.
    #[command(after_help = "Examples:\n  cupola catalogue list\n  cupola catalogue show sampt")]
    Catalogue(Catalogue),
    /// Read the published record of raids and alarms: check it, fit to it, score the fit.
    #[command(
        after_help = "Examples:\n  cupola record import raids.csv\n  cupola record calibrate raids.csv --until 2024-12-31 --out fit.toml\n  cupola record backtest raids.csv --from 2023-07 --to 2024-12\n  cupola record alarms alarms.csv --format json"
    )]
    Record(crate::record::Record),
    /// Floor field of one site: the lowest height at which a target is in line of sight.
    #[command(
        after_help = "Examples:\n  cupola coverage --terrain dem.tif --at 780000,220000 --mast-m 15 --out floor.tif\n  cupola coverage --terrain tiles/ --at 49.84,24.03 --range-km 100 --out floor.tif --png floor.png\n  cupola coverage --terrain dem.tif --at 780000,220000 --contours 100,500 --out seen.geojson\n  cupola coverage --scenario western-ukraine --option forward --out floor.tif --cog --compress deflate\n  cupola coverage --scenario western-ukraine --option six-from-poland --site przemysl-hill --png floor.png"
    )]
    Coverage(crate::coverage::Coverage),
    /// One line of sight: the ground along it, the lowest height seen, what blocks it.
    #[command(
        after_help = "Examples:\n  cupola profile --terrain dem.tif --from 780000,220000 --to 812000,214000 --mast-m 15\n  cupola profile --terrain tiles/ --from 49.84,24.03 --to 49.95,24.8 --target-m 100 --svg line.svg\n  cupola profile --terrain dem.tif --from 780000,220000 --to 812000,214000 --format csv > line.csv"
    )]
    Profile(crate::profile::ProfileArgs),
    /// Floor fields of many candidate sites over one folder of tiles, as bits or 16-bit floors.
    #[command(
        after_help = "Examples:\n  cupola coverage-batch --terrain tiles/ --sites hills.csv --out floors/\n  cupola coverage-batch --terrain tiles/ --grid-km 10 --bounds 49,22,51,25 --height-m 100 --out bits/"
    )]
    CoverageBatch(crate::batch::Batch),
    /// Fetch terrain tiles of public elevation models, or say what a folder of tiles holds.
    #[command(
        after_help = "Examples:\n  cupola terrain fetch western-ukraine\n  cupola terrain info tiles/"
    )]
    Terrain(crate::terrain::Terrain),
    /// Print the JSON Schema of a kind of file.
    #[command(after_help = "Example:\n  cupola schema scenario > scenario.schema.json")]
    Schema {
        /// Kind of file.
        kind: SchemaKind,
    },
    /// Print a commented scenario to start from, or write it to a file.
    #[command(after_help = "Example:\n  cupola new mine.toml")]
    New {
        /// File to write; it must not exist. Standard output when absent.
        file: Option<PathBuf>,
    },
    /// Print tab completions for a shell.
    #[command(after_help = "Example:\n  cupola completions bash > /etc/bash_completion.d/cupola")]
    Completions {
        /// Shell.
        shell: clap_complete::Shell,
    },
}

/// A scenario and how to change it.
#[derive(Clone, Debug, Args)]
pub(crate) struct ScenarioArgs {
    /// Embedded scenario (western-ukraine, …) or a file.
    pub(crate) scenario: String,
    /// Change a field of the scenario, for instance campaign.runs=256; may be repeated.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Only these options; may be repeated.
    #[arg(long = "option", value_name = "NAME")]
    pub(crate) option: Vec<String>,
    /// Runs per option and raid.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) runs: Option<u32>,
    /// Seed of all chance, from 0.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    pub(crate) seed: Option<u64>,
    /// Folder of terrain tiles, or one GeoTIFF, instead of the scenario's terrain.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) terrain: Option<PathBuf>,
    /// GeoTIFF of people per cell instead of the scenario's.
    #[arg(long, value_name = "FILE")]
    pub(crate) people: Option<PathBuf>,
    /// Folder of catalogue entries laid over the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) catalogue: Option<PathBuf>,
}

/// How many threads.
#[derive(Debug, Args)]
pub(crate) struct ThreadArgs {
    /// Threads; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadArgs,
    /// Output folder [default: cupola-out/SCENARIO].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// First answer.
    pub(crate) a: PathBuf,
    /// Second answer.
    pub(crate) b: PathBuf,
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadArgs,
    /// Raid [default: the main raid].
    #[arg(long, value_name = "NAME")]
    pub(crate) raid: Option<String>,
    /// Run, from 0.
    #[arg(long, value_name = "N")]
    pub(crate) run: u32,
    /// Tell the story of this threat only.
    #[arg(long, value_name = "THREAT")]
    pub(crate) why: Option<u32>,
    /// How events are written: sentences, or a JSON object in each line.
    #[arg(long, value_enum, default_value_t = ReplayFormat::Text)]
    pub(crate) format: ReplayFormat,
}

/// How `replay` writes events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReplayFormat {
    /// Sentences.
    Text,
    /// A JSON object in each line.
    Json,
}

/// Arguments of `catalogue`.
#[derive(Debug, Args)]
pub(crate) struct Catalogue {
    /// Folder of catalogue entries laid over the built-in ones.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) catalogue: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: CatalogueCommand,
}

/// What to do with the catalogue.
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueCommand {
    /// A line for each system and threat.
    List,
    /// Every figure of an entry with its source.
    Show {
        /// Id of a system or threat, or `pk`.
        id: String,
    },
}

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaKind {
    /// A scenario.
    Scenario,
    /// `summary.json`.
    Summary,
    /// The kinds of catalogue file.
    Catalogue,
    /// A claim of the public debate.
    Claim,
}
