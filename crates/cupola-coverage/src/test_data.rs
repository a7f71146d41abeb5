//! Reference data for the tests: DTED level 0 tiles and the line-of-sight fractions made from them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use cupola_world::Grid;

/// One row of `los_reference.json`.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) name: String,
    pub(crate) lat: f64,
    pub(crate) lon: f64,
    pub(crate) ground_m: f64,
    pub(crate) antenna_m: f64,
    pub(crate) fraction: Vec<f64>,
}

/// The folder of geographic test data, where the developer has it.
#[expect(
    clippy::disallowed_methods,
    reason = "tests find their data by one variable"
)]
pub(crate) fn geo_folder() -> Option<PathBuf> {
    std::env::var("CUPOLA_TEST_DATA")
        .ok()
        .map(|root| Path::new(&root).join("geo"))
}

/// Target heights above ground (metres) and the sites of `los_reference.json`.
#[expect(clippy::disallowed_methods, reason = "test data lies in a file")]
pub(crate) fn reference_sites(folder: &Path) -> (Vec<f64>, Vec<Reference>) {
    let text = std::fs::read_to_string(folder.join("los_reference.json")).expect("reference");
    let numbers = |text: &str, key: &str| -> Vec<f64> {
        let list = text
            .split(key)
            .nth(1)
            .expect("key")
            .split(']')
            .next()
            .expect("list");
        let list = list
            .trim_start_matches(|c: char| c != '[')
            .trim_start_matches('[');
        list.split(',')
            .map(|n| n.trim().parse().expect("number"))
            .collect()
    };
    let number = |text: &str, key: &str| -> f64 {
        let rest = text
            .split(key)
            .nth(1)
            .expect("key")
            .trim_start_matches([':', ' ']);
        rest.split([',', '\n'])
            .next()
            .expect("value")
            .trim()
            .parse()
            .expect("number")
    };
    let sites = text.split("\"name\": \"").skip(1).map(|site| Reference {
        name: site.split('"').next().expect("name").to_owned(),
        lat: number(site, "\"lat\""),
        lon: number(site, "\"lon\""),
        ground_m: number(site, "\"ground_m\""),
        antenna_m: number(site, "\"antenna_m\""),
        fraction: numbers(site, "\"fraction\""),
    });
    (numbers(&text, "\"targets_m_agl\""), sites.collect())
}

/// The tiles of whole degrees `lats × lons` as one grid of 30″; tiles with columns of 60″ (from
/// 50° N) are interpolated linearly to 30″.
pub(crate) fn dted_grid(folder: &Path, lats: Range<i32>, lons: Range<i32>) -> Grid {
    let rows = lats.len() * 120 + 1;
    let cols = lons.len() * 120 + 1;
    let mut values = vec![f32::NAN; rows * cols];
    for lat in lats.clone() {
        for lon in lons.clone() {
            let tile = dted_tile(folder, lat, lon);
            let south = (lats.end - lat) as usize * 120;
            let west = (lon - lons.start) as usize * 120;
            for col in 0..=120 {
                let x = col as f64 * (tile.len() - 1) as f64 / 120.0;
                let (low, part) = ((x as usize).min(tile.len() - 2), x - x.floor());
                let part = if x as usize == low { part } else { 1.0 };
                for post in 0..=120 {
                    let (a, b) = (tile[low][post], tile[low + 1][post]);
                    values[(south - post) * cols + west + col] = (a + (b - a) * part) as f32;
                }
            }
        }
    }
    Grid {
        north_deg: f64::from(lats.end),
        west_deg: f64::from(lons.start),
        step_lat_deg: 1.0 / 120.0,
        step_lon_deg: 1.0 / 120.0,
        rows,
        cols,
        values,
    }
}

/// Columns from west to east, each from south to north, metres.
#[expect(clippy::disallowed_methods, reason = "test data lies in a file")]
fn dted_tile(folder: &Path, lat: i32, lon: i32) -> Vec<Vec<f64>> {
    let path = folder.join(format!("dted0/e{lon:03}/n{lat:02}.dt0"));
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let record = 8 + 2 * 121 + 4;
    let columns = bytes[3428..].chunks_exact(record).map(|column| {
        let posts = column[8..8 + 2 * 121].chunks_exact(2);
        let heights = posts.map(|b| {
            let (sign, magnitude) = (b[0] >> 7, u16::from_be_bytes([b[0] & 0x7f, b[1]]));
            if sign == 1 {
                -f64::from(magnitude)
            } else {
                f64::from(magnitude)
            }
        });
        heights.collect()
    });
    columns.collect()
}
