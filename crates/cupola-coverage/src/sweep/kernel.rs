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

/// Rays a cell on the farthest ring. One would give each border cell a ray of its own; two cut the
/// errors of the interpolation between rays to a third.
const RAYS_PER_CELL: usize = 2;
/// Least number of rays per unit of slope.
const RAYS_MIN: usize = 16;
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
    /// Number of groups.
    groups: usize,
    /// Lowest of the steepest lines of sight of every group.
    least: Vec<f32>,
}

/// Rays per unit of slope (from an axis to a diagonal) in a sector of so many rings.
pub fn rays_per_unit(rings: usize) -> usize {
    (RAYS_PER_CELL * rings).max(RAYS_MIN)
}

impl Rays {
    /// Rays number `first` to `last` of `per_unit` per unit of slope, with nothing in their way.
    pub(super) fn reset(&mut self, per_unit: usize, first: usize, last: usize) {
        (self.first, self.per_unit) = (first, per_unit);
        self.groups = (last - first + 1).div_ceil(RAYS_PER_GROUP);
        let unit = per_unit as f32;
        let rays = first..first + self.groups * RAYS_PER_GROUP;
        self.slope.clear();
        self.slope
            .extend(rays.clone().map(|ray| ray.min(per_unit) as f32 / unit));
        self.per_slope.clear();
        self.per_slope
            .extend(rays.clone().map(|ray| unit / ray.clamp(1, per_unit) as f32));
        self.steepest.clear();
        self.steepest.resize(rays.len() + PADDING, -UNKNOWN_M);
        self.least.clear();
        self.least.resize(self.groups + LANES, -UNKNOWN_M);
    }

