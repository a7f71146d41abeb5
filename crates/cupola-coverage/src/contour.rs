//! Where a field is at most a given height, as polygons.
//!
//! Cells count as points at their centres; between a cell inside and one outside the border runs
//! where the height is met by linear interpolation, at least a twentieth of a cell from both.
//! Where one of the two is unknown, or off the grid, it runs half-way. Cells belong together when
//! they share a side. One pass over the cells, one along the borders: no polygon is ever searched
//! for the one around it.

use std::collections::BTreeMap;

/// Nearest that a border comes to a cell's centre, in cells.
const MARGIN: f64 = 0.05;

/// A field, row by row from the north; NaN is unknown.
#[derive(Clone, Copy, Debug)]
pub struct FieldOf<'a> {
    /// The values, `rows × cols`.
    pub values: &'a [f32],
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

/// A closed line of (row, column), the first point repeated at the end.
pub type Line = Vec<[f64; 2]>;

/// A polygon: its outline counter-clockwise on a map, and its holes clockwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Area {
    /// The outline.
    pub outline: Line,
    /// The holes.
    pub holes: Vec<Line>,
}

/// The areas in which the field is at most `height`, in the order of their northernmost cells.
pub fn areas_below(field: &FieldOf<'_>, height: f32) -> Vec<Area> {
    if field.rows == 0 || field.cols == 0 || field.values.len() != field.rows * field.cols {
        return Vec::new();
    }
    let groups = Groups::new(field, height);
    let mut seen = vec![0_u64; field.values.len().div_ceil(64)];
    let mut areas: BTreeMap<u32, Area> = BTreeMap::new();
    for row in 0..field.rows {
        for col in groups.ends_of_runs(row) {
            let cell = row * field.cols + col;
            if seen[cell / 64] >> (cell % 64) & 1 == 1 {
                continue;
            }
            let line = follow(field, height, (row, col), &mut seen);
            let area = areas.entry(groups.of(row, col)).or_default();
            if encloses_its_left(&line) {
                area.outline = line;
            } else {
                area.holes.push(line);
            }
        }
    }
    areas.into_values().collect()
}

/// Whether a cell is inside, by its row and column counted from one before the first.
fn inside(field: &FieldOf<'_>, height: f32, row: i64, col: i64) -> bool {
    value(field, row, col).is_some_and(|value| value <= height)
}

fn value(field: &FieldOf<'_>, row: i64, col: i64) -> Option<f32> {
    let (row, col) = (usize::try_from(row).ok()?, usize::try_from(col).ok()?);
    let on_grid = row < field.rows && col < field.cols;
    on_grid.then(|| field.values[row * field.cols + col])
}

/// Follows the border from the eastern side of a cell inside, with the inside on the left.
fn follow(field: &FieldOf<'_>, height: f32, (row, col): (usize, usize), seen: &mut [u64]) -> Line {
    // Steps north, west, south, east; the cell outside lies to the right of the way.
    const STEPS: [[i64; 2]; 4] = [[-1, 0], [0, -1], [1, 0], [0, 1]];
    let signed = |place: usize| (place as u64).cast_signed();
    let start = ([signed(row), signed(col)], 0_usize);
    let ((mut p, mut heading), mut line) = (start, Line::new());
    loop {
        if heading == 0 {
            let cell = p[0].unsigned_abs() as usize * field.cols + p[1].unsigned_abs() as usize;
            seen[cell / 64] |= 1 << (cell % 64);
        }
        let right = STEPS[(heading + 3) % 4];
        let q = [p[0] + right[0], p[1] + right[1]];
        line.push(border(field, height, p, q));
        let way = STEPS[heading];
        let ahead = [p[0] + way[0], p[1] + way[1]];
        let beside = [q[0] + way[0], q[1] + way[1]];
        if !inside(field, height, ahead[0], ahead[1]) {
            heading = (heading + 1) % 4;
        } else if inside(field, height, beside[0], beside[1]) {
            p = beside;
            heading = (heading + 3) % 4;
        } else {
            p = ahead;
        }
        if (p, heading) == start {
            line.push(line[0]);
            return line;
        }
    }
}

