//! How many people live in every cell.
//!
//! Towns are discs whose radius follows from a density law; what is left up to the official total
//! of the unit is spread evenly over it. Units are the regions of Ukraine and Poland and countries
//! with an official total; other countries have the people of their places only. Totals are pre-war
//! or peace-time residents: scale them by unit for a scenario.
//!
//! Not here: who is where at night, refugees, a census raster.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cupola_units::LatLon;
use cupola_units::math::{cos, pow, radians_from_degrees, sin};

use crate::countries::{self, CountryRaster};
use crate::places::{self, Place};
use crate::regions::{self, RegionRaster};
use crate::{Bounds, Grid, WorldError};

/// An official total of residents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Official {
    /// ISO 3166-2 code of a region, or ISO alpha-2 code of a country.
    pub code: String,
    /// English name.
    pub name: String,
    /// Residents.
    pub population: u32,
    /// Date the figure is for.
    pub date: String,
    /// Where the figure is from.
    pub source: String,
    /// How sure it is: high, medium or low.
    pub confidence: String,
}

/// People of one unit inside a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitPeople {
    /// ISO 3166-2 code of a region, or ISO alpha-2 code of a country.
    pub code: String,
    /// Residents inside the grid, multiplied.
    pub residents: f64,
    /// Share of the unit's area inside the grid, 0 to 1.
    pub share_inside: f64,
    /// Whether an official total stands behind it, or only the places.
    pub official: bool,
}

/// Residents by cell.
#[derive(Clone, Debug, PartialEq)]
pub struct People {
    /// Residents of every cell; the nodes of the grid are the centres of the cells.
    pub grid: Grid,
    /// Totals by unit, in order of their codes.
    pub units: Vec<UnitPeople>,
}

impl People {
    /// Residents of a country (ISO alpha-2) inside the grid.
    pub fn of_country(&self, iso2: &str) -> f64 {
        let own = |code: &str| code.split('-').next() == Some(iso2);
        self.units
            .iter()
            .filter(|u| own(&u.code))
            .map(|u| u.residents)
            .sum()
    }
}

/// Official totals embedded in the program, in the order of their file.
pub fn officials() -> &'static [Official] {
    static DATA: OnceLock<Vec<Official>> = OnceLock::new();
    // A test reads all of the embedded table, so the empty list is never met.
    DATA.get_or_init(|| read_officials(include_str!("../data/population.toml")).unwrap_or_default())
}

fn read_officials(text: &str) -> Option<Vec<Official>> {
    let table: toml::Table = text.parse().ok()?;
    let field = |entry: &toml::Value, key: &str| Some(entry.get(key)?.as_str()?.to_owned());
    let mut sources = BTreeMap::new();
    for entry in table.get("sources")?.as_array()? {
        sources.insert(field(entry, "id")?, field(entry, "text")?);
    }
    let units = table.get("units")?.as_array()?.iter();
    units
        .map(|entry| {
            Some(Official {
                code: field(entry, "code")?,
                name: field(entry, "name")?,
                population: u32::try_from(entry.get("population")?.as_integer()?).ok()?,
                date: entry.get("date")?.as_datetime()?.to_string(),
                source: sources.get(&field(entry, "source")?)?.clone(),
                confidence: field(entry, "confidence")?,
            })
        })
        .collect()
}

/// Residents per square kilometre of a town of a given size.
///
/// 400 at 1 000 people, rising with the cube root to 4 000. Assumed; chosen to lie near Lviv
/// (717 000 on 182 km²), Rzeszów (198 000 on 129 km²), Zamość (66 000 on 30 km²), Warsaw and Kyiv
/// (3 300 to 3 500), within a factor of 1.5.
pub fn town_density_per_km2(population: f64) -> f64 {
    (400.0 * pow(population / 1000.0, 1.0 / 3.0)).clamp(200.0, 4000.0)
}

/// A unit during the making of a grid.
#[derive(Clone, Debug, Default)]
struct Ledger {
    official: Option<f64>,
    multiplier: f64,
    in_places: f64,
    area_inside_m2: f64,
    share_inside: f64,
    residents: f64,
}

