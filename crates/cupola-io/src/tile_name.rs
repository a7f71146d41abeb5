//! The corner that a tile's name states: `N49E023.hgt`, `e023/n49.dt0`, `…_N49_00_E023_00_DEM.tif`.

/// A whole-degree cell, named by its south-west corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Corner {
    /// Latitude of the southern edge, whole degrees.
    pub south_deg: i32,
    /// Longitude of the western edge, whole degrees.
    pub west_deg: i32,
}

/// A letter and its digits: where they stand in a name and the number they make.
struct Token {
    start: usize,
    end: usize,
    value: i32,
    lower_case: bool,
}

impl Corner {
    /// The corner stated by a name, taking the last latitude and the last longitude in it.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let south = token(name.as_bytes(), b'n', b's', 2)?;
        let west = token(name.as_bytes(), b'e', b'w', 3)?;
        let inside = south.value.abs() <= 90 && west.value.abs() <= 180;
        inside.then_some(Self {
            south_deg: south.value,
            west_deg: west.value,
        })
    }

    /// `N49E023`.
    pub fn label(self) -> String {
        let (north, east) = self.halves();
        north + &east
    }

    /// `N49` and `E023`.
    pub(crate) fn halves(self) -> (String, String) {
        let (ns, ew) = self.letters();
        (
            format!("{ns}{:02}", self.south_deg.abs()),
            format!("{ew}{:03}", self.west_deg.abs()),
        )
    }

    /// The name this cell would have beside a sibling whose name states `sibling`.
    pub(crate) fn name_like(self, sibling_name: &str, sibling: Self) -> Option<String> {
        if Self::from_name(sibling_name) != Some(sibling) {
            return None;
        }
        let bytes = sibling_name.as_bytes();
        let lat = token(bytes, b'n', b's', 2)?;
        let lon = token(bytes, b'e', b'w', 3)?;
        let (ns, ew) = self.letters();
        let lat_text = cased(&format!("{ns}{:02}", self.south_deg.abs()), lat.lower_case);
        let lon_text = cased(&format!("{ew}{:03}", self.west_deg.abs()), lon.lower_case);
        let mut edits = [
            (lat.start, lat.end, lat_text),
            (lon.start, lon.end, lon_text),
        ];
        edits.sort_by_key(|edit| edit.0);
        let mut name = String::new();
        let mut from = 0;
        for (start, end, text) in edits {
            name.push_str(sibling_name.get(from..start)?);
            name.push_str(&text);
            from = end;
        }
        name.push_str(sibling_name.get(from..)?);
        Some(name)
    }

    fn letters(self) -> (char, char) {
        let ns = if self.south_deg < 0 { 'S' } else { 'N' };
        let ew = if self.west_deg < 0 { 'W' } else { 'E' };
        (ns, ew)
    }
}

fn cased(text: &str, lower_case: bool) -> String {
    if lower_case {
        text.to_lowercase()
    } else {
        text.to_owned()
    }
}

/// The last place where one of two letters is followed by exactly `digits` digits.
fn token(name: &[u8], positive: u8, negative: u8, digits: usize) -> Option<Token> {
    (0..name.len().saturating_sub(digits))
        .rev()
        .find_map(|start| {
            let letter = name[start].to_ascii_lowercase();
            let end = start + 1 + digits;
            let figures = &name[start + 1..end];
            let follows_letter = start > 0 && name[start - 1].is_ascii_alphabetic();
            let goes_on = name.get(end).is_some_and(u8::is_ascii_digit);
            let fits = (letter == positive || letter == negative)
                && figures.iter().all(u8::is_ascii_digit)
                && !follows_letter
                && !goes_on;
            fits.then(|| {
                let size = figures
                    .iter()
                    .fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
                Token {
                    start,
                    end,
                    value: if letter == negative { -size } else { size },
                    lower_case: name[start].is_ascii_lowercase(),
                }
            })
        })
}

#[cfg(test)]
mod tests {
    use super::Corner;

    fn corner(name: &str) -> Option<(i32, i32)> {
        Corner::from_name(name).map(|at| (at.south_deg, at.west_deg))
    }

    #[test]
    fn names_of_all_sources_give_their_corner() {
        assert_eq!(corner("N49E023.hgt"), Some((49, 23)));
        assert_eq!(corner("s08w078.hgt.zip"), Some((-8, -78)));
        assert_eq!(corner("NASADEM_HGT_n49e023.zip"), Some((49, 23)));
        assert_eq!(corner("e023/n49.dt0"), Some((49, 23)));
        assert_eq!(
            corner("Copernicus_DSM_COG_10_N49_00_E023_00_DEM.tif"),
            Some((49, 23))
        );
        assert_eq!(corner("heights.tif"), None);
        assert_eq!(corner("N99E023.hgt"), None);
    }

    #[test]
    fn a_missing_tile_is_named_like_its_sibling() {
        let sibling = Corner {
            south_deg: 49,
            west_deg: 23,
        };
        let missing = Corner {
            south_deg: -1,
            west_deg: 7,
        };
        let cases = [
            ("N49E023.hgt", "S01E007.hgt"),
            ("e023/n49.dt0", "e007/s01.dt0"),
            ("x_N49_00_E023_00_DEM.tif", "x_S01_00_E007_00_DEM.tif"),
        ];
        for (name, wanted) in cases {
            assert_eq!(missing.name_like(name, sibling).as_deref(), Some(wanted));
        }
        assert_eq!(missing.name_like("heights.tif", sibling), None);
        assert_eq!(missing.label(), "S01E007");
    }
}
