//! Links, command posts and units that are lost; both errors of the heading rule.

use crate::bench::{Field, Model, check, mean};
use crate::laws::NIGHT;
use cupola_raid::{Draw, Incident, RaidLog};

fn count(log: &RaidLog, kind: Incident) -> u32 {
    let of = log.incidents.iter().filter(|incident| incident.0 == kind);
    of.map(|incident| incident.2).sum()
}

/// A log without the incidents of losses.
fn without_losses(log: &RaidLog) -> RaidLog {
    let mut log = log.clone();
    log.incidents
        .retain(|i| !matches!(i.0, Incident::UnitLost | Incident::PostLost));
    log
}

/// Logs of an option as text, in some draws and runs.
fn logs(text: &str, option: usize) -> Vec<String> {
    let field = Field::new(text);
    let mut all = Vec::new();
    for number in 0..4 {
        let night = field.draw(Draw::new(&field.plan, number, 1), 0);
        night.play(option, 8, false, |log| {
            all.push(format!("{:?}", without_losses(log)));
        });
    }
    all
}

#[test]
fn val_links_are_up_their_share_of_the_time() {
    // One slow target: eight hours and a third, with outages of ten minutes.
    let model = Model {
        more: String::new(),
        ..Model::radial()
    };
    let model = model.threat(&[("speed_km_h", 36.0)]);
    let text = model.text().replace(
        "link_delay_s = 0",
        "link_delay_s = 0\nlink_availability_share = 0.7\nlink_outage_min = 10",
    );
    let field = Field::new(&text);
    let end_s = 300.0 / 36.0 * 3600.0;
    let mut shares = Vec::new();
    field.night().play(0, 400, true, |log| {
        let (mut up_s, mut from_s) = (0.0, 0.0);
        let turns = log
            .moments
            .iter()
            .filter(|m| m.text.contains("the link of"));
        let mut up = true;
        for turn in turns {
            let now_s = turn.time.seconds();
            if turn.text.contains("fails") {
                up_s += now_s - from_s;
                up = false;
            } else {
                up = true;
            }
            from_s = now_s;
        }
        if up {
            up_s += end_s - from_s;
        }
        shares.push(up_s / end_s);
    });
    let (ours, _) = mean(&shares);
    check("link-availability", "up-share", 0.7, ours, 0.015, "share");
}

#[test]
fn a_network_whose_post_is_lost_at_once_is_autonomous() {
    let alone = NIGHT.replace("[command]", "[command]\nmode = \"autonomous\"");
    let lost = NIGHT.replace("[command]", "[command]\npost_lost_at_min = 0");
    // Option 0 takes the scenario's mode.
    assert_eq!(logs(&alone, 0), logs(&lost, 0));
    assert_ne!(logs(NIGHT, 0), logs(&lost, 0));
}

#[test]
fn units_lost_at_once_do_nothing() {
    let group = "group = \"g\"\n";
    let lost = NIGHT.replace(group, &format!("{group}lost_at_min = 0\n"));
    let field = Field::new(&lost);
    let night = field.draw(Draw::middle(&field.plan, 0), 0);
    let mut lost_units = 0;
    night.play(3, 20, false, |log| {
        assert_eq!(log.spent.iter().sum::<u32>(), 0);
        lost_units += count(log, Incident::UnitLost);
    });
    assert!(lost_units > 60, "{lost_units}");
}

#[test]
fn a_unit_that_may_be_lost_fires_no_more_than_one_that_is_not() {
    let spent = |share: &str| {
        let group = "group = \"g\"\n";
        let text = NIGHT.replace(group, &format!("{group}loss_share = {share}\n"));
        let field = Field::new(&text);
        let night = field.draw(Draw::middle(&field.plan, 0), 0);
        let mut spent = 0;
        night.play(3, 40, false, |log| spent += log.spent.iter().sum::<u32>());
        spent
    };
    let (none, half, all) = (spent("0"), spent("0.5"), spent("1"));
    assert!(none > half && half > all && all > 0, "{none} {half} {all}");
}

#[test]
fn both_errors_of_the_heading_rule_are_counted() {
    let errors = |stray: &str, horizon_s: &str| {
        let rule = "engage = \"heading-for-nato\"\n";
        let text = NIGHT
            .replace("stray_share = 0.2", &format!("stray_share = {stray}"))
            .replace(rule, &format!("{rule}horizon_s = {horizon_s}\n"));
        let field = Field::new(&text);
        let mut sums = [0, 0, 0];
        for number in 0..6 {
            let night = field.draw(Draw::new(&field.plan, number, 1), 0);
            night.play(2, 8, false, |log| {
                sums[0] += count(log, Incident::HeadingFalse);
                sums[1] += count(log, Incident::HeadingMissed);
                sums[2] += count(log, Incident::Incursion);
            });
            night.play(3, 8, false, |log| {
                assert_eq!(count(log, Incident::HeadingFalse), 0);
                assert_eq!(count(log, Incident::HeadingMissed), 0);
            });
        }
        sums
    };
    let [false_alarms, missed, _] = errors("0", "900");
    assert!(false_alarms > 0);
    assert_eq!(missed, 0, "nothing that could be missed enters");
    let [_, missed, entered] = errors("1", "60");
    assert!(0 < missed && missed < entered, "{missed} of {entered}");
}
