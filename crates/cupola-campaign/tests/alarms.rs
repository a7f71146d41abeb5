//! Simulated alarms at the raid intensity of 2023 against the published list, as the protocol says.

use cupola_campaign::record::alarms::{alarms, compare};
use cupola_campaign::record::{Day, Import, RecordClass};
use cupola_raid::{Calibrated, Draw, Geometry, Plan, Setting, Workspace, joined, simulate};
use cupola_scenario::{CatalogueFiles, parse, scenario_text, with_setting};
use cupola_units::LatLon;
use cupola_world::regions::{RegionRaster, index_of};
use cupola_world::{Bounds, Level, World};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Western and reference regions: name in the list, ISO 3166-2 code. Front regions, where alarms have
/// other causes, stand in for the reference of many alarms.
const REGIONS: [(&str, &str); 14] = [
    ("Zakarpatska oblast", "UA-21"),
    ("Chernivetska oblast", "UA-77"),
    ("Ivano-Frankivska oblast", "UA-26"),
    ("Lvivska oblast", "UA-46"),
    ("Ternopilska oblast", "UA-61"),
    ("Volynska oblast", "UA-07"),
    ("Rivnenska oblast", "UA-56"),
    ("Khmelnytska oblast", "UA-68"),
    ("Zhytomyrska oblast", "UA-18"),
    ("Vinnytska oblast", "UA-05"),
    ("Kyiv City", "UA-30"),
    ("Odeska oblast", "UA-51"),
    ("Kharkivska oblast", "UA-63"),
    ("Donetska oblast", "UA-14"),
];
/// A threat is near a region within about this many degrees of latitude: 100 km.
const NEAR_DEG: f64 = 0.9;
/// From the end of the last threat to the all-clear, seconds: the mode of the scenario's range.
const ALL_CLEAR_S: f64 = 15.0 * 60.0;
const DRAWS: u32 = 4;
const RUNS: u32 = 2;
const DAYS: f64 = 365.0;

#[expect(
    clippy::disallowed_methods,
    reason = "tests find their data by one variable and read it"
)]
fn data(file: &str) -> Option<String> {
    let folder = std::env::var("CUPOLA_TEST_DATA").ok()?;
    let text = std::fs::read_to_string(Path::new(&folder).join(file));
    Some(text.expect("the folder of test data holds the record and the list of alarms"))
}

/// Waves that stand for a class of the record: threat, launch areas, aims.
fn wave(class: RecordClass) -> (&'static str, &'static str, &'static str) {
    match class {
        RecordClass::Drone => ("shahed-136-low", "\"krasnodar\", \"kursk\"", "nationwide"),
        RecordClass::Cruise => ("kh-101", "\"volgograd\"", "nationwide"),
        RecordClass::Guided => ("kh-59", "\"belgorod\"", "near"),
        RecordClass::Ballistic => ("kinzhal", "\"tambov\"", "nationwide"),
        RecordClass::OldHeavy => ("kh-22", "\"bryansk\"", "nationwide"),
        RecordClass::S300 => ("s-300-ground", "\"belgorod\"", "near"),
    }
}

/// The embedded scenario with the raid nights of 2023 and no fire unit.
fn scenario_of_2023(record: &str) -> String {
    let import = Import::read(record).expect("a record");
    let mut nights: BTreeMap<Day, Vec<(RecordClass, u32)>> = BTreeMap::new();
    for night in import.nights() {
        if night.day.date().0 == 2023 && night.launched > 0 {
            let night_of = nights.entry(night.day).or_default();
            night_of.push((night.class, night.launched));
        }
    }
    let mut raids = String::from("[");
    for (day, classes) in &nights {
        write!(raids, "{{ name = \"{day}\", title = \"{day}\", waves = [").expect("a string");
        for &(class, launched) in classes {
            let (threat, from, aims) = wave(class);
            let drone = class == RecordClass::Drone;
            let (start, spread) = if drone { (0, 180) } else { (200, 60) };
            write!(
                raids,
                "{{ threat = \"{threat}\", count = {launched}, from = [{from}], aims = \"{aims}\", \
                 start_min = {start}, spread_min = {spread} }}, "
            )
            .expect("a string");
        }
        raids.push_str("] }, ");
    }
    raids.push(']');
    let mut text = scenario_text("western-ukraine")
        .expect("embedded")
        .to_owned();
    for setting in [
        format!("raids={raids}"),
        "fire_units=[]".to_owned(),
        "options=[{ name = \"alone\", title = \"Ukraine alone\" }]".to_owned(),
        "campaign={ runs = 8 }".to_owned(),
    ] {
        text = with_setting(&text, &setting).expect("a field of the scenario");
    }
    text
}

