//! `cupola replay`: one run event by event.

use crate::args::{Replay, ReplayFormat};
use crate::failure::Failure;
use crate::prepare::{pool, prepare};
use crate::progress::stop_flag;
use cupola_campaign::{Inputs, replay as play, tell};
use cupola_raid::{Moment, RaidLog, ThreatStory};

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
    let mut moments: Vec<&Moment> = log.moments.iter().collect();
    moments.sort_by_key(|moment| moment.time);
    let lines = moments.into_iter().map(|moment| match args.format {
        ReplayFormat::Text => line(&log, moment),
        ReplayFormat::Json => json(&log, moment),
    });
    crate::print(&lines.collect::<String>())
}

/// The threat a moment is about, if it is about one.
fn threat<'a>(log: &'a RaidLog, moment: &Moment) -> Option<&'a ThreatStory> {
    log.stories.get(moment.threat as usize)
}

fn line(log: &RaidLog, moment: &Moment) -> String {
    let who = threat(log, moment).map_or(String::new(), |threat| {
        format!("{} no. {}: ", threat.name, threat.threat)
    });
    format!("{}  {who}{}\n", moment.time, moment.text)
}

/// One event as a line of JSON: seconds since the raid began, the threat (null for what concerns
/// none), its name, and what happens.
fn json(log: &RaidLog, moment: &Moment) -> String {
    let told = threat(log, moment);
    let event = serde_json::json!({
        "time_s": moment.time.seconds(),
        "threat": told.map(|threat| threat.threat),
        "name": told.map(|threat| threat.name.as_str()),
        "event": moment.text,
    });
    format!("{event}\n")
}
