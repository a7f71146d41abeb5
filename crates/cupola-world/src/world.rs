//! The world of one scenario: ground, soil, the protected area and its people, ready to look up.

use crate::countries::{self, Country, CountryRaster};
use crate::people::people_grid;
use crate::posts::posts;
use crate::regions::{self, RegionRaster};
use crate::{Bounds, Grid, Terrain, TerrainKind, WorldError, distance, geodesy, places};
use cupola_scenario::Scenario;
use cupola_units::{EARTH_RADIUS_MEAN_M, LatLon, math};

/// Side of a cell of the raster of countries, degrees (about 1 km).
const SOIL_STEP_DEG: f64 = 0.01;
/// Step of the grids of people, degrees (30″).
const PEOPLE_STEP_DEG: f64 = 1.0 / 120.0;
/// Step of the grid of people around fire units, degrees (1′).
const PEOPLE_AROUND_STEP_DEG: f64 = 1.0 / 60.0;
/// Terrain reaches this far around fire units, metres.
const REACH_M: f64 = 250_000.0;

/// How far from the protected area a threat is near it, degrees of latitude (100 km, assumed).
const NEAR_DEG: f64 = 0.9;
/// Eight directions, as shares of a degree north and east.
const RING: [(f64, f64); 8] = [
    (1.0, 0.0),
    (0.7, 0.7),
    (0.0, 1.0),
    (-0.7, 0.7),
    (-1.0, 0.0),
    (-0.7, -0.7),
    (0.0, -1.0),
    (0.7, -0.7),
];

/// No such place; names that look like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPlace {
    /// Best first.
    pub suggestions: Vec<String>,
}

/// Everything geographic that a scenario's computation looks up.
#[derive(Debug)]
pub struct World {
    grounds: Vec<Grid>,
    /// By ground: the nodes that are statistical among measured ones; empty if none is.
    statistical: Vec<Vec<bool>>,
    soil: CountryRaster,
    is_nato: [bool; 256],
    /// Alpha-2 codes by country index.
    codes: Vec<&'static str>,
    nato: Vec<Country>,
    nato_codes: &'static [&'static str],
    nato_distance: Grid,
    area: Vec<bool>,
    area_bounds: Bounds,
    terrain_bounds: Bounds,
    people: Residents,
    people_around: Residents,
}

impl World {
    /// The boxes a scenario needs: of terrain, and of the protected area.
    ///
    /// # Errors
    /// [`WorldError`] for an unknown region, country or place.
    pub fn extents(scenario: &Scenario) -> Result<(Bounds, Bounds), WorldError> {
        let area = area_bounds(scenario)?;
        let mut terrain = area;
        for index in 0..scenario.file.fire_units.len() {
            for post in posts(scenario, index).into_iter().flatten() {
                terrain = terrain.union(&around(post.at, REACH_M));
            }
        }
        for means in &scenario.file.means {
            for site in &means.sites {
                if let Ok(at) = locate(scenario, site) {
                    terrain = terrain.union(&around(at, means.radius_km * 1000.0 + 5_000.0));
                }
            }
        }
        Ok((terrain, area))
    }

    /// The world of a scenario on terrain given once per seed; `people` replaces the residents.
    ///
    /// # Errors
    /// [`WorldError`] for an unknown region, country or place, or a box too large.
    pub fn new(
        scenario: &Scenario,
        terrains: &[&dyn Terrain],
        people: Option<Grid>,
    ) -> Result<Self, WorldError> {
        let (terrain_bounds, area_bounds) = Self::extents(scenario)?;
        let (grounds, statistical): (Vec<Grid>, Vec<Vec<bool>>) = terrains
            .iter()
            .map(|terrain| terrain.ground(&terrain_bounds))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .unzip();
        let soil = CountryRaster::new(&theatre(scenario, &terrain_bounds), SOIL_STEP_DEG)?;
        let year = u16::try_from(scenario.file.area.nato_year).unwrap_or(2024);
        let nato_codes = countries::nato_members(year);
        let mut is_nato = [false; 256];
        let code = |index| countries::by_index(index).map_or("--", |country| country.iso2);
        let codes = (0..=u8::MAX).map(code).collect();
        let mut nato = Vec::new();
        for country in countries::all().filter(|c| nato_codes.contains(&c.iso2)) {
            is_nato[usize::from(country.index)] = true;
            nato.push(country);
        }
        let nato_distance = distance::distance_where(&soil, |index| is_nato[usize::from(index)]);
        let mut area = area_mask(scenario, &soil)?;
        if let Some(belt_km) = scenario.file.area.nato_belt_km {
            for (inside, distance_m) in area.iter_mut().zip(&nato_distance.values) {
                *inside &= f64::from(*distance_m) <= belt_km * 1000.0;
            }
        }
        let people = match people {
            Some(grid) => grid,
            None => people_grid(&area_bounds, PEOPLE_STEP_DEG, &[])?.grid,
        };
        let people_around = people_grid(&terrain_bounds, PEOPLE_AROUND_STEP_DEG, &[])?.grid;
        Ok(Self {
            grounds,
            statistical,
            soil,
            is_nato,
            codes,
            nato,
            nato_codes,
            nato_distance,
            area,
            area_bounds,
            terrain_bounds,
            people: Residents::new(people),
            people_around: Residents::new(people_around),
        })
    }

