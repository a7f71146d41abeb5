//! `runs.parquet`: rows are spilled to a temporary file for each option and raid as they come, and
//! copied into the table in order at the end, so that memory does not grow with the runs.

use cupola_campaign::{Row, Sink};
use cupola_io::{Cells, Column, ColumnKind, Compression, IoError, OutputFile, TableWriter};
use cupola_raid::{ClassCount, Plan};
use cupola_scenario::Class;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Bytes of one spilled row.
const ROW_BYTES: usize = 4 * 15 + 8 * 2;

/// Spilled rows by option and raid.
#[derive(Debug)]
pub(crate) struct Spill {
    files: Vec<Vec<BufWriter<File>>>,
}

impl Spill {
    /// One temporary file for each option and raid.
    ///
    /// # Errors
    /// [`IoError`] when the system's folder for temporary files cannot be written.
    pub(crate) fn new(plan: &Plan) -> Result<Self, IoError> {
        let file = || {
            tempfile::tempfile()
                .map(BufWriter::new)
                .map_err(|error| trouble(&error))
        };
        let raids = || {
            (0..plan.raids.len())
                .map(|_| file())
                .collect::<Result<Vec<_>, _>>()
        };
        let files = (0..plan.options.len())
            .map(|_| raids())
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { files })
    }

    /// Copies all rows into the table, sorted by option, raid, run and class (names as text).
    ///
    /// # Errors
    /// [`IoError`] when a file cannot be read back or the table cannot be written.
    pub(crate) fn copy_to(
        self,
        plan: &Plan,
        out: OutputFile,
        path: &Path,
    ) -> Result<OutputFile, IoError> {
        let columns = columns();
        let mut table = TableWriter::new(out, path, &columns, Compression::Snappy, &[])?;
        let mut options: Vec<_> = plan.options.iter().zip(self.files).collect();
        options.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        for (option, files) in options {
            let mut raids: Vec<_> = plan.raids.iter().zip(files).collect();
            raids.sort_by(|a, b| a.0.name.cmp(&b.0.name));
            for (raid, file) in raids {
                let mut file = file.into_inner().map_err(|error| trouble(error.error()))?;
                file.seek(SeekFrom::Start(0))
                    .map_err(|error| trouble(&error))?;
                let mut reader = BufReader::new(file);
                loop {
                    let rows = read_rows(&mut reader, 4096)?;
                    if rows.is_empty() {
                        break;
                    }
                    table.append(cells(&option.name, &raid.name, &rows))?;
                }
            }
        }
        table.finish()
    }
}

impl Sink for Spill {
    type Error = IoError;

    fn rows(&mut self, option: usize, raid: usize, rows: &[Row]) -> Result<(), IoError> {
        let file = &mut self.files[option][raid];
        for row in rows {
            file.write_all(&pack(row))
                .map_err(|error| trouble(&error))?;
        }
        Ok(())
    }
}

fn trouble(error: &std::io::Error) -> IoError {
    IoError::from_os(&std::env::temp_dir(), "write temporary rows in", error)
}

