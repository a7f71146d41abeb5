//! What the shader is told: the eight half sectors around a sensor, their rays, and the scene.

use cupola_coverage::sweep::{Dem, FloorHeight, SweepSettings, rays_per_unit};

/// Nothing is steeper than this downwards, metres per ring.
pub(crate) const NOTHING_MET: f32 = -1e30;
/// Height that stands for unknown ground and for an unknown floor, metres.
pub(crate) const UNKNOWN_M: f32 = 1e30;

/// A half sector: rings that go one way, offsets that go one way.
#[derive(Clone, Copy, Debug)]
struct Half {
    rings: usize,
    offset_max: usize,
    rings_are_rows: bool,
    ring_step: i32,
    offset_step: i32,
}

impl Half {
    fn rays_per_unit(&self) -> usize {
        rays_per_unit(self.rings)
    }
}

/// One sensor over one elevation model.
#[derive(Debug)]
pub(crate) struct Scene {
    halves: [Half; 8],
    /// Rays of the half sector that has most, with one beyond the diagonal.
    pub(crate) rays: usize,
    /// Rings of the half sector that has most.
    pub(crate) rings: usize,
    /// Greatest offset of any half sector.
    pub(crate) offset_max: usize,
    cols: usize,
    sensor: (usize, usize),
    pub(crate) antenna_m: f32,
    curve_m: f32,
    height: FloorHeight,
}

impl Scene {
    pub(crate) fn new(dem: &Dem<'_>, settings: &SweepSettings) -> Self {
        let (row, col) = settings.sensor;
        let (south, east) = (dem.rows - 1 - row, dem.cols - 1 - col);
        let within = |cells: usize| {
            let reach = settings.radius_m.map(|radius_m| radius_m / dem.cell_m);
            reach.map_or(cells, |reach| cells.min(reach as usize))
        };
        let half = |rings_are_rows, (rings, ring_step), (offset_max, offset_step)| Half {
            rings: within(rings),
            offset_max,
            rings_are_rows,
            ring_step,
            offset_step,
        };
        let (north, south, west, east) = ((row, -1), (south, 1), (col, -1), (east, 1));
        let halves = [
            half(true, north, west),
            half(true, north, east),
            half(true, south, west),
            half(true, south, east),
            half(false, west, north),
            half(false, west, south),
            half(false, east, north),
            half(false, east, south),
        ];
        let most = |of: fn(&Half) -> usize| halves.iter().map(of).max().unwrap_or(0);
        let ground_m = f64::from(dem.heights_m[row * dem.cols + col]);
        let curve_m = dem.cell_m * dem.cell_m / (2.0 * settings.k * settings.earth_radius_m);
        Self {
            halves,
            rays: most(Half::rays_per_unit) + 2,
            rings: most(|half| half.rings),
            offset_max: most(|half| half.offset_max),
            cols: dem.cols,
            sensor: settings.sensor,
            antenna_m: (ground_m + settings.mast_m) as f32,
            curve_m: curve_m as f32,
            height: settings.height,
        }
    }

    /// Slope, one by slope and fall of the Earth of every ray, four numbers each.
    pub(crate) fn slopes(&self) -> Vec<f32> {
        let mut slopes = vec![0.0; 4 * 8 * self.rays];
        for (half, rays) in self.halves.iter().zip(slopes.chunks_mut(4 * self.rays)) {
            for (i, ray) in rays.chunks_mut(4).enumerate() {
                let slope = (i as f64 / half.rays_per_unit() as f64).min(1.0);
                let per_slope = if slope > 0.0 { 1.0 / slope } else { 0.0 };
                let curve = f64::from(self.curve_m) * (1.0 + slope * slope);
                ray[0] = slope as f32;
                ray[1] = per_slope as f32;
                ray[2] = curve as f32;
            }
        }
        slopes
    }

    /// The uniform of a strip of rings, in the layout of the shader.
    pub(crate) fn words(&self, first: usize, last: usize) -> Vec<u32> {
        let height = match self.height {
            FloorHeight::AboveGround => 0,
            FloorHeight::AboveSea => 1,
            FloorHeight::Line => 2,
        };
        let number = |n: usize| n as u32;
        let mut words = vec![
            number(self.cols),
            number(self.sensor.0),
            number(self.sensor.1),
            number(self.rays),
            number(first),
            number(last),
            height,
            0,
            self.antenna_m.to_bits(),
            self.curve_m.to_bits(),
            0,
            0,
        ];
        for half in &self.halves {
            words.extend([
                number(half.rings),
                number(half.rays_per_unit()),
                number(half.offset_max),
                u32::from(half.rings_are_rows),
                half.ring_step.cast_unsigned(),
                half.offset_step.cast_unsigned(),
                0,
                0,
            ]);
        }
        words
    }
}
