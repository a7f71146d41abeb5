//! A loopback server with the layout of the Copernicus buckets, and with every way to fail.

use cupola_io::{Band, BandValues, GeoTiff, Layout, Packing, Place};
use cupola_world::Grid;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What the server does when a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sends the tile.
    Tile,
    /// A status without a tile.
    Status(u16),
    /// A web page with status 200.
    Html,
    /// A sound tile of another place's size.
    WrongSize,
    /// A sound tile of the neighbouring cell.
    WrongPlace,
    /// Half of the tile under a head that announces half: a truncated object.
    Truncated,
    /// Half of the tile under a head that announces all of it, then the end.
    Disconnect,
    /// The head and the first bytes, then nothing for ever.
    Stall,
}

/// A running server; it ends with the test.
pub(crate) struct TileServer {
    pub(crate) base_url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

/// What each cell's requests get in turn; the last one for all further ones.
pub(crate) type Script = BTreeMap<&'static str, Vec<Act>>;

impl TileServer {
    /// Serves 90 m tiles; cells that the script does not name get 404.
    pub(crate) fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::Builder::new()
            .spawn(move || {
                for stream in listener.incoming().flatten() {
                    let (script, log) = (script.clone(), Arc::clone(&log));
                    std::thread::Builder::new()
                        .spawn(move || answer(stream, &script, &log))
                        .unwrap();
                }
            })
            .unwrap();
        Self { base_url, asked }
    }

    /// The requests so far, `N49E023` or `N49E023 bytes=10-`, sorted.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

fn answer(mut stream: TcpStream, script: &Script, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut range, mut if_range) = (String::new(), None, None);
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or("").to_owned();
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap() <= 2 {
            break;
        }
        let lower = header.to_lowercase();
        let value = |name: &str| lower.strip_prefix(name).map(|v| v.trim().to_owned());
        range = range.or_else(|| value("range:"));
        if_range = if_range.or_else(|| value("if-range:"));
    }
    let cell = cell_of(&path);
    let mut log = log.lock().unwrap();
    let before = log.iter().filter(|asked| asked.starts_with(&cell)).count();
    log.push(
        range
            .as_ref()
            .map_or(cell.clone(), |range| format!("{cell} {range}")),
    );
    drop(log);
    let acts = script
        .get(cell.as_str())
        .cloned()
        .unwrap_or(vec![Act::Status(404)]);
    let act = acts[before.min(acts.len() - 1)];
    // The program may have gone away.
    drop(send(&mut stream, act, &cell, range.zip(if_range)));
}

/// `N49E023` of `/Copernicus_DSM_COG_30_N49_00_E023_00_DEM/….tif`; anything else is the path.
fn cell_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let [_, folder, file] = parts[..] else {
        return path.to_owned();
    };
    let words: Vec<&str> = folder.split('_').collect();
    let [_, _, _, "30", north, "00", east, "00", "DEM"] = words[..] else {
        return path.to_owned();
    };
    assert_eq!(file, format!("{folder}.tif"));
    format!("{north}{east}")
}

fn send(
    stream: &mut TcpStream,
    act: Act,
    cell: &str,
    range: Option<(String, String)>,
) -> std::io::Result<()> {
    let (south, west) = corner(cell);
    let full = |body: &[u8], stated: usize, stream: &mut TcpStream| {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {stated}\r\netag: \"{cell}\"\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)
    };
    match act {
        Act::Status(status) => {
            let head =
                format!("HTTP/1.1 {status} No\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
            stream.write_all(head.as_bytes())
        }
        Act::Html => {
            let body = b"<!DOCTYPE html><html><body>Sign in to the network</body></html>";
            full(body, body.len(), stream)
        }
        Act::WrongSize => {
            let body = tile_of(south, west, 600);
            full(&body, body.len(), stream)
        }
        Act::WrongPlace => {
            let body = tile(south, west + 1);
            full(&body, body.len(), stream)
        }
        Act::Truncated => {
            let body = tile(south, west);
            full(&body[..body.len() / 2], body.len() / 2, stream)
        }
        Act::Disconnect => {
            let body = tile(south, west);
            full(&body[..body.len() / 2], body.len(), stream)
        }
        Act::Stall => {
            full(&[0; 100], 1_000_000, stream)?;
            stream.flush()?;
            loop {
                std::thread::park();
            }
        }
        Act::Tile => {
            let body = tile(south, west);
            let Some((range, tag)) = range else {
                return full(&body, body.len(), stream);
            };
            assert_eq!(tag, format!("\"{}\"", cell.to_lowercase()));
            let from: usize = range
                .trim_matches(|c: char| !c.is_ascii_digit())
                .parse()
                .unwrap();
            let rest = &body[from..];
            let head = format!(
                "HTTP/1.1 206 Partial Content\r\ncontent-length: {}\r\ncontent-range: bytes {from}-{}/{}\r\netag: \"{cell}\"\r\nconnection: close\r\n\r\n",
                rest.len(),
                body.len() - 1,
                body.len()
            );
            stream.write_all(head.as_bytes())?;
            stream.write_all(rest)
        }
    }
}

fn corner(cell: &str) -> (i32, i32) {
    let (south, west) = cell.trim_start_matches('N').split_once('E').unwrap();
    (south.parse().unwrap(), west.parse().unwrap())
}

/// The height of the fabricated terrain, metres: a plane in both directions.
pub(crate) fn height_m(lat_deg: f64, lon_deg: f64) -> f32 {
    (100.0 + 40.0 * (lat_deg - 49.0) + 20.0 * (lon_deg - 23.0)) as f32
}

/// A 90 m tile in the Copernicus layout: posts on whole degrees in the north and west, none on the
/// southern and eastern edges, 1,200 rows, and 800 columns from 50° on.
pub(crate) fn tile(south_deg: i32, west_deg: i32) -> Vec<u8> {
    tile_of(south_deg, west_deg, if south_deg < 50 { 1200 } else { 800 })
}

fn tile_of(south_deg: i32, west_deg: i32, cols: usize) -> Vec<u8> {
    let rows = 1200;
    let mut grid = Grid {
        north_deg: f64::from(south_deg + 1),
        west_deg: f64::from(west_deg),
        step_lat_deg: 1.0 / rows as f64,
        step_lon_deg: 1.0 / cols as f64,
        rows,
        cols,
        values: Vec::new(),
    };
    grid.values = (0..rows * cols)
        .map(|i| {
            let at = grid.point(i / cols, i % cols);
            height_m(at.lat_deg, at.lon_deg)
        })
        .collect();
    let tiff = GeoTiff {
        place: Place::of_grid(&grid),
        rows,
        cols,
        bands: vec![Band {
            name: "height".into(),
            unit: "m".into(),
            values: BandValues::F32(&grid.values),
        }],
        metadata: Vec::new(),
        packing: Packing::Plain,
        layout: Layout::Strips,
    };
    tiff.to_bytes(Path::new("made.tif")).unwrap()
}
