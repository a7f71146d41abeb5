//! What `coverage` writes: GeoTIFF, polygons, a picture.

use super::field::{Eye, Field};
use super::{Compress, Coverage, Height};
use crate::failure::Failure;
use crate::progress::note;
use cupola_coverage::contour::{Area, FieldOf, areas_below};
use cupola_io::{Band, BandValues, Feature, Features, GeoTiff, Layout, Packing, write_file_with};
use cupola_report::{FloorPicture, floor_png};
use std::path::Path;

/// Writes the field in the format that the file's ending asks for.
///
/// # Errors
/// [`Failure`] when it cannot be written.
pub(crate) fn write(
    args: &Coverage,
    field: &Field,
    file: &Path,
    pool: &rayon::ThreadPool,
) -> Result<(), Failure> {
    let ending = file.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("geojson" | "json" | "fgb") => {
            let features = polygons(args, field);
            write_file_with(file, |out| match ending.as_deref() {
                Some("fgb") => features.write_flatgeobuf(out, file),
                _ => features.write_geojson(out, file),
            })?;
            let count: usize = features.features.iter().map(|f| f.polygons.len()).sum();
            note(&format!("{}: {count} polygons", file.display()));
        }
        Some("png") => return picture(args, field, file),
        // The arguments were checked: no other ending comes this far.
        _ => geotiff(args, field, file, pool)?,
    }
    Ok(())
}

fn geotiff(
    args: &Coverage,
    field: &Field,
    file: &Path,
    pool: &rayon::ThreadPool,
) -> Result<(), Failure> {
    let heights = quantity(args);
    let item = |name: &str, value: String| (name.to_owned(), value);
    let mut metadata = vec![
        item(
            "heights",
            format!("{heights}, metres; -9999 = {}", lack(args)),
        ),
        item("k", args.k.to_string()),
        item("earth_radius_m", args.earth_radius_m.to_string()),
    ];
    if args.scenario.is_none() {
        metadata.insert(1, item("mast_m", args.mast_m.to_string()));
    } else {
        metadata.insert(1, item("antennas", antennas(field)));
    }
    let mut bands = vec![Band {
        name: "floor".into(),
        unit: "m".into(),
        values: BandValues::F32(&field.floor_m),
    }];
    if let Some(best) = &field.best {
        metadata.push(item("ceilings", CEILING.to_owned()));
        metadata.push(item("best_unit", best.units.clone()));
        bands.push(Band {
            name: "best_unit".into(),
            unit: "1".into(),
            values: BandValues::F32(&best.number),
        });
    }
    metadata.extend(field.heights.mark().map(|mark| item("terrain", mark)));
    if let Some(device) = &field.device {
        let text = format!("{device}: verdicts may differ from the processor's on 0.01 % of cells");
        metadata.push(item("device", text));
    }
    let tiff = GeoTiff {
        place: field.place.clone(),
        rows: field.rows,
        cols: field.cols,
        bands,
        metadata,
        packing: if args.compress == Compress::None {
            Packing::Plain
        } else {
            Packing::Deflate
        },
        layout: if args.cog {
            Layout::Cog
        } else {
            Layout::Strips
        },
    };
    write_file_with(file, |out| tiff.write_to(out, file, Some(pool)))?;
    let (rows, cols) = (field.rows, field.cols);
    note(&format!("{}: {rows} × {cols} heights", file.display()));
    Ok(())
}

/// What engagement floors do not say.
const CEILING: &str = "engagement begins there and ends at the missiles' ceilings";

/// What the heights are.
fn quantity(args: &Coverage) -> String {
    let above = match args.height {
        Height::Agl => "above ground",
        Height::Asl => "above sea",
    };
    let Some(threat) = args.engage else {
        return format!("lowest visible height {above}");
    };
    let who = match args.depth {
        1 => "a fire unit can".to_owned(),
        depth => format!("{depth} fire units at once can"),
    };
    let plural = threat.plural();
    format!("lowest height {above}, up to 30 km, at which {who} engage {plural}")
}

/// What the lack of a height means.
fn lack(args: &Coverage) -> &'static str {
    match args.engage {
        None => "unknown or out of range",
        Some(_) => "no such height, not allowed to engage there, or out of range",
    }
}