impl Ledger {
    /// Factor that keeps the places from exceeding the official total.
    fn scale(&self) -> f64 {
        match self.official {
            Some(total) if self.in_places > total => total / self.in_places,
            _ => 1.0,
        }
    }

    /// People outside places, in the whole unit.
    fn remainder(&self) -> f64 {
        self.official
            .map_or(0.0, |total| (total - self.in_places).max(0.0))
    }
}

/// Codes of units by cell: regions as 1 to 43, countries after them.
const COUNTRY_OFFSET: u16 = 64;

fn code_of(unit: u16) -> Option<&'static str> {
    if unit < COUNTRY_OFFSET {
        Some(regions::by_index(unit as u8)?.0)
    } else {
        Some(countries::by_index((unit - COUNTRY_OFFSET) as u8)?.iso2)
    }
}

/// The unit a place is counted in.
fn unit_of(place: &Place) -> Option<u16> {
    if let Some(iso) = region_of_code(&place.country, &place.admin1) {
        return regions::index_of(iso).map(u16::from);
    }
    let index = countries::index_of(&place.country)?;
    Some(COUNTRY_OFFSET + u16::from(index))
}

/// ISO 3166-2 code of a `GeoNames` region of Ukraine or Poland.
pub fn region_of_code(country: &str, admin1: &str) -> Option<&'static str> {
    const UKRAINE: [&str; 27] = [
        "UA-71", "UA-74", "UA-77", "UA-12", "UA-14", "UA-26", "UA-63", "UA-65", "UA-68", "UA-35",
        "UA-43", "UA-30", "UA-32", "UA-09", "UA-46", "UA-48", "UA-51", "UA-53", "UA-56", "UA-40",
        "UA-59", "UA-61", "UA-05", "UA-07", "UA-21", "UA-23", "UA-18",
    ];
    const POLAND: [&str; 16] = [
        "PL-02", "PL-04", "PL-10", "PL-06", "PL-08", "PL-12", "PL-14", "PL-16", "PL-18", "PL-20",
        "PL-22", "PL-24", "PL-26", "PL-28", "PL-30", "PL-32",
    ];
    let number: usize = admin1.parse().ok()?;
    match country {
        "UA" => UKRAINE.get(number.checked_sub(1)?).copied(),
        "PL" => POLAND.get(number.checked_sub(72)?).copied(),
        _ => None,
    }
}

/// Residents of a box by cell of `step_deg`, with factors by unit.
///
/// `multipliers` scale units by code: a region (`UA-46`), or a country (`UA`, which scales all its
/// regions); where both are given they multiply. A unit wholly inside the box sums to its official
/// total times its factor.
///
/// # Errors
/// [`WorldError`] if the box is empty, the step not positive, the grid too large, or a code
/// unknown.
pub fn people_grid(
    bounds: &Bounds,
    step_deg: f64,
    multipliers: &[(String, f64)],
) -> Result<People, WorldError> {
    let raster = CountryRaster::new(bounds, step_deg)?;
    let regions = RegionRaster::within(&raster)?;
    let units: Vec<u16> = raster
        .values
        .iter()
        .zip(&regions.cells.values)
        .map(|(&country, &region)| match (country, region) {
            (0, _) => 0,
            (country, 0) => COUNTRY_OFFSET + u16::from(country),
            (_, region) => u16::from(region),
        })
        .collect();
    let mut ledger = ledgers(&raster, &units, multipliers)?;
    let mut values = vec![0.0_f64; units.len()];
    for place in places::within(&widened(&raster.bounds())) {
        if let Some((unit, entry)) = unit_of(place).and_then(|u| Some((u, ledger.get(&u)?))) {
            let people = f64::from(place.population) * entry.scale() * entry.multiplier;
            spread_place(place, people, unit, &raster, &units, &mut values);
        }
    }
    settle(&raster, &units, &mut ledger, &mut values);
    let first = raster.centre(0, 0);
    let grid = Grid {
        north_deg: first.lat_deg,
        west_deg: first.lon_deg,
        step_lat_deg: step_deg,
        step_lon_deg: step_deg,
        rows: raster.rows,
        cols: raster.cols,
        values: values.into_iter().map(|v| v as f32).collect(),
    };
    let mut totals: Vec<UnitPeople> = ledger
        .iter()
        .filter_map(|(&unit, entry)| {
            Some(UnitPeople {
                code: code_of(unit)?.to_owned(),
                residents: entry.residents,
                share_inside: entry.share_inside,
                official: entry.official.is_some(),
            })
        })
        .collect();
    totals.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(People {
        grid,
        units: totals,
    })
}

