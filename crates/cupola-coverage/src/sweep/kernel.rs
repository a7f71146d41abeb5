//! The arithmetic of the ring sweep: rays advance from ring to ring, cells are read off them.
//!
//! Lengths are in cells, heights in metres above the antenna, slopes in metres per ring. Ring `k`
//! is the line of cells `k` rows (or columns) away from the sensor; a cell's *offset* is how far
//! along that line it lies, 0 to `k`. A ray of slope `s`, 0 to 1, meets ring `k` at offset `k·s`.
#![expect(
    clippy::inline_always,
    reason = "the kernel is compiled once per kind of vector, inside the function that has it"
)]
#![expect(
    clippy::cast_possible_wrap,
    reason = "offsets and rays are numbered far below 2^31: the sides of a model are checked"
)]

use super::FloorHeight;
use super::simd::{Block, LANES, Lanes};

/// Rays that are judged together before any of them is followed.
const RAYS_PER_GROUP: usize = 4 * LANES;
/// Cells whose highest ground is kept together.
pub(super) const CELLS_PER_TOP: usize = 4 * LANES;
/// What a table must hold beyond the last entry in use, for vectors that overhang.
pub(super) const PADDING: usize = 5 * LANES + CELLS_PER_TOP;
/// Height that stands for unknown ground, metres: it hides everything behind it.
pub(super) const UNKNOWN_M: f32 = 1e30;
/// Heights above this are not heights, metres.
const LIMIT_M: f32 = 1e9;

/// What is the same for the whole field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene {
    /// Height of the antenna above sea, metres.
    pub(super) antenna_m: f32,
    /// How far the Earth falls away one cell out, metres: cell²/2kR.
    pub(super) curve_m: f32,
    /// Which height is wanted.
    pub(super) height: FloorHeight,
}

/// A fan of neighbouring rays and the steepest line of sight along each so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Rays {
    /// Number of the first ray in the whole half sector.
    first: usize,
    /// Number of rays per unit of slope in the whole half sector.
    per_unit: usize,
    /// Steepest line of sight, metres per ring.
    steepest: Vec<f32>,
    slope: Vec<f32>,
    per_slope: Vec<f32>,
    /// Metres by which the Earth falls away along the ray one ring out.
    curve: Vec<f32>,
    groups: Vec<Group>,
}

/// Rays that are skipped together while no ground can rise above their lines of sight.
#[derive(Clone, Copy, Debug)]
struct Group {
    slope_first: f32,
    slope_last: f32,
    curve_least: f32,
    /// Lowest of the steepest lines of sight.
    steepest_least: f32,
}

impl Rays {
    /// Rays number `first` to `last` of `per_unit` per unit of slope, with nothing in their way.
    pub(super) fn reset(&mut self, scene: &Scene, per_unit: usize, first: usize, last: usize) {
        let groups = (last - first + 1).div_ceil(RAYS_PER_GROUP);
        let count = groups * RAYS_PER_GROUP;
        (self.first, self.per_unit) = (first, per_unit);
        self.steepest.clear();
        self.steepest.resize(count + PADDING, -UNKNOWN_M);
        let slope = |i: usize| (((first + i) as f64) / per_unit as f64).min(1.0);
        let fill = |to: &mut Vec<f32>, value: &dyn Fn(f64) -> f64| {
            to.clear();
            to.extend((0..count).map(|i| value(slope(i)) as f32));
        };
        fill(&mut self.slope, &|s| s);
        fill(&mut self.per_slope, &|s| {
            if s > 0.0 { 1.0 / s } else { 0.0 }
        });
        fill(&mut self.curve, &|s| {
            f64::from(scene.curve_m) * (1.0 + s * s)
        });
        self.groups.clear();
        self.groups.extend((0..groups).map(|g| Group {
            slope_first: self.slope[g * RAYS_PER_GROUP],
            slope_last: self.slope[(g + 1) * RAYS_PER_GROUP - 1],
            curve_least: self.curve[g * RAYS_PER_GROUP],
            steepest_least: -UNKNOWN_M,
        }));
    }

