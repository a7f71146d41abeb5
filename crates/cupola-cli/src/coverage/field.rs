//! The floor field of one site, on the terrain's own cells.
//!
//! On a projected grid in metres by the ring sweep; on latitude and longitude on rays from the site,
//! read off at the terrain's nodes.

use super::{Coverage, Device, Height, RANGE_KM, device, ground};
use crate::failure::Failure;
use cupola_coverage::sweep::{Dem, FloorHeight, SimdPath, SweepSettings, floor_field_into};
use cupola_coverage::{Antenna, CoverageError, LosSettings};
use cupola_io::{Floats, Place, ProjectedGrid, TerrainFile};
use cupola_world::Grid;
use cupola_world::geodesy::LocalFrame;
use rayon::prelude::*;

/// A floor field with the ground it stands on.
pub(crate) struct Field {
    pub(crate) place: Place,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    /// Floors, metres; NaN where nothing is known and beyond the range.
    pub(crate) floor_m: Floats,
    /// Measured ground above sea, metres; NaN where there is none.
    pub(crate) ground_m: Floats,
    /// EPSG code of its coordinates, where known.
    pub(crate) epsg: Option<u16>,
    /// Row and column of every site, not rounded.
    pub(crate) sites: Vec<(f64, f64)>,
    /// The scenario's antennas: system, its id, and how high it is.
    pub(crate) antennas: Vec<Eye>,
    /// Who engages from the lowest height, where that was asked for.
    pub(crate) best: Option<Best>,
    /// What the ground is.
    pub(crate) heights: Heights,
    /// Height and width of a cell at the site, metres.
    pub(crate) cell_m: (f64, f64),
    /// The graphics processor that computed it, if one did.
    pub(crate) device: Option<String>,
}

/// The best unit of every cell.
pub(crate) struct Best {
    /// Its number, from 1; NaN where none can engage.
    pub(crate) number: Vec<f32>,
    /// The units by number, in one line.
    pub(crate) units: String,
}

/// Whether a field's ground was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heights {
    Measured,
    /// Measured, with statistical relief in the gaps; what the terrain is.
    Partly(String),
    Statistical,
}

impl Heights {
    /// What files and tables say of it; nothing of measured ground.
    pub(crate) fn mark(&self) -> Option<String> {
        match self {
            Self::Measured => None,
            Self::Partly(what) => Some(format!(
                "partly statistical, never about one valley: {what}"
            )),
            Self::Statistical => Some(
                "statistical relief: right on average over an area, never about one valley"
                    .to_owned(),
            ),
        }
    }

    /// The same in a picture's legend.
    pub(crate) fn lines(&self) -> &[&str] {
        match self {
            Self::Measured => &[],
            Self::Partly(_) => &[
                "Partly statistical:",
                "no valley is real where",
                "nothing is shaded.",
            ],
            Self::Statistical => &["Statistical terrain:", "not about any valley."],
        }
    }
}

/// What sees, of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Eye {
    pub(crate) system: String,
    pub(crate) id: String,
    /// Height with its unit and what it is above.
    pub(crate) height: String,
}

/// Row and column of the cell in which a point lies.
///
/// # Errors
/// [`Failure`] when it lies off the terrain; `flag` is what it was given with.
pub(crate) fn cell_of(
    grid: &ProjectedGrid,
    terrain: &std::path::Path,
    flag: &str,
    at: (f64, f64),
) -> Result<(usize, usize), Failure> {
    if (grid.cell_x_m - grid.cell_y_m).abs() > 1e-6 * grid.cell_x_m {
        return Err(Failure::Input(
            format!(
                "{} has cells of {} × {} m",
                terrain.display(),
                grid.cell_x_m,
                grid.cell_y_m
            ),
            Some("make them square: gdalwarp -tr 100 100 IN.tif OUT.tif".to_owned()),
        ));
    }
    let col = ((at.0 - grid.x0) / grid.cell_x_m).round();
    let row = ((grid.y0 - at.1) / grid.cell_y_m).round();
    if (0.0..grid.cols as f64).contains(&col) && (0.0..grid.rows as f64).contains(&row) {
        return Ok((row as usize, col as usize));
    }
    let east = grid.x0 + (grid.cols - 1) as f64 * grid.cell_x_m;
    let south = grid.y0 - (grid.rows - 1) as f64 * grid.cell_y_m;
    Err(Failure::Input(
        format!(
            "{flag} {},{} lies outside {}",
            at.0,
            at.1,
            terrain.display()
        ),
        Some(format!(
            "X {:.0} to {east:.0}, Y {south:.0} to {:.0}, in the terrain's metres",
            grid.x0, grid.y0
        )),
    ))
}