/// A box with the reach of the largest town around it.
fn widened(bounds: &Bounds) -> Bounds {
    Bounds {
        south_deg: bounds.south_deg - 0.5,
        north_deg: bounds.north_deg + 0.5,
        west_deg: bounds.west_deg - 1.0,
        east_deg: bounds.east_deg + 1.0,
    }
}

/// Area of a cell of every row, m².
fn cell_area_m2(raster: &CountryRaster, row: usize) -> f64 {
    let side = radians_from_degrees(raster.step_deg) * cupola_units::EARTH_RADIUS_MEAN_M;
    side * side * cos(radians_from_degrees(raster.centre(row, 0).lat_deg))
}

fn ledgers(
    raster: &CountryRaster,
    units: &[u16],
    multipliers: &[(String, f64)],
) -> Result<BTreeMap<u16, Ledger>, WorldError> {
    for (code, _) in multipliers {
        if regions::index_of(code).is_none() && !countries::all().any(|c| c.iso2 == code) {
            return Err(WorldError::UnknownUnit { code: code.clone() });
        }
    }
    let mut ledger: BTreeMap<u16, Ledger> = BTreeMap::new();
    for (row, line) in units.chunks_exact(raster.cols).enumerate() {
        let area = cell_area_m2(raster, row);
        let mut start = 0;
        for run in line.chunk_by(|a, b| a == b) {
            if line[start] != 0 {
                let entry = ledger.entry(line[start]).or_default();
                entry.area_inside_m2 += area * run.len() as f64;
            }
            start += run.len();
        }
    }
    let covered = raster.bounds();
    for (&unit, entry) in &mut ledger {
        let code = code_of(unit).unwrap_or_default();
        let country = code.split('-').next().unwrap_or_default();
        entry.official = officials()
            .iter()
            .find(|o| o.code == code)
            .map(|o| f64::from(o.population));
        entry.multiplier = multipliers
            .iter()
            .filter(|(c, _)| c == code || c == country)
            .fold(1.0, |product, (_, factor)| product * factor);
        let (whole_m2, extent) = whole(unit);
        entry.share_inside = if covers(&covered, &extent) {
            1.0
        } else {
            (entry.area_inside_m2 / whole_m2).min(1.0)
        };
    }
    for place in places::all() {
        if let Some(entry) = unit_of(place).and_then(|unit| ledger.get_mut(&unit)) {
            entry.in_places += f64::from(place.population);
        }
    }
    Ok(ledger)
}

/// Area in m² and box of a whole unit.
fn whole(unit: u16) -> (f64, Bounds) {
    /// Rows of this height give areas within 0.1 % down to the size of a city region.
    const ROW_DEG: f64 = 0.02;
    static AREAS_M2: OnceLock<Vec<f64>> = OnceLock::new();
    let (topology, index) = match unit.checked_sub(COUNTRY_OFFSET) {
        Some(country) => (countries::topology(), country as u8),
        None => regions::outline_of(unit as u8),
    };
    let area_m2 = if unit < COUNTRY_OFFSET {
        topology.areas_m2(ROW_DEG)[usize::from(index)]
    } else {
        AREAS_M2.get_or_init(|| topology.areas_m2(ROW_DEG))[usize::from(index)]
    };
    (area_m2, topology.extent(index))
}

