//! Names of uncertain inputs in words, beside the names that `--set` and the files use.

/// Words for the last part of a name.
const WORDS: [(&str, &str); 46] = [
    (
        "aim_share",
        "share of the existing defence that acts at aim points",
    ),
    ("aircraft", "aircraft assigned"),
    ("altitude_m", "altitude of the threat"),
    ("altitude_min_m", "lowest target of the missile"),
    ("antenna_m", "height of the antenna"),
    ("apogee_km", "apogee of the threat"),
    ("area_cover_share", "aim points under cover inside the area"),
    (
        "area_weight",
        "weight of the existing defence over the area",
    ),
    ("assess_s", "time to judge a shot"),
    ("availability_share", "share of aircraft available"),
    ("ballistic_range_km", "reach against ballistic missiles"),
    ("belief_share", "belief in claimed kills"),
    ("c_share", "share of misses that a second shot shares"),
    ("ceiling_km", "ceiling of the missile"),
    ("channel_hold_share", "how long a shot holds its channel"),
    ("channels", "fire channels"),
    ("consent_s", "time to obtain consent"),
    ("cost_musd", "cost"),
    ("cover_share", "aim points under cover outside the area"),
    ("elevation_max_deg", "highest elevation the radar watches"),
    ("elevation_min_deg", "lowest elevation the radar watches"),
    ("fail_share", "failures of the threat by itself"),
    ("handover_weeks", "weeks around a course"),
    ("inside_share", "share of a raid aimed into the area"),
    ("killed_share", "kills by the existing defence"),
    ("launchers", "launchers of a unit"),
    ("link_availability_share", "share of links that work"),
    ("link_delay_s", "delay of shared tracks"),
    ("loads_in_stock", "missile loads in stock"),
    ("look_down_share", "success of a fighter's look-down"),
    ("lost_share", "drones lost to jamming"),
    ("on_station_h", "hours on station"),
    ("pd_ref", "detection probability behind the radar's range"),
    ("raid_rho", "correlation of outcomes within a raid"),
    ("range_km", "range"),
    ("rcs_m2", "radar cross-section of the threat"),
    ("rcs_ref_m2", "cross-section behind the radar's range"),
    ("reaction_s", "reaction time"),
    ("ready_share", "share of units ready"),
    ("reload_min", "time to reload"),
    ("s_common", "spread of kill probability between raids"),
    (
        "s_family",
        "spread of kill probability between raids, by interceptor",
    ),
    ("scan_s", "scan period"),
    ("speed_km_h", "speed of the threat"),
    ("stray_share", "share of threats that stray"),
    ("training_weeks", "weeks of training"),
];

/// A name in words, with the name itself in brackets: `share of a raid aimed into the area
/// (aims.nationwide.inside_share)`. A name without words stands as it is.
pub(crate) fn in_words(name: &str) -> String {
    words(name).map_or_else(|| name.to_owned(), |words| format!("{words} ({name})"))
}

fn words(name: &str) -> Option<&'static str> {
    if name == "pk:all families" {
        return Some("kill probabilities of all interceptors together");
    }
    if name.starts_with("pk:") {
        return Some("kill probability of one interceptor");
    }
    if name.starts_with("shots.") {
        return Some("shots at a time");
    }
    let stem = name.split('#').next().unwrap_or(name);
    let last = stem.rsplit('.').next().unwrap_or(stem);
    WORDS.iter().find(|word| word.0 == last).map(|word| word.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_get_words_and_keep_their_name() {
        let told = "share of a raid aimed into the area (aims.nationwide.inside_share)";
        assert_eq!(in_words("aims.nationwide.inside_share"), told);
        assert_eq!(
            in_words("sampt.sensor.range_km#2"),
            "range (sampt.sensor.range_km#2)"
        );
        assert_eq!(in_words("something else"), "something else");
    }

    #[test]
    fn words_stand_in_the_order_of_their_keys() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
