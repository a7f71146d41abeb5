//! Whether the codes and coordinates of a scenario lead to places that make sense together, so
//! that a wrong one is shown in the file and not met halfway through a run.

use crate::failure::Failure;
use crate::progress::note;
use cupola_scenario::{Rejected, Scenario};
use cupola_units::LatLon;
use cupola_world::{Bounds, NoPost, World, countries, geodesy, places, posts, regions};

/// A site farther than this from the protected area cannot take part, metres.
const SITE_FAR_M: f64 = 2_000_000.0;
/// A launch area farther than this is worth a warning when swapped coordinates are nearer, metres.
const LAUNCH_FAR_M: f64 = 1_500_000.0;
/// Widest box of a country that lies on one side of the 180th meridian, degrees.
const WIDE_DEG: f64 = 180.0;
/// Most nodes of terrain at 30″, all seeds together: 4 bytes each.
const NODES_MAX: f64 = 400e6;

/// Checks regions, countries, places of the area, nations, and how far apart things lie.
///
/// # Errors
/// [`Failure`] at the first thing that is wrong.
pub(crate) fn check(scenario: &Scenario) -> Result<(), Failure> {
    area(scenario)?;
    nations(scenario)?;
    let (_, area) = World::extents(scenario)?;
    let middle = LatLon::new(
        0.5 * (area.south_deg + area.north_deg),
        0.5 * (area.west_deg + area.east_deg),
    );
    sites(scenario, &area, middle)?;
    launch_areas(scenario, middle);
    size(scenario)
}

fn area(scenario: &Scenario) -> Result<(), Failure> {
    let area = &scenario.file.area;
    for (i, code) in area.regions.iter().enumerate() {
        if regions::index_of(code).is_none() {
            let path = format!("area.regions[{i}]");
            let message = format!("there is no region \"{code}\"");
            let help = "regions of Ukraine and Poland by ISO 3166-2 code (UA-46); elsewhere give \
                        `countries`, or `places` with `radius_km`";
            return Err(scenario.reject(&path, message, Some(help.into())).into());
        }
    }
    for (i, code) in area.countries.iter().enumerate() {
        let path = format!("area.countries[{i}]");
        let country =
            countries::find(code).map_err(|_unknown| unknown_country(scenario, &path, code))?;
        let extent = countries::extent(country);
        if extent.east_deg - extent.west_deg > WIDE_DEG {
            let message = format!("\"{code}\" lies on both sides of the 180th meridian");
            let help = "protect a part of it: `places` with `radius_km`";
            return Err(scenario.reject(&path, message, Some(help.into())).into());
        }
    }
    for (i, name) in area.places.iter().enumerate() {
        if !scenario.file.sites.contains_key(name)
            && let Err(error) = places::find(name, None)
        {
            let path = format!("area.places[{i}]");
            let message = format!("there is no place \"{name}\"");
            let near = match error {
                cupola_world::WorldError::UnknownPlace { suggestions, .. } => suggestions,
                _ => Vec::new(),
            };
            let help = match near.first() {
                Some(near) => format!("did you mean {near}? Or add it to [sites]"),
                None => "add it to [sites], or give a larger place near it".to_owned(),
            };
            return Err(scenario.reject(&path, message, Some(help)).into());
        }
    }
    Ok(())
}

fn unknown_country(scenario: &Scenario, path: &str, code: &str) -> Rejected {
    let help = "write the ISO 3166 code of a country, for instance \"PL\"".to_owned();
    scenario.reject(path, format!("there is no country \"{code}\""), Some(help))
}

fn nations(scenario: &Scenario) -> Result<(), Failure> {
    let file = &scenario.file;
    let units = file.fire_units.iter().enumerate();
    let mut named: Vec<(String, &str)> = units
        .map(|(i, unit)| (format!("fire_units[{i}].nation"), unit.nation.as_str()))
        .collect();
    if let Some(existing) = &file.existing_defence {
        named.push(("existing_defence.nation".to_owned(), &existing.nation));
    }
    for (i, option) in file.options.iter().enumerate() {
        let nations = option.rules.keys().filter(|nation| *nation != "default");
        named.extend(
            nations.map(|nation| (format!("options[{i}].rules.{nation}"), nation.as_str())),
        );
    }
    for (path, code) in named {
        if countries::find(code).is_err() {
            return Err(unknown_country(scenario, &path, code).into());
        }
    }
    Ok(())
}