    /// First and last offset that these rays (and the cells between them) touch on ring `k`.
    pub(super) fn offsets(&self, k: usize) -> (usize, usize) {
        let at = |slope: f32| (slope * k as f32) as usize;
        let last = self.groups.last().map_or(0.0, |group| group.slope_last);
        (at(self.slope[0]).saturating_sub(1), at(last) + 2)
    }
}

/// A ring's ground, from offset 0 on, and the highest of every 64 cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ring<'a> {
    /// Heights above the antenna, metres; unknown ground is `UNKNOWN_M`.
    pub(super) ground: &'a [f32],
    /// Highest ground of every `CELLS_PER_TOP` cells.
    pub(super) tops: &'a [f32],
}

/// The block of a table that starts at `at`.
#[inline(always)]
pub(super) fn block(table: &[f32], at: usize) -> &Block {
    table[at..at + LANES]
        .try_into()
        .expect("the slice has LANES entries")
}

/// The block of a table that starts at `at`, to write.
#[inline(always)]
pub(super) fn block_mut(table: &mut [f32], at: usize) -> &mut Block {
    (&mut table[at..at + LANES])
        .try_into()
        .expect("the slice has LANES entries")
}

/// The tops of the ground from offset `low` to `high`.
#[inline(always)]
pub(super) fn find_tops<S: Lanes>(
    simd: S,
    ground: &[f32],
    low: usize,
    high: usize,
    tops: &mut [f32],
) {
    let first = low / CELLS_PER_TOP;
    for (i, top) in tops[first..=high / CELLS_PER_TOP].iter_mut().enumerate() {
        let at = (first + i) * CELLS_PER_TOP;
        let a = simd.max(
            simd.load(block(ground, at)),
            simd.load(block(ground, at + LANES)),
        );
        let b = simd.max(
            simd.load(block(ground, at + 2 * LANES)),
            simd.load(block(ground, at + 3 * LANES)),
        );
        *top = simd.largest(simd.max(a, b));
    }
}

/// Takes all rays from ring `k − 1` to just before ring `k`: what they meet on ring `k − 1` and
/// where they cross to the next line of cells on the way.
///
/// `end` is the offset beyond which there is no ground.
#[inline(always)]
pub(super) fn advance<S: Lanes>(
    simd: S,
    k: usize,
    rays: &mut Rays,
    before: Ring<'_>,
    ring: Ring<'_>,
    end: usize,
) {
    let far = k as f32;
    let near = far - 1.0;
    let beyond = end as f32 + 1.0;
    for g in 0..rays.groups.len() {
        let group = rays.groups[g];
        if group.slope_first * near > beyond {
            return;
        }
        let low = (group.slope_first * near) as usize / CELLS_PER_TOP;
        let high = ((group.slope_last * far) as usize + 1) / CELLS_PER_TOP;
        let mut top = -UNKNOWN_M;
        for (&a, &b) in before.tops[low..=high].iter().zip(&ring.tops[low..=high]) {
            top = top.max(a).max(b);
        }
        // The steepest that any of this ground can appear; the margin is far above rounding.
        let rise = if top > 0.0 { top / near } else { top / far };
        let fall = near * group.curve_least;
        if rise - fall + 1e-5 * (rise.abs() + fall) < group.steepest_least {
            continue;
        }
        let mut least = simd.splat(UNKNOWN_M);
        for v in 0..RAYS_PER_GROUP / LANES {
            let steepest = follow(
                simd,
                rays,
                g * RAYS_PER_GROUP + v * LANES,
                near,
                before,
                ring,
            );
            least = simd.min(least, steepest);
        }
        rays.groups[g].steepest_least = simd.smallest(least);
    }
}

