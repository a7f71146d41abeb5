//! Cutting the answer into wedges: which task owns which cell.

use super::kernel::rays_per_unit;
use super::reach::Reach;
use super::wedge::{Piece, Wedge};
use super::{Dem, SweepSettings};

/// Rings that a wedge should have at least.
const RINGS_PER_CUT: usize = 128;
/// Wedges of a western or eastern half sector at least: the rows of a narrow wedge stay in reach of
/// the caches while its columns are turned.
const CUTS_OF_COLUMNS: usize = 6;

/// All wedges of a field, the largest last; cells beyond the radius are in none.
///
/// A half sector is cut into up to `cuts` wedges, so that no thread stands idle.
/// The sensor's own cell gets `at_sensor_m`.
pub(super) fn wedges<'a>(
    dem: &Dem<'_>,
    settings: &SweepSettings,
    cuts: usize,
    at_sensor_m: f32,
    floors: &'a mut [f32],
) -> Vec<Wedge<'a>> {
    let reach = Reach::new(dem, settings);
    let mut halves = Halves::new(dem, settings, &reach, cuts);
    let (sensor_row, sensor_col) = settings.sensor;
    for (row, cells) in floors.chunks_mut(dem.cols).enumerate() {
        let offset = row.abs_diff(sensor_row);
        let mut row_left = RowLeft { cells, next: 0 };
        let below = usize::from(row >= sensor_row);
        give_columns(
            &mut halves.west[below],
            offset,
            sensor_col,
            &reach,
            &mut row_left,
        );
        if offset > 0 {
            let sector = if below == 1 {
                &mut halves.south
            } else {
                &mut halves.north
            };
            give_row(sector, offset, sensor_col, &reach, &mut row_left);
        } else {
            row_left.take(sensor_col, sensor_col)[0] = at_sensor_m;
        }
        give_columns(
            &mut halves.east[below],
            offset,
            sensor_col,
            &reach,
            &mut row_left,
        );
    }
    let halves = [halves.west, halves.north, halves.south, halves.east];
    let size = |wedge: &Wedge<'_>| wedge.pieces.iter().map(|p| p.cells.len()).sum::<usize>();
    let mut all: Vec<Wedge<'a>> = halves.into_iter().flatten().flatten().collect();
    all.retain(|wedge| size(wedge) > 0);
    all.sort_by_key(size);
    all
}

/// Voids the cells beyond the radius, which no wedge owns.
pub(super) fn void_beyond(dem: &Dem<'_>, settings: &SweepSettings, floors: &mut [f32]) {
    let reach = Reach::new(dem, settings);
    if settings.radius_m.is_none() {
        return;
    }
    let (sensor_row, west) = settings.sensor;
    let east = dem.cols - 1 - west;
    for (row, cells) in floors.chunks_mut(dem.cols).enumerate() {
        let offset = row.abs_diff(sensor_row);
        let (Some(left), Some(right)) = (reach.at(offset, west), reach.at(offset, east)) else {
            cells.fill(f32::NAN);
            continue;
        };
        cells[..west - left].fill(f32::NAN);
        cells[west + 1 + right..].fill(f32::NAN);
    }
}

/// What is left of a row that is given away from west to east.
struct RowLeft<'a> {
    cells: &'a mut [f32],
    /// Column of the first cell left.
    next: usize,
}

impl<'a> RowLeft<'a> {
    /// The cells from column `first` to `last`; none if `last` comes before `first`.
    fn take(&mut self, first: usize, last: usize) -> &'a mut [f32] {
        if last < first {
            return &mut [];
        }
        let cells = std::mem::take(&mut self.cells);
        let (_, cells) = cells.split_at_mut(first - self.next);
        let (mine, left) = cells.split_at_mut(last + 1 - first);
        (self.cells, self.next) = (left, last + 1);
        mine
    }
}

