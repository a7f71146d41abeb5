//! `cupola terrain fetch`: what is missing of a region, several tiles at a time.
//!
//! Threads fetch and check; only this one writes, so that Ctrl-C leaves whole files or none.

use super::Fetch;
use super::http::{Answer, Server};
use crate::failure::Failure;
use crate::progress::{go_on, note, stage, stop_flag};
use cupola_io::{Corner, Held, TileCache, TileSource, has_land};
use cupola_world::{Bounds, World};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// More whole-degree cells are a mistake, or the whole Earth.
const CELLS_MAX: usize = 4_000;
/// How soon Ctrl-C is noticed.
const HEARTBEAT: Duration = Duration::from_millis(50);

/// A tile's cell, and what became of it.
type Done = (Corner, Result<Answer, String>);

/// What came of a fetch.
#[derive(Default)]
struct Tally {
    fetched: usize,
    bytes: u64,
    kept: usize,
    sea: usize,
    /// Cells with land that have no tile.
    holes: Vec<Corner>,
    failed: Vec<(Corner, String)>,
}

/// Fetches the tiles of a region that its folder lacks.
///
/// # Errors
/// [`Failure`] for a wrong scenario or address, tiles that could not be had, or Ctrl-C.
pub(super) fn fetch(args: &Fetch) -> Result<(), Failure> {
    let source = TileSource::from(args.source);
    let base_url = address(args.base_url.as_deref().unwrap_or(source.base_url()))?;
    let cells = cells(args, source)?;
    let folder = match &args.out {
        Some(folder) => folder.clone(),
        None => cache_folder()?.join("terrain").join(source.folder()),
    };
    let stop = stop_flag()?;
    let mut cache = TileCache::open(&folder)?;
    let mut tally = Tally::default();
    let wanted = wanted(&cells, source, &folder, &mut cache, &mut tally)?;
    if !wanted.is_empty() {
        let (low, high) = source.megabytes();
        note(&format!(
            "{} from {base_url}, about {low} to {high} MB each inland",
            count(wanted.len(), "tile")
        ));
    }
    let wait = Duration::from_millis(u64::from(args.wait_ms));
    let server = Server::new(source, &base_url, u32::from(args.tries), wait);
    let bar = stage("terrain tiles", wanted.len() as u64);
    let answers = start(&server, &wanted, usize::from(args.jobs));
    for _ in 0..wanted.len() {
        let (cell, answer) = next(&answers, &stop)?;
        match answer {
            Ok(Answer::Tile(bytes)) => {
                cache.put(cell, &source.file(cell), &bytes)?;
                tally.fetched += 1;
                tally.bytes += bytes.len() as u64;
            }
            Ok(Answer::NoTile(status)) => {
                cache.put_no_tile(cell, status)?;
                tally.no_tile(cell);
            }
            Err(message) => tally.failed.push((cell, message)),
        }
        bar.inc(1);
    }
    bar.finish();
    tally.tell(cells.len(), &base_url)?;
    note(source.credit());
    crate::print(&format!("{}\n", folder.display()))
}

/// Starts the threads; they end with the program when nobody listens any more.
fn start(server: &Server, wanted: &[Corner], jobs: usize) -> mpsc::Receiver<Done> {
    let (sender, answers) = mpsc::channel();
    let wanted: Arc<[Corner]> = wanted.into();
    let taken = Arc::new(AtomicUsize::new(0));
    for _ in 0..jobs.min(wanted.len()) {
        let (server, sender) = (server.clone(), sender.clone());
        let (wanted, taken) = (Arc::clone(&wanted), Arc::clone(&taken));
        let work = move || {
            while let Some(&cell) = wanted.get(taken.fetch_add(1, Ordering::SeqCst)) {
                let answer = server.tile(cell);
                if sender.send((cell, answer)).is_err() {
                    return;
                }
            }
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "a thread that waits for a server is left behind on Ctrl-C; it computes nothing"
        )]
        let _left_alone = std::thread::spawn(work);
    }
    answers
}

fn next(
    answers: &mpsc::Receiver<Done>,
    stop: &std::sync::atomic::AtomicBool,
) -> Result<Done, Failure> {
    loop {
        go_on(stop)?;
        match answers.recv_timeout(HEARTBEAT) {
            Ok(done) => return Ok(done),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                let message = "the threads that fetch ended before all tiles were there";
                return Err(Failure::Running(message.to_owned(), None));
            }
        }
    }
}