fn covers(outer: &Bounds, inner: &Bounds) -> bool {
    outer.south_deg <= inner.south_deg
        && outer.north_deg >= inner.north_deg
        && outer.west_deg <= inner.west_deg
        && outer.east_deg >= inner.east_deg
}

/// Deals a town's people to the cells of its unit under points spread evenly over its disc.
fn spread_place(
    place: &Place,
    people: f64,
    unit: u16,
    raster: &CountryRaster,
    units: &[u16],
    values: &mut [f64],
) {
    /// Golden angle, radians: successive points of a sunflower.
    const GOLDEN: f64 = 2.399_963_229_728_653;
    let population = f64::from(place.population);
    let density_per_m2 = town_density_per_km2(population) * 1e-6;
    let disc_m2 = population / density_per_m2;
    let side = radians_from_degrees(1.0) * cupola_units::EARTH_RADIUS_MEAN_M;
    let shrink = cos(radians_from_degrees(place.at.lat_deg)).max(0.01);
    let cell_m2 = side * side * raster.step_deg * raster.step_deg * shrink;
    let points = (8.0 * disc_m2 / cell_m2).clamp(16.0, 4000.0) as usize;
    let radius_deg = (disc_m2 / std::f64::consts::PI).sqrt() / side;
    let mut hits = Vec::with_capacity(points);
    let mut outside = 0_usize;
    for k in 0..points {
        let reach = radius_deg * ((k as f64 + 0.5) / points as f64).sqrt();
        let angle = GOLDEN * k as f64;
        let at = LatLon {
            lat_deg: place.at.lat_deg + reach * cos(angle),
            lon_deg: place.at.lon_deg + reach * sin(angle) / shrink,
        };
        match raster.cell(at) {
            Some(i) if units[i] == unit => hits.push(i),
            Some(_) => {}
            None => outside += 1,
        }
    }
    if hits.is_empty() {
        hits.extend(nearby_cell(place.at, unit, raster, units));
    }
    let share = people / (hits.len() + outside).max(1) as f64;
    for i in hits {
        values[i] += share;
    }
}

/// The nearest cell of a unit within five cells of a point.
fn nearby_cell(at: LatLon, unit: u16, raster: &CountryRaster, units: &[u16]) -> Option<usize> {
    let home = raster.cell(at)?;
    let (row, col) = (home / raster.cols, home % raster.cols);
    let mut best: Option<(usize, usize)> = None;
    for r in row.saturating_sub(5)..(row + 6).min(raster.rows) {
        for c in col.saturating_sub(5)..(col + 6).min(raster.cols) {
            let far = r.abs_diff(row) * r.abs_diff(row) + c.abs_diff(col) * c.abs_diff(col);
            if units[r * raster.cols + c] == unit && best.is_none_or(|b| far < b.0) {
                best = Some((far, r * raster.cols + c));
            }
        }
    }
    best.map(|b| b.1)
}

/// Adds the people outside places and sums up; a unit wholly inside meets its total exactly.
fn settle(
    raster: &CountryRaster,
    units: &[u16],
    ledger: &mut BTreeMap<u16, Ledger>,
    values: &mut [f64],
) {
    for (&unit, value) in units.iter().zip(values.iter()) {
        if let Some(entry) = ledger.get_mut(&unit) {
            entry.residents += value;
        }
    }
    let mut density: BTreeMap<u16, f64> = BTreeMap::new();
    for (&unit, entry) in ledger.iter_mut() {
        let whole = entry.official.filter(|_| entry.share_inside >= 1.0);
        let add = match whole {
            Some(total) => (total * entry.multiplier - entry.residents).max(0.0),
            None => entry.remainder() * entry.multiplier * entry.share_inside,
        };
        entry.residents += add;
        density.insert(unit, add / entry.area_inside_m2.max(1.0));
    }
    for (row, line) in units.chunks_exact(raster.cols).enumerate() {
        let area = cell_area_m2(raster, row);
        for (col, unit) in line.iter().enumerate() {
            if let Some(per_m2) = density.get(unit) {
                values[row * raster.cols + col] += per_m2 * area;
            }
        }
    }
}
