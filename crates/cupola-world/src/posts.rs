//! Where a scenario's fire units stand: at sites and places, or at a distance along bearings.

use crate::{geodesy, places};
use cupola_scenario::{FireUnits, Scenario};
use cupola_units::LatLon;

/// Where one fire unit stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// Name: that of the site or place, or `FROM → TO`; the same at any distance along a line.
    pub name: String,
    /// The point.
    pub at: LatLon,
    /// Ground above sea as given, metres.
    pub ground_m: Option<f64>,
}

/// Why a fire unit stands nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPost {
    /// Path of what is wrong in the scenario.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// Where the units of entry `index` stand, in order.
///
/// # Errors
/// [`NoPost`] for a site or place that is not known, or a line too short for its distance.
pub fn posts(scenario: &Scenario, index: usize) -> Result<Vec<Post>, NoPost> {
    let Some(unit) = scenario.file.fire_units.get(index) else {
        return Ok(Vec::new());
    };
    let sites = unit.sites.iter().enumerate();
    let mut found: Vec<Post> = sites
        .map(|(j, name)| {
            let own = || format!("fire_units[{index}].sites[{j}]");
            let path = unit.origin.clone().unwrap_or_else(own);
            point(scenario, name, &path)
        })
        .collect::<Result<_, _>>()?;
    on_line(scenario, index, unit, &mut found)?;
    Ok(found)
}

fn on_line(
    scenario: &Scenario,
    index: usize,
    unit: &FireUnits,
    found: &mut Vec<Post>,
) -> Result<(), NoPost> {
    let Some(line) = &unit.line else {
        return Ok(());
    };
    let at = |key: &str, j: usize| format!("fire_units[{index}].line.{key}[{j}]");
    for (j, name) in line.from.iter().enumerate() {
        let k = j.min(line.to.len().saturating_sub(1));
        let Some(end) = line.to.get(k) else {
            continue;
        };
        let start = point(scenario, name, &at("from", j))?;
        let finish = point(scenario, end, &at("to", k))?;
        let way = geodesy::inverse(start.at, finish.at);
        let distance_m = line.distance_km * 1000.0;
        if distance_m > way.distance_m {
            return Err(NoPost {
                path: format!("fire_units[{index}].line.distance_km"),
                message: format!(
                    "a unit cannot stand {} km from \"{name}\" on the way to \"{end}\": it is only \
                     {:.0} km there",
                    line.distance_km,
                    way.distance_m / 1000.0
                ),
                help: "write a smaller `distance_km`, or a more distant `to`".to_owned(),
            });
        }
        found.push(Post {
            name: format!("{name} → {end}"),
            at: geodesy::direct(start.at, way.azimuth_rad, distance_m),
            ground_m: None,
        });
    }
    Ok(())
}

fn point(scenario: &Scenario, name: &str, path: &str) -> Result<Post, NoPost> {
    let named = |at, ground_m| Post {
        name: name.to_owned(),
        at,
        ground_m,
    };
    if let Some(site) = scenario.file.sites.get(name) {
        return Ok(named(
            LatLon::new(site.lat_deg, site.lon_deg),
            site.ground_m,
        ));
    }
    let place = places::find(name, None).map_err(|error| {
        let near = match error {
            crate::WorldError::UnknownPlace { suggestions, .. } => suggestions.join(", "),
            _ => String::new(),
        };
        let help = if near.is_empty() {
            "name a place of 500 people or more as \"Name, CC\", or add it to [sites]".to_owned()
        } else {
            format!("did you mean {near}? Or add it to [sites]")
        };
        NoPost {
            path: path.to_owned(),
            message: format!("there is no place \"{name}\""),
            help,
        }
    })?;
    Ok(named(place.at, None))
}
