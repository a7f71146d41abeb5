//! Tables: read back, same bytes for the same rows, errors in plain words.

use std::io::{self, Write};
use std::path::Path;

use cupola_io::{Cells, Column, ColumnKind, Compression, IoError, TableWriter, read_table};

fn columns() -> Vec<Column> {
    vec![
        Column::new("option", ColumnKind::Utf8),
        Column::new("run", ColumnKind::I32),
        Column::new("time_ms", ColumnKind::I64),
        Column::optional("slant_range_m", ColumnKind::F64),
    ]
}

fn rows(from: usize, to: usize) -> Vec<Cells> {
    let option = |i: usize| ["none", "west", "east"][i % 3].to_owned();
    vec![
        (from..to).map(option).collect::<Vec<String>>().into(),
        (from..to)
            .map(|i| i32::try_from(i).unwrap())
            .collect::<Vec<i32>>()
            .into(),
        (from..to)
            .map(|i| i64::try_from(i).unwrap() * 1_000)
            .collect::<Vec<i64>>()
            .into(),
        (from..to)
            .map(|i| (i % 5 != 0).then_some(i as f64 * 0.5))
            .collect::<Vec<Option<f64>>>()
            .into(),
    ]
}

fn table(batch: usize, total: usize, compression: Compression) -> Vec<u8> {
    let metadata = [("seed".to_owned(), "7".to_owned())];
    let path = Path::new("runs.parquet");
    let mut out = TableWriter::new(Vec::new(), path, &columns(), compression, &metadata).unwrap();
    for from in (0..total).step_by(batch) {
        out.append(rows(from, (from + batch).min(total))).unwrap();
    }
    out.finish().unwrap()
}

#[test]
fn rows_read_back_in_groups_of_4096() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.parquet");
    for compression in [Compression::Plain, Compression::Snappy] {
        std::fs::write(&path, table(1_000, 10_000, compression)).unwrap();
        let read = read_table(&path).unwrap();
        assert_eq!(read.columns, columns());
        assert_eq!(read.cells, rows(0, 10_000));
        assert_eq!(read.group_rows, [4_096, 4_096, 1_808]);
        assert_eq!(read.metadata, [("seed".to_owned(), "7".to_owned())]);
    }
}

#[test]
fn bytes_do_not_depend_on_the_batches() {
    let whole = table(10_000, 10_000, Compression::Snappy);
    for batch in [1, 7, 4_096, 4_097] {
        assert!(
            table(batch, 10_000, Compression::Snappy) == whole,
            "batches of {batch}"
        );
    }
}

#[test]
fn a_table_without_rows_is_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.parquet");
    std::fs::write(&path, table(1, 0, Compression::Snappy)).unwrap();
    let read = read_table(&path).unwrap();
    assert!(read.group_rows.is_empty());
    assert_eq!(read.columns, columns());
}

type Change<'a> = &'a dyn Fn(&mut Vec<Cells>);

#[test]
fn rows_that_do_not_fit_are_refused() {
    let path = Path::new("runs.parquet");
    let refused = |change: Change<'_>| {
        let mut out =
            TableWriter::new(Vec::new(), path, &columns(), Compression::Plain, &[]).unwrap();
        let mut batch = rows(0, 3);
        change(&mut batch);
        out.append(batch).unwrap_err().to_string()
    };
    let start = "`runs.parquet` cannot be written: ";
    let cases: [(Change<'_>, &str); 5] = [
        (&|b| drop(b.pop()), "3 columns were given for 4"),
        (&|b| b.swap(1, 2), "column `run` has another type than I64"),
        (
            &|b| b[1] = vec![1].into(),
            "column `run` has another length than the first",
        ),
        (
            &|b| b[1] = vec![Some(1), None, Some(3)].into(),
            "column `run` must have a value in every row",
        ),
        (
            &|b| b[3] = vec![1.0, f64::NAN, 0.0].into(),
            "column `slant_range_m` holds NaN",
        ),
    ];
    for (change, what) in cases {
        assert_eq!(refused(change), format!("{start}{what}"));
    }
    let twice = [
        Column::new("a", ColumnKind::I32),
        Column::new("a", ColumnKind::I32),
    ];
    assert!(TableWriter::new(Vec::new(), path, &twice, Compression::Plain, &[]).is_err());
}

/// A disk that fills up.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_said_in_plain_words() {
    let path = Path::new("runs.parquet");
    let write = |room: usize| -> Result<Full, IoError> {
        let mut out = TableWriter::new(Full(room), path, &columns(), Compression::Plain, &[])?;
        out.append(rows(0, 20_000))?;
        out.finish()
    };
    let plenty = 10_000_000;
    let whole = plenty - write(plenty).unwrap().0;
    for room in [0, 10, whole / 2, whole - 1] {
        let error = write(room).err().unwrap();
        assert_eq!(
            error.to_string(),
            "cannot write `runs.parquet`: the disk is full"
        );
    }
}