/// Which regions are within about 100 km of a cell.
struct Near {
    masks: Vec<u32>,
}

const SOUTH: f64 = 43.0;
const WEST: f64 = 20.0;
const STEP: f64 = 0.1;
const ROWS: usize = 110;
const COLS: usize = 220;

impl Near {
    fn new() -> Self {
        let bounds = Bounds {
            south_deg: SOUTH,
            north_deg: SOUTH + STEP * ROWS as f64,
            west_deg: WEST,
            east_deg: WEST + STEP * COLS as f64,
        };
        let raster = RegionRaster::new(&bounds, 0.05).expect("a raster");
        let wanted: Vec<u8> = REGIONS
            .iter()
            .map(|(_, iso)| index_of(iso).expect("an oblast"))
            .collect();
        let offsets = |part: f64| {
            [
                (1.0, 0.0),
                (0.7, 0.7),
                (0.0, 1.0),
                (-0.7, 0.7),
                (-1.0, 0.0),
                (-0.7, -0.7),
                (0.0, -1.0),
                (0.7, -0.7),
            ]
            .map(|(north, east)| (part * NEAR_DEG * north, part * NEAR_DEG * east * 1.54))
        };
        let ring: Vec<(f64, f64)> = [(0.0, 0.0)]
            .into_iter()
            .chain([0.33, 0.66, 1.0].into_iter().flat_map(offsets))
            .collect();
        let mask = |i: usize| {
            let lat = SOUTH + STEP * ((i / COLS) as f64 + 0.5);
            let lon = WEST + STEP * ((i % COLS) as f64 + 0.5);
            ring.iter().fold(0_u32, |mask, (north, east)| {
                let region = raster.at(LatLon::new(lat + north, lon + east));
                let place = wanted.iter().position(|w| *w == region && region > 0);
                place.map_or(mask, |place| mask | (1 << place))
            })
        };
        Self {
            masks: (0..ROWS * COLS).map(mask).collect(),
        }
    }

    fn at(&self, at: LatLon) -> u32 {
        let (row, col) = ((at.lat_deg - SOUTH) / STEP, (at.lon_deg - WEST) / STEP);
        if row < 0.0 || col < 0.0 || row >= ROWS as f64 || col >= COLS as f64 {
            return 0;
        }
        self.masks[row as usize * COLS + col as usize]
    }
}

/// Alarms of every region in one run of one raid, seconds.
fn of_run(near: &Near, workspace: &Workspace, geometry: &Geometry) -> Vec<Vec<(f64, f64)>> {
    let mut stays: Vec<Vec<(f64, f64)>> = vec![Vec::new(); REGIONS.len()];
    for flight in workspace.flights(geometry) {
        let Some(known) = flight.alarm_s else {
            continue;
        };
        let mut seen = [None; REGIONS.len()];
        for &(t_s, at) in flight.track {
            let mask = near.at(at);
            let now = flight.launched_s + t_s;
            for (place, stay) in seen.iter_mut().enumerate() {
                if mask & (1 << place) != 0 {
                    let from = stay.map_or(now, |(from, _): (f64, f64)| from);
                    *stay = Some((from, now));
                }
            }
        }
        for (place, stay) in seen.into_iter().enumerate() {
            let Some((from, to)) = stay else { continue };
            let (from, to) = (from.max(known), to.min(flight.ended_s));
            if to > from {
                stays[place].push((from, to + ALL_CLEAR_S));
            }
        }
    }
    stays.into_iter().map(joined).collect()
}

