//! Reading the first band of a GeoTIFF as a grid.

use cupola_world::{Bounds, Grid};

use super::chunks::{Pixels, Window};
use super::geokeys::{Frame, GeoKeys, Model};
use super::ifd::Ifd;
use super::source::Source;
use super::{Meaning, ProjectedGrid, TerrainFile, too_many_cells};
use crate::{Floats, IoError};

/// Nodes kept on each side of a box that a raster is cut to.
const MARGIN_NODES: f64 = 2.0;

/// The value that many writers mean by void and do not declare.
const UNDECLARED_VOID: f32 = -9_999.0;

/// Whether a value is exactly this one.
#[expect(
    clippy::float_cmp,
    reason = "a void value is one number, not a neighbourhood"
)]
fn is(value: f32, this: f32) -> bool {
    value == this
}

/// Everything about a raster but its pixels.
pub(super) struct Header {
    ifd: Ifd,
    keys: GeoKeys,
    frame: Frame,
    model: Model,
    pixels: Pixels,
}

impl Header {
    pub(super) fn read(source: &Source<'_>) -> Result<Self, IoError> {
        let ifd = Ifd::read(source)?;
        let pixels = Pixels::read(&ifd, source)?;
        let keys = GeoKeys::read(&ifd, source)?;
        let model = Model::of(&keys, source)?;
        let mut frame = Frame::read(&ifd, &keys, source)?;
        if model == Model::Geographic {
            frame = settle(frame);
            check_degrees(&frame, &pixels, source)?;
        }
        Ok(Self {
            ifd,
            keys,
            frame,
            model,
            pixels,
        })
    }

    /// The box out to the edges of the outermost cells, degrees; `None` for a projected raster.
    pub(super) fn extent(&self) -> Option<Bounds> {
        let f = &self.frame;
        let last = f.y0 + (self.pixels.rows - 1) as f64 * f.dy;
        let half_lat = 0.5 * f.dy.abs();
        (self.model == Model::Geographic).then(|| Bounds {
            south_deg: f.y0.min(last) - half_lat,
            north_deg: f.y0.max(last) + half_lat,
            west_deg: f.x0 - 0.5 * f.dx,
            east_deg: f.x0 + (self.pixels.cols as f64 - 0.5) * f.dx,
        })
    }
}

/// Moves positions that are a rounding error away from whole degrees onto them.
///
/// Steps within 1e-7 of a whole fraction of a degree become that fraction, and a first cell within
/// a thousandth of a step of a whole degree or of half a step beside it goes there, so that
/// neighbouring tiles share their lines exactly. Longitudes from 180° on become western ones.
fn settle(frame: Frame) -> Frame {
    let whole_fraction = |step: f64| {
        let per_degree = (1.0 / step.abs()).round();
        let near = per_degree >= 1.0 && (step.abs() * per_degree - 1.0).abs() < 1e-7;
        if near {
            (1.0 / per_degree).copysign(step)
        } else {
            step
        }
    };
    let (dx, dy) = (whole_fraction(frame.dx), whole_fraction(frame.dy));
    let settled = |at: f64, step: f64| {
        [0.0, 0.5 * step, -0.5 * step]
            .into_iter()
            .map(|shift| (at - shift).round() + shift)
            .find(|near| (near - at).abs() < 1e-3 * step.abs())
            .unwrap_or(at)
    };
    let mut x0 = settled(frame.x0, dx);
    if x0 >= 180.0 {
        x0 -= 360.0;
    }
    Frame {
        x0,
        y0: settled(frame.y0, dy),
        dx,
        dy,
    }
}

