//! The folder of a batch: what it is of (`batch.json`) and its parts, each whole or absent.

use super::sites::Site;
use super::{Batch, Keep, PART_SITES};
use crate::failure::Failure;
use cupola_coverage::many::{Lattice, NEVER_M, NodeFloors, NodeWindow};
use cupola_io::{Cells, Column, ColumnKind, Compression, IoError, TableWriter, write_file};
use serde_json::json;
use std::path::{Path, PathBuf};

const ABOUT: &str = "batch.json";
const HEIGHTS_M: [u16; 2] = [100, 500];

/// What is kept of one site.
pub(super) struct Kept {
    ground_m: f64,
    window: NodeWindow,
    /// For each height: the height, what is seen, and the bits; or no height, and the floors.
    layers: Vec<(Option<u16>, Option<f64>, Vec<u8>)>,
}

impl Kept {
    pub(super) fn new(args: &Batch, lattice: Lattice, ground_m: f64, nodes: &NodeFloors) -> Self {
        let layers = match args.keep {
            Keep::Floors => {
                let bytes = nodes.floors_m.iter().flat_map(|floor| floor.to_le_bytes());
                vec![(None, None, bytes.collect())]
            }
            Keep::Bits => heights_m(args)
                .into_iter()
                .map(|height_m| {
                    let seen_km2 = nodes.seen_km2(&lattice, height_m);
                    (Some(height_m), Some(seen_km2), nodes.bits(height_m))
                })
                .collect(),
        };
        Self {
            ground_m,
            window: nodes.window,
            layers,
        }
    }
}

fn heights_m(args: &Batch) -> Vec<u16> {
    let mut heights = args.heights_m.clone();
    if heights.is_empty() {
        heights.extend(HEIGHTS_M);
    }
    heights.sort_unstable();
    heights.dedup();
    heights
}