    /// Ground of a terrain seed, metres above sea.
    pub fn ground(&self, seed: usize) -> &Grid {
        &self.grounds[seed]
    }

    /// Whether measured terrain has no height at a point and statistical relief stands in; `false`
    /// where all the terrain is statistical.
    pub fn stands_in(&self, seed: usize, at: LatLon) -> bool {
        let ground = &self.grounds[seed];
        let row = ((ground.north_deg - at.lat_deg) / ground.step_lat_deg).round();
        let col = ((at.lon_deg - ground.west_deg) / ground.step_lon_deg).round();
        if row < 0.0 || col < 0.0 || col >= ground.cols as f64 {
            return false;
        }
        let node = row as usize * ground.cols + col as usize;
        self.statistical[seed].get(node).copied().unwrap_or(false)
    }

    /// Share of the heights for which statistical relief stands in, 0 to 1.
    pub fn stand_in_share(&self) -> f64 {
        let nodes: usize = self.statistical.iter().map(Vec::len).sum();
        let drawn = self.statistical.iter().flatten().filter(|&&drawn| drawn);
        drawn.count() as f64 / nodes.max(1) as f64
    }

    /// Number of terrain seeds.
    pub fn seeds(&self) -> usize {
        self.grounds.len()
    }

    /// Box in which terrain is known.
    pub fn terrain_bounds(&self) -> Bounds {
        self.terrain_bounds
    }

    /// Box around the protected area.
    pub fn area_bounds(&self) -> Bounds {
        self.area_bounds
    }

    /// Residents per cell of 30″ around the protected area, before the scenario's factor.
    pub fn people(&self) -> &Grid {
        &self.people.grid
    }

    /// Residents per km² at a point, before the scenario's factor: in cells of 30″ around the
    /// protected area, of 1′ around fire units, 0 beyond and where nobody is known.
    pub fn people_per_km2(&self, at: LatLon) -> f64 {
        let around = || self.people_around.per_km2(at);
        self.people.per_km2(at).or_else(around).unwrap_or(0.0)
    }

    /// Index of the country below a point; 0 at sea and outside the theatre.
    #[inline]
    pub fn country_at(&self, at: LatLon) -> u8 {
        self.soil.at(at)
    }

