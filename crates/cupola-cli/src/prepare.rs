//! From the command line to everything a run needs: scenario, terrain, world, plan, floors.

use crate::args::{ScenarioArgs, ThreadArgs};
use crate::failure::Failure;
use crate::geography;
use crate::progress::{go_on, note, stage};
use cupola_campaign::TerrainUsed;
use cupola_coverage::{LosSettings, PolarFloor};
use cupola_io::IoError;
use cupola_raid::{Plan, SENSOR_RANGE_MAX_M};
use cupola_scenario::{CatalogueFiles, Scenario, scenario_names, scenario_text};
use cupola_world::terrain::{Mosaic, Statistical};
use cupola_world::{Grid, Terrain, World, describe};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Step at which given terrain is resampled, degrees (3″ tiles would need 36 times the memory of
/// the 15″ used here).
const GIVEN_STEP_DEG: f64 = 1.0 / 240.0;
/// What a lock file says instead of the path of terrain or people.
const GIVEN: &str = "given";
/// The terrain that travels inside the program.
const EMBEDDED: &str = "embedded";

/// Everything a run reads.
pub(crate) struct Prepared {
    pub(crate) scenario: Scenario,
    pub(crate) world: World,
    pub(crate) plan: Plan,
    pub(crate) floors: Vec<Vec<PolarFloor>>,
    pub(crate) terrain: TerrainUsed,
}

/// The catalogue with the user's folder over it.
///
/// # Errors
/// [`Failure`] for an entry that is wrong, or a folder that cannot be read.
pub(crate) fn catalogue(folder: Option<&Path>) -> Result<CatalogueFiles, Failure> {
    let mut files = CatalogueFiles::embedded()?;
    let Some(folder) = folder else {
        return Ok(files);
    };
    std::fs::read_dir(folder).map_err(|error| IoError::from_os(folder, "read", &error))?;
    let mut found = Vec::new();
    for kind in ["systems", "threats", "holdings"] {
        let Ok(entries) = std::fs::read_dir(folder.join(kind)) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if Path::new(&name)
                .extension()
                .is_some_and(|end| end == "toml")
            {
                found.push(format!("{kind}/{name}"));
            }
        }
    }
    if folder.join("pk.toml").is_file() {
        found.push("pk.toml".to_owned());
    }
    if found.is_empty() {
        return Err(Failure::Input(
            format!("{} holds no catalogue entry", folder.display()),
            Some(
                "put entries at systems/ID.toml, threats/ID.toml, holdings/ID.toml or pk.toml"
                    .to_owned(),
            ),
        ));
    }
    found.sort_unstable();
    for name in found {
        let text = read_text(&folder.join(&name))?;
        files.overlay(&name, &text).map_err(|mut rejected| {
            rejected.name = folder.join(&name).display().to_string();
            rejected
        })?;
    }
    Ok(files)
}

pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| IoError::from_os(path, "read", &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        let head = String::from_utf8_lossy(&error.as_bytes()[..end]);
        let line = head.matches('\n').count() + 1;
        let column = head.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Failure::Input(
            format!(
                "{}:{line}:{column}: the file is not UTF-8 text",
                path.display()
            ),
            Some("save it as UTF-8 text".to_owned()),
        )
    })
}

/// The text of a scenario: embedded by name, or a file.
pub(crate) fn text_of(name: &str) -> Result<String, Failure> {
    if let Some(text) = scenario_text(name) {
        return Ok(text.to_owned());
    }
    if let Some(text) = cupola_scenario::composed_text(name) {
        return Ok(text);
    }
    let path = Path::new(name);
    if path.is_dir() {
        return Err(Failure::Input(
            format!("{name} is a folder, not a scenario"),
            Some("give a scenario file, or a folder's scenario.lock.toml".to_owned()),
        ));
    }
    if path.exists() {
        return read_text(path);
    }
    let names = scenario_names();
    let near = cupola_scenario::nearest(name, names.iter().copied());
    let help = match near {
        Some(near) => format!("did you mean {near}?"),
        None => format!("give a file, or one of: {}", names.join(", ")),
    };
    Err(Failure::Input(
        format!("there is no file and no embedded scenario `{name}`"),
        Some(help),
    ))
}

