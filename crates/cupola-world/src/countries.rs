//! Which state a point belongs to, and how far it is to the next.
//!
//! Outlines are Natural Earth's 1:10 million, quantised to about 260 × 190 m; within 2 km of a
//! border "which country" is uncertain. Crimea and Sevastopol are Ukraine, as the General Assembly
//! of the United Nations holds (resolution 68/262); `data-gen/README.md` lists the other choices.
//!
//! Not here: regions of a country (`regions`), territorial waters (the sea belongs to nobody).

use std::sync::OnceLock;

use cupola_units::LatLon;

use crate::codec::{Reader, inflate, wrap_lon};
use crate::error::cells;
use crate::topology::Topology;
use crate::{Bounds, WorldError};

/// A state or territory with an outline of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Country {
    /// Position in the embedded table from 1; the number in a [`CountryRaster`].
    pub index: u8,
    /// ISO 3166-1 alpha-2 code, or a user-assigned one (XK Kosovo, XJ Siachen Glacier).
    pub iso2: &'static str,
    /// ISO 3166-1 alpha-3 code.
    pub iso3: &'static str,
    /// English name.
    pub name: &'static str,
}

/// A line of the map: a coast (`right` is `None`) or a border between two countries.
#[derive(Clone, Debug, PartialEq)]
pub struct BorderLine<'a> {
    /// One country on the line.
    pub left: Country,
    /// The other, if there is one.
    pub right: Option<Country>,
    /// Points of the line in order.
    pub points: &'a [LatLon],
}

/// A point of a border or of a country, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The point.
    pub at: LatLon,
    /// Its great-circle distance, metres.
    pub distance_m: f64,
}

pub(crate) fn topology() -> &'static Topology {
    static DATA: OnceLock<Topology> = OnceLock::new();
    DATA.get_or_init(|| {
        let bytes = inflate(include_bytes!("../data/borders.bin"));
        Topology::read(&mut Reader::new(&bytes))
    })
}

/// The country with this number in rasters; `None` for 0 (sea) and beyond the table.
pub fn by_index(index: u8) -> Option<Country> {
    let unit = topology().units.get(usize::from(index).checked_sub(1)?)?;
    Some(Country {
        index,
        iso2: &unit.code,
        iso3: &unit.code3,
        name: &unit.name,
    })
}

/// The number in rasters of an alpha-2 code in capitals.
pub(crate) fn index_of(iso2: &str) -> Option<u8> {
    let units = &topology().units;
    let position = units.binary_search_by(|unit| unit.code.as_str().cmp(iso2));
    position.ok().map(|i| i as u8 + 1)
}

/// All countries, ordered by alpha-2 code.
pub fn all() -> impl Iterator<Item = Country> {
    (1..=topology().units.len()).filter_map(|i| by_index(i as u8))
}

/// The country with an ISO alpha-2 or alpha-3 code or an English name, in any case.
///
/// # Errors
/// [`WorldError::UnknownCountry`] if there is none.
///
/// ```
/// use cupola_world::countries;
/// assert_eq!(countries::find("pol")?.iso2, "PL");
/// assert_eq!(countries::find("Ukraine")?.iso3, "UKR");
/// # Ok::<(), cupola_world::WorldError>(())
/// ```
pub fn find(name: &str) -> Result<Country, WorldError> {
    let wanted = name.trim();
    let same = |text: &str| text.to_lowercase() == wanted.to_lowercase();
    all()
        .find(|c| same(c.iso2) || same(c.iso3) || same(c.name))
        .ok_or_else(|| WorldError::UnknownCountry {
            name: name.to_owned(),
        })
}

/// The country that contains a point; `None` at sea.
pub fn country_at(at: LatLon) -> Option<Country> {
    by_index(topology().unit_at(wrap_lon(at)))
}

/// Coasts and borders that touch a box, for drawing; whole lines, not cut at its edge.
pub fn lines(bounds: &Bounds) -> Vec<BorderLine<'static>> {
    topology()
        .arcs
        .iter()
        .filter(|arc| arc.points.iter().any(|&p| bounds.contains(p)))
        .filter_map(|arc| {
            let [a, b] = arc.owners;
            let left = by_index(a).or_else(|| by_index(b))?;
            let right = if a == 0 { None } else { by_index(b) };
            Some(BorderLine {
                left,
                right,
                points: &arc.points,
            })
        })
        .collect()
}

/// The outline of a country as closed rings (the first point repeated at the end), for drawing
/// with the even-odd rule.
pub fn rings(country: Country) -> Vec<Vec<LatLon>> {
    let mut open: Vec<Vec<LatLon>> = topology()
        .outline(country.index)
        .map(|arc| arc.points.clone())
        .collect();
    let mut closed = Vec::new();
    while let Some(mut ring) = open.pop() {
        while ring.first() != ring.last() {
            let end = ring.last().copied();
            let Some(i) = open
                .iter()
                .position(|arc| arc.first().copied() == end || arc.last().copied() == end)
            else {
                break;
            };
            let mut arc = open.swap_remove(i);
            if arc.first().copied() != end {
                arc.reverse();
            }
            ring.extend_from_slice(&arc[1..]);
        }
        // The source has a few slivers that go there and back again.
        if ring.len() > 3 {
            closed.push(ring);
        }
    }
    closed
}

/// The smallest box around a country; one that reaches across 180° spans all longitudes.
pub fn extent(country: Country) -> Bounds {
    topology().extent(country.index)
}

