//! Populated places of 500 people and more, worldwide, from `GeoNames`.
//!
//! Districts listed beside their city are left out by a distance rule and short lists (see
//! `data-gen/README.md`); true suburbs stay where the lists know them.
//!
//! Not here: people outside places (`people`), regions by outline (`regions`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cupola_units::LatLon;

use crate::codec::{Reader, inflate, wrap_lon};
use crate::geodesy::great_circle_m;
use crate::{Bounds, WorldError};

/// A town or village.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Name as `GeoNames` writes it.
    pub name: String,
    /// Its centre.
    pub at: LatLon,
    /// Residents.
    pub population: u32,
    /// ISO 3166-1 alpha-2 code of the country.
    pub country: String,
    /// `GeoNames` code of the first-level region.
    pub admin1: String,
}

struct Gazetteer {
    places: Vec<Place>,
    /// Places by folded name, in that order.
    by_name: Vec<(String, u32)>,
    /// Places by whole degrees of latitude and longitude.
    squares: BTreeMap<(i16, i16), Vec<u32>>,
    fold: BTreeMap<char, String>,
}

fn gazetteer() -> &'static Gazetteer {
    static DATA: OnceLock<Gazetteer> = OnceLock::new();
    DATA.get_or_init(|| {
        let bytes = inflate(include_bytes!("../data/places.bin"));
        let mut reader = Reader::new(&bytes);
        let places = read_places(&mut reader);
        let others = read_spellings(&mut reader);
        let fold: BTreeMap<char, String> = reader
            .text()
            .lines()
            .filter_map(|line| {
                let (from, to) = line.split_once('\t')?;
                Some((from.chars().next()?, to.to_owned()))
            })
            .collect();
        let mut by_name: Vec<(String, u32)> = places
            .iter()
            .zip(0..)
            .map(|(place, i)| (folded(&fold, &place.name), i))
            .chain(others)
            .collect();
        by_name.sort();
        let mut squares: BTreeMap<(i16, i16), Vec<u32>> = BTreeMap::new();
        for (place, i) in places.iter().zip(0..) {
            squares.entry(square(place.at)).or_default().push(i);
        }
        Gazetteer {
            places,
            by_name,
            squares,
            fold,
        }
    })
}

fn read_places(reader: &mut Reader<'_>) -> Vec<Place> {
    let count = reader.count();
    let names: Vec<&str> = reader.text().split('\n').collect();
    let groups: Vec<(String, String, usize)> = (0..reader.count())
        .map(|_| {
            let country = reader.text().to_owned();
            let admin1 = reader.text().to_owned();
            (country, admin1, reader.count())
        })
        .collect();
    let lat = reader.column(count);
    let lon = reader.column(count);
    let mut places = Vec::with_capacity(count);
    let owners = groups
        .iter()
        .flat_map(|(country, admin1, members)| std::iter::repeat_n((country, admin1), *members));
    for (i, (country, admin1)) in owners.enumerate() {
        places.push(Place {
            name: names[i].to_owned(),
            at: LatLon::new(lat[i] as f64 / 10_000.0, lon[i] as f64 / 10_000.0),
            population: reader.varint() as u32,
            country: country.clone(),
            admin1: admin1.clone(),
        });
    }
    places
}

/// Other spellings of larger towns, already folded, with the number of the place.
fn read_spellings(reader: &mut Reader<'_>) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    let mut place = 0_u32;
    for _ in 0..reader.count() {
        place += reader.varint() as u32;
        found.extend(reader.text().lines().map(|name| (name.to_owned(), place)));
    }
    found
}

fn square(at: LatLon) -> (i16, i16) {
    (at.lat_deg.floor() as i16, at.lon_deg.floor() as i16)
}

/// Lower case without diacritics; punctuation and runs of blanks become one blank.
fn folded(table: &BTreeMap<char, String>, name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match table.get(&c) {
            Some(plain) => out.push_str(plain),
            None if matches!(c, '\'' | '"') => {}
            None if c.is_whitespace() || matches!(c, '-' | '–' | '.' | ',' | '/') => {
                out.push(' ');
            }
            None => out.push(c),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All places, ordered by country and region.
pub fn all() -> &'static [Place] {
    &gazetteer().places
}

/// The place of a name, in any case and with or without diacritics; of several the most populous.
///
/// Larger towns are also found by other spellings in Latin letters (Vinnytsia, Lwów, Kiev).
///
/// `country` is an ISO alpha-2 code; it may also stand in the name after a comma: `Lublin, PL`.
///
/// # Errors
/// [`WorldError::UnknownPlace`] with up to five names that look like it.
///
/// ```
/// use cupola_world::places;
/// assert_eq!(places::find("przemysl", None)?.name, "Przemyśl");
/// assert_eq!(places::find("Lublin, PL", None)?.population, 336_339);
/// # Ok::<(), cupola_world::WorldError>(())
/// ```
pub fn find(name: &str, country: Option<&str>) -> Result<&'static Place, WorldError> {
    let g = gazetteer();
    let (plain, country) = match (country, name.rsplit_once(',')) {
        (None, Some((head, tail))) if tail.trim().len() == 2 => (head, Some(tail.trim())),
        _ => (name, country),
    };
    let country = country.map(str::to_uppercase);
    let of_country = |place: &Place| country.as_ref().is_none_or(|c| *c == place.country);
    let wanted = folded(&g.fold, plain);
    let start = g.by_name.partition_point(|(key, _)| *key < wanted);
    g.by_name[start..]
        .iter()
        .take_while(|(key, _)| *key == wanted)
        .map(|&(_, i)| &g.places[i as usize])
        .filter(|place| of_country(place))
        .reduce(|a, b| if b.population > a.population { b } else { a })
        .ok_or_else(|| WorldError::UnknownPlace {
            name: name.to_owned(),
            suggestions: suggestions(g, &wanted, of_country),
        })
}