/// Reads, changes and checks a scenario.
///
/// # Errors
/// [`Failure`] with everything wrong in it.
pub(crate) fn scenario(args: &ScenarioArgs) -> Result<Scenario, Failure> {
    let files = catalogue(args.catalogue.as_deref())?;
    let mut text = text_of(&args.scenario)?;
    let mut settings = args.set.clone();
    settings.extend(args.runs.map(|runs| format!("campaign.runs={runs}")));
    settings.extend(args.seed.map(|seed| format!("campaign.seed={seed}")));
    let quoted = |path: &PathBuf| toml::Value::from(path.to_string_lossy().into_owned());
    settings.extend(
        args.terrain
            .as_ref()
            .map(|path| format!("area.terrain={}", quoted(path))),
    );
    settings.extend(
        args.people
            .as_ref()
            .map(|path| format!("area.people={}", quoted(path))),
    );
    // A text that is wrong is reported whole before it is changed.
    if !settings.is_empty() || !args.option.is_empty() {
        cupola_scenario::parse(&text, &args.scenario, &files)?;
    }
    for setting in &settings {
        text = cupola_scenario::with_setting(&text, setting)?;
    }
    text = cupola_scenario::with_options(&text, &args.option)?;
    Ok(cupola_scenario::parse(&text, &args.scenario, &files)?)
}

/// A scenario as it stands, by name or file, with the built-in catalogue.
///
/// # Errors
/// [`Failure`] with everything wrong in it.
pub(crate) fn scenario_by_name(name: &str) -> Result<Scenario, Failure> {
    let files = catalogue(None)?;
    Ok(cupola_scenario::parse(&text_of(name)?, name, &files)?)
}

/// The files that a scenario names, which are there.
///
/// # Errors
/// [`Failure`] at the first that is not.
pub(crate) fn named_files(
    args: &ScenarioArgs,
    scenario: &Scenario,
) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let area = &scenario.file.area;
    let terrain = Some(&area.terrain).filter(|name| *name != EMBEDDED);
    let named = [
        ("terrain", terrain, &args.terrain),
        ("people", area.people.as_ref(), &args.people),
    ];
    for (key, name, argument) in named {
        let Some(name) = name else { continue };
        let path = path_of(args, name, argument.as_deref());
        if let Err(error) = std::fs::metadata(&path) {
            let error = IoError::from_os(&path, "read", &error);
            if argument.is_some() {
                return Err(error.into());
            }
            let (message, help) = if name == GIVEN || name.starts_with(&format!("{GIVEN}-")) {
                let message = format!("this scenario was computed on {key} that it does not hold");
                (message, format!("give the same again with --{key}"))
            } else {
                let help = format!("a path starts at the folder of the scenario; or give --{key}");
                (error.to_string(), help)
            };
            return Err(scenario
                .reject(&format!("area.{key}"), message, Some(help))
                .into());
        }
        found.push(path);
    }
    Ok(found)
}

/// Rayon's pool for a run.
///
/// # Errors
/// [`Failure`] when the system gives no threads.
pub(crate) fn pool(args: &ThreadArgs) -> Result<rayon::ThreadPool, Failure> {
    let threads = args.threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| {
            Failure::Running(format!("the threads could not be started: {error}"), None)
        })
}

/// Terrain of a scenario, and the scenario with paths replaced by digests.
struct Ground {
    scenario: Scenario,
    terrains: Vec<Box<dyn Terrain>>,
    seeds: Vec<u32>,
    people: Option<Grid>,
}

/// Everything a run needs.
///
/// # Errors
/// [`Failure`] for a wrong input, or when `stop` was raised.
pub(crate) fn prepare(
    args: &ScenarioArgs,
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
) -> Result<Prepared, Failure> {
    prepare_scenario(args, &scenario(args)?, pool, stop)
}

/// What a scenario means, without lines of sight.
///
/// # Errors
/// [`Failure`] for a wrong input, or when `stop` was raised.
pub(crate) fn planned(
    args: &ScenarioArgs,
    scenario: &Scenario,
    stop: &AtomicBool,
) -> Result<Plan, Failure> {
    geography::check(scenario)?;
    named_files(args, scenario)?;
    let ground = ground(args, scenario)?;
    go_on(stop)?;
    let terrains: Vec<&dyn Terrain> = ground.terrains.iter().map(AsRef::as_ref).collect();
    let world = World::new(&ground.scenario, &terrains, ground.people)?;
    Ok(Plan::new(&ground.scenario, &world)?)
}

