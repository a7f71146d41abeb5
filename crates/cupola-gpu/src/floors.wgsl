// The ring sweep of cupola-coverage (crates/cupola-coverage/src/sweep/kernel.rs), one ray or one cell
// to an invocation. `march` takes all rays through a strip of rings and notes the steepest line of
// sight of each on every ring; `read_off` gives the cells of the strip their floors.

struct Half {
    rings: u32,
    rays_per_unit: u32,
    offset_max: u32,
    rings_are_rows: u32,
    ring_step: i32,
    offset_step: i32,
    unused_a: u32,
    unused_b: u32,
}

struct Scene {
    cols: u32,
    sensor_row: u32,
    sensor_col: u32,
    rays: u32,
    ring_first: u32,
    ring_last: u32,
    height: u32,
    unused: u32,
    antenna_m: f32,
    curve_m: f32,
    unused_c: f32,
    unused_d: f32,
    halves: array<Half, 8>,
}

@group(0) @binding(0) var<uniform> scene: Scene;
@group(0) @binding(1) var<storage, read> dem: array<f32>;
// Slope, one by slope, fall of the Earth one ring out.
@group(0) @binding(2) var<storage, read> slopes: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> steepest_so_far: array<f32>;
@group(0) @binding(4) var<storage, read_write> steepest_on_ring: array<f32>;
@group(0) @binding(5) var<storage, read_write> floors: array<f32>;

const UNKNOWN_M: f32 = 1e30;
const LIMIT_M: f32 = 1e9;

fn place(half: Half, ring: u32, offset: u32) -> u32 {
    let along = half.ring_step * i32(ring);
    let across = half.offset_step * i32(min(offset, half.offset_max));
    if half.rings_are_rows == 1u {
        return u32(i32(scene.sensor_row) + along) * scene.cols + u32(i32(scene.sensor_col) + across);
    }
    return u32(i32(scene.sensor_row) + across) * scene.cols + u32(i32(scene.sensor_col) + along);
}

// Height of a cell above the antenna; beyond the grid the last cell is repeated.
fn ground(half: Half, ring: u32, offset: u32) -> f32 {
    return clamp(dem[place(half, ring, offset)] - scene.antenna_m, -UNKNOWN_M, UNKNOWN_M);
}

@compute @workgroup_size(64)
fn march(@builtin(global_invocation_id) id: vec3<u32>) {
    let ray = id.x;
    let half = scene.halves[id.y];
    if ray >= half.rays_per_unit + 2u {
        return;
    }
    let own = id.y * scene.rays + ray;
    let line = slopes[own];
    var steepest = steepest_so_far[own];
    for (var ring = scene.ring_first; ring <= min(scene.ring_last, half.rings); ring++) {
        if ring > 1u {
            let near = f32(ring - 1u);
            let far = f32(ring);
            // On the ring before: ground between the two cells beside the ray.
            let y_near = line.x * near;
            let cell_near = u32(y_near);
            let a = ground(half, ring - 1u, cell_near);
            let b = ground(half, ring - 1u, cell_near + 1u);
            let met = a + (y_near - f32(cell_near)) * (b - a);
            steepest = max(steepest, met * (1.0 / near) - near * line.z);
            // Between the rings: where the ray enters the next line of cells, if it does.
            let y_far = line.x * far;
            let cell_far = u32(y_far);
            if cell_near < cell_far {
                let back = (y_far - f32(cell_far)) * line.y;
                let c = ground(half, ring, cell_far);
                let x = far - back;
                steepest = max(steepest, (c + back * (b - c)) / x - x * line.z);
            }
        }
        let strip = ring - scene.ring_first;
        steepest_on_ring[(strip * 8u + id.y) * scene.rays + ray] = steepest;
    }
    steepest_so_far[own] = steepest;
}

@compute @workgroup_size(64)
fn read_off(@builtin(global_invocation_id) id: vec3<u32>) {
    let offset = id.x;
    let ring = scene.ring_first + id.y;
    let half = scene.halves[id.z];
    // North and south own the axis (once), east and west the diagonals.
    let first = select(0u, 1u, half.offset_step < 0);
    let end = select(ring + 1u, ring, half.rings_are_rows == 1u);
    let mine = first <= offset && offset < end && offset <= half.offset_max;
    if ring > half.rings || ring > scene.ring_last || !mine {
        return;
    }
    let far = f32(ring);
    let y = f32(offset) * (f32(half.rays_per_unit) / far);
    let ray = u32(y);
    let at = (id.y * 8u + id.z) * scene.rays + ray;
    let a = steepest_on_ring[at];
    let b = steepest_on_ring[at + 1u];
    let steepest = a + (y - f32(ray)) * (b - a);
    let drop = scene.curve_m * (f32(offset) * f32(offset) + far * far);
    let line = far * steepest + drop;
    let cell = place(half, ring, offset);
    let ground_m = ground(half, ring, offset);
    var floor_m = max(line - ground_m, 0.0);
    if scene.height == 1u {
        floor_m = max(line, ground_m) + scene.antenna_m;
    } else if scene.height == 2u {
        floor_m = line + scene.antenna_m;
    }
    let known = line < LIMIT_M && ground_m < LIMIT_M;
    floors[cell] = select(UNKNOWN_M, floor_m, known);
}
