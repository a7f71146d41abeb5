//! Outlines as arcs with an owner on either side: the shape of countries and regions.
//!
//! An arc is stored once however many units touch it, so neighbours fit without gaps and a point
//! on a border belongs to exactly one of them. A unit contains a point when an odd number of its
//! arcs pass east of it.

use cupola_units::LatLon;
use cupola_units::math::{cos, radians_from_degrees};

use crate::codec::Reader;
use crate::geodesy::great_circle_m;

/// Height of the latitude bands by which segments are found, degrees.
const BAND_DEG: f64 = 0.25;
const BANDS: usize = 720;
/// Lines along ±180° close a unit on the map but bound nothing.
const SEAM_DEG: f64 = 179.999_999;

/// A unit of a topology: a country or a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) code: String,
    pub(crate) code3: String,
    pub(crate) name: String,
    pub(crate) extra: String,
}

/// A line with the units on its two sides; 0 is no unit.
#[derive(Clone, Debug)]
pub(crate) struct Arc {
    pub(crate) owners: [u8; 2],
    pub(crate) points: Vec<LatLon>,
}

/// A straight piece of an arc, its southern end first.
#[derive(Clone, Copy, Debug)]
struct Segment {
    south: LatLon,
    north: LatLon,
    owners: [u8; 2],
}

/// Units, their outlines and an index by latitude.
#[derive(Clone, Debug)]
pub(crate) struct Topology {
    pub(crate) units: Vec<Unit>,
    pub(crate) arcs: Vec<Arc>,
    bands: Vec<Vec<Segment>>,
}

/// Which units contain a point: a bit for each.
#[derive(Clone, Copy, Debug, Default)]
struct Parity([u64; 4]);

impl Parity {
    #[inline]
    fn toggle(&mut self, owners: [u8; 2]) {
        for owner in owners {
            self.0[usize::from(owner >> 6)] ^= 1 << (owner & 63);
        }
    }

    /// The lowest unit set; bit 0 stands for no unit and is ignored.
    #[inline]
    fn unit(self) -> u8 {
        let words = [self.0[0] & !1, self.0[1], self.0[2], self.0[3]];
        for (i, word) in words.into_iter().enumerate() {
            if word != 0 {
                return (i * 64) as u8 + word.trailing_zeros() as u8;
            }
        }
        0
    }
}

fn band_of(lat_deg: f64) -> usize {
    (((lat_deg + 90.0) / BAND_DEG) as usize).min(BANDS - 1)
}

impl Segment {
    /// Longitude at which the segment passes a latitude, if it does.
    #[inline]
    fn crossing(&self, lat_deg: f64) -> Option<f64> {
        (self.south.lat_deg <= lat_deg && lat_deg < self.north.lat_deg).then(|| {
            let share = (lat_deg - self.south.lat_deg) / (self.north.lat_deg - self.south.lat_deg);
            self.south.lon_deg + share * (self.north.lon_deg - self.south.lon_deg)
        })
    }
}