/// Everything a run of a scenario needs that was read already.
///
/// # Errors
/// [`Failure`] for a wrong input, or when `stop` was raised.
pub(crate) fn prepare_scenario(
    args: &ScenarioArgs,
    scenario: &Scenario,
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
) -> Result<Prepared, Failure> {
    geography::check(scenario)?;
    named_files(args, scenario)?;
    let bar = stage("terrain, borders, people", 1);
    let ground = ground(args, scenario)?;
    go_on(stop)?;
    let terrains: Vec<&dyn Terrain> = ground.terrains.iter().map(AsRef::as_ref).collect();
    let world = World::new(&ground.scenario, &terrains, ground.people)?;
    bar.finish();
    let plan = Plan::new(&ground.scenario, &world)?;
    let (kind, cell_m, mut description) = describe(terrains[0]);
    if ground.seeds.len() > 1 {
        let seeds: Vec<String> = ground.seeds.iter().map(ToString::to_string).collect();
        description = description.replace("seed 1", &format!("seeds {}", seeds.join(", ")));
    }
    let mut kind = kind.to_owned();
    let share = world.stand_in_share();
    if share > 0.0 {
        let percent = match share * 100.0 {
            few if few < 1.0 => "under 1".to_owned(),
            many => format!("{many:.0}"),
        };
        TerrainUsed::PARTLY.clone_into(&mut kind);
        let how = format!("{percent} % of the heights, statistical relief of one seed");
        description = format!("{description} ({how})");
        note(&format!(
            "warning: {percent} % of the heights are not in the terrain given: statistical relief \
             stands in, right on average, never about one valley; every output is marked"
        ));
    }
    let terrain = TerrainUsed {
        kind,
        cell_m,
        seeds: ground.seeds,
        description,
    };
    let floors = floors(&plan, &world, pool, stop)?;
    Ok(Prepared {
        scenario: ground.scenario,
        world,
        plan,
        floors,
        terrain,
    })
}

fn floors(
    plan: &Plan,
    world: &World,
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
) -> Result<Vec<Vec<PolarFloor>>, Failure> {
    let antennas: Vec<_> = plan.units.iter().map(cupola_raid::Unit::antenna).collect();
    let settings = LosSettings {
        range_m: SENSOR_RANGE_MAX_M,
        ..LosSettings::default()
    };
    let total = antennas.len() * world.seeds();
    let bar = stage("line of sight", total as u64);
    let mut floors = Vec::new();
    for seed in 0..world.seeds() {
        let done = seed * antennas.len();
        let told = |count: usize| bar.set_position((done + count) as u64);
        floors.push(cupola_coverage::floors(
            world.ground(seed),
            &antennas,
            &settings,
            pool,
            &told,
        ));
        go_on(stop)?;
    }
    bar.finish();
    Ok(floors)
}

fn ground(args: &ScenarioArgs, scenario: &Scenario) -> Result<Ground, Failure> {
    let files = catalogue(args.catalogue.as_deref())?;
    let area = scenario.file.area.clone();
    let mut text = scenario.lock_text.clone();
    let (bounds, area_bounds) = World::extents(scenario)?;
    let mut terrains: Vec<Box<dyn Terrain>> = Vec::new();
    let mut seeds = Vec::new();
    if area.terrain == EMBEDDED {
        seeds.extend(1..=area.terrain_seeds);
        terrains.extend(
            seeds
                .iter()
                .map(|&seed| Box::new(Statistical::new(seed)) as Box<dyn Terrain>),
        );
    } else {
        let path = path_of(args, &area.terrain, args.terrain.as_deref());
        let (mosaic, sha256) = given_terrain(&path, &bounds)?;
        if let Some(wanted) = area
            .terrain_sha256
            .as_ref()
            .filter(|wanted| **wanted != sha256)
        {
            return Err(Failure::Input(
                format!(
                    "{} is not the terrain of this scenario: digest {sha256}, not {wanted}",
                    path.display()
                ),
                Some("give the same tiles, or delete area.terrain_sha256".to_owned()),
            ));
        }
        terrains.push(Box::new(mosaic));
        text = cupola_scenario::with_setting(&text, "area.terrain=\"given\"")?;
        text = cupola_scenario::with_setting(&text, &format!("area.terrain_sha256=\"{sha256}\""))?;
    }
    let mut people = None;
    if let Some(file) = &area.people {
        let path = path_of(args, file, args.people.as_deref());
        people = Some(cupola_io::read_people_within(&path, &area_bounds)?);
        let sha256 = cupola_io::sha256_of_file(&path)?;
        same_people(args, &path, &sha256)?;
        text = cupola_scenario::with_setting(&text, &format!("area.people=\"{GIVEN}-{sha256}\""))?;
    }
    let locked = cupola_scenario::parse(&text, &args.scenario, &files)?;
    Ok(Ground {
        scenario: locked.shown_as(scenario),
        terrains,
        seeds,
        people,
    })
}