fn pack(row: &Row) -> [u8; ROW_BYTES] {
    let c = &row.count;
    let whole = [
        row.run,
        row.draw,
        row.class.index() as u32,
        c.launched,
        c.failed,
        c.lost,
        c.killed_existing,
        c.killed_shield,
        c.left_area,
        c.leaked,
        c.interceptors,
        c.engagements_nato_crew,
        c.debris_nato,
        c.incursions_nato,
        c.warned,
    ];
    let mut bytes = [0; ROW_BYTES];
    let (head, tail) = bytes.split_at_mut(60);
    for (slot, value) in head.chunks_exact_mut(4).zip(whole) {
        slot.copy_from_slice(&value.to_le_bytes());
    }
    for (slot, value) in tail
        .chunks_exact_mut(8)
        .zip([c.cost_musd, c.warning_sum_min])
    {
        slot.copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

fn unpack(bytes: &[u8; ROW_BYTES]) -> Row {
    let whole = |i: usize| {
        u32::from_le_bytes([
            bytes[4 * i],
            bytes[4 * i + 1],
            bytes[4 * i + 2],
            bytes[4 * i + 3],
        ])
    };
    let real = |i: usize| f64::from_le_bytes(std::array::from_fn(|k| bytes[60 + 8 * i + k]));
    Row {
        run: whole(0),
        draw: whole(1),
        class: Class::ALL[whole(2) as usize],
        count: ClassCount {
            launched: whole(3),
            failed: whole(4),
            lost: whole(5),
            killed_existing: whole(6),
            killed_shield: whole(7),
            left_area: whole(8),
            leaked: whole(9),
            interceptors: whole(10),
            engagements_nato_crew: whole(11),
            debris_nato: whole(12),
            incursions_nato: whole(13),
            warned: whole(14),
            cost_musd: real(0),
            warning_sum_min: real(1),
            ..ClassCount::default()
        },
    }
}

fn read_rows(reader: &mut BufReader<File>, most: usize) -> Result<Vec<Row>, IoError> {
    let mut rows = Vec::with_capacity(most);
    let mut bytes = [0; ROW_BYTES];
    while rows.len() < most {
        match reader.read_exact(&mut bytes) {
            Ok(()) => rows.push(unpack(&bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(trouble(&error)),
        }
    }
    Ok(rows)
}

/// Columns of `runs.parquet`, in order.
fn columns() -> Vec<Column> {
    use ColumnKind::{F64, I32, Utf8};
    let mut columns: Vec<Column> = [
        ("option", Utf8),
        ("raid", Utf8),
        ("run", I32),
        ("draw", I32),
        ("class", Utf8),
    ]
    .into_iter()
    .map(|(name, kind)| Column::new(name, kind))
    .collect();
    for name in [
        "launched",
        "failed",
        "lost",
        "killed_existing",
        "killed_shield",
        "left_area",
        "leaked",
        "interceptors",
    ] {
        columns.push(Column::new(name, I32));
    }
    columns.push(Column::new("cost_musd", F64));
    for name in ["engagements_nato_crew", "debris_nato", "incursions_nato"] {
        columns.push(Column::new(name, I32));
    }
    columns.push(Column::optional("warning_min", F64));
    columns
}

fn cells(option: &str, raid: &str, rows: &[Row]) -> Vec<Cells> {
    let texts = |text: &str| Cells::from(vec![text.to_owned(); rows.len()]);
    let whole = |get: fn(&Row) -> u32| {
        Cells::from(
            rows.iter()
                .map(|row| i32::try_from(get(row)).unwrap_or(i32::MAX))
                .collect::<Vec<_>>(),
        )
    };
    let warning = |row: &Row| {
        (row.count.warned > 0).then(|| row.count.warning_sum_min / f64::from(row.count.warned))
    };
    vec![
        texts(option),
        texts(raid),
        whole(|row| row.run),
        whole(|row| row.draw),
        Cells::from(
            rows.iter()
                .map(|row| row.class.name().to_owned())
                .collect::<Vec<_>>(),
        ),
        whole(|row| row.count.launched),
        whole(|row| row.count.failed),
        whole(|row| row.count.lost),
        whole(|row| row.count.killed_existing),
        whole(|row| row.count.killed_shield),
        whole(|row| row.count.left_area),
        whole(|row| row.count.leaked),
        whole(|row| row.count.interceptors),
        Cells::from(
            rows.iter()
                .map(|row| row.count.cost_musd)
                .collect::<Vec<_>>(),
        ),
        whole(|row| row.count.engagements_nato_crew),
        whole(|row| row.count.debris_nato),
        whole(|row| row.count.incursions_nato),
        Cells::from(rows.iter().map(warning).collect::<Vec<_>>()),
    ]
}
