//! Huge values: refused with a reason, never a panic, a full memory or an endless run.

use crate::harness::{Place, edited, rejected, rejected_text};

#[test]
fn sizes_that_cannot_be_meant_are_refused() {
    rejected("no_runs", "runs = 32", "runs = 0");
    rejected(
        "four_thousand_million_runs",
        "runs = 32",
        "runs = 4000000000",
    );
    rejected(
        "more_runs_than_a_number_holds",
        "runs = 32",
        "runs = 99999999999999999999",
    );
    rejected(
        "runs_per_draw",
        "runs = 32",
        "runs = 32\nruns_per_draw = 4000000000",
    );
    rejected("negative_seed", "runs = 32", "runs = 32\nseed = -4");
    rejected(
        "radius_of_half_the_earth",
        "radius_km = 20\n",
        "radius_km = 20000\n",
    );
    rejected("seventeen_seeds", "terrain_seeds = 1", "terrain_seeds = 17");
    rejected("no_seeds", "terrain_seeds = 1", "terrain_seeds = 0");
    rejected("more_threats_than_are_played", "count = 10", "count = 5001");
    rejected("infinitely_many", "count = 10", "count = inf");
    let wave = "{ threat = \"kalibr\", count = 5000, from = [\"north\"] },\n";
    let text = edited("waves = [\n", &format!("waves = [\n{}", wave.repeat(5)));
    rejected_text("many_waves", text.as_bytes());
    let sites = format!("sites = [{}]", "\"airport\", ".repeat(1300));
    rejected_text(
        "many_sites",
        edited("sites = [\"airport\"]", &sites).as_bytes(),
    );
    rejected_text(
        "deep_nesting",
        format!("x = {}", "[".repeat(50_000)).as_bytes(),
    );
}

#[test]
fn the_largest_sizes_allowed_run() {
    let place = Place::new();
    place.write(
        "crowd.toml",
        edited("count = 10", "count = 5000").replace("low = 0.7, high = 1.0", "low = 0, high = 1"),
    );
    place.good(&["run", "crowd.toml", "--runs=1", "--out=crowd"]);
    let odd = edited("spread_min = 30", "spread_min = 1000000")
        .replace("start_min = 30", "start_min = -99999")
        .replace(
            "system = \"nasams\"",
            "system = \"nasams\"\nlaunchers = 1000000",
        );
    place.write("odd.toml", odd);
    place.good(&["run", "odd.toml", "--runs=9", "--out=odd"]);
    place.write(
        "seeds.toml",
        edited("terrain_seeds = 1", "terrain_seeds = 16"),
    );
    place.good(&["run", "seeds.toml", "--runs=16", "--out=seeds"]);
}

#[test]
fn far_corners_of_the_earth_do_not_panic() {
    let place = Place::new();
    let corners = [
        (
            "lat_deg = 51.2, lon_deg = 25.0",
            "lat_deg = 90, lon_deg = 0",
        ),
        (
            "lat_deg = 51.2, lon_deg = 25.0",
            "lat_deg = -89.9, lon_deg = 180",
        ),
        (
            "lat_deg = 51.2, lon_deg = 25.0",
            "lat_deg = 51.2, lon_deg = -180",
        ),
        (
            "lat_deg = 51.2, lon_deg = 25.0, radius_km = 10",
            "lat_deg = 51.2, lon_deg = 25.0, radius_km = 20000",
        ),
        ("count = 3", "count = 0"),
        ("count = 10", "count = { low = 0, high = 0.4 }"),
    ];
    for (i, (from, to)) in corners.into_iter().enumerate() {
        place.write("corner.toml", edited(from, to));
        let out = format!("out{i}");
        let ran = place.run(&["run", "corner.toml", "--runs=2", "--out", &out]);
        assert!(matches!(ran.code, Some(0 | 2)), "{to}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{to}: {}", ran.stderr);
    }
}