/// A path in a scenario file starts at that file's folder; one from the command line stands as it is.
fn path_of(args: &ScenarioArgs, name: &str, argument: Option<&Path>) -> PathBuf {
    argument.map_or_else(
        || {
            let folder = Path::new(&args.scenario).parent();
            folder.unwrap_or(Path::new("")).join(name)
        },
        Path::to_path_buf,
    )
}

/// Whether a file is the one of which the scenario's text holds the digest, if it holds one.
fn same_people(args: &ScenarioArgs, path: &Path, sha256: &str) -> Result<(), Failure> {
    let table: toml::Table = text_of(&args.scenario)?.parse().unwrap_or_default();
    let people = table.get("area").and_then(|area| area.get("people"));
    let wanted = people.and_then(toml::Value::as_str);
    match wanted.and_then(|name| name.strip_prefix(&format!("{GIVEN}-"))) {
        Some(wanted) if wanted != sha256 => Err(Failure::Input(
            format!(
                "{} holds other people than this scenario was computed on: digest {sha256}, not \
                 {wanted}",
                path.display()
            ),
            Some("give the same file, or write its name as area.people".to_owned()),
        )),
        _ => Ok(()),
    }
}

fn given_terrain(path: &Path, bounds: &cupola_world::Bounds) -> Result<(Mosaic, String), Failure> {
    let mut mosaic = Mosaic::new(GIVEN_STEP_DEG, 1)?;
    if path.is_file() {
        let file = cupola_io::read_terrain_within(path, bounds)?;
        let cupola_io::TerrainFile::Geographic(grid) = file else {
            return Err(Failure::Input(
                format!(
                    "{} is in a projected system; a scenario needs latitude and longitude",
                    path.display()
                ),
                Some("convert it: gdalwarp -t_srs EPSG:4326 IN.tif OUT.tif".to_owned()),
            ));
        };
        mosaic.push(&file_name(path), vec![grid])?;
        return Ok((mosaic, cupola_io::sha256_of_file(path)?));
    }
    let folder = cupola_io::read_folder(path, bounds)?;
    for unused in &folder.unused {
        note(&format!(
            "warning: {} is not used: {}",
            unused.name, unused.why
        ));
    }
    let missing: Vec<&str> = folder
        .missing
        .iter()
        .filter(|tile| tile.enclosed)
        .map(|tile| tile.cell.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(Failure::Input(
            format!(
                "{} lacks tiles in the middle of what is needed: {}",
                path.display(),
                missing.join(", ")
            ),
            Some("add the missing tiles; sea tiles may be missing at the edge only".to_owned()),
        ));
    }
    if !folder.missing.is_empty() {
        note(&format!(
            "warning: {} tiles at the edge are not in {}; the embedded terrain stands in",
            folder.missing.len(),
            path.display()
        ));
    }
    // One source, so that a tile's last row and column can be its neighbours'; finest posts first.
    let mut tiles: Vec<Grid> = folder.tiles.into_iter().map(|(_, grid)| grid).collect();
    tiles.sort_by(|a, b| a.step_lat_deg.total_cmp(&b.step_lat_deg));
    mosaic.push("folder", tiles)?;
    Ok((mosaic, folder.sha256))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
