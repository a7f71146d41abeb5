//! First-level regions: oblasts of Ukraine and voivodeships of Poland by outline, elsewhere the
//! region of the nearest place.
//!
//! Ukraine's 27 units include Crimea and Sevastopol. Outlines are older and coarser than those of
//! countries, so a country decides first and slivers between the two go to the nearest region.

use std::collections::VecDeque;
use std::sync::OnceLock;

use cupola_units::LatLon;

use crate::codec::{Reader, inflate, wrap_lon};
use crate::countries::{Country, CountryRaster, country_at, find};
use crate::topology::Topology;
use crate::{Bounds, WorldError, places};

/// A first-level region of a country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// ISO 3166-2 code in Ukraine and Poland (`UA-46`, `PL-18`); elsewhere the country and the
    /// `GeoNames` admin-1 code of the nearest place with a point between (`RO.13`).
    pub iso: String,
    /// English name; elsewhere the name of that place.
    pub name: String,
    /// The country it belongs to.
    pub country: Country,
}

/// Regions of the two countries: those of the second are numbered after those of the first.
struct Outlines {
    ukraine: Topology,
    poland: Topology,
}

/// Number of units of Ukraine, which come first in a [`RegionRaster`].
const UKRAINE: u8 = 27;

fn outlines() -> &'static Outlines {
    static DATA: OnceLock<Outlines> = OnceLock::new();
    DATA.get_or_init(|| {
        let bytes = inflate(include_bytes!("../data/regions.bin"));
        let mut reader = Reader::new(&bytes);
        Outlines {
            ukraine: Topology::read(&mut reader),
            poland: Topology::read(&mut reader),
        }
    })
}

fn of_country(iso2: &str) -> Option<(&'static Topology, u8)> {
    match iso2 {
        "UA" => Some((&outlines().ukraine, 0)),
        "PL" => Some((&outlines().poland, UKRAINE)),
        _ => None,
    }
}

/// The outlines that hold a number of a [`RegionRaster`], and the unit's number among them.
pub(crate) fn outline_of(index: u8) -> (&'static Topology, u8) {
    if index <= UKRAINE {
        (&outlines().ukraine, index)
    } else {
        (&outlines().poland, index - UKRAINE)
    }
}

/// ISO 3166-2 code and English name of a number in a [`RegionRaster`]; `None` for 0.
pub fn by_index(index: u8) -> Option<(&'static str, &'static str)> {
    let (topology, index) = outline_of(index);
    let unit = topology.units.get(usize::from(index.checked_sub(1)?))?;
    Some((&unit.code, &unit.name))
}

/// Name of a region in its own language; `None` if the code is not of Ukraine or Poland.
pub fn local_name(iso: &str) -> Option<&'static str> {
    let (topology, _) = of_country(iso.split('-').next()?)?;
    topology
        .units
        .iter()
        .find(|unit| unit.code == iso)
        .map(|unit| unit.extra.as_str())
}

/// The number in rasters of an ISO 3166-2 code; `None` if it is not of Ukraine or Poland.
pub fn index_of(iso: &str) -> Option<u8> {
    let (topology, offset) = of_country(iso.split('-').next()?)?;
    let position = topology.units.iter().position(|unit| unit.code == iso)?;
    Some(position as u8 + 1 + offset)
}

/// The region that contains a point; `None` at sea.
pub fn region_at(at: LatLon) -> Option<Region> {
    let country = country_at(at)?;
    let at = wrap_lon(at);
    let Some((topology, offset)) = of_country(country.iso2) else {
        let place = places::nearest_in(at, Some(country.iso2))?;
        return Some(Region {
            iso: format!("{}.{}", country.iso2, place.admin1),
            name: place.name.clone(),
            country,
        });
    };
    let unit = match topology.unit_at(at) {
        0 => {
            let (_, _, owners) = topology.nearest(at, |_| true)?;
            owners[0].max(owners[1])
        }
        unit => unit,
    };
    let (iso, name) = by_index(unit + offset)?;
    Some(Region {
        iso: iso.to_owned(),
        name: name.to_owned(),
        country,
    })
}

/// The region of Ukraine or Poland of every cell of a grid, laid out as a [`CountryRaster`]:
/// numbers for [`by_index`], 0 in other countries and at sea.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionRaster {
    /// The cells.
    pub cells: CountryRaster,
}

impl RegionRaster {
    /// The regions of a box in cells of `step_deg`.
    ///
    /// # Errors
    /// [`WorldError`] if the box is empty, the step not positive, or the raster too large.
    pub fn new(bounds: &Bounds, step_deg: f64) -> Result<Self, WorldError> {
        let countries = CountryRaster::new(bounds, step_deg)?;
        Self::within(&countries)
    }

    /// The regions of the cells of a raster of countries.
    ///
    /// # Errors
    /// [`WorldError`] if the raster is empty.
    pub fn within(countries: &CountryRaster) -> Result<Self, WorldError> {
        let mut cells = countries.clone();
        cells.values.fill(0);
        let mut wants = vec![false; cells.values.len()];
        for iso2 in ["UA", "PL"] {
            let owner = find(iso2)?.index;
            let Some((topology, offset)) = of_country(iso2) else {
                continue;
            };
            let raster = CountryRaster::of(topology, &countries.bounds(), countries.step_deg)?;
            for (i, &country) in countries.values.iter().enumerate() {
                if country == owner {
                    match raster.values[i] {
                        0 => wants[i] = true,
                        unit => cells.values[i] = unit + offset,
                    }
                }
            }
        }
        fill_slivers(&mut cells, &wants, countries);
        Ok(Self { cells })
    }

    /// Number of the region at a point; 0 outside Ukraine, Poland and the raster.
    #[inline]
    pub fn at(&self, at: LatLon) -> u8 {
        self.cells.at(at)
    }
}

/// Gives the cells of a country that no region covers to the nearest region of that country, then
/// whatever is left (an islet alone in the box) to the region the outlines say.
fn fill_slivers(cells: &mut CountryRaster, wants: &[bool], countries: &CountryRaster) {
    let cols = cells.cols;
    let mut queue: VecDeque<usize> = (0..cells.values.len())
        .filter(|&i| cells.values[i] != 0)
        .collect();
    while let Some(i) = queue.pop_front() {
        let (row, col) = (i / cols, i % cols);
        let below = if row + 1 < cells.rows {
            Some(i + cols)
        } else {
            None
        };
        let right = if col + 1 < cols { Some(i + 1) } else { None };
        let left = if col > 0 { Some(i - 1) } else { None };
        for next in [i.checked_sub(cols), below, left, right]
            .into_iter()
            .flatten()
        {
            let same = countries.values[next] == countries.values[i];
            if wants[next] && same && cells.values[next] == 0 {
                cells.values[next] = cells.values[i];
                queue.push_back(next);
            }
        }
    }
    for (i, &wanted) in wants.iter().enumerate() {
        if wanted && cells.values[i] == 0 {
            let found = region_at(cells.centre(i / cols, i % cols));
            cells.values[i] = found.and_then(|r| index_of(&r.iso)).unwrap_or(0);
        }
    }
}