/// Where the border passes between a cell inside and its neighbour outside.
fn border(field: &FieldOf<'_>, height: f32, p: [i64; 2], q: [i64; 2]) -> [f64; 2] {
    let of = |cell: [i64; 2]| value(field, cell[0], cell[1]).map(f64::from);
    let (a, b) = (of(p).unwrap_or(f64::NAN), of(q).unwrap_or(f64::NAN));
    let part = (f64::from(height) - a) / (b - a);
    let part = if part.is_finite() {
        part.clamp(MARGIN, 1.0 - MARGIN)
    } else {
        0.5
    };
    [0, 1].map(|i| p[i] as f64 + part * (q[i] - p[i]) as f64)
}

/// Whether a closed line runs counter-clockwise on a map, where rows count southwards.
fn encloses_its_left(line: &[[f64; 2]]) -> bool {
    let twice: f64 = line
        .windows(2)
        .map(|pair| pair[1][1] * pair[0][0] - pair[0][1] * pair[1][0])
        .sum();
    twice > 0.0
}

/// Cells inside, as runs along the rows, grouped where runs touch.
struct Groups {
    /// Runs of each row: from `first[row]` to before `first[row + 1]`.
    first: Vec<usize>,
    /// First and last column of each run.
    runs: Vec<(u32, u32)>,
    /// Every run's group, which is the number of its first run.
    group: Vec<u32>,
}

impl Groups {
    fn new(field: &FieldOf<'_>, height: f32) -> Self {
        let mut groups = Self {
            first: vec![0],
            runs: Vec::new(),
            group: Vec::new(),
        };
        for line in field.values.chunks(field.cols) {
            let mut begun = None;
            for (col, value) in line.iter().chain(&[f32::NAN]).enumerate() {
                let here = *value <= height;
                match begun {
                    None if here => begun = Some(col),
                    Some(start) if !here => {
                        groups.runs.push((start as u32, col as u32 - 1));
                        groups.group.push(groups.group.len() as u32);
                        begun = None;
                    }
                    _ => {}
                }
            }
            groups.first.push(groups.runs.len());
            groups.join_last_row();
        }
        for run in 0..groups.runs.len() {
            groups.group[run] = groups.root(run as u32);
        }
        groups
    }

    /// Joins the runs of the last row with those of the row before that they touch.
    fn join_last_row(&mut self) {
        let rows = self.first.len() - 1;
        if rows < 2 {
            return;
        }
        let (mut above, end) = (self.first[rows - 2], self.first[rows - 1]);
        let (mut here, last) = (end, self.first[rows]);
        while above < end && here < last {
            let (a, b) = (self.runs[above], self.runs[here]);
            if a.0 <= b.1 && b.0 <= a.1 {
                let (a, b) = (self.root(above as u32), self.root(here as u32));
                self.group[a.max(b) as usize] = a.min(b);
            }
            if a.1 <= b.1 {
                above += 1;
            } else {
                here += 1;
            }
        }
    }

    fn root(&mut self, mut run: u32) -> u32 {
        while self.group[run as usize] != run {
            let next = self.group[run as usize];
            self.group[run as usize] = self.group[next as usize];
            run = next;
        }
        run
    }

    /// Last columns of the runs of a row.
    fn ends_of_runs(&self, row: usize) -> impl Iterator<Item = usize> {
        let runs = &self.runs[self.first[row]..self.first[row + 1]];
        runs.iter().map(|(_, last)| *last as usize)
    }

    /// The group of a cell inside.
    fn of(&self, row: usize, col: usize) -> u32 {
        let runs = &self.runs[self.first[row]..self.first[row + 1]];
        let run = runs.partition_point(|(_, last)| (*last as usize) < col);
        self.group[self.first[row] + run]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(rows: usize, cols: usize, values: &[f32]) -> FieldOf<'_> {
        FieldOf { values, rows, cols }
    }

    fn shown(line: &[[f64; 2]]) -> String {
        format!("{line:?}")
    }