fn check_degrees(frame: &Frame, pixels: &Pixels, source: &Source<'_>) -> Result<(), IoError> {
    let last = frame.y0 + (pixels.rows - 1) as f64 * frame.dy;
    let wide = pixels.cols as f64 * frame.dx;
    let inside = [frame.y0, last]
        .iter()
        .all(|lat| lat.abs() <= 90.0 + frame.dy.abs())
        && frame.x0 >= -180.0 - frame.dx
        && wide <= 360.0 + 2.0 * frame.dx;
    if inside {
        return Ok(());
    }
    Err(IoError::NoPosition {
        path: source.path().to_owned(),
        what: format!(
            "it claims degrees, but its first cell is at {} N {} E and it is {wide}° wide",
            frame.y0, frame.x0
        ),
        help: "it is probably projected: gdalwarp -t_srs EPSG:4326 in.tif out.tif".to_owned(),
    })
}

/// Reads the first band; a geographic raster is cut to `within`, where that is given.
pub(super) fn read(
    source: &Source<'_>,
    within: Option<&Bounds>,
    meaning: Meaning,
    pool: Option<&rayon::ThreadPool>,
) -> Result<TerrainFile, IoError> {
    let header = Header::read(source)?;
    refuse_scaled(&header, source, meaning)?;
    let window = match within {
        Some(bounds) if header.model == Model::Geographic => window(&header, bounds, source)?,
        _ => Window {
            rows: 0..header.pixels.rows,
            cols: 0..header.pixels.cols,
            south_up: header.frame.dy > 0.0,
        },
    };
    let cells = check_size(&header, source, &window)?;
    let f = &header.frame;
    let (rows, cols) = (window.rows.len(), window.cols.len());
    let north_row = if window.south_up {
        window.rows.end - 1
    } else {
        window.rows.start
    };
    let (x0, y0) = (
        f.x0 + window.cols.start as f64 * f.dx,
        f.y0 + north_row as f64 * f.dy,
    );
    Ok(match header.model {
        Model::Geographic => {
            let mut values = vec![0.0; cells];
            fill(&header, source, &window, meaning, pool, &mut values)?;
            TerrainFile::Geographic(Grid {
                north_deg: y0,
                west_deg: x0,
                step_lat_deg: f.dy.abs(),
                step_lon_deg: f.dx,
                rows,
                cols,
                values,
            })
        }
        Model::Projected => {
            let mut values = Floats::zeros(cells);
            fill(&header, source, &window, meaning, pool, &mut values)?;
            TerrainFile::Projected(ProjectedGrid {
                epsg: header.keys.projected_epsg(),
                citation: header.keys.citation().to_owned(),
                x0,
                y0,
                cell_x_m: f.dx,
                cell_y_m: f.dy.abs(),
                rows,
                cols,
                values,
                geo_keys: header.keys,
            })
        }
    })
}

fn window(header: &Header, bounds: &Bounds, source: &Source<'_>) -> Result<Window, IoError> {
    let f = &header.frame;
    let range = |a: f64, b: f64, count: usize| {
        let first = (a.min(b).floor() - MARGIN_NODES).clamp(0.0, count as f64);
        let past = (a.max(b).ceil() + MARGIN_NODES + 1.0).clamp(0.0, count as f64);
        first as usize..past as usize
    };
    let rows = range(
        (bounds.north_deg - f.y0) / f.dy,
        (bounds.south_deg - f.y0) / f.dy,
        header.pixels.rows,
    );
    let cols = range(
        (bounds.west_deg - f.x0) / f.dx,
        (bounds.east_deg - f.x0) / f.dx,
        header.pixels.cols,
    );
    if rows.is_empty() || cols.is_empty() {
        let extent = header.extent();
        return Err(IoError::NothingOverlaps {
            path: source.path().to_owned(),
            wanted: super::describe(bounds),
            found: extent.map_or_else(String::new, |b| {
                format!("it covers {}", super::describe(&b))
            }),
        });
    }
    Ok(Window {
        rows,
        cols,
        south_up: f.dy > 0.0,
    })
}