/// The eight half sectors, each a list of wedges by rising slope.
///
/// Of west and east the upper half comes first, of north and south the left one.
struct Halves<'a> {
    west: [Vec<Wedge<'a>>; 2],
    north: [Vec<Wedge<'a>>; 2],
    south: [Vec<Wedge<'a>>; 2],
    east: [Vec<Wedge<'a>>; 2],
}

impl Halves<'_> {
    fn new(dem: &Dem<'_>, settings: &SweepSettings, reach: &Reach, cuts: usize) -> Self {
        let (north, west) = settings.sensor;
        let (south, east) = (dem.rows - 1 - north, dem.cols - 1 - west);
        let columns = |rings: usize, backwards: bool| {
            let rings = reach.across(0, rings);
            [(north, true), (south, false)].map(|(offset_max, offsets_backwards)| {
                let whole = Wedge {
                    rings_are_rows: false,
                    rings_backwards: backwards,
                    offsets_backwards,
                    rings,
                    offset_max,
                    reach: *reach,
                    ..Wedge::default()
                };
                half_sector(&whole, cuts)
            })
        };
        let rows = |rings: usize, backwards: bool| {
            let rings = reach.across(0, rings);
            [(west, true), (east, false)].map(|(offset_max, offsets_backwards)| {
                let whole = Wedge {
                    rings_are_rows: true,
                    rings_backwards: backwards,
                    offsets_backwards,
                    rings,
                    offset_max,
                    reach: *reach,
                    ..Wedge::default()
                };
                half_sector(&whole, cuts)
            })
        };
        Self {
            west: columns(west, true),
            north: rows(north, true),
            south: rows(south, false),
            east: columns(east, false),
        }
    }
}

/// The wedges of one half sector, by rising slope, without cells.
fn half_sector<'a>(whole: &Wedge<'_>, cuts: usize) -> Vec<Wedge<'a>> {
    let rays_per_unit = rays_per_unit(whole.rings);
    let cuts = if whole.rings_are_rows {
        cuts
    } else {
        cuts.max(CUTS_OF_COLUMNS)
    };
    let count = (whole.rings / RINGS_PER_CUT).clamp(1, cuts);
    let pieces = if whole.rings_are_rows {
        whole.rings
    } else {
        whole.offset_max + 1
    };
    let wedge = |i: usize| Wedge {
        rings_are_rows: whole.rings_are_rows,
        rings_backwards: whole.rings_backwards,
        offsets_backwards: whole.offsets_backwards,
        rings: whole.rings,
        offset_max: whole.offset_max,
        reach: whole.reach,
        rays_per_unit,
        rays: (i * rays_per_unit / count, (i + 1) * rays_per_unit / count),
        pieces: std::iter::repeat_with(Piece::default)
            .take(pieces)
            .collect(),
    };
    (0..count).map(wedge).collect()
}

/// Gives the cells of a row to the wedges of a western or eastern half sector.
fn give_columns<'a>(
    wedges: &mut [Wedge<'a>],
    offset: usize,
    sensor_col: usize,
    reach: &Reach,
    row: &mut RowLeft<'a>,
) {
    let west = wedges[0].rings_backwards;
    if !west {
        // Near rings, that is steep slopes, come first on this side.
        wedges.reverse();
    }
    for wedge in &mut *wedges {
        let (first, last) = rings_at(wedge, offset, reach);
        let cells = match (first <= last, west) {
            (false, _) => &mut [],
            (true, true) => row.take(sensor_col - last, sensor_col - first),
            (true, false) => row.take(sensor_col + first, sensor_col + last),
        };
        wedge.pieces[offset] = Piece { first, cells };
    }
    if !west {
        wedges.reverse();
    }
}

/// The first and last ring on which a western or eastern wedge owns a cell at this offset.
fn rings_at(wedge: &Wedge<'_>, offset: usize, reach: &Reach) -> (usize, usize) {
    let scaled = offset * wedge.rays_per_unit;
    let diagonal = wedge.rays.1 == wedge.rays_per_unit;
    let first = if diagonal {
        offset.max(1)
    } else {
        scaled / wedge.rays.1 + 1
    };
    let last = scaled.checked_div(wedge.rays.0).unwrap_or(wedge.rings);
    (first, last.min(reach.across(offset, wedge.rings)))
}

/// Gives the cells of a row, which is ring `ring`, to the wedges of a northern or southern sector.
fn give_row<'a>(
    [left, right]: &mut [Vec<Wedge<'a>>; 2],
    ring: usize,
    sensor_col: usize,
    reach: &Reach,
    row: &mut RowLeft<'a>,
) {
    let cells_of = |wedge: &Wedge<'_>, least: usize| {
        let (first, end) = wedge.cells(ring);
        (
            first.max(least),
            end.min(reach.across(ring, wedge.offset_max) + 1),
        )
    };
    if ring > left[0].rings {
        return;
    }
    for wedge in left.iter_mut().rev() {
        let (first, end) = cells_of(wedge, 1);
        if first < end {
            let cells = row.take(sensor_col + 1 - end, sensor_col - first);
            wedge.pieces[ring - 1] = Piece { first, cells };
        }
    }
    for wedge in right.iter_mut() {
        let (first, end) = cells_of(wedge, 0);
        if first < end {
            let cells = row.take(sensor_col + first, sensor_col + end - 1);
            wedge.pieces[ring - 1] = Piece { first, cells };
        }
    }
}