    /// Area of a polygon, in cells.
    fn size(line: &[[f64; 2]]) -> f64 {
        let twice: f64 = line
            .windows(2)
            .map(|p| p[1][1] * p[0][0] - p[0][1] * p[1][0])
            .sum();
        twice / 2.0
    }

    #[test]
    fn one_cell_alone_is_a_diamond() {
        let mut values = [100.0; 9];
        values[4] = 0.0;
        let areas = areas_below(&field(3, 3, &values), 50.0);
        assert_eq!(areas.len(), 1);
        let outline = &areas[0].outline;
        assert_eq!(
            shown(outline),
            "[[1.0, 1.5], [0.5, 1.0], [1.0, 0.5], [1.5, 1.0], [1.0, 1.5]]"
        );
        assert!((size(outline) - 0.5).abs() < 1e-12 && areas[0].holes.is_empty());
    }

    #[test]
    fn a_ring_has_its_hole_and_the_island_in_it_is_its_own_area() {
        let values: Vec<f32> = (0..49)
            .map(|i: i32| {
                let ring = (i / 7 - 3).abs().max((i % 7 - 3).abs());
                if ring == 2 || ring == 0 { 0.0 } else { 10.0 }
            })
            .collect();
        let areas = areas_below(&field(7, 7, &values), 5.0);
        assert_eq!(areas.len(), 2);
        assert_eq!((areas[0].holes.len(), areas[1].holes.len()), (1, 0));
        assert!(size(&areas[0].outline) > 0.0 && size(&areas[0].holes[0]) < 0.0);
    }

    #[test]
    fn cells_that_touch_at_a_corner_stay_apart_and_unknown_is_outside() {
        let values = [0.0, 9.0, f32::NAN, 9.0, 0.0, f32::NAN];
        let areas = areas_below(&field(2, 3, &values), 5.0);
        assert_eq!(areas.len(), 2);
        // Half-way to the edge of the grid and to what is unknown.
        assert_eq!(shown(&areas[1].outline[..1]), "[[1.0, 1.5]]");
        assert!(areas_below(&field(0, 0, &[]), 5.0).is_empty());
        assert!(areas_below(&field(2, 2, &[9.0; 4]), 5.0).is_empty());
    }

    /// The even-odd rule.
    fn holds(areas: &[Area], row: f64, col: f64) -> usize {
        let crossings = |line: &Line| {
            let crosses = |p: &&[[f64; 2]]| {
                let above = |q: [f64; 2]| q[0] > row;
                let part = (row - p[0][0]) / (p[1][0] - p[0][0]);
                above(p[0]) != above(p[1]) && col < p[0][1] + part * (p[1][1] - p[0][1])
            };
            line.windows(2).filter(crosses).count()
        };
        let lines = |area: &Area| {
            let holes: usize = area.holes.iter().map(crossings).sum();
            (crossings(&area.outline) + holes) % 2
        };
        areas.iter().map(lines).sum()
    }

    proptest! {
        #[test]
        fn prop_every_cell_is_in_one_area_if_it_is_low_and_in_none_if_not(
            rows in 1..14_usize, cols in 1..14_usize, seed in any::<u32>(),
        ) {
            let value = |i: u32| {
                let mixed = i.wrapping_mul(2_654_435_761).wrapping_add(seed).wrapping_mul(seed | 1);
                match mixed >> 28 { 0 => f32::NAN, n => n as f32 }
            };
            let values: Vec<f32> = (0..(rows * cols) as u32).map(value).collect();
            let areas = areas_below(&field(rows, cols, &values), 7.5);
            for (i, value) in values.iter().enumerate() {
                // A hair off the centre, so that no vertex lies on the line that is counted along.
                let (row, col) = ((i / cols) as f64 + 1e-6, (i % cols) as f64 + 1e-6);
                prop_assert_eq!(holds(&areas, row, col), usize::from(*value <= 7.5));
            }
            for area in &areas {
                prop_assert!(size(&area.outline) > 0.0);
                prop_assert!(area.holes.iter().all(|hole| size(hole) < 0.0));
            }
        }
    }
}
