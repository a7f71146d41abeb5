//! `cupola replay`: one run event by event.

use crate::args::Replay;
use crate::failure::Failure;
use crate::prepare::{pool, prepare};
use crate::progress::stop_flag;
use cupola_campaign::{Inputs, replay as play, tell};
use std::fmt::Write as _;

/// Plays one run of one option.
///
/// # Errors
/// [`Failure`] for a wrong input, or an option, raid or threat that is not there.
pub(crate) fn replay(args: &Replay) -> Result<(), Failure> {
    let stop = stop_flag()?;
    let pool = pool(&args.threads)?;
    let prepared = prepare(&args.scenario, &pool, &stop)?;
    let plan = &prepared.plan;
    let campaign = &prepared.scenario.file.campaign;
    if plan.options.len() != 1 {
        let names: Vec<&str> = plan.options.iter().map(|o| o.name.as_str()).collect();
        return Err(Failure::Input(
            "a replay needs one option".to_owned(),
            Some(format!("add --option NAME, one of: {}", names.join(", "))),
        ));
    }
    let option = 0;
    let names: Vec<&str> = plan.raids.iter().map(|raid| raid.name.as_str()).collect();
    let wanted = args
        .raid
        .as_deref()
        .or(campaign.main_raid.as_deref())
        .unwrap_or(names[0]);
    let raid = names
        .iter()
        .position(|name| *name == wanted)
        .ok_or_else(|| {
            let help = format!("one of: {}", names.join(", "));
            Failure::Input(format!("there is no raid `{wanted}`"), Some(help))
        })?;
    let inputs = Inputs {
        plan,
        world: &prepared.world,
        floors: &prepared.floors,
    };
    let log = play(&inputs, option, raid, args.run, campaign.runs_per_draw);
    if let Some(why) = args.why {
        let threat = log
            .stories
            .iter()
            .find(|story| story.threat == why)
            .ok_or_else(|| {
                let most = log.stories.len().saturating_sub(1);
                let message = format!("run {} has no threat {why}", args.run);
                Failure::Input(message, Some(format!("threats are numbered 0 to {most}")))
            })?;
        return crate::print(&format!("{}\n", tell(&log, threat)));
    }
    let mut text = String::new();
    let mut moments: Vec<_> = log.moments.iter().collect();
    moments.sort_by_key(|moment| moment.time);
    for moment in moments {
        let name = &log.stories[moment.threat as usize].name;
        writeln!(
            text,
            "{}  {name} no. {}: {}",
            moment.time, moment.threat, moment.text
        )
        .expect("writing to a string cannot fail");
    }
    crate::print(&text)
}
