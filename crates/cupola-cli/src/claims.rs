//! `cupola claims`: which sentences of the debate hold.

use crate::args::{Format, ScenarioArgs, ThreadArgs};
use crate::failure::Failure;
use crate::prepare::{Prepared, pool, prepare};
use crate::progress::{go_on, note, stop_flag};
use clap::Args;
use cupola_campaign::claims::{Answer, Need, Player, Unjudged, answer, judge};
use cupola_campaign::{Inputs, Settings, Watch};
use cupola_scenario::claims::Claim;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a varied input names another scenario.
const SCENARIO: &str = "scenario=";
/// Columns of the table.
const TABLE_WIDTH: usize = 100;

/// Arguments of `claims`.
#[derive(Debug, Args)]
pub(crate) struct Claims {
    /// Only these claims; all when none is named.
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) threads: ThreadArgs,
    /// Runs behind each number instead of the claim's own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) runs: Option<u32>,
    /// Change a field of every scenario played, for instance campaign.seed=7; may be repeated.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Page of cards.
    #[arg(long, value_name = "FILE", default_value = "cupola-out/claims.html")]
    pub(crate) out: PathBuf,
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// Judges claims and writes their cards.
///
/// # Errors
/// [`Failure`] for an unknown claim, trouble while writing, or Ctrl-C.
pub(crate) fn claims(args: &Claims) -> Result<(), Failure> {
    let stop = stop_flag()?;
    let pool = pool(&args.threads)?;
    let claims = chosen(&args.ids)?;
    let mut table = Table {
        args,
        pool: &pool,
        stop: &stop,
    };
    let mut judged = Vec::new();
    for (i, claim) in claims.iter().enumerate() {
        note(&format!(
            "claim {} of {}: {}",
            i + 1,
            claims.len(),
            claim.title
        ));
        let one = judge(claim, &mut table).map_err(|unjudged| match unjudged {
            Unjudged::Play(failure) => failure,
            Unjudged::NoNumber { claim, what } => {
                Failure::Input(format!("claim `{claim}`: {what}"), None)
            }
        })?;
        judged.push(one);
    }
    go_on(&stop)?;
    cupola_io::write_file(&args.out, cupola_report::claims_html(&judged).as_bytes())?;
    let page = format!("page: {}", args.out.display());
    match args.format {
        Format::Json => {
            crate::print(&cupola_report::claims_json(&judged))?;
            note(&page);
            Ok(())
        }
        Format::Table => {
            let table = cupola_report::claims_table(&judged, TABLE_WIDTH);
            crate::print(&format!("{table}\n{page}\n"))
        }
    }
}

fn chosen(ids: &[String]) -> Result<Vec<Claim>, Failure> {
    let all = cupola_scenario::claims::claims()?;
    for id in ids {
        if !all.iter().any(|claim| claim.id == *id) {
            let known: Vec<&str> = all.iter().map(|claim| claim.id.as_str()).collect();
            let near = cupola_scenario::nearest(id, known.iter().copied());
            let help = near.map_or_else(
                || format!("claims: {}", known.join(", ")),
                |near| format!("did you mean {near}?"),
            );
            let message = format!("there is no claim `{id}`");
            return Err(Failure::Input(message, Some(help)));
        }
    }
    let wanted = |claim: &Claim| ids.is_empty() || ids.contains(&claim.id);
    Ok(all.into_iter().filter(wanted).collect())
}

/// Plays what the claims ask for.
struct Table<'a> {
    args: &'a Claims,
    pool: &'a rayon::ThreadPool,
    stop: &'a AtomicBool,
}

impl Player for Table<'_> {
    type Error = Failure;

    fn play(&mut self, claim: &Claim, set: &[String], need: Need) -> Result<Answer, Failure> {
        let more = set.get(claim.set.len()..).unwrap_or_default();
        let as_claimed = "as claimed".to_owned();
        note(&format!("  {}", more.first().unwrap_or(&as_claimed)));
        // A varied input may be the scenario itself: the last one named is played.
        let (named, mut set): (Vec<String>, Vec<String>) = set
            .iter()
            .cloned()
            .partition(|setting| setting.starts_with(SCENARIO));
        let named = named.last().and_then(|last| last.strip_prefix(SCENARIO));
        set.extend(self.args.set.iter().cloned());
        let prepared = prepare(
            &ScenarioArgs {
                scenario: named.unwrap_or(&claim.scenario).to_owned(),
                set,
                option: claim.options.clone(),
                runs: self.args.runs,
                seed: None,
                terrain: None,
                people: None,
                catalogue: None,
            },
            self.pool,
            self.stop,
        )?;
        self.answer(&prepared, need)
    }
}

impl Table<'_> {
    fn answer(&self, prepared: &Prepared, need: Need) -> Result<Answer, Failure> {
        let campaign = &prepared.scenario.file.campaign;
        let settings = Settings {
            runs: campaign.runs,
            runs_per_draw: campaign.runs_per_draw,
        };
        let inputs = Inputs {
            plan: &prepared.plan,
            world: &prepared.world,
            floors: &prepared.floors,
        };
        let stopped = || self.stop.load(Ordering::SeqCst);
        let watch = Watch {
            progress: &|_| {},
            stop: &stopped,
        };
        let scenario = &prepared.scenario;
        answer(scenario, &inputs, settings, need, self.pool, watch)
            .map_err(|_stopped| Failure::Interrupted)
    }
}
