//! Candidate sites: read from CSV or GeoJSON, or laid out on a grid.

use crate::failure::Failure;
use crate::prepare::read_text;
use cupola_units::{LatLon, math};
use cupola_world::{Bounds, countries};
use serde_json::Value;
use std::path::Path;

/// More candidates are a mistake.
const SITES_MAX: usize = 1_000_000;

/// A candidate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Site {
    /// Its number in the file or grid, from 0.
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) at: LatLon,
    pub(super) mast_m: f64,
}

/// The sites so that neighbours come one after the other and share their tiles.
pub(super) fn in_order(mut sites: Vec<Site>) -> Vec<Site> {
    let key = |site: &Site| {
        let (lat, lon) = (
            site.at.lat_deg.floor() as i32,
            site.at.lon_deg.floor() as i32,
        );
        // To and fro, so that the end of a row of cells is near the beginning of the next.
        (lat, if lat % 2 == 0 { lon } else { -lon }, site.number)
    };
    sites.sort_by_key(key);
    sites
}

/// Reads a file of candidates.
///
/// # Errors
/// [`Failure::Input`] with the line or feature that is wrong.
pub(super) fn read(path: &Path, mast_m: f64) -> Result<Vec<Site>, Failure> {
    let text = read_text(path)?;
    let found = if text.trim_start().starts_with('{') {
        geojson(&text, mast_m)
    } else {
        csv(&text, mast_m)
    };
    let wrong = |(message, help): (String, &str)| {
        Failure::Input(
            format!("{}: {message}", path.display()),
            Some(help.to_owned()),
        )
    };
    let sites = found.map_err(wrong)?;
    if sites.is_empty() {
        return Err(wrong(("it holds no site".to_owned(), CSV_HELP)));
    }
    if sites.len() > SITES_MAX {
        return Err(wrong((
            format!(
                "it holds {} sites, and at most {SITES_MAX} are taken",
                sites.len()
            ),
            "split it into several batches",
        )));
    }
    Ok(sites)
}

const CSV_HELP: &str = "write a header line and a line per site, for instance\n  name,lat_deg,lon_deg,mast_m\n  hill,49.742,22.717,15";
const GEOJSON_HELP: &str = "give a FeatureCollection of Points, longitude first, in degrees";

type Wrong = (String, &'static str);

fn csv(text: &str, mast_m: f64) -> Result<Vec<Site>, Wrong> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let fields = |line: &str| -> Vec<String> {
        line.split(',')
            .map(|field| field.trim().trim_matches('"').to_owned())
            .collect()
    };
    let header = lines.next().map_or(Vec::new(), |(_, line)| fields(line));
    let column = |name: &str| header.iter().position(|field| field.to_lowercase() == name);
    let (Some(lat), Some(lon)) = (column("lat_deg"), column("lon_deg")) else {
        return Err((
            "its first line names no columns lat_deg and lon_deg".to_owned(),
            CSV_HELP,
        ));
    };
    let (name, mast) = (column("name"), column("mast_m"));
    let mut sites = Vec::new();
    for (line, text) in lines {
        let row = fields(text);
        let number = |column: usize, what: &str| -> Result<f64, Wrong> {
            let field = row.get(column).map_or("", String::as_str);
            field.parse().map_err(|_unread| {
                (
                    format!("line {}: {what} `{field}` is not a number", line + 1),
                    CSV_HELP,
                )
            })
        };
        let mast_m = match mast {
            Some(column) if row.get(column).is_some_and(|field| !field.is_empty()) => {
                number(column, "mast_m")?
            }
            _ => mast_m,
        };
        let at = LatLon::new(number(lat, "lat_deg")?, number(lon, "lon_deg")?);
        let name = name
            .and_then(|column| row.get(column).cloned())
            .unwrap_or_default();
        sites.push(sound(
            sites.len(),
            name,
            at,
            mast_m,
            &format!("line {}", line + 1),
            CSV_HELP,
        )?);
    }
    Ok(sites)
}

fn geojson(text: &str, mast_m: f64) -> Result<Vec<Site>, Wrong> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| (format!("it is not JSON: {error}"), GEOJSON_HELP))?;
    let Some(features) = value["features"].as_array() else {
        return Err(("it has no features".to_owned(), GEOJSON_HELP));
    };
    let mut sites = Vec::new();
    for (i, feature) in features.iter().enumerate() {
        let place = format!("feature {i}");
        let geometry = &feature["geometry"];
        let numbers = (
            geometry["coordinates"][0].as_f64(),
            geometry["coordinates"][1].as_f64(),
        );
        let (Some("Point"), (Some(lon_deg), Some(lat_deg))) = (geometry["type"].as_str(), numbers)
        else {
            return Err((format!("{place} is not a Point"), GEOJSON_HELP));
        };
        let properties = &feature["properties"];
        let name = properties["name"].as_str().unwrap_or_default().to_owned();
        let mast_m = properties["mast_m"].as_f64().unwrap_or(mast_m);
        sites.push(sound(
            i,
            name,
            LatLon::new(lat_deg, lon_deg),
            mast_m,
            &place,
            GEOJSON_HELP,
        )?);
    }
    Ok(sites)
}