/// The areas seen at each of the heights asked for, the highest first.
fn polygons(args: &Coverage, field: &Field) -> Features {
    let values = FieldOf {
        values: &field.floor_m,
        rows: field.rows,
        cols: field.cols,
    };
    let mut heights = args.contours.clone();
    heights.sort_by(|a, b| b.total_cmp(a));
    heights.dedup();
    let place = |line: &Vec<[f64; 2]>| line.iter().map(|at| field.place.centre_xy(*at)).collect();
    let rings = |area: &Area| {
        let lines = std::iter::once(&area.outline).chain(&area.holes);
        lines.map(place).collect()
    };
    let features = heights.iter().map(|&height_m| Feature {
        values: vec![height_m],
        polygons: areas_below(&values, height_m as f32)
            .iter()
            .map(rings)
            .collect(),
    });
    let verb = args.engage.map_or("visible", |_| "engaged");
    let column = match args.height {
        Height::Agl => format!("{verb}_from_m_above_ground"),
        Height::Asl => format!("{verb}_from_m_above_sea"),
    };
    let mut notes = Vec::new();
    if args.engage.is_some() {
        let what = quantity(args);
        notes.push(("heights".to_owned(), format!("{what}; {CEILING}")));
    }
    if let Some(best) = &field.best {
        notes.push(("engaging".to_owned(), best.units.clone()));
    }
    if args.scenario.is_some() {
        notes.push(("antennas".to_owned(), antennas(field)));
    }
    let mark = field.heights.mark();
    notes.extend(mark.map(|mark| ("terrain".to_owned(), mark)));
    Features {
        name: "floor".to_owned(),
        columns: vec![column],
        notes,
        epsg: field.epsg,
        features: features.collect(),
    }
}

/// A scenario's antennas in one line.
pub(crate) fn antennas(field: &Field) -> String {
    let each = field.antennas.iter();
    let each = each.map(|antenna| format!("{} {}", antenna.system, antenna.height));
    each.collect::<Vec<_>>().join("; ")
}

/// The same for the picture's legend.
fn antenna_lines(field: &Field) -> Vec<String> {
    /// Characters that fit into a line of it.
    const LINE: usize = 26;
    let mut lines = Vec::new();
    for Eye { id, height, .. } in &field.antennas {
        if id.chars().count() + height.chars().count() < LINE {
            lines.push(format!("{id} {height}"));
        } else {
            lines.extend([id.clone(), format!("  {height}")]);
        }
    }
    lines
}

/// Writes the picture.
///
/// # Errors
/// [`Failure`] when it cannot be written.
pub(crate) fn picture(args: &Coverage, field: &Field, file: &Path) -> Result<(), Failure> {
    let above = match args.height {
        Height::Agl => "above ground",
        Height::Asl => "above sea",
    };
    let mut notes = match args.scenario {
        Some(_) => antenna_lines(field),
        None => vec![format!("mast {} m", args.mast_m)],
    };
    notes.push(format!("k {:.3}", args.k));
    let pale = match args.engage {
        None => ["pale: out of range, or", "no ground known between"],
        Some(_) => ["pale: out of range, not", "allowed, or above 30 km"],
    };
    notes.extend(pale.map(str::to_owned));
    notes.extend(field.heights.lines().iter().map(ToString::to_string));
    let (what, threat, by) = match (args.engage, args.depth) {
        (None, _) => ("Lowest visible height", "", String::new()),
        (Some(threat), 1) => ("Lowest height to engage", threat.plural(), String::new()),
        (Some(threat), depth) => {
            let by = format!("by {depth} units at once");
            ("Lowest height to engage", threat.plural(), by)
        }
    };
    let title = vec![
        what.to_owned(),
        threat.to_owned(),
        by,
        above.to_owned(),
        args.option.clone().unwrap_or_default(),
        args.site.clone().unwrap_or_default(),
    ];
    let png = floor_png(&FloorPicture {
        floor_m: &field.floor_m,
        ground_m: Some(&field.ground_m[..]),
        rows: field.rows,
        cols: field.cols,
        cell_m: field.cell_m,
        sites: field.sites.clone(),
        title: title.into_iter().filter(|line| !line.is_empty()).collect(),
        notes,
    });
    write_file_with(file, |out| {
        use std::io::Write as _;
        let written = out.write_all(&png);
        written.map_err(|error| cupola_io::IoError::from_os(file, "write", &error))
    })?;
    note(&format!("{}: picture", file.display()));
    Ok(())
}