/// The nearest point of the common border of two countries; `None` if they have none.
///
/// Passes over every line of the border: tens of microseconds.
pub fn nearest_border(at: LatLon, a: Country, b: Country) -> Option<Nearest> {
    let pair = [a.index.min(b.index), a.index.max(b.index)];
    let sorted = |o: [u8; 2]| [o[0].min(o[1]), o[0].max(o[1])];
    let (at, distance_m, _) = topology().nearest(at, |owners| sorted(owners) == pair)?;
    Some(Nearest { at, distance_m })
}

/// The nearest point of any of the countries: the point itself if it is inside one of them;
/// `None` for an empty set.
///
/// Passes over their whole outlines: up to a few milliseconds for a large country.
pub fn nearest_point_in(at: LatLon, set: &[Country]) -> Option<Nearest> {
    let inside = country_at(at).is_some_and(|c| set.contains(&c));
    if inside {
        return Some(Nearest {
            at,
            distance_m: 0.0,
        });
    }
    let wanted = |owners: [u8; 2]| set.iter().any(|c| owners.contains(&c.index));
    let (at, distance_m, _) = topology().nearest(at, wanted)?;
    Some(Nearest { at, distance_m })
}

/// Members of NATO at the end of a year, by date of accession; empty before 1949.
///
/// Finland joined in April 2023, Sweden in March 2024: [`nato_members_in`] takes the month.
///
/// # Source
/// North Atlantic Treaty Organization, "NATO member countries".
pub fn nato_members(year: u16) -> &'static [&'static str] {
    nato_members_in(year, 12)
}

/// Members of NATO at the end of a month (1 to 12), as ISO alpha-2 codes by date of accession.
pub fn nato_members_in(year: u16, month: u8) -> &'static [&'static str] {
    const MEMBERS: [&str; 32] = [
        "BE", "CA", "DK", "FR", "GB", "IS", "IT", "LU", "NL", "NO", "PT", "US", "GR", "TR", "DE",
        "ES", "CZ", "HU", "PL", "BG", "EE", "LV", "LT", "RO", "SK", "SI", "AL", "HR", "ME", "MK",
        "FI", "SE",
    ];
    const ACCESSIONS: [(u16, u8, usize); 10] = [
        (1949, 8, 12),
        (1952, 2, 14),
        (1955, 5, 15),
        (1982, 5, 16),
        (1999, 3, 19),
        (2004, 3, 26),
        (2009, 4, 28),
        (2017, 6, 29),
        (2020, 3, 30),
        (2023, 4, 31),
    ];
    let last = if (year, month) >= (2024, 3) { 32 } else { 0 };
    let count = ACCESSIONS
        .iter()
        .filter(|(y, m, _)| (*y, *m) <= (year, month))
        .map(|a| a.2)
        .fold(last, usize::max);
    &MEMBERS[..count]
}

/// The country of every cell of a regular grid, found at the centre of the cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CountryRaster {
    /// Latitude of the northern edge of the first row, degrees.
    pub north_deg: f64,
    /// Longitude of the western edge of the first column, degrees.
    pub west_deg: f64,
    /// Side of a cell, degrees.
    pub step_deg: f64,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Row-major [`Country::index`], row 0 in the north; 0 is sea.
    pub values: Vec<u8>,
}

impl CountryRaster {
    /// The countries of a box, in square cells of `step_deg` that begin at its north-west corner
    /// and may stand out by part of a cell in the south and east.
    ///
    /// # Errors
    /// [`WorldError`] if the box is empty, the step not positive, or the raster too large.
    pub fn new(bounds: &Bounds, step_deg: f64) -> Result<Self, WorldError> {
        Self::of(topology(), bounds, step_deg)
    }

    pub(crate) fn of(
        topology: &Topology,
        bounds: &Bounds,
        step_deg: f64,
    ) -> Result<Self, WorldError> {
        let (rows, cols) = cells(bounds, step_deg)?;
        let mut raster = Self {
            north_deg: bounds.north_deg,
            west_deg: bounds.west_deg,
            step_deg,
            rows,
            cols,
            values: vec![0; rows * cols],
        };
        let mut scratch = Vec::new();
        let west = raster.west_deg + 0.5 * step_deg;
        for (row, cells) in raster.values.chunks_exact_mut(cols).enumerate() {
            let lat = bounds.north_deg - (row as f64 + 0.5) * step_deg;
            topology.row(lat, west, step_deg, &mut scratch, cells);
        }
        Ok(raster)
    }

    /// Row-major position of the cell that contains a point; `None` outside the raster.
    #[inline]
    pub fn cell(&self, at: LatLon) -> Option<usize> {
        let y = (self.north_deg - at.lat_deg) / self.step_deg;
        let x = (at.lon_deg - self.west_deg) / self.step_deg;
        let inside = y >= 0.0 && x >= 0.0 && y < self.rows as f64 && x < self.cols as f64;
        inside.then(|| y as usize * self.cols + x as usize)
    }

    /// Number of the country at a point; 0 at sea and outside the raster.
    #[inline]
    pub fn at(&self, at: LatLon) -> u8 {
        self.cell(at).map_or(0, |i| self.values[i])
    }

    /// The centre of a cell.
    pub fn centre(&self, row: usize, col: usize) -> LatLon {
        LatLon::new(
            self.north_deg - (row as f64 + 0.5) * self.step_deg,
            self.west_deg + (col as f64 + 0.5) * self.step_deg,
        )
    }

    /// The box covered by the cells.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            north_deg: self.north_deg,
            south_deg: self.north_deg - self.rows as f64 * self.step_deg,
            west_deg: self.west_deg,
            east_deg: self.west_deg + self.cols as f64 * self.step_deg,
        }
    }
}
