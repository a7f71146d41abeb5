//! Every embedded claim leads to a scenario that its changes fit.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step ends the test that took it"
)]

use cupola_scenario::claims::{Claim, claim, claims};
use cupola_scenario::{
    CatalogueFiles, composed_text, parse, scenario_text, with_options, with_setting,
};

fn all() -> Vec<Claim> {
    claims().map_err(|e| e.to_string()).unwrap()
}

/// The text that a claim is played on, with more changes.
fn text(claim: &Claim, more: &[String]) -> String {
    let all = || claim.set.iter().chain(more);
    let other = all().find_map(|setting| setting.strip_prefix("scenario="));
    let name = other.unwrap_or(&claim.scenario);
    let mut text = scenario_text(name)
        .map(str::to_owned)
        .or_else(|| composed_text(name))
        .unwrap_or_else(|| panic!("{}: no scenario {name}", claim.id));
    for setting in all().filter(|setting| !setting.starts_with("scenario=")) {
        text = with_setting(&text, setting)
            .unwrap_or_else(|error| panic!("{}: {setting}: {error}", claim.id));
    }
    with_options(&text, &claim.options).unwrap_or_else(|e| panic!("{}: {e}", claim.id))
}

#[test]
fn the_ten_claims_load_in_order() {
    let numbers: Vec<u32> = all().iter().map(|claim| claim.number).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    for claim in all() {
        assert!(!claim.sources.is_empty(), "{}", claim.id);
        assert!(
            claim.vary.iter().any(|vary| !vary.values.is_empty()),
            "{}",
            claim.id
        );
    }
}

#[test]
fn every_change_of_every_claim_gives_a_sound_scenario() {
    let files = CatalogueFiles::embedded()
        .map_err(|e| e.to_string())
        .unwrap();
    for claim in all() {
        let mut changes: Vec<Vec<String>> = vec![Vec::new()];
        for vary in claim
            .vary
            .iter()
            .filter(|vary| !vary.path.starts_with("quantity."))
        {
            let set = |value: &String| -> Vec<String> {
                if vary.path != "several" {
                    return vec![format!("{}={value}", vary.path)];
                }
                let all = value.split(';').map(|setting| setting.trim().to_owned());
                all.filter(|setting| !setting.starts_with("quantity."))
                    .collect()
            };
            changes.extend(vary.values.iter().map(set));
        }
        for change in changes {
            let parsed = parse(&text(&claim, &change), &claim.scenario, &files);
            let scenario = parsed.unwrap_or_else(|e| panic!("{} {change:?}: {e}", claim.id));
            let options = &scenario.file.options;
            assert!(
                options.iter().any(|o| o.name == claim.quantity.option),
                "{}",
                claim.id
            );
        }
    }
}

#[test]
fn thresholds_that_overlap_are_refused() {
    let text = include_str!("../claims/safe-zone.toml");
    assert!(claim(text, "safe-zone.toml").is_ok());
    let reversed = text.replace("holds = 0.8", "holds = 0.3");
    let error = claim(&reversed, "safe-zone.toml").unwrap_err();
    assert!(error.to_string().contains("overlap"), "{error}");
    let unknown = text.replace("kind = \"cover\"", "kind = \"beauty\"");
    assert!(claim(&unknown, "safe-zone.toml").is_err());
}