/// The field on a grid of metres.
///
/// # Errors
/// [`Failure`] for a site off the terrain or on unknown ground.
pub(crate) fn projected(
    args: &Coverage,
    at: (f64, f64),
    grid: ProjectedGrid,
    pool: &rayon::ThreadPool,
) -> Result<Field, Failure> {
    let sensor = cell_of(&grid, args.terrain(), "--at", at)?;
    let settings = SweepSettings {
        k: args.k,
        earth_radius_m: args.earth_radius_m,
        radius_m: args.range_km.map(|km| km * 1000.0),
        height: match args.height {
            Height::Agl => FloorHeight::AboveGround,
            Height::Asl => FloorHeight::AboveSea,
        },
        ..SweepSettings::radar(sensor, args.mast_m)
    };
    let mut floor_m = Floats::zeros(grid.values.len());
    let device = device::open(args)?;
    let sweep = |heights_m: &[f32], settings: &SweepSettings, floor_m: &mut [f32]| {
        let dem = Dem {
            heights_m,
            rows: grid.rows,
            cols: grid.cols,
            cell_m: grid.cell_x_m,
        };
        if let Some(device) = &device {
            return device.floor_field(&dem, settings, floor_m);
        }
        floor_field_into(&dem, settings, pool, SimdPath::best(), floor_m)
            .map_err(|error: CoverageError| Failure::Input(error.to_string(), None))
    };
    if let Some(file) = &args.canopy {
        let tops = tops(file, &grid, pool)?;
        let at = sensor.0 * grid.cols + sensor.1;
        let settings = SweepSettings {
            // The antenna stands on the ground, not on the trees.
            mast_m: args.mast_m - f64::from(tops[at] - grid.values[at]),
            height: FloorHeight::Line,
            ..settings
        };
        sweep(&tops, &settings, &mut floor_m)?;
        floor_m[at] = grid.values[at];
        for (floor, ground) in floor_m.iter_mut().zip(grid.values.iter()) {
            let lowest = if floor.is_nan() {
                *floor
            } else {
                floor.max(*ground)
            };
            *floor = match args.height {
                Height::Agl => lowest - ground,
                Height::Asl => lowest,
            };
        }
    } else {
        sweep(&grid.values, &settings, &mut floor_m)?;
    }
    Ok(Field {
        place: Place::of_projected(&grid),
        rows: grid.rows,
        cols: grid.cols,
        floor_m,
        ground_m: grid.values,
        epsg: grid.epsg,
        sites: vec![(sensor.0 as f64, sensor.1 as f64)],
        best: None,
        heights: Heights::Measured,
        cell_m: (grid.cell_y_m, grid.cell_x_m),
        device: device.map(|device| device.name().to_owned()),
        antennas: Vec::new(),
    })
}

/// The tops of trees and buildings above sea, on the terrain's own cells.
fn tops(
    file: &std::path::Path,
    grid: &ProjectedGrid,
    pool: &rayon::ThreadPool,
) -> Result<Floats, Failure> {
    let read = cupola_io::read_terrain_in(file, pool)?;
    let near = |a: f64, b: f64| (a - b).abs() < 1e-3 * grid.cell_x_m;
    let same = match read {
        TerrainFile::Projected(canopy) => {
            let same = (canopy.rows, canopy.cols) == (grid.rows, grid.cols)
                && near(canopy.x0, grid.x0)
                && near(canopy.y0, grid.y0)
                && near(canopy.cell_x_m, grid.cell_x_m);
            same.then_some(canopy)
        }
        TerrainFile::Geographic(_) => None,
    };
    let Some(canopy) = same else {
        let (west, north) = (grid.x0 - 0.5 * grid.cell_x_m, grid.y0 + 0.5 * grid.cell_y_m);
        let (east, south) = (
            west + grid.cols as f64 * grid.cell_x_m,
            north - grid.rows as f64 * grid.cell_y_m,
        );
        return Err(Failure::Input(
            format!(
                "--canopy {} has other cells than the terrain",
                file.display()
            ),
            Some(format!(
                "gdalwarp -t_srs TERRAIN.tif -te {west} {south} {east} {north} -tr {} {} IN.tif \
                 OUT.tif",
                grid.cell_x_m, grid.cell_y_m
            )),
        ));
    };
    let mut tops = grid.values.clone();
    for (top, height) in tops.iter_mut().zip(canopy.values.iter()) {
        if *height > 0.0 {
            *top += *height;
        }
    }
    Ok(tops)
}