/// Sixteen rays from ring `near` towards the next; the answer is their steepest lines of sight.
#[inline(always)]
fn follow<S: Lanes>(
    simd: S,
    rays: &mut Rays,
    at: usize,
    near: f32,
    before: Ring<'_>,
    ring: Ring<'_>,
) -> S::F {
    let far = near + 1.0;
    let slope = simd.load(block(&rays.slope, at));
    let curve = simd.load(block(&rays.curve, at));
    let mut steepest = simd.load(block(&rays.steepest, at));
    // On ring `near`: ground between the two cells beside the ray.
    let v_near = simd.splat(near);
    let y = simd.mul(slope, v_near);
    let cell = simd.truncate(y);
    let cell_near = simd.float(cell);
    let part = simd.sub(y, cell_near);
    let (a, b) = simd.pair(before.ground, cell, 1.0);
    let ground = simd.add(a, simd.mul(part, simd.sub(b, a)));
    let own = simd.sub(
        simd.mul(ground, simd.splat(1.0 / near)),
        simd.mul(v_near, curve),
    );
    steepest = simd.max(own, steepest);
    // Between the rings: where the ray enters the next line of cells, if it does.
    let v_far = simd.splat(far);
    let y = simd.mul(slope, v_far);
    let cell = simd.truncate(y);
    let cell_far = simd.float(cell);
    let crosses = simd.lt(cell_near, cell_far);
    if simd.any(crosses) {
        let back = simd.mul(simd.sub(y, cell_far), simd.load(block(&rays.per_slope, at)));
        let c = simd.one(ring.ground, cell);
        let ground = simd.add(c, simd.mul(back, simd.sub(b, c)));
        let x = simd.sub(v_far, back);
        let fall = simd.mul(x, curve);
        // Only a division if the ground there rises above the line of sight.
        let rises = simd.lt(simd.mul(steepest, x), simd.sub(ground, simd.mul(x, fall)));
        let rises = simd.and(crosses, rises);
        if simd.any(rises) {
            let crossing = simd.sub(simd.div(ground, x), fall);
            steepest = simd.select(rises, simd.max(crossing, steepest), steepest);
        }
    }
    simd.store(steepest, block_mut(&mut rays.steepest, at));
    steepest
}

/// Floors of the cells at offsets `first` to `last` of ring `k`, into `floors` at the same places;
/// up to fifteen places beyond are overwritten.
#[inline(always)]
pub(super) fn read_off<S: Lanes>(
    simd: S,
    scene: &Scene,
    k: usize,
    rays: &Rays,
    ground: &[f32],
    (first, last): (usize, usize),
    floors: &mut [f32],
) {
    let ring = k as f32;
    let rays_per_cell = rays.per_unit as f32 / ring;
    let v_ring = simd.splat(ring);
    let ring2 = simd.splat(ring * ring);
    let per_cell = simd.splat(rays_per_cell);
    let curve = simd.splat(scene.curve_m);
    let limit = simd.splat(LIMIT_M);
    let antenna = simd.splat(scene.antenna_m);
    for at in (first..=last).step_by(LANES) {
        let offset = simd.float(simd.count_from(at as i32));
        let j = simd.mul(offset, per_cell);
        let ray = simd.truncate(j);
        let part = simd.sub(j, simd.float(ray));
        let ray = simd.minus(ray, rays.first as i32);
        let (a, b) = simd.pair(&rays.steepest, ray, rays_per_cell);
        let steepest = simd.add(a, simd.mul(part, simd.sub(b, a)));
        let drop = simd.mul(curve, simd.add(simd.mul(offset, offset), ring2));
        let line = simd.add(simd.mul(v_ring, steepest), drop);
        let ground = simd.load(block(ground, at));
        let floor = match scene.height {
            FloorHeight::AboveSea => simd.add(simd.max(line, ground), antenna),
            FloorHeight::AboveGround => simd.max(simd.sub(line, ground), simd.splat(0.0)),
            FloorHeight::Line => simd.add(line, antenna),
        };
        let known = simd.and(simd.lt(line, limit), simd.lt(ground, limit));
        let floor = simd.select(known, floor, simd.splat(f32::NAN));
        simd.store(floor, block_mut(floors, at));
    }
}