    /// Alpha-2 code of a country index; `--` for none.
    pub fn code(&self, index: u8) -> &'static str {
        self.codes.get(usize::from(index)).copied().unwrap_or("--")
    }

    /// Index of an alpha-2 code; 255 for a code that is no country, which stands nowhere.
    pub fn country_index(&self, code: &str) -> u8 {
        countries::find(code).map_or(u8::MAX, |country| country.index)
    }

    /// Whether a country index is in NATO.
    #[inline]
    pub fn is_nato(&self, index: u8) -> bool {
        self.is_nato[usize::from(index)]
    }

    /// Whether an alpha-2 code is in NATO.
    pub fn is_nato_code(&self, code: &str) -> bool {
        self.nato_codes.contains(&code)
    }

    /// Distance to NATO soil, metres: 0 over it; infinite where the theatre has none.
    #[inline]
    pub fn nato_distance_m(&self, at: LatLon) -> f64 {
        self.soil
            .cell(at)
            .map_or(f64::INFINITY, |i| f64::from(self.nato_distance.values[i]))
    }

    /// The point of NATO soil nearest to a point, if the theatre has any.
    pub fn nearest_nato(&self, at: LatLon) -> Option<LatLon> {
        distance::nearest_cell_in(&self.soil, &self.nato, at).map(|nearest| nearest.at)
    }

    /// Whether a point lies in the protected area.
    #[inline]
    pub fn in_area(&self, at: LatLon) -> bool {
        self.soil.cell(at).is_some_and(|i| self.area[i])
    }

    /// Whether a point lies in the protected area or about 100 km from it: sixteen points around it
    /// are looked at, so a narrow tongue of the area may be missed.
    pub fn near_area(&self, at: LatLon) -> bool {
        let bounds = &self.area_bounds;
        let middle = f64::midpoint(bounds.south_deg, bounds.north_deg);
        let lon_per_lat = 1.0 / math::cos(math::radians_from_degrees(middle)).max(0.1);
        let beyond = !(bounds.south_deg - NEAR_DEG..=bounds.north_deg + NEAR_DEG)
            .contains(&at.lat_deg)
            || !(bounds.west_deg - NEAR_DEG * lon_per_lat
                ..=bounds.east_deg + NEAR_DEG * lon_per_lat)
                .contains(&at.lon_deg);
        if beyond {
            return false;
        }
        self.in_area(at)
            || RING.iter().any(|&(north, east)| {
                [0.5, 1.0].into_iter().any(|part| {
                    self.in_area(LatLon::new(
                        at.lat_deg + part * NEAR_DEG * north,
                        at.lon_deg + part * NEAR_DEG * lon_per_lat * east,
                    ))
                })
            })
    }

    /// A populated place by name: `Lviv` or `Lviv, UA`.
    ///
    /// # Errors
    /// [`UnknownPlace`] with names that look like it.
    pub fn place(&self, name: &str) -> Result<LatLon, UnknownPlace> {
        places::find(name, None)
            .map(|place| place.at)
            .map_err(|error| UnknownPlace {
                suggestions: match error {
                    WorldError::UnknownPlace { suggestions, .. } => suggestions,
                    _ => Vec::new(),
                },
            })
    }
}

/// Residents per cell, and how large the cells are.
#[derive(Clone, Debug)]
struct Residents {
    grid: Grid,
    /// Area of a cell by row, km².
    cell_km2: Vec<f64>,
}

impl Residents {
    fn new(grid: Grid) -> Self {
        let side =
            |degrees: f64| math::radians_from_degrees(degrees) * EARTH_RADIUS_MEAN_M / 1000.0;
        let at_equator = side(grid.step_lat_deg) * side(grid.step_lon_deg);
        let area = |row: usize| {
            let lat_deg = grid.north_deg - row as f64 * grid.step_lat_deg;
            (at_equator * math::cos(math::radians_from_degrees(lat_deg))).max(1e-9)
        };
        let cell_km2 = (0..grid.rows).map(area).collect();
        Self { grid, cell_km2 }
    }

    /// People per km² in the cell of a point, if the grid holds it.
    fn per_km2(&self, at: LatLon) -> Option<f64> {
        let grid = &self.grid;
        // A cell reaches half a step around its node.
        let row = (grid.north_deg - at.lat_deg) / grid.step_lat_deg + 0.5;
        let col = (at.lon_deg - grid.west_deg) / grid.step_lon_deg + 0.5;
        if row < 0.0 || col < 0.0 || row >= grid.rows as f64 || col >= grid.cols as f64 {
            return None;
        }
        let (row, col) = (row as usize, col as usize);
        let people = f64::from(grid.values[row * grid.cols + col]);
        Some(people / self.cell_km2[row])
    }
}

/// Kind, spacing and description of terrain, as a report names it.
pub fn describe(terrain: &dyn Terrain) -> (&'static str, f64, String) {
    let kind = match terrain.kind() {
        TerrainKind::Statistical { .. } => "statistical",
        TerrainKind::Given => "given",
    };
    (kind, terrain.cell_m(), terrain.description())
}

fn locate(scenario: &Scenario, name: &str) -> Result<LatLon, WorldError> {
    match scenario.file.sites.get(name) {
        Some(site) => Ok(LatLon::new(site.lat_deg, site.lon_deg)),
        None => places::find(name, None).map(|place| place.at),
    }
}

fn around(at: LatLon, radius_m: f64) -> Bounds {
    let north = |azimuth| geodesy::direct(at, azimuth, radius_m);
    let quarter = std::f64::consts::FRAC_PI_2;
    Bounds {
        north_deg: north(0.0).lat_deg,
        south_deg: north(2.0 * quarter).lat_deg,
        east_deg: north(quarter).lon_deg + 0.05,
        west_deg: north(-quarter).lon_deg - 0.05,
    }
}