/// Every named site, and every place a fire unit stands at, lies within reach of the area.
fn sites(scenario: &Scenario, area: &Bounds, middle: LatLon) -> Result<(), Failure> {
    let file = &scenario.file;
    let corner = LatLon::new(area.south_deg, area.west_deg);
    let far_m = SITE_FAR_M + geodesy::great_circle_m(middle, corner);
    let named = file.sites.iter().map(|(name, site)| {
        (
            format!("sites.{name}"),
            name,
            LatLon::new(site.lat_deg, site.lon_deg),
        )
    });
    let mut placed = Vec::new();
    for (i, unit) in file.fire_units.iter().enumerate() {
        let posts = posts(scenario, i)
            .map_err(|no: NoPost| scenario.reject(&no.path, no.message, Some(no.help)))?;
        for (j, post) in posts.into_iter().enumerate() {
            let path = match &unit.line {
                Some(_) => format!("fire_units[{i}].line"),
                None => format!("fire_units[{i}].sites[{j}]"),
            };
            if !file.sites.contains_key(&post.name) {
                placed.push((path, post.name, post.at));
            }
        }
    }
    let placed = placed
        .iter()
        .map(|(path, name, at)| (path.clone(), name, *at));
    for (path, name, at) in named.chain(placed) {
        let distance_m = geodesy::great_circle_m(middle, at);
        if distance_m > far_m {
            let message = format!(
                "`{name}` lies {:.0} km from the protected area",
                distance_m / 1000.0
            );
            let help = swapped_km(middle, at, distance_m).map_or_else(
                || format!("sites must lie within {:.0} km", SITE_FAR_M / 1000.0),
                |km| {
                    format!("were latitude and longitude swapped? The other way round: {km:.0} km")
                },
            );
            return Err(scenario.reject(&path, message, Some(help)).into());
        }
    }
    Ok(())
}

/// Distance with latitude and longitude swapped, km, where that is far nearer.
fn swapped_km(middle: LatLon, at: LatLon, distance_m: f64) -> Option<f64> {
    if at.lon_deg.abs() > 90.0 {
        return None;
    }
    let swapped_m = geodesy::great_circle_m(middle, LatLon::new(at.lon_deg, at.lat_deg));
    (swapped_m < 0.5 * distance_m).then_some(swapped_m / 1000.0)
}

/// Far launch areas may be meant so: a warning.
fn launch_areas(scenario: &Scenario, middle: LatLon) {
    for (name, area) in &scenario.file.launch_areas {
        let at = LatLon::new(area.lat_deg, area.lon_deg);
        let distance_m = geodesy::great_circle_m(middle, at);
        if distance_m > LAUNCH_FAR_M
            && let Some(km) = swapped_km(middle, at, distance_m)
        {
            note(&format!(
                "warning: launch area `{name}` lies {:.0} km from the protected area; with latitude \
                 and longitude swapped it would be {km:.0} km",
                distance_m / 1000.0
            ));
        }
    }
}

/// The terrain of the whole box fits in memory.
fn size(scenario: &Scenario) -> Result<(), Failure> {
    let (terrain, _) = World::extents(scenario)?;
    let seeds = f64::from(scenario.file.area.terrain_seeds);
    let height_deg = terrain.north_deg - terrain.south_deg;
    let width_deg = terrain.east_deg - terrain.west_deg;
    if height_deg * width_deg * 120.0 * 120.0 * seeds > NODES_MAX {
        let message = format!(
            "area and fire units span {height_deg:.0}° × {width_deg:.0}°, with {seeds} seeds of \
             terrain more than fits in memory"
        );
        let help = "protect a smaller area, or write terrain_seeds = 1".to_owned();
        return Err(scenario.reject("area", message, Some(help)).into());
    }
    Ok(())
}