fn sound(
    number: usize,
    name: String,
    at: LatLon,
    mast_m: f64,
    place: &str,
    help: &'static str,
) -> Result<Site, Wrong> {
    // Beyond 85° a window of hundreds of kilometres holds the pole.
    if !(at.lat_deg.abs() <= 85.0 && at.lon_deg.abs() <= 180.0) {
        let what = format!(
            "{place}: {} N, {} E is not within 85° and 180°",
            at.lat_deg, at.lon_deg
        );
        return Err((what, help));
    }
    if !(0.0..=30_000.0).contains(&mast_m) {
        return Err((
            format!("{place}: mast_m {mast_m} is outside 0 to 30000"),
            help,
        ));
    }
    let name = if name.is_empty() {
        format!("{number}")
    } else {
        name
    };
    Ok(Site {
        number,
        name,
        at,
        mast_m,
    })
}

/// Candidates every `km` kilometres of a box, where the embedded borders have land.
///
/// # Errors
/// [`Failure::Input`] when there are none, or too many.
pub(super) fn grid(bounds: Option<Bounds>, km: f64, mast_m: f64) -> Result<Vec<Site>, Failure> {
    /// A degree of latitude, on the mean sphere.
    const DEGREE_KM: f64 = 111.195;
    let wrong = |what: String| {
        let help = "write --grid-km 10 --bounds SOUTH,WEST,NORTH,EAST";
        Failure::Input(what, Some(help.to_owned()))
    };
    let bounds = bounds.ok_or_else(|| wrong("--grid-km needs --bounds".to_owned()))?;
    let mut sites = Vec::new();
    let count = |span_deg: f64, step_deg: f64| (span_deg / step_deg + 1e-9) as usize;
    let step_lat = km / DEGREE_KM;
    for row in 0..=count(bounds.north_deg - bounds.south_deg, step_lat) {
        let lat_deg = bounds.south_deg + row as f64 * step_lat;
        let narrow = math::cos(math::radians_from_degrees(lat_deg)).max(0.05);
        let step_lon = step_lat / narrow;
        for col in 0..=count(bounds.east_deg - bounds.west_deg, step_lon) {
            let lon_deg = math::wrap_degrees(bounds.west_deg + col as f64 * step_lon);
            let at = LatLon::new(lat_deg, lon_deg);
            if lat_deg.abs() <= 85.0 && countries::country_at(at).is_some() {
                let name = format!("{row}-{col}");
                sites.push(Site {
                    number: sites.len(),
                    name,
                    at,
                    mast_m,
                });
            }
            if sites.len() > SITES_MAX {
                return Err(wrong(format!("the grid has more than {SITES_MAX} sites")));
            }
        }
    }
    if sites.is_empty() {
        return Err(wrong("the grid has no site on land".to_owned()));
    }
    Ok(sites)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_and_geojson_say_the_same() {
        let csv = csv(
            "# hills\nname,lat_deg,lon_deg,mast_m\nhill,49.742,22.717,15\n,50,23.5,\n",
            20.0,
        );
        let json = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"name":"hill","mast_m":15},
             "geometry":{"type":"Point","coordinates":[22.717,49.742]}},
            {"type":"Feature","properties":{},
             "geometry":{"type":"Point","coordinates":[23.5,50]}}]}"#;
        let sites = csv.unwrap();
        assert_eq!(geojson(json, 20.0).unwrap(), sites);
        assert_eq!(
            (sites[0].mast_m, sites[1].mast_m, sites[1].name.as_str()),
            (15.0, 20.0, "1")
        );
    }

    #[test]
    fn what_is_wrong_names_its_line() {
        let wrong = |text: &str| csv(text, 20.0).unwrap_err().0;
        assert!(wrong("a,b\n1,2\n").contains("lat_deg"));
        assert_eq!(
            wrong("lat_deg,lon_deg\n49,x\n"),
            "line 2: lon_deg `x` is not a number"
        );
        assert!(wrong("lat_deg,lon_deg\n\n149,20\n").starts_with("line 3: 149 N"));
        assert!(
            geojson("{\"features\":[{}]}", 20.0)
                .unwrap_err()
                .0
                .contains("feature 0")
        );
    }

    #[test]
    fn a_grid_has_land_sites_only() {
        let bounds = |south_deg, west_deg, north_deg, east_deg| Bounds {
            south_deg,
            west_deg,
            north_deg,
            east_deg,
        };
        let inland = grid(Some(bounds(49.0, 23.0, 50.0, 24.0)), 20.0, 20.0).unwrap();
        assert_eq!(inland.len(), 24);
        assert!(grid(Some(bounds(40.0, -30.0, 41.0, -29.0)), 20.0, 20.0).is_err());
    }
}