/// The cells that must be asked for; what is at hand is counted.
fn wanted(
    cells: &[Corner],
    source: TileSource,
    folder: &Path,
    cache: &mut TileCache,
    tally: &mut Tally,
) -> Result<Vec<Corner>, Failure> {
    let mut wanted = Vec::new();
    for &cell in cells {
        let name = source.file(cell);
        match cache.held(cell, &name)? {
            Held::Whole => tally.kept += 1,
            Held::NoTile(_) => tally.no_tile(cell),
            Held::Unlisted if sound(source, cell, &folder.join(&name)) => {
                cache.adopt(cell, &name)?;
                tally.kept += 1;
            }
            Held::Changed => {
                note(&format!(
                    "{name} is not as it was fetched: fetching it again"
                ));
                wanted.push(cell);
            }
            Held::Unlisted | Held::Nothing => wanted.push(cell),
        }
    }
    Ok(wanted)
}

fn sound(source: TileSource, cell: Corner, path: &Path) -> bool {
    let bytes = std::fs::read(path);
    bytes.is_ok_and(|bytes| {
        let shown = path.to_string_lossy();
        source.check(cell, &shown, &bytes).is_ok()
    })
}

impl Tally {
    fn no_tile(&mut self, cell: Corner) {
        if has_land(cell) {
            self.holes.push(cell);
        } else {
            self.sea += 1;
        }
    }

    /// Says what came of it.
    fn tell(&mut self, cells: usize, base_url: &str) -> Result<(), Failure> {
        let megabytes = match self.bytes {
            0 => String::new(),
            bytes => format!(" ({:.1} MB)", bytes as f64 / 1e6),
        };
        note(&format!(
            "{}: {} fetched{megabytes}, {} at hand, {} without a tile (sea)",
            count(cells, "cell"),
            self.fetched,
            self.kept,
            self.sea
        ));
        let labels: Vec<String> = self.holes.iter().map(|cell| cell.label()).collect();
        if !self.failed.is_empty() {
            self.failed.sort_by_key(|(cell, _)| *cell);
            let lines = self
                .failed
                .iter()
                .map(|(_, message)| format!("\n  {message}"));
            let lines: String = lines.take(10).collect();
            return Err(Failure::Running(
                format!(
                    "{} of {} could not be fetched:{lines}",
                    self.failed.len(),
                    count(cells, "tile")
                ),
                Some("run the command again: it fetches only what is missing".to_owned()),
            ));
        }
        if self.fetched + self.kept == 0 && !labels.is_empty() {
            return Err(Failure::Running(
                format!(
                    "{base_url} has none of {}, although there is land",
                    count(cells, "tile")
                ),
                Some(
                    "is it the right address and --source? Give another with --base-url".to_owned(),
                ),
            ));
        }
        if !labels.is_empty() {
            note(&format!(
                "warning: no tile where there is land: {}; fetch these cells from another --source \
                 into the same folder",
                labels.join(", ")
            ));
        }
        Ok(())
    }
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn address(url: &str) -> Result<String, Failure> {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    if matches!(scheme, "http" | "https") && !rest.is_empty() && !url.contains(['?', '#', ' ']) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(Failure::Input(
        format!("--base-url `{url}` is not the address of a server"),
        Some("write https:// and a host, for instance https://tiles.example.org/glo-90".to_owned()),
    ))
}

fn cells(args: &Fetch, source: TileSource) -> Result<Vec<Corner>, Failure> {
    let bounds = match (&args.bounds, &args.scenario) {
        (Some(bounds), _) => *bounds,
        (None, Some(name)) => scenario_bounds(name)?,
        (None, None) => return Err(Failure::Input("no region was given".to_owned(), None)),
    };
    let cells = source.cells(&bounds);
    if cells.len() <= CELLS_MAX {
        return Ok(cells);
    }
    Err(Failure::Input(
        format!(
            "the region has {} whole-degree cells, and at most {CELLS_MAX} are fetched",
            cells.len()
        ),
        Some("give a smaller box with --bounds".to_owned()),
    ))
}

fn scenario_bounds(name: &str) -> Result<Bounds, Failure> {
    let scenario = crate::prepare::scenario_by_name(name)?;
    crate::geography::check(&scenario)?;
    Ok(World::extents(&scenario)?.0)
}

/// The user's cache folder, and `cupola` in it.
fn cache_folder() -> Result<PathBuf, Failure> {
    let absolute = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let base = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library/Caches"))
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
    };
    base.map(|base| base.join("cupola")).ok_or_else(|| {
        Failure::Input(
            "no cache folder is known: neither XDG_CACHE_HOME nor HOME is set".to_owned(),
            Some("name a folder with --out".to_owned()),
        )
    })
}
