//! Broken scenarios: whatever is deleted, doubled, moved or scrambled, the reader answers with a
//! scenario or with a message that has its place in the text, and never panics.

use cupola_scenario::{
    CatalogueFiles, NEW_SCENARIO, Rejected, Scenario, parse, scenario_names, scenario_text,
    with_options, with_setting,
};

/// Knuth's linear congruential generator: the cases are the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % count
    }
}

/// Texts put in place of a value or a line.
const ODD: [&str; 22] = [
    "",
    "=",
    "[",
    "]]",
    "{ low = 2, high = 1 }",
    "{ low = 1 }",
    "{ low = 1, high = 1000, dist = \"log\", confidence = \"assumed\", reason = \"x\" }",
    "-1",
    "0",
    "1e308",
    "-1e308",
    "nan",
    "99999999999999999999",
    "\"\"",
    "\"ÿ ж 漢 \\u0000\"",
    "[]",
    "[[1, 2], 3]",
    "true",
    "2024-12-31",
    "12:30:00",
    "\"unclosed",
    "[[fire_units]]",
];

fn mutated(text: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=chance.below(3) {
        let (i, j) = (chance.below(lines.len()), chance.below(lines.len()));
        let odd = ODD[chance.below(ODD.len())];
        match chance.below(7) {
            0 => drop(lines.remove(i)),
            1 => lines.insert(j, lines[i].clone()),
            2 => lines.swap(i, j),
            3 => odd.clone_into(&mut lines[i]),
            4 => {
                let key = lines[i].split('=').next().unwrap_or_default().to_owned();
                lines[i] = format!("{key}= {odd}");
            }
            5 => {
                let kept = chance.below(lines[i].chars().count() + 1);
                lines[i] = lines[i].chars().take(kept).collect();
            }
            _ => {
                let words: Vec<&str> = lines[j].split(' ').collect();
                let word = words[chance.below(words.len())].to_owned();
                let count = lines[i].split(' ').count();
                let at = chance.below(count);
                let spoilt = lines[i].split(' ').enumerate();
                let spoilt = spoilt.map(|(k, old)| if k == at { word.as_str() } else { old });
                lines[i] = spoilt.collect::<Vec<_>>().join(" ");
            }
        }
        if lines.is_empty() {
            lines.push(String::new());
        }
    }
    lines.join("\n")
}

fn files() -> CatalogueFiles {
    let files = CatalogueFiles::embedded();
    files.expect("a test of its own loads the embedded catalogue")
}

/// Every message has its place; a scenario that was read is its own lock.
fn check(result: Result<Scenario, Rejected>, text: &str, files: &CatalogueFiles) -> bool {
    match result {
        Ok(scenario) => {
            let again = parse(&scenario.lock_text, "x.lock.toml", files);
            let again = again.map(|again| again.lock_text);
            assert_eq!(again.as_ref(), Ok(&scenario.lock_text), "{text}");
            true
        }
        Err(rejected) => {
            assert!(!rejected.problems.is_empty());
            assert!(!rejected.to_string().is_empty());
            for problem in &rejected.problems {
                let span = problem.span.clone();
                assert!(text.get(span.clone()).is_some(), "{span:?} in\n{text}");
                let (line, column) = rejected.line_column(span.start);
                assert!(line >= 1 && column >= 1);
                assert!(!problem.message.is_empty());
            }
            false
        }
    }
}

#[test]
fn prop_a_broken_scenario_is_told_and_never_panics() {
    let files = files();
    let mut chance = Chance(2024);
    let names = scenario_names();
    let mut whole = 0;
    for case in 0..300 {
        let text = match case % (names.len() + 1) {
            0 => NEW_SCENARIO,
            i => scenario_text(names[i - 1]).unwrap(),
        };
        let text = mutated(text, &mut chance);
        whole += usize::from(check(parse(&text, "case.toml", &files), &text, &files));
    }
    assert!(
        whole > 10 && whole < 290,
        "{whole} of 300 still whole: no test"
    );
}

#[test]
fn prop_settings_on_a_broken_scenario_never_panic() {
    let mut chance = Chance(7);
    let paths = [
        "campaign.runs",
        "area",
        "raids[0].waves[1].count",
        "raids[99].name",
        "options.name",
        "sites.new.lat_deg",
        "a.b.c.d",
        "[0]",
        "raids[]",
        "....",
        "raids[18446744073709551616]",
        "",
    ];
    let mut applied = 0;
    for _ in 0..300 {
        let text = mutated(NEW_SCENARIO, &mut chance);
        let (path, odd) = (
            paths[chance.below(paths.len())],
            ODD[chance.below(ODD.len())],
        );
        applied += usize::from(with_setting(&text, &format!("{path}={odd}")).is_ok());
        let option = ["nothing", "one-unit", "nobody"][chance.below(3)].to_owned();
        applied += usize::from(with_options(&text, &[option]).is_ok());
    }
    assert!(applied > 10, "{applied}");
}

#[test]
fn prop_broken_catalogue_entries_never_panic() {
    let mut files = files();
    let mut chance = Chance(11);
    let entry = "id = \"x\"\nname = \"X\"\nclass = \"drone\"\nprofile = \"low\"\n\
        speed_km_h = { value = 160, source = \"a\", date = 2024-01-01, confidence = \"low\" }\n\
        altitude_m = { low = 100, high = 900, confidence = \"assumed\", reason = \"a\" }\n\
        rcs_m2 = { value = 0.1, confidence = \"assumed\", reason = \"a\" }\n\
        cost_musd = { value = 0.01, confidence = \"assumed\", reason = \"a\" }\n";
    let mut taken = 0;
    for _ in 0..300 {
        let text = mutated(entry, &mut chance);
        match files.overlay("threats/x.toml", &text) {
            Ok(()) => taken += 1,
            Err(rejected) => assert!(!rejected.to_string().is_empty()),
        }
    }
    assert!(taken > 3, "{taken}");
}