/// What a batch is of: the same text for the same answer, and no path or thread count.
pub(super) fn description(args: &Batch, sites: &[Site], terrain_sha256: &str) -> String {
    let mut by_number: Vec<&Site> = sites.iter().collect();
    by_number.sort_by_key(|site| site.number);
    let site = |site: &&Site| {
        json!({
            "site": site.number,
            "name": site.name,
            "lat_deg": site.at.lat_deg,
            "lon_deg": site.at.lon_deg,
            "mast_m": site.mast_m,
        })
    };
    let keep = match args.keep {
        Keep::Bits => json!({"kind": "bits", "heights_m": heights_m(args)}),
        Keep::Floors => json!({"kind": "floors", "never_m": NEVER_M}),
    };
    let value = json!({
        "format": "cupola coverage batch 1",
        "program": env!("CARGO_PKG_VERSION"),
        "keep": keep,
        "lattice": {
            "step_arcsec": args.step_arcsec,
            "rows_from_north_deg": 90,
            "cols_from_west_deg": -180,
        },
        "range_km": args.range_km,
        "cell_m": args.cell_m,
        "k": args.k,
        "earth_radius_m": args.earth_radius_m,
        "terrain_names_and_sizes_sha256": terrain_sha256,
        "sites_per_part": PART_SITES,
        "sites": by_number.iter().map(site).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

/// The folder of a batch.
pub(super) struct Output {
    folder: PathBuf,
}

impl Output {
    /// Starts a batch, or goes on with the one that is there.
    ///
    /// # Errors
    /// [`Failure`] when the folder holds something else, or cannot be written.
    pub(super) fn begin(folder: &Path, description: &str) -> Result<Self, Failure> {
        let output = Self {
            folder: folder.to_owned(),
        };
        let about = folder.join(ABOUT);
        if about.is_file() {
            let found = crate::prepare::read_text(&about)?;
            if found != description {
                return Err(Failure::Input(
                    format!(
                        "{} holds another batch: other sites, settings or terrain",
                        folder.display()
                    ),
                    Some("choose another --out, or remove this folder first".to_owned()),
                ));
            }
            output.clear_partial()?;
            return Ok(output);
        }
        let held = std::fs::read_dir(folder).map_or(0, Iterator::count);
        if held > 0 || folder.is_file() {
            return Err(Failure::Input(
                format!("{} exists already and is not a batch", folder.display()),
                Some("choose another --out".to_owned()),
            ));
        }
        write_file(&about, description.as_bytes())?;
        Ok(output)
    }

    /// Removes what a killed run left half-written under a hidden name.
    fn clear_partial(&self) -> Result<(), Failure> {
        let entries = std::fs::read_dir(&self.folder)
            .map_err(|error| IoError::from_os(&self.folder, "read", &error))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(".part-") && name.contains(".partial-") {
                std::fs::remove_file(entry.path())
                    .map_err(|error| IoError::from_os(&entry.path(), "remove", &error))?;
            }
        }
        Ok(())
    }

    fn path(&self, part: usize) -> PathBuf {
        self.folder.join(format!("part-{part:05}.parquet"))
    }

    /// Whether a part is there.
    pub(super) fn has(&self, part: usize) -> bool {
        self.path(part).is_file()
    }

    /// Writes a part.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be written.
    pub(super) fn write(
        &self,
        part: usize,
        sites: &[Site],
        kept: &[Option<Kept>],
    ) -> Result<(), Failure> {
        let path = self.path(part);
        let floors = kept
            .iter()
            .flatten()
            .any(|kept| kept.layers.iter().any(|(height, ..)| height.is_none()));
        let mut writer = TableWriter::new(
            Vec::new(),
            &path,
            &columns(floors),
            Compression::Snappy,
            &[],
        )?;
        writer.append(cells(sites, kept, floors))?;
        let bytes = writer.finish()?;
        Ok(write_file(&path, &bytes)?)
    }
}

fn columns(floors: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::new("site", ColumnKind::I32),
        Column::new("name", ColumnKind::Utf8),
        Column::new("lat_deg", ColumnKind::F64),
        Column::new("lon_deg", ColumnKind::F64),
        Column::new("mast_m", ColumnKind::F64),
        Column::optional("ground_m", ColumnKind::F64),
        Column::optional("row", ColumnKind::I32),
        Column::optional("col", ColumnKind::I32),
        Column::optional("rows", ColumnKind::I32),
        Column::optional("cols", ColumnKind::I32),
    ];
    if floors {
        columns.push(Column::optional("floors_m", ColumnKind::Bytes));
    } else {
        columns.extend([
            Column::optional("height_m", ColumnKind::I32),
            Column::optional("seen_km2", ColumnKind::F64),
            Column::optional("bits", ColumnKind::Bytes),
        ]);
    }
    columns
}

/// A row for each site and layer, one for a site without any.
fn cells(sites: &[Site], kept: &[Option<Kept>], floors: bool) -> Vec<Cells> {
    type Layer = (Option<u16>, Option<f64>, Vec<u8>);
    let mut rows: Vec<(&Site, Option<&Kept>, Option<&Layer>)> = Vec::new();
    for (site, kept) in sites.iter().zip(kept) {
        match kept {
            None => rows.push((site, None, None)),
            Some(kept) => rows.extend(
                kept.layers
                    .iter()
                    .map(|layer| (site, Some(kept), Some(layer))),
            ),
        }
    }
    let window = |pick: &dyn Fn(&NodeWindow) -> u32| {
        let value = |row: &(&Site, Option<&Kept>, Option<&Layer>)| {
            row.1
                .map(|kept| i32::try_from(pick(&kept.window)).unwrap_or(i32::MAX))
        };
        Cells::from(rows.iter().map(value).collect::<Vec<_>>())
    };
    let site = |pick: &dyn Fn(&Site) -> f64| {
        Cells::from(rows.iter().map(|row| pick(row.0)).collect::<Vec<_>>())
    };
    let bytes = Cells::from(
        rows.iter()
            .map(|row| row.2.map(|layer| layer.2.clone()))
            .collect::<Vec<_>>(),
    );
    let mut cells = vec![
        Cells::from(
            rows.iter()
                .map(|row| i32::try_from(row.0.number).unwrap_or(i32::MAX))
                .collect::<Vec<_>>(),
        ),
        Cells::from(
            rows.iter()
                .map(|row| row.0.name.clone())
                .collect::<Vec<_>>(),
        ),
        site(&|site| site.at.lat_deg),
        site(&|site| site.at.lon_deg),
        site(&|site| site.mast_m),
        Cells::from(
            rows.iter()
                .map(|row| row.1.map(|kept| kept.ground_m))
                .collect::<Vec<_>>(),
        ),
        window(&|window| window.row),
        window(&|window| window.col),
        window(&|window| window.rows),
        window(&|window| window.cols),
    ];
    if floors {
        cells.push(bytes);
        return cells;
    }
    let height = |layer: &Layer| layer.0.map(i32::from);
    cells.push(Cells::from(
        rows.iter()
            .map(|row| row.2.and_then(height))
            .collect::<Vec<_>>(),
    ));
    cells.push(Cells::from(
        rows.iter()
            .map(|row| row.2.and_then(|layer| layer.1))
            .collect::<Vec<_>>(),
    ));
    cells.push(bytes);
    cells
}