/// The tops of trees and buildings above sea, at the terrain's own nodes.
fn tops_over_degrees(
    file: &std::path::Path,
    grid: &Grid,
    pool: &rayon::ThreadPool,
) -> Result<Grid, Failure> {
    let TerrainFile::Geographic(canopy) = cupola_io::read_terrain_in(file, pool)? else {
        return Err(Failure::Input(
            format!(
                "--canopy {} is in metres, and the terrain in degrees",
                file.display()
            ),
            Some("gdalwarp -t_srs EPSG:4326 IN.tif OUT.tif".to_owned()),
        ));
    };
    let mut tops = grid.clone();
    let raise = |(row, line): (usize, &mut [f32])| {
        for (col, top) in line.iter_mut().enumerate() {
            let height = canopy.bilinear(grid.point(row, col)).unwrap_or(0.0);
            *top += height.max(0.0) as f32;
        }
    };
    pool.install(|| {
        let lines = tops.values.par_chunks_mut(grid.cols).enumerate();
        lines.for_each(raise);
    });
    Ok(tops)
}

/// The field on a grid of degrees.
///
/// # Errors
/// [`Failure`] for a site where no ground is known.
pub(crate) fn geographic(
    args: &Coverage,
    at: (f64, f64),
    grid: Grid,
    pool: &rayon::ThreadPool,
) -> Result<Field, Failure> {
    if args.device == Device::Gpu {
        return Err(Failure::Input(
            "--device gpu needs terrain in metres of a projection".to_owned(),
            Some("convert it: gdalwarp -t_srs EPSG:32634 -tr 30 30 IN.tif OUT.tif".to_owned()),
        ));
    }
    let site = ground::lat_lon("--at", at)?;
    let Some(ground_m) = grid.bilinear(site) else {
        return Err(Failure::Input(
            format!(
                "no ground is known at {site} in {}",
                args.terrain().display()
            ),
            Some("write LAT,LON of a point on the terrain".to_owned()),
        ));
    };
    let range_m = args.range_km.unwrap_or(RANGE_KM) * 1000.0;
    let settings = settings(args, &grid, range_m);
    let antenna = Antenna {
        at: site,
        mast_m: args.mast_m,
        ground_m: None,
        // The antenna stands on the ground, not on the trees.
        altitude_m: args.canopy.is_some().then_some(ground_m + args.mast_m),
    };
    let tops = args.canopy.as_ref();
    let tops = tops.map(|file| tops_over_degrees(file, &grid, pool));
    let tops = tops.transpose()?;
    let obstacles = tops.as_ref().unwrap_or(&grid);
    let floors = cupola_coverage::floors(obstacles, &[antenna], &settings, pool, &|_| ());
    drop(tops);
    let frame = LocalFrame::new(site);
    let above = args.height == Height::Agl;
    let mut floor_m = Floats::zeros(grid.values.len());
    let fill = |(row, line): (usize, &mut [f32])| {
        for (col, value) in line.iter_mut().enumerate() {
            let (distance_m, azimuth) = frame.polar_from_point(grid.point(row, col));
            let ground = f64::from(grid.values[row * grid.cols + col]);
            let asl = floors[0].floor_asl_m(distance_m, azimuth).max(ground);
            let known = distance_m <= range_m && !ground.is_nan() && asl.is_finite();
            let height = if above { asl - ground } else { asl };
            *value = if known { height as f32 } else { f32::NAN };
        }
    };
    pool.install(|| {
        let lines = floor_m.par_chunks_mut(grid.cols).enumerate();
        lines.for_each(fill);
    });
    let metre_per_degree = 111_195.0;
    let narrow = cupola_units::math::cos(cupola_units::math::radians_from_degrees(site.lat_deg));
    Ok(Field {
        place: Place::of_grid(&grid),
        rows: grid.rows,
        cols: grid.cols,
        floor_m,
        sites: vec![(
            (grid.north_deg - site.lat_deg) / grid.step_lat_deg,
            (site.lon_deg - grid.west_deg) / grid.step_lon_deg,
        )],
        best: None,
        heights: Heights::Measured,
        cell_m: (
            grid.step_lat_deg * metre_per_degree,
            grid.step_lon_deg * metre_per_degree * narrow,
        ),
        ground_m: grid.values.into(),
        epsg: Some(4326),
        device: None,
        antennas: Vec::new(),
    })
}

/// Rays about a cell apart out to 100 km, samples half a cell apart.
fn settings(args: &Coverage, grid: &Grid, range_m: f64) -> LosSettings {
    let cell_m = (grid.step_lat_deg * 111_195.0).clamp(10.0, 1000.0);
    let around = 2.0 * std::f64::consts::PI * range_m.min(100_000.0) / cell_m;
    LosSettings {
        k: args.k,
        earth_radius_m: args.earth_radius_m,
        range_m,
        step_m: cell_m,
        march_m: cell_m / 2.0,
        azimuths: (around as usize).clamp(1440, 14_400),
        line_only: args.canopy.is_some(),
    }
}