/// Heights stored with a scale, an offset or in feet would be silently wrong.
fn refuse_scaled(header: &Header, source: &Source<'_>, meaning: Meaning) -> Result<(), IoError> {
    let metadata = header.ifd.text(source, 42_112)?;
    let item = |role: &str| {
        metadata
            .split("<Item ")
            .find(|item| {
                item.contains(&format!("role=\"{role}\"")) && item.contains("sample=\"0\"")
            })
            .and_then(|item| item.split_once('>'))
            .and_then(|(_, rest)| rest.split_once('<'))
            .map(|(value, _)| value.trim().to_owned())
    };
    let number = |role: &str| item(role).and_then(|text| text.parse::<f64>().ok());
    let refuse = |what: String, help: &str| {
        Err(IoError::Unsupported {
            path: source.path().to_owned(),
            place: "tag 42112, GDAL_METADATA".to_owned(),
            what,
            help: help.to_owned(),
        })
    };
    let (scale, offset) = (number("scale"), number("offset"));
    let scaled = scale.is_some_and(|s| (s - 1.0).abs() > 0.0);
    if scaled || offset.is_some_and(|o| o.abs() > 0.0) {
        let help = "store plain values: gdal_translate -unscale -ot Float32 in.tif out.tif";
        return refuse(
            "its values are stored with a scale or an offset".to_owned(),
            help,
        );
    }
    let unit = item("unittype").unwrap_or_default().to_lowercase();
    let metres = ["", "m", "metre", "metres", "meter", "meters"];
    if meaning == Meaning::Heights && !metres.contains(&unit.as_str()) {
        let help = "convert the heights to metres, e.g. with gdal_calc.py";
        return refuse(format!("its heights are in `{unit}`, not in metres"), help);
    }
    Ok(())
}

/// The number of cells in a window, if they can be in the file and are not too many.
fn check_size(header: &Header, source: &Source<'_>, window: &Window) -> Result<usize, IoError> {
    let cells = window.rows.len() as u64 * window.cols.len() as u64;
    too_many_cells(source.path(), cells)?;
    if !header.pixels.believable(cells, source.len()) {
        let what = format!("{cells} cells cannot be packed into {} bytes", source.len());
        return Err(IoError::damaged(source.path(), "tags 256 and 257", what));
    }
    Ok(cells as usize)
}

/// Reads the cells of a window; void ones become NaN.
fn fill(
    header: &Header,
    source: &Source<'_>,
    window: &Window,
    meaning: Meaning,
    pool: Option<&rayon::ThreadPool>,
    values: &mut [f32],
) -> Result<(), IoError> {
    let nodata = nodata(header, source)?;
    // As GDAL does: what the file leaves out is void, or 0 where it declares no void value.
    let absent = if nodata.is_some() { f32::NAN } else { 0.0 };
    let void = nodata.map_or(f32::NAN, |n| n as f32);
    let width = window.cols.len();
    let (low, high) = meaning.limits();
    let settle = |first_line: usize, values: &mut [f32]| {
        let mut odd_ones = 0_u32;
        for value in values.iter_mut() {
            let is_void = is(*value, void) || value.is_nan();
            let fine = (low..=high).contains(value) && !is(*value, UNDECLARED_VOID);
            // Counted, not left at the first: so the loop runs many cells at a time.
            odd_ones += u32::from(!is_void && !fine);
            *value = if is_void { f32::NAN } else { *value };
        }
        if odd_ones == 0 {
            return None;
        }
        let odd =
            |value: &f32| !value.is_nan() && !meaning.allows(f64::from(*value), nodata.is_some());
        let first_odd = values.iter().position(odd);
        first_odd.map(|i| (first_line + i / width, i % width, values[i]))
    };
    let pixels = &header.pixels;
    let odd = pixels.read_into(source, window, absent, pool, values, settle)?;
    let Some((line, col, value)) = odd.into_iter().flatten().next() else {
        return Ok(());
    };
    let row = if window.south_up {
        window.rows.end - 1 - line
    } else {
        window.rows.start + line
    };
    let col = window.cols.start + col;
    Err(meaning.implausible(source.path(), row, col, f64::from(value)))
}

fn nodata(header: &Header, source: &Source<'_>) -> Result<Option<f64>, IoError> {
    let text = header.ifd.text(source, 42_113)?;
    Ok(text.trim().parse().ok())
}
