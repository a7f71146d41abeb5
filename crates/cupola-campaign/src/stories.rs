//! One leaker's and one kill's story in sentences, from a replay of a run.

use crate::outcome::Story;
use crate::run::{Inputs, fly};
use cupola_raid::{Cause, Draw, End, RaidLog, Setting, ThreatStory, Workspace, simulate};

/// Replays one run of one option against one raid, with its story told.
///
/// `runs_per_draw` must be that of the campaign, since the epistemic draw is `run / runs_per_draw`.
pub fn replay(
    inputs: &Inputs<'_>,
    option: usize,
    raid: usize,
    run: u32,
    runs_per_draw: u32,
) -> RaidLog {
    let plan = inputs.plan;
    let draw = Draw::new(plan, run / runs_per_draw, inputs.floors.len());
    let mut geometries = Vec::new();
    let calibrated = fly(inputs, &draw, &mut geometries);
    let setting = Setting {
        plan,
        world: inputs.world,
        draw: &draw,
        raid: &plan.raids[raid],
        geometry: &geometries[raid],
        existing: &calibrated,
    };
    let mut workspace = Workspace::default();
    simulate(&setting, &plan.options[option], run, true, &mut workspace);
    workspace.log
}

/// Why a leaker leaked, in words.
fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::NoUnit => "no fire unit of this option was on duty",
        Cause::OutsideRange => "it never came within the range of a sensor of the option",
        Cause::BelowFloor => {
            "it stayed below the floor of every sensor in range: behind terrain or the horizon"
        }
        Cause::NeverSeen => "it was in view of a sensor, but no track came of it",
        Cause::OutOfReach => "it was tracked but never came inside an envelope with line of sight",
        Cause::TooLate => "it came within reach, but only before a unit was ready to fire",
        Cause::UnitLost => "the unit that might have met it was lost",
        Cause::NoRule => "the rules of engagement did not allow a shot in time",
        Cause::TakenForDecoy => "it was taken for a decoy and left alone",
        Cause::NoChannel => "every fire channel in reach was busy",
        Cause::NoMissile => {
            "no missile was ready, or none free to be fired at it, at the units in reach"
        }
        Cause::Missed => "it was shot at and missed",
    }
}

/// The story of one threat of a replay.
pub fn tell(log: &RaidLog, threat: &ThreatStory) -> String {
    let mut text = format!("{} no. {}", threat.name, threat.threat);
    text.push_str(if threat.inside {
        ", aimed into the area: "
    } else {
        ", aimed elsewhere: "
    });
    let moments: Vec<String> = log
        .moments
        .iter()
        .filter(|moment| moment.threat == threat.threat)
        .map(|moment| format!("at {} {}", moment.time, moment.text))
        .collect();
    text.push_str(&moments.join("; "));
    if threat.end == End::Leaked {
        text.push_str(". It came through because ");
        text.push_str(why(threat.cause));
    }
    text.push('.');
    text
}

/// The first leaker (by preference one that was shot at) and the first kill of the given runs.
pub(crate) fn stories(
    inputs: &Inputs<'_>,
    option: usize,
    raid: usize,
    runs: [Option<u32>; 2],
    runs_per_draw: u32,
) -> Vec<Story> {
    let mut stories = Vec::new();
    for (kind, run, end) in [
        ("leaker", runs[0], End::Leaked),
        ("kill", runs[1], End::KilledShield),
    ] {
        let Some(run) = run else { continue };
        let log = replay(inputs, option, raid, run, runs_per_draw);
        let told = log.stories.iter().filter(|story| story.end == end);
        if let Some(threat) = told.max_by_key(|story| (story.cause, u32::MAX - story.threat)) {
            stories.push(Story {
                kind,
                run,
                text: tell(&log, threat),
            });
        }
    }
    stories
}