/// What is simulated: minutes a day under alarm by region, and lengths of all alarms in minutes, in order.
struct Year {
    minutes: Vec<f64>,
    lengths: Vec<f64>,
}

fn simulated_year(record: &str) -> Year {
    let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
    let text = scenario_of_2023(record);
    let scenario = parse(&text, "2023", &base).expect("a sound scenario");
    let world = World::new(&scenario, &[&Level::default()], None).expect("a world");
    let plan = Plan::new(&scenario, &world).expect("a plan");
    let near = Near::new();
    let mut year = Year {
        minutes: vec![0.0; REGIONS.len()],
        lengths: Vec::new(),
    };
    for number in 0..DRAWS {
        add_draw(&plan, &world, &near, number, &mut year);
    }
    year.lengths.sort_by(f64::total_cmp);
    let days = f64::from(DRAWS * RUNS) * DAYS;
    for minutes in &mut year.minutes {
        *minutes /= days;
    }
    year
}

/// Plays all nights of the year in one draw of the inputs.
fn add_draw(plan: &Plan, world: &World, near: &Near, number: u32, year: &mut Year) {
    let draw = Draw::new(plan, number, 1);
    let mut reference = Vec::new();
    let mut geometries: Vec<Geometry> = Vec::new();
    for raid in &plan.raids {
        let mut geometry = Geometry::default();
        geometry.build(plan, world, &draw, &[], raid);
        geometry.reference(plan, &draw, raid, &mut reference);
        geometries.push(geometry);
    }
    let existing = Calibrated::new(plan, &draw, &reference);
    let mut workspace = Workspace::default();
    for (raid, geometry) in plan.raids.iter().zip(&geometries) {
        let setting = Setting {
            plan,
            world,
            draw: &draw,
            raid,
            geometry,
            existing: &existing,
        };
        for run in number * RUNS..(number + 1) * RUNS {
            simulate(&setting, &plan.options[0], run, false, &mut workspace);
            for (place, alarms) in of_run(near, &workspace, geometry).into_iter().enumerate() {
                for (from, to) in alarms {
                    year.minutes[place] += (to - from) / 60.0;
                    year.lengths.push((to - from) / 60.0);
                }
            }
        }
    }
}

#[test]
fn val_alarms_of_2023() {
    let (Some(record), Some(list)) = (data("raids-2022-2024.csv"), data("alarms-to-2023.csv"))
    else {
        println!("SKIPPED alarms-of-2023: CUPOLA_TEST_DATA is not set");
        return;
    };
    let year = simulated_year(&record);
    let median = year.lengths.get(year.lengths.len() / 2);
    let median = median.copied().expect("a year of raids has alarms");
    let simulated: Vec<(&str, f64)> = REGIONS
        .iter()
        .zip(&year.minutes)
        .map(|((name, _), minutes)| (*name, *minutes))
        .collect();
    let observed = alarms(&list).expect("a list of alarms");
    let targets = compare(&observed, &simulated, median);
    for target in &targets {
        println!(
            "{} {:.3} ({}–{})",
            target.id, target.value, target.low, target.high
        );
    }
    let of = |id: &str| targets.iter().find(|target| target.id == id);
    let value = |id: &str| of(id).expect("the comparison holds it").value;
    let levels = targets.iter().filter(|t| t.id.starts_with("level"));
    let above = levels.filter(|t| t.value > 1.0).count();
    println!("{above} of {} regions lie above the list", simulated.len());
    let lviv = simulated.iter().find(|(name, _)| *name == "Lvivska oblast");
    let lviv = lviv.expect("Lviv oblast is among the regions").1;
    println!(
        "VALIDATION id=alarms-of-2023 of=lviv truth=15..60 ours={lviv:.1} tolerance=0 unit=min/day"
    );
    println!(
        "VALIDATION id=alarms-of-2023 of=order truth=0.7..1 ours={:.3} tolerance=0 unit=spearman",
        value("order of regions")
    );
    println!(
        "VALIDATION id=alarms-of-2023 of=median-length truth=25..60 ours={median:.1} tolerance=0 unit=min"
    );
}
