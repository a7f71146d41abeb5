//! Polygons with numbers and texts, as GeoJSON or `FlatGeobuf`.
//!
//! GeoJSON is in latitude and longitude by its standard (RFC 7946). Polygons in metres of a
//! projection are written in those metres with the `crs` member of the older standard, which GDAL
//! and QGIS read. The same input gives the same bytes.

use std::io::Write;
use std::path::Path;

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{ColumnValue, GeomProcessor, GeozeroGeometry, PropertyProcessor as _};

use crate::IoError;

/// EPSG code of latitude and longitude on WGS 84.
const WGS84: u16 = 4326;

/// A closed line of (x, y) or (longitude, latitude).
pub type Ring = Vec<[f64; 2]>;

/// Polygons that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Value of every number that [`Features::columns`] names.
    pub values: Vec<f64>,
    /// Each an outline counter-clockwise, then its holes.
    pub polygons: Vec<Vec<Ring>>,
}

/// What a file of polygons holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Name of the layer.
    pub name: String,
    /// Names of the numbers.
    pub columns: Vec<String>,
    /// What is to be known of all polygons: columns of text (name, text).
    pub notes: Vec<(String, String)>,
    /// EPSG code of the coordinates, where known.
    pub epsg: Option<u16>,
    /// The polygons.
    pub features: Vec<Feature>,
}

impl Features {
    /// Decimals written: a centimetre.
    fn decimals(&self) -> usize {
        if self.epsg == Some(WGS84) { 7 } else { 2 }
    }

    /// Writes GeoJSON; `path` serves messages only.
    ///
    /// # Errors
    /// [`IoError::Os`] when writing fails.
    pub fn write_geojson(&self, out: &mut impl Write, path: &Path) -> Result<(), IoError> {
        self.geojson(out)
            .map_err(|error| IoError::from_os(path, "write", &error))
    }

    fn geojson(&self, out: &mut impl Write) -> std::io::Result<()> {
        let name = json_text(&self.name);
        writeln!(out, "{{\"type\":\"FeatureCollection\",\"name\":{name},")?;
        if let Some(epsg) = self.epsg.filter(|epsg| *epsg != WGS84) {
            writeln!(
                out,
                "\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\
                 \"urn:ogc:def:crs:EPSG::{epsg}\"}}}},"
            )?;
        }
        write!(out, "\"features\":[")?;
        for (i, feature) in self.features.iter().enumerate() {
            let values = self.columns.iter().zip(&feature.values);
            let values = values.map(|(name, value)| format!("{}:{value}", json_text(name)));
            let notes = self.notes.iter();
            let notes =
                notes.map(|(name, text)| format!("{}:{}", json_text(name), json_text(text)));
            let values: Vec<String> = values.chain(notes).collect();
            let comma = if i > 0 { "," } else { "" };
            write!(
                out,
                "{comma}\n{{\"type\":\"Feature\",\"properties\":{{{}}},\"geometry\":\
                 {{\"type\":\"MultiPolygon\",\"coordinates\":[",
                values.join(",")
            )?;
            self.polygons(out, &feature.polygons)?;
            write!(out, "]}}}}")?;
        }
        writeln!(out, "\n]}}")
    }

    fn polygons(&self, out: &mut impl Write, polygons: &[Vec<Ring>]) -> std::io::Result<()> {
        let decimals = self.decimals();
        for (i, rings) in polygons.iter().enumerate() {
            out.write_all(if i > 0 { b",\n[" } else { b"[" })?;
            for (j, ring) in rings.iter().enumerate() {
                out.write_all(if j > 0 { b",[" } else { b"[" })?;
                for (k, [x, y]) in ring.iter().enumerate() {
                    let comma = if k > 0 { "," } else { "" };
                    write!(out, "{comma}[{x:.decimals$},{y:.decimals$}]")?;
                }
                out.write_all(b"]")?;
            }
            out.write_all(b"]")?;
        }
        Ok(())
    }

    /// Writes `FlatGeobuf` with its spatial index; `path` serves messages only.
    ///
    /// # Errors
    /// [`IoError::Os`] when writing fails, [`IoError::Mismatch`] for numbers the format refuses.
    pub fn write_flatgeobuf(&self, out: &mut impl Write, path: &Path) -> Result<(), IoError> {
        let refused = |error: flatgeobuf::Error| match error {
            flatgeobuf::Error::IO(error) => IoError::from_os(path, "write", &error),
            other => IoError::mismatch(path, other.to_string()),
        };
        let options = FgbWriterOptions {
            crs: FgbCrs {
                code: self.epsg.map_or(0, i32::from),
                ..FgbCrs::default()
            },
            ..FgbWriterOptions::default()
        };
        let kind = GeometryType::MultiPolygon;
        let mut writer =
            FgbWriter::create_with_options(&self.name, kind, options).map_err(refused)?;
        for name in &self.columns {
            writer.add_column(name, ColumnType::Double, |_, _| ());
        }
        for (name, _) in &self.notes {
            writer.add_column(name, ColumnType::String, |_, _| ());
        }
        for feature in self.features.iter().filter(|f| !f.polygons.is_empty()) {
            let values = self.columns.iter().zip(&feature.values);
            let values = values.map(|(name, value)| (name, ColumnValue::Double(*value)));
            let notes = self.notes.iter();
            let notes = notes.map(|(name, text)| (name, ColumnValue::String(text)));
            let values = values.chain(notes).enumerate();
            writer
                .add_feature_geom(Polygons(&feature.polygons), |row| {
                    for (i, (name, value)) in values {
                        // The writer answers with an error only for a column it does not have.
                        let _known = row.property(i, name, &value);
                    }
                })
                .map_err(|error| IoError::mismatch(path, error.to_string()))?;
        }
        writer.write(out).map_err(refused)
    }
}

struct Polygons<'a>(&'a [Vec<Ring>]);

impl GeozeroGeometry for Polygons<'_> {
    fn process_geom<P: GeomProcessor>(&self, to: &mut P) -> geozero::error::Result<()> {
        to.multipolygon_begin(self.0.len(), 0)?;
        for (i, rings) in self.0.iter().enumerate() {
            to.polygon_begin(false, rings.len(), i)?;
            for (j, ring) in rings.iter().enumerate() {
                to.linestring_begin(false, ring.len(), j)?;
                for (k, [x, y]) in ring.iter().enumerate() {
                    to.xy(*x, *y, k)?;
                }
                to.linestring_end(false, j)?;
            }
            to.polygon_end(false, i)?;
        }
        to.multipolygon_end(0)
    }
}

fn json_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