    /// First and last offset that these rays (and the cells between them) touch on ring `k`.
    pub(super) fn offsets(&self, k: usize) -> (usize, usize) {
        let at = |ray: usize| (self.slope[ray] * k as f32) as usize;
        let last = self.groups * RAYS_PER_GROUP - 1;
        (at(0).saturating_sub(1), at(last) + 2)
    }
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

/// The tops of the ground from offset `low` to `high`, and those of this and the ring before; the
/// one after the last is lower than any ground.
#[inline(always)]
pub(super) fn find_tops<S: Lanes>(
    simd: S,
    ground: &[f32],
    (low, high): (usize, usize),
    before: &[f32],
    tops: &mut [f32],
    both: &mut [f32],
) {
    for i in low / CELLS_PER_TOP..=high / CELLS_PER_TOP {
        let at = i * CELLS_PER_TOP;
        let a = simd.max(
            simd.load(block(ground, at)),
            simd.load(block(ground, at + LANES)),
        );
        let b = simd.max(
            simd.load(block(ground, at + 2 * LANES)),
            simd.load(block(ground, at + 3 * LANES)),
        );
        tops[i] = simd.largest(simd.max(a, b));
        both[i] = tops[i].max(before[i]);
    }
    let next = high / CELLS_PER_TOP + 1;
    (tops[next], both[next]) = (-UNKNOWN_M, -UNKNOWN_M);
}

/// Takes all rays from ring `k − 1` to just before ring `k`: what they meet on ring `k − 1` and
/// where they cross to the next line of cells on the way.
///
/// `tops` are those of both rings; `end` is the offset beyond which there is no ground.
#[inline(always)]
pub(super) fn advance<S: Lanes>(
    simd: S,
    scene: &Scene,
    k: usize,
    rays: &mut Rays,
    (before, ring): (&[f32], &[f32]),
    tops: &[f32],
    end: usize,
) {
    let near = k as f32 - 1.0;
    let beyond = end as f32 + 1.0;
    let groups = rays.groups;
    for from in (0..groups).step_by(LANES) {
        if rays.slope[from * RAYS_PER_GROUP] * near > beyond {
            return;
        }
        let here = (groups - from).min(LANES);
        let mut open = may_rise(simd, scene, rays, near, from, tops, beyond);
        open &= (1 << here) - 1;
        while open != 0 {
            let group = from + open.trailing_zeros() as usize;
            open &= open - 1;
            if !rises(simd, scene, rays, near, group, before, ring) {
                continue;
            }
            let mut least = simd.splat(UNKNOWN_M);
            for v in 0..RAYS_PER_GROUP / LANES {
                let at = group * RAYS_PER_GROUP + v * LANES;
                least = simd.min(least, follow(simd, scene, rays, at, near, before, ring));
            }
            rays.least[group] = simd.smallest(least);
        }
    }
}

/// Of sixteen groups of rays from number `from` on, those on which some ground between ring `near`
/// and the next may rise above a line of sight, one bit each.
#[inline(always)]
fn may_rise<S: Lanes>(
    simd: S,
    scene: &Scene,
    rays: &Rays,
    near: f32,
    from: usize,
    tops: &[f32],
    beyond: f32,
) -> u32 {
    let first = (rays.first + from * RAYS_PER_GROUP) as f32;
    let groups = simd.float(simd.count_from(0));
    let number = simd.add(
        simd.mul(groups, simd.splat(RAYS_PER_GROUP as f32)),
        simd.splat(first),
    );
    let slope = simd.div(number, simd.splat(rays.per_unit as f32));
    let slope = simd.min(slope, simd.splat(1.0));
    let offset = simd.mul(slope, simd.splat(near));
    // The rays of a group span less than the cells of a top: two tops have all their ground.
    let beyond = simd.splat(beyond);
    let top = simd.mul(
        simd.min(offset, beyond),
        simd.splat(1.0 / CELLS_PER_TOP as f32),
    );
    let top = simd.truncate(top);
    let (a, b) = simd.pair(tops, top, 0.5);
    let top = simd.max(a, b);
    // The steepest that any of this ground can appear; the margin is far above rounding.
    let zero = simd.splat(0.0);
    let rise = simd.max(
        simd.mul(top, simd.splat(1.0 / near)),
        simd.mul(top, simd.splat(1.0 / (near + 1.0))),
    );
    let fall = simd.mul(
        simd.add(simd.mul(slope, slope), simd.splat(1.0)),
        simd.splat(near * scene.curve_m),
    );
    let size = simd.add(simd.max(rise, simd.sub(zero, rise)), fall);
    let most = simd.add(simd.sub(rise, fall), simd.mul(size, simd.splat(1e-5)));
    let hidden = simd.lt(most, simd.load(block(&rays.least, from)));
    let inside = simd.lt(offset, beyond);
    simd.bits(inside) & !simd.bits(hidden)
}

/// Whether the ground under one group of rays may rise above a line of sight.
#[inline(always)]
fn rises<S: Lanes>(
    simd: S,
    scene: &Scene,
    rays: &Rays,
    near: f32,
    group: usize,
    before: &[f32],
    ring: &[f32],
) -> bool {
    let first = group * RAYS_PER_GROUP;
    let slope = rays.slope[first];
    let low = (slope * near) as usize;
    let high = (rays.slope[first + RAYS_PER_GROUP - 1] * (near + 1.0)) as usize + 1;
    let mut top = simd.splat(-UNKNOWN_M);
    for at in (low..=high).step_by(LANES) {
        top = simd.max(
            top,
            simd.max(simd.load(block(before, at)), simd.load(block(ring, at))),
        );
    }
    let top = simd.largest(top);
    let rise = if top > 0.0 {
        top / near
    } else {
        top / (near + 1.0)
    };
    let fall = near * scene.curve_m * (slope * slope + 1.0);
    rise - fall + 1e-5 * (rise.abs() + fall) >= rays.least[group]
}

/// Sixteen rays from ring `near` towards the next; the answer is their steepest lines of sight.
#[inline(always)]
fn follow<S: Lanes>(
    simd: S,
    scene: &Scene,
    rays: &mut Rays,
    at: usize,
    near: f32,
    before: &[f32],
    ring: &[f32],
) -> S::F {
    let one = simd.splat(1.0);
    let slope = simd.load(block(&rays.slope, at));
    // Metres by which the Earth falls away along the ray one ring out.
    let curve = simd.mul(
        simd.add(simd.mul(slope, slope), one),
        simd.splat(scene.curve_m),
    );
    let mut steepest = simd.load(block(&rays.steepest, at));
    // On ring `near`: ground between the two cells beside the ray.
    let v_near = simd.splat(near);
    let y = simd.mul(slope, v_near);
    let cell = simd.truncate(y);
    let cell_near = simd.float(cell);
    let part = simd.sub(y, cell_near);
    let (a, b) = simd.pair(before, cell, 0.5);
    let ground = simd.add(a, simd.mul(part, simd.sub(b, a)));
    let own = simd.sub(
        simd.mul(ground, simd.splat(1.0 / near)),
        simd.mul(v_near, curve),
    );
    steepest = simd.max(own, steepest);
    // Between the rings: where the ray enters the next line of cells, if it does.
    let v_far = simd.splat(near + 1.0);
    let y = simd.mul(slope, v_far);
    let cell = simd.truncate(y);
    let cell_far = simd.float(cell);
    let crosses = simd.lt(cell_near, cell_far);
    let back = simd.mul(simd.sub(y, cell_far), simd.load(block(&rays.per_slope, at)));
    let c = simd.one(ring, cell);
    let ground = simd.add(c, simd.mul(back, simd.sub(b, c)));
    let x = simd.sub(v_far, back);
    let crossing = simd.sub(simd.div(ground, x), simd.mul(x, curve));
    steepest = simd.select(crosses, simd.max(crossing, steepest), steepest);
    simd.store(steepest, block_mut(&mut rays.steepest, at));
    steepest
}

/// Reads floors off the rays of one ring, sixteen cells at a time.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a, S: Lanes> {
    simd: S,
    rays: &'a Rays,
    ground: &'a [f32],
    height: FloorHeight,
    rays_per_cell: f32,
    per_cell: S::F,
    ring: S::F,
    ring2: S::F,
    curve: S::F,
    antenna: S::F,
}