/// The box of everything that flies: terrain, launch areas, aims and way-points.
fn theatre(scenario: &Scenario, terrain: &Bounds) -> Bounds {
    let file = &scenario.file;
    let mut bounds = *terrain;
    for area in file.launch_areas.values() {
        let at = LatLon::new(area.lat_deg, area.lon_deg);
        bounds = bounds.union(&around(at, area.radius_km * 1000.0 + 1000.0));
    }
    let aims = file
        .aims
        .values()
        .flat_map(|aims| aims.inside.iter().chain(&aims.outside));
    let via = file
        .raids
        .iter()
        .flat_map(|raid| &raid.waves)
        .flat_map(|wave| &wave.via);
    for name in aims.map(|aim| &aim.place).chain(via) {
        if let Ok(at) = locate(scenario, name) {
            bounds = bounds.union(&around(at, 50_000.0));
        }
    }
    // On whole degrees, so that the cells of two scenarios stand on one lattice and a unit more or
    // less moves nobody's border.
    Bounds {
        south_deg: (bounds.south_deg - 0.5).floor().max(-89.0),
        north_deg: (bounds.north_deg + 0.5).ceil().min(89.0),
        west_deg: (bounds.west_deg - 0.5).floor(),
        east_deg: (bounds.east_deg + 0.5).ceil(),
    }
}

fn discs(scenario: &Scenario) -> Result<Vec<(LatLon, f64)>, WorldError> {
    let area = &scenario.file.area;
    let radius_m = area.radius_km.unwrap_or(0.0) * 1000.0;
    area.places
        .iter()
        .map(|name| Ok((locate(scenario, name)?, radius_m)))
        .collect()
}

/// The smallest box around the protected area, a little widened.
fn area_bounds(scenario: &Scenario) -> Result<Bounds, WorldError> {
    let area = &scenario.file.area;
    let mut bounds: Option<Bounds> = None;
    let mut add = |more: Bounds| bounds = Some(bounds.map_or(more, |b| b.union(&more)));
    for code in &area.countries {
        add(countries::extent(countries::find(code)?));
    }
    for code in &area.regions {
        let unknown = || WorldError::UnknownUnit { code: code.clone() };
        let index = regions::index_of(code).ok_or_else(unknown)?;
        let country = code.split('-').next().unwrap_or_default();
        let cells = RegionRaster::new(&countries::extent(countries::find(country)?), 0.05)?.cells;
        for (i, _) in cells
            .values
            .iter()
            .enumerate()
            .filter(|(_, value)| **value == index)
        {
            let at = cells.centre(i / cells.cols, i % cells.cols);
            add(around(at, 5_000.0));
        }
    }
    for (at, radius_m) in discs(scenario)? {
        add(around(at, radius_m));
    }
    bounds.ok_or_else(|| WorldError::UnknownUnit {
        code: area.name.clone(),
    })
}

/// Which cells of the raster of countries are protected.
fn area_mask(scenario: &Scenario, soil: &CountryRaster) -> Result<Vec<bool>, WorldError> {
    let area = &scenario.file.area;
    let mut mask = vec![false; soil.values.len()];
    let wanted: Vec<u8> = area
        .countries
        .iter()
        .map(|code| countries::find(code).map(|country| country.index))
        .collect::<Result<_, _>>()?;
    if !wanted.is_empty() {
        for (inside, index) in mask.iter_mut().zip(&soil.values) {
            *inside |= wanted.contains(index);
        }
    }
    let wanted: Vec<u8> = area
        .regions
        .iter()
        .filter_map(|code| regions::index_of(code))
        .collect();
    if !wanted.is_empty() {
        let regions = RegionRaster::within(soil)?;
        for (inside, index) in mask.iter_mut().zip(&regions.cells.values) {
            *inside |= wanted.contains(index);
        }
    }
    for (centre, radius_m) in discs(scenario)? {
        let bounds = around(centre, radius_m);
        for (i, inside) in mask.iter_mut().enumerate() {
            let at = soil.centre(i / soil.cols, i % soil.cols);
            *inside |= bounds.contains(at) && geodesy::great_circle_m(centre, at) <= radius_m;
        }
    }
    Ok(mask)
}
