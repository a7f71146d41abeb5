//! Wrong scenarios: what is wrong, where, and what to write instead.

use crate::harness::{Place, SMALL, check, edited, rejected, rejected_text};

#[test]
fn keys_and_types() {
    rejected("key_with_a_typo", "terrain_seeds", "terain_seeds");
    rejected(
        "key_with_another_unit",
        "radius_km = 20",
        "radius_m = 20000",
    );
    rejected("key_nobody_knows", "runs = 32", "colour = \"red\"");
    rejected(
        "text_for_a_number",
        "ground_m = 326",
        "ground_m = \"326 m\"",
    );
    rejected("number_for_a_text", "title = \"Nothing\"", "title = 7");
    rejected(
        "table_for_a_list",
        "groups = [\"city\", \"border\"]",
        "groups = { city = true }",
    );
    rejected(
        "day_that_is_none",
        "as_of = 2024-12-31",
        "as_of = \"yesterday\"",
    );
    rejected(
        "day_without_a_date",
        "as_of = 2024-12-31",
        "as_of = 12:30:00",
    );
    rejected(
        "word_not_in_the_list",
        "engage = \"own-soil\"",
        "engage = \"own soil\"",
    );
    rejected(
        "figure_with_an_odd_field",
        "low = 0.7, high = 1.0",
        "low = 0.7, hi = 1.0",
    );
    rejected(
        "figure_with_an_odd_confidence",
        "high = 1.0 }",
        "high = 1.0, confidence = \"sure\" }",
    );
    rejected(
        "assumption_without_a_reason",
        "high = 1.0 }",
        "high = 1.0, confidence = \"assumed\" }",
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let text = edited("terrain_seeds", "terain_seeds").replace("ground_m = 326", "ground_m = true");
    rejected_text(
        "several_problems",
        text.replace("runs = 32", "runs = -1").as_bytes(),
    );
}

#[test]
fn values() {
    rejected(
        "latitude_that_is_none",
        "lat_deg = 49.8125",
        "lat_deg = 149.8125",
    );
    rejected(
        "longitude_that_is_none",
        "lon_deg = 23.956",
        "lon_deg = 239.56",
    );
    rejected("not_a_number", "lat_deg = 49.8125", "lat_deg = nan");
    rejected(
        "range_reversed",
        "low = 0.7, high = 1.0",
        "low = 1.0, high = 0.7",
    );
    rejected(
        "mode_outside_its_range",
        "low = 0.7, high",
        "low = 0.7, mode = 0.2, high",
    );
    rejected("share_above_one", "high = 1.0", "high = 1.7");
    rejected(
        "share_in_percent",
        "low = 0.7, high = 1.0",
        "low = 70, high = 100",
    );
    rejected(
        "belt_without_depth",
        "engage = \"own-soil\"",
        "engage = \"belt\"",
    );
    rejected("radius_of_nothing", "radius_km = 20\n", "radius_km = 0\n");
    rejected("no_radius", "radius_km = 20\n", "");
    rejected(
        "nobody_was_in_nato_then",
        "radius_km = 20\n",
        "radius_km = 20\nnato_year = 1815\n",
    );
}

#[test]
fn names() {
    rejected(
        "place_in_area",
        "places = [\"Lviv, UA\"]",
        "places = [\"Lvyvv, UA\"]",
    );
    rejected("place_of_an_aim", "\"Ternopil, UA\"", "\"Ternopli, UA\"");
    rejected("place_of_a_unit", "\"Lubaczów, PL\"", "\"Lubaczuf, PL\"");
    rejected("unknown_system", "\"narew-mala\"", "\"narew-mila\"");
    rejected("unknown_threat", "\"kalibr\"", "\"caliber\"");
    rejected(
        "unknown_launch_area",
        "from = [\"east\"]",
        "from = [\"west\"]",
    );
    rejected("unknown_aims", "aims = \"city\"", "aims = \"town\"");
    rejected(
        "unknown_group",
        "\"city\", \"border\"",
        "\"city\", \"boarder\"",
    );
    rejected(
        "unknown_rule",
        "default = \"own-soil\"",
        "default = \"own-soul\"",
    );
    rejected(
        "unknown_main_raid",
        "runs = 32",
        "runs = 32\nmain_raid = \"mixd\"",
    );
    rejected(
        "unknown_region",
        "places = [\"Lviv, UA\"]",
        "regions = [\"UA-99\"]",
    );
    rejected(
        "unknown_country",
        "places = [\"Lviv, UA\"]",
        "countries = [\"XX\"]",
    );
    rejected("nation_in_words", "nation = \"UA\"", "nation = \"Ukraine\"");
    rejected("nation_nobody_knows", "nation = \"UA\"", "nation = \"XX\"");
    rejected(
        "rule_for_a_nation_nobody_knows",
        "rules = { UA",
        "rules = { UK",
    );
    rejected(
        "option_with_a_slash",
        "name = \"covered\"",
        "name = \"co/vered\"",
    );
    rejected("option_twice", "name = \"covered\"", "name = \"nothing\"");
}

#[test]
fn empty_lists() {
    rejected("unit_without_a_site", "sites = [\"airport\"]", "sites = []");
    rejected(
        "raid_without_a_wave",
        "waves = [{ threat = \"iskander-m\", count = 2, from = [\"north\"] }]",
        "waves = []",
    );
    rejected("wave_from_nowhere", "from = [\"north\"] }]", "from = [] }]");
    rejected("area_of_nothing", "places = [\"Lviv, UA\"]\n", "");
    rejected(
        "share_aimed_at_an_empty_list",
        "outside = [{ place = \"Ternopil, UA\" }]\n",
        "",
    );
    rejected(
        "aims_without_weight",
        "place = \"Ternopil, UA\"",
        "place = \"Ternopil, UA\", weight = 0",
    );
}

#[test]
fn geography() {
    rejected(
        "site_with_latitude_and_longitude_swapped",
        "lat_deg = 49.8125, lon_deg = 23.956",
        "lat_deg = 23.956, lon_deg = 49.8125",
    );
    rejected(
        "site_on_another_continent",
        "lon_deg = 23.956",
        "lon_deg = -150.0",
    );
    rejected(
        "inside_aim_outside",
        "inside = [{ place = \"Lviv, UA\"",
        "inside = [{ place = \"Kyiv, UA\"",
    );
    rejected(
        "outside_aim_inside",
        "place = \"Ternopil, UA\"",
        "place = \"Lviv, UA\"",
    );
    rejected(
        "country_across_the_180th_meridian",
        "places = [\"Lviv, UA\"]",
        "countries = [\"RU\"]",
    );
    let place = Place::new();
    place.write(
        "mine.toml",
        edited(
            "lat_deg = 51.2, lon_deg = 25.0",
            "lat_deg = 36.2, lon_deg = 51.7",
        ),
    );
    let ran = place.good(&["check", "mine.toml"]);
    insta::assert_snapshot!("launch_area_perhaps_swapped_is_a_warning", ran.stderr);
}

#[test]
fn syntax() {
    rejected("two_equals_signs", "runs = 32", "runs = = 32");
    rejected("a_key_twice", "runs = 32", "runs = 32\nruns = 33");
    rejected(
        "a_text_without_end",
        "title = \"Nothing\"",
        "title = \"Nothing",
    );
    rejected("a_table_without_end", "[campaign]", "[campaign");
    rejected_text("empty_file", b"");
    rejected_text("not_utf8", &[SMALL.as_bytes(), b"# caf\xe9\n"].concat());
    rejected_text("binary_junk", &(0..=255).collect::<Vec<u8>>());
    rejected_text("zero_bytes", &[0; 64]);
}

#[test]
fn catalogue_inside_a_scenario() {
    let threat = "\n[catalogue.threats.kn]\nid = \"kn\"\nname = \"KN\"\nclass = \"ballistic\"\n\
                  profile = \"aero-ballistic\"\nrcs_m2 = 0.1\ncost_musd = 1\n";
    let text = edited("\"iskander-m\"", "\"kn\"") + threat;
    rejected_text("aero_ballistic_without_apogee", text.as_bytes());
    let text = text.replace("profile = \"aero-ballistic\"", "profile = \"low\"");
    rejected_text("low_threat_without_speed", text.as_bytes());
    let text = text.replace("rcs_m2 = 0.1", "rcs_cm2 = 0.1");
    rejected_text("threat_in_another_unit", text.as_bytes());
}

#[test]
fn settings_from_the_command_line() {
    let place = Place::with_small();
    let bad = |name: &str, args: &[&str]| {
        let ran = check(name, &place, &[&["check", "small.toml"], args].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    };
    bad("set_without_equals", &["--set", "campaign.runs"]);
    bad("set_without_a_path", &["--set", "=3"]);
    bad("set_of_a_table_nobody_knows", &["--set", "campain.runs=3"]);
    bad("set_of_a_field_nobody_knows", &["--set", "campaign.runz=3"]);
    bad(
        "set_beyond_the_end_of_a_list",
        &["--set", "options[7].name=x"],
    );
    bad("set_below_a_value", &["--set", "campaign.runs.more=3"]);
    bad("set_to_a_word", &["--set", "campaign.runs=many"]);
    bad("option_that_is_not_there", &["--option", "nope"]);
    bad("runs_zero", &["--runs", "0"]);
    bad("runs_negative", &["--runs", "-4"]);
    bad("runs_too_many", &["--runs", "4000000000"]);
    bad("seed_too_large", &["--seed", "99999999999999999999"]);
}