impl<'a, S: Lanes> Reader<'a, S> {
    /// A reader of ring `k`, whose ground is `ground` from offset 0 on.
    #[inline(always)]
    pub(super) fn new(simd: S, scene: &Scene, k: usize, rays: &'a Rays, ground: &'a [f32]) -> Self {
        let ring = k as f32;
        let rays_per_cell = rays.per_unit as f32 / ring;
        Self {
            simd,
            rays,
            ground,
            height: scene.height,
            rays_per_cell,
            per_cell: simd.splat(rays_per_cell),
            ring: simd.splat(ring),
            ring2: simd.splat(ring * ring),
            curve: simd.splat(scene.curve_m),
            antenna: simd.splat(scene.antenna_m),
        }
    }

    /// Floors of the cells at offsets `at` to `at + 15`.
    #[inline(always)]
    pub(super) fn floors(&self, at: usize) -> S::F {
        let simd = self.simd;
        let offset = simd.float(simd.count_from(at as i32));
        let j = simd.mul(offset, self.per_cell);
        let ray = simd.truncate(j);
        let part = simd.sub(j, simd.float(ray));
        let ray = simd.minus(ray, self.rays.first as i32);
        let (a, b) = simd.pair(&self.rays.steepest, ray, self.rays_per_cell);
        let steepest = simd.add(a, simd.mul(part, simd.sub(b, a)));
        let drop = simd.mul(self.curve, simd.add(simd.mul(offset, offset), self.ring2));
        let line = simd.add(simd.mul(self.ring, steepest), drop);
        let ground = simd.load(block(self.ground, at));
        let upper = simd.max(line, ground);
        let floor = match self.height {
            FloorHeight::AboveSea => simd.add(upper, self.antenna),
            FloorHeight::AboveGround => simd.max(simd.sub(line, ground), simd.splat(0.0)),
            FloorHeight::Line => simd.add(line, self.antenna),
        };
        let known = simd.lt(upper, simd.splat(LIMIT_M));
        simd.select(known, floor, simd.splat(f32::NAN))
    }
}