fn suggestions(g: &Gazetteer, wanted: &str, of_country: impl Fn(&Place) -> bool) -> Vec<String> {
    let letters: Vec<char> = wanted.chars().collect();
    let limit = (letters.len() / 3).clamp(1, 3);
    let mut found: Vec<(usize, u32, u32)> = g
        .by_name
        .iter()
        .filter(|(_, i)| of_country(&g.places[*i as usize]))
        .filter_map(|(key, i)| {
            let far = if letters.len() > 2 && key.starts_with(wanted) {
                1
            } else {
                edits(&letters, key, limit)?
            };
            Some((far, u32::MAX - g.places[*i as usize].population, *i))
        })
        .collect();
    found.sort_unstable();
    let mut names: Vec<String> = Vec::new();
    for (_, _, i) in found {
        let place = &g.places[i as usize];
        let text = format!("{}, {}", place.name, place.country);
        if !names.contains(&text) {
            names.push(text);
        }
        if names.len() == 5 {
            break;
        }
    }
    names
}

/// Edits (insert, delete, replace) between two names; `None` above the limit.
fn edits(a: &[char], b: &str, limit: usize) -> Option<usize> {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let replace = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = replace.min(corner + 1).min(row[j] + 1);
        }
    }
    row.last().copied().filter(|&far| far <= limit)
}

/// Places in a box, in the order of [`all`].
pub fn within(bounds: &Bounds) -> Vec<&'static Place> {
    let g = gazetteer();
    let (south, north) = (
        bounds.south_deg.floor() as i16,
        bounds.north_deg.floor() as i16,
    );
    let (west, east) = (
        bounds.west_deg.floor() as i16,
        bounds.east_deg.floor() as i16,
    );
    let mut found: Vec<u32> = Vec::new();
    for lat in south..=north {
        for (_, members) in g.squares.range((lat, west)..=(lat, east)) {
            found.extend(members);
        }
    }
    found.sort_unstable();
    found
        .into_iter()
        .map(|i| &g.places[i as usize])
        .filter(|place| bounds.contains(place.at))
        .collect()
}

/// The place nearest to a point, by great circle; `None` if none lies within about 1 000 km.
pub fn nearest(at: LatLon) -> Option<&'static Place> {
    nearest_in(at, None)
}

/// As [`nearest`], of one country (ISO alpha-2).
pub fn nearest_in(at: LatLon, country: Option<&str>) -> Option<&'static Place> {
    let g = gazetteer();
    let at = wrap_lon(at);
    let mut best: Option<(f64, u32)> = None;
    let stretch = 1.0
        / cupola_units::math::cos(cupola_units::math::radians_from_degrees(
            at.lat_deg.abs().min(88.0),
        ));
    for reach_deg in [0.3, 1.0, 3.0, 9.0] {
        let wide = (reach_deg * stretch).min(180.0);
        let (south, north) = (
            (at.lat_deg - reach_deg).floor(),
            (at.lat_deg + reach_deg).floor(),
        );
        let (west, east) = ((at.lon_deg - wide).floor(), (at.lon_deg + wide).floor());
        for lat in south as i16..=north as i16 {
            for lon in west as i16..=east as i16 {
                let wrapped = (lon + 180).rem_euclid(360) - 180;
                for &i in g
                    .squares
                    .get(&(lat, wrapped))
                    .map_or(&[][..], Vec::as_slice)
                {
                    let place = &g.places[i as usize];
                    if country.is_some_and(|c| c != place.country) {
                        continue;
                    }
                    let far = great_circle_m(at, place.at);
                    if best.is_none_or(|b| (far, i) < b) {
                        best = Some((far, i));
                    }
                }
            }
        }
        if best.is_some_and(|b| b.0 < reach_deg * 110_000.0) {
            break;
        }
    }
    best.map(|(_, i)| &g.places[i as usize])
}