impl Topology {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let count = reader.count();
        let units = (0..count)
            .map(|_| Unit {
                code: reader.text().to_owned(),
                code3: reader.text().to_owned(),
                name: reader.text().to_owned(),
                extra: reader.text().to_owned(),
            })
            .collect();
        let scale = [reader.f64(), reader.f64()];
        let shift = [reader.f64(), reader.f64()];
        let count = reader.count();
        let left = reader.take(count).to_vec();
        let right = reader.take(count);
        let lengths: Vec<usize> = (0..count).map(|_| reader.count()).collect();
        let mut axes = [Vec::new(), Vec::new()];
        for axis in &mut axes {
            for &length in &lengths {
                axis.extend(reader.column(length));
            }
        }
        let mut points = axes[0].iter().zip(&axes[1]).map(|(&x, &y)| LatLon {
            lat_deg: y as f64 * scale[1] + shift[1],
            lon_deg: x as f64 * scale[0] + shift[0],
        });
        let arcs: Vec<Arc> = lengths
            .iter()
            .zip(left.iter().zip(right))
            .map(|(&length, (&a, &b))| Arc {
                owners: [a, b],
                points: points.by_ref().take(length).collect(),
            })
            .collect();
        let bands = bands(&arcs);
        Self { units, arcs, bands }
    }

    /// The unit that contains a point, counted from 1; 0 outside all.
    pub(crate) fn unit_at(&self, at: LatLon) -> u8 {
        if !(at.lat_deg.abs() <= 90.0 && at.lon_deg.abs() <= 180.0) {
            return 0;
        }
        let mut parity = Parity::default();
        for segment in &self.bands[band_of(at.lat_deg)] {
            if segment
                .crossing(at.lat_deg)
                .is_some_and(|lon| lon > at.lon_deg)
            {
                parity.toggle(segment.owners);
            }
        }
        parity.unit()
    }

    /// Crossings of a parallel, from west to east: longitude and the units that change there.
    pub(crate) fn crossings(&self, lat_deg: f64, into: &mut Vec<(f64, [u8; 2])>) {
        into.clear();
        into.extend(
            self.bands[band_of(lat_deg)]
                .iter()
                .filter_map(|s| Some((s.crossing(lat_deg)?, s.owners))),
        );
        into.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }

    /// Units along a parallel at equal steps of longitude; starts may lie beyond ±180°.
    pub(crate) fn row(
        &self,
        lat_deg: f64,
        first_lon_deg: f64,
        step_deg: f64,
        scratch: &mut Vec<(f64, [u8; 2])>,
        row: &mut [u8],
    ) {
        row.fill(0);
        if lat_deg.abs() > 90.0 {
            return;
        }
        self.crossings(lat_deg, scratch);
        let last = first_lon_deg + step_deg * row.len() as f64;
        for turn in [-360.0, 0.0, 360.0] {
            if first_lon_deg >= 180.0 + turn || last <= -180.0 + turn {
                continue;
            }
            let (mut next, mut parity, mut unit) = (0, Parity::default(), 0);
            for (col, cell) in row.iter_mut().enumerate() {
                let lon = first_lon_deg + step_deg * col as f64 - turn;
                while next < scratch.len() && scratch[next].0 <= lon {
                    parity.toggle(scratch[next].1);
                    next += 1;
                    unit = parity.unit();
                }
                if unit != 0 {
                    *cell = unit;
                }
            }
        }
    }

    /// Area of every unit on the mean sphere, m², index 0 unused.
    pub(crate) fn areas_m2(&self, step_deg: f64) -> Vec<f64> {
        let mut areas = vec![0.0; self.units.len() + 1];
        let mut scratch = Vec::new();
        let rows = (180.0 / step_deg) as usize;
        let side = radians_from_degrees(1.0) * cupola_units::EARTH_RADIUS_MEAN_M;
        for row in 0..rows {
            let lat = 90.0 - (row as f64 + 0.5) * step_deg;
            self.crossings(lat, &mut scratch);
            let weight = side * side * step_deg * cos(radians_from_degrees(lat));
            let mut parity = Parity::default();
            for pair in scratch.windows(2) {
                parity.toggle(pair[0].1);
                let unit = parity.unit();
                areas[usize::from(unit)] += weight * (pair[1].0 - pair[0].0);
            }
        }
        areas
    }

    /// Smallest box around a unit: south, north, west, east; a unit across 180° spans all.
    pub(crate) fn extent(&self, unit: u8) -> crate::Bounds {
        let mut box_ = crate::Bounds {
            south_deg: 90.0,
            north_deg: -90.0,
            west_deg: 180.0,
            east_deg: -180.0,
        };
        for point in self.outline(unit).flat_map(|arc| &arc.points) {
            box_.south_deg = box_.south_deg.min(point.lat_deg);
            box_.north_deg = box_.north_deg.max(point.lat_deg);
            box_.west_deg = box_.west_deg.min(point.lon_deg);
            box_.east_deg = box_.east_deg.max(point.lon_deg);
        }
        box_
    }

    /// The arcs around a unit.
    pub(crate) fn outline(&self, unit: u8) -> impl Iterator<Item = &Arc> {
        self.arcs
            .iter()
            .filter(move |arc| arc.owners.contains(&unit))
    }

    /// The point of the given arcs nearest to a point, its distance in metres, and the arc's
    /// owners; `None` if no arc is wanted.
    pub(crate) fn nearest(
        &self,
        at: LatLon,
        wanted: impl Fn([u8; 2]) -> bool,
    ) -> Option<(LatLon, f64, [u8; 2])> {
        let mut best: Option<(LatLon, f64, [u8; 2])> = None;
        for arc in self.arcs.iter().filter(|arc| wanted(arc.owners)) {
            let pairs = arc.points.windows(2);
            for pair in pairs.filter(|pair| !pair.iter().all(|p| p.lon_deg.abs() >= SEAM_DEG)) {
                let foot = foot_of(at, pair[0], pair[1]);
                let squared = flat_squared(at, foot);
                if best.is_none_or(|b| squared < b.1) {
                    best = Some((foot, squared, arc.owners));
                }
            }
        }
        best.map(|(foot, _, owners)| (foot, great_circle_m(at, foot), owners))
    }
}

fn bands(arcs: &[Arc]) -> Vec<Vec<Segment>> {
    let mut bands = vec![Vec::new(); BANDS];
    for arc in arcs {
        for pair in arc.points.windows(2) {
            let (mut south, mut north) = (pair[0], pair[1]);
            if south.lat_deg > north.lat_deg {
                (south, north) = (north, south);
            }
            if south.lat_deg < north.lat_deg {
                let segment = Segment {
                    south,
                    north,
                    owners: arc.owners,
                };
                for band in &mut bands[band_of(south.lat_deg)..=band_of(north.lat_deg)] {
                    band.push(segment);
                }
            }
        }
    }
    bands
}

/// Offsets in degrees of latitude, eastward ones shortened by the cosine at `from`.
fn flat(from: LatLon, to: LatLon, cosine: f64) -> (f64, f64) {
    let dlon = cupola_units::math::wrap_degrees(to.lon_deg - from.lon_deg);
    (dlon * cosine, to.lat_deg - from.lat_deg)
}

fn flat_squared(at: LatLon, foot: LatLon) -> f64 {
    let middle = 0.5 * (at.lat_deg + foot.lat_deg);
    let (x, y) = flat(at, foot, cos(radians_from_degrees(middle)));
    x * x + y * y
}

/// The point of a short segment nearest to a point, on the plane tangent between them.
fn foot_of(at: LatLon, a: LatLon, b: LatLon) -> LatLon {
    let cosine = cos(radians_from_degrees(0.5 * (at.lat_deg + a.lat_deg)));
    let ((ax, ay), (bx, by)) = (flat(at, a, cosine), flat(at, b, cosine));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 {
        (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    LatLon {
        lat_deg: a.lat_deg + share * (b.lat_deg - a.lat_deg),
        lon_deg: a.lon_deg + share * (b.lon_deg - a.lon_deg),
    }
}
