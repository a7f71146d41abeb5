//! Tables of numbers and texts in Parquet, written in groups of exactly 4,096 rows.
//!
//! The same rows give the same bytes, however they were batched: fixed `created_by`, no times.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use parquet::basic::{ConvertedType, Repetition, Type as PhysicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};

use crate::IoError;

/// Rows of every row group but the last.
pub const GROUP_ROWS: usize = 4_096;
const CREATED_BY: &str = "cupola";

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text, stored with a dictionary.
    Utf8,
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 64-bit float; NaN is refused, absence is `None`.
    F64,
    /// Bytes, stored without a dictionary.
    Bytes,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, with the unit at its end.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// Whether values may be absent.
    pub optional: bool,
}

impl Column {
    /// A column in which every row has a value.
    pub fn new(name: &str, kind: ColumnKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            optional: false,
        }
    }

    /// A column in which values may be absent.
    pub fn optional(name: &str, kind: ColumnKind) -> Self {
        Self {
            optional: true,
            ..Self::new(name, kind)
        }
    }
}

/// Some rows of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Texts.
    Utf8(Vec<Option<String>>),
    /// 32-bit integers.
    I32(Vec<Option<i32>>),
    /// 64-bit integers.
    I64(Vec<Option<i64>>),
    /// 64-bit floats.
    F64(Vec<Option<f64>>),
    /// Bytes.
    Bytes(Vec<Option<Vec<u8>>>),
}

macro_rules! cells_from {
    ($variant:ident, $value:ty) => {
        impl From<Vec<$value>> for Cells {
            fn from(values: Vec<$value>) -> Self {
                Self::$variant(values.into_iter().map(Some).collect())
            }
        }

        impl From<Vec<Option<$value>>> for Cells {
            fn from(values: Vec<Option<$value>>) -> Self {
                Self::$variant(values)
            }
        }
    };
}
cells_from!(Utf8, String);
cells_from!(I32, i32);
cells_from!(I64, i64);
cells_from!(F64, f64);
cells_from!(Bytes, Vec<u8>);

impl Cells {
    fn empty(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Utf8 => Self::Utf8(Vec::new()),
            ColumnKind::I32 => Self::I32(Vec::new()),
            ColumnKind::I64 => Self::I64(Vec::new()),
            ColumnKind::F64 => Self::F64(Vec::new()),
            ColumnKind::Bytes => Self::Bytes(Vec::new()),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Utf8(values) => values.len(),
            Self::I32(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn kind(&self) -> ColumnKind {
        match self {
            Self::Utf8(_) => ColumnKind::Utf8,
            Self::I32(_) => ColumnKind::I32,
            Self::I64(_) => ColumnKind::I64,
            Self::F64(_) => ColumnKind::F64,
            Self::Bytes(_) => ColumnKind::Bytes,
        }
    }

    fn has_absent(&self) -> bool {
        match self {
            Self::Utf8(values) => values.iter().any(Option::is_none),
            Self::I32(values) => values.iter().any(Option::is_none),
            Self::I64(values) => values.iter().any(Option::is_none),
            Self::F64(values) => values.iter().any(Option::is_none),
            Self::Bytes(values) => values.iter().any(Option::is_none),
        }
    }

    fn has_nan(&self) -> bool {
        match self {
            Self::F64(values) => values.iter().flatten().any(|value| value.is_nan()),
            _ => false,
        }
    }

    /// Moves up to `count` rows from the front of `from` to the end; both have the same type.
    fn take_from(&mut self, from: &mut Self, count: usize) {
        fn shift<T>(to: &mut Vec<T>, from: &mut Vec<T>, count: usize) {
            to.extend(from.drain(..count.min(from.len())));
        }
        match (self, from) {
            (Self::Utf8(to), Self::Utf8(from)) => shift(to, from, count),
            (Self::I32(to), Self::I32(from)) => shift(to, from, count),
            (Self::I64(to), Self::I64(from)) => shift(to, from, count),
            (Self::F64(to), Self::F64(from)) => shift(to, from, count),
            (Self::Bytes(to), Self::Bytes(from)) => shift(to, from, count),
            _ => {}
        }
    }
}

/// Compression of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// None.
    Plain,
    /// Snappy.
    Snappy,
}

/// The first error of the writer below, which the Parquet library may have turned into a text.
type Failure = Arc<Mutex<Option<io::Error>>>;

/// A writer that keeps its first error.
struct Watched<W> {
    inner: W,
    failure: Failure,
}

impl<W> Watched<W> {
    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            // An interrupted call is tried again by the caller.
            if kind != io::ErrorKind::Interrupted
                && let Ok(mut failure) = self.failure.lock()
            {
                failure.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.note(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.note(result)
    }
}

/// A table being written.
pub struct TableWriter<W: Write + Send> {
    writer: SerializedFileWriter<Watched<W>>,
    failure: Failure,
    columns: Vec<Column>,
    pending: Vec<Cells>,
    path: PathBuf,
}

impl<W: Write + Send> std::fmt::Debug for TableWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter")
            .field("path", &self.path)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

impl<W: Write + Send> TableWriter<W> {
    /// Starts a table; `path` serves messages only.
    ///
    /// `metadata` is stored in the footer in the order given.
    ///
    /// # Errors
    /// [`IoError::Mismatch`] for columns without or with twice the same name, [`IoError::Os`] when
    /// the first bytes cannot be written.
    pub fn new(
        out: W,
        path: &Path,
        columns: &[Column],
        compression: Compression,
        metadata: &[(String, String)],
    ) -> Result<Self, IoError> {
        let schema = schema(columns).map_err(|error| IoError::mismatch(path, error.to_string()))?;
        for (i, column) in columns.iter().enumerate() {
            if column.name.is_empty() || columns[..i].iter().any(|c| c.name == column.name) {
                let what = format!(
                    "column {i} has the empty or repeated name `{}`",
                    column.name
                );
                return Err(IoError::mismatch(path, what));
            }
        }
        let metadata = metadata
            .iter()
            .map(|(key, value)| KeyValue::new(key.clone(), value.clone()))
            .collect();
        let mut properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_compression(match compression {
                Compression::Plain => parquet::basic::Compression::UNCOMPRESSED,
                Compression::Snappy => parquet::basic::Compression::SNAPPY,
            })
            .set_key_value_metadata(Some(metadata));
        for column in columns.iter().filter(|c| c.kind == ColumnKind::Bytes) {
            let path = ColumnPath::from(column.name.as_str());
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_statistics_enabled(path, EnabledStatistics::None);
        }
        let properties = properties.build();
        let failure = Failure::default();
        let out = Watched {
            inner: out,
            failure: Arc::clone(&failure),
        };
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties))
            .map_err(|error| write_error(path, &failure, &error))?;
        Ok(Self {
            writer,
            failure,
            columns: columns.to_vec(),
            pending: columns.iter().map(|c| Cells::empty(c.kind)).collect(),
            path: path.to_owned(),
        })
    }

    /// Appends rows, given as one piece per column.
    ///
    /// # Errors
    /// [`IoError::Mismatch`] when pieces differ in length or type from the columns, or hold an
    /// absent value or NaN where none may be; [`IoError::Os`] when writing fails.
    pub fn append(&mut self, mut batch: Vec<Cells>) -> Result<(), IoError> {
        self.check(&batch)?;
        while batch.first().is_some_and(|cells| !cells.is_empty()) {
            let room = GROUP_ROWS - self.pending.first().map_or(0, Cells::len);
            for (pending, cells) in self.pending.iter_mut().zip(&mut batch) {
                pending.take_from(cells, room);
            }
            if self.pending.first().map_or(0, Cells::len) == GROUP_ROWS {
                self.flush_group()?;
            }
        }
        Ok(())
    }

    /// Writes the last rows and the footer and gives the writer back.
    ///
    /// # Errors
    /// [`IoError::Os`] when writing fails.
    pub fn finish(mut self) -> Result<W, IoError> {
        if self.pending.first().is_some_and(|cells| !cells.is_empty()) {
            self.flush_group()?;
        }
        self.writer
            .into_inner()
            .map(|watched| watched.inner)
            .map_err(|error| write_error(&self.path, &self.failure, &error))
    }

    fn check(&self, batch: &[Cells]) -> Result<(), IoError> {
        let refuse = |what: String| Err(IoError::mismatch(&self.path, what));
        if batch.len() != self.columns.len() {
            return refuse(format!(
                "{} columns were given for {}",
                batch.len(),
                self.columns.len()
            ));
        }
        for (column, cells) in self.columns.iter().zip(batch) {
            let name = &column.name;
            if cells.kind() != column.kind {
                return refuse(format!(
                    "column `{name}` has another type than {:?}",
                    cells.kind()
                ));
            }
            if cells.len() != batch[0].len() {
                return refuse(format!("column `{name}` has another length than the first"));
            }
            if !column.optional && cells.has_absent() {
                return refuse(format!("column `{name}` must have a value in every row"));
            }
            if cells.has_nan() {
                return refuse(format!("column `{name}` holds NaN"));
            }
        }
        Ok(())
    }

    fn flush_group(&mut self) -> Result<(), IoError> {
        let fresh = self.columns.iter().map(|c| Cells::empty(c.kind)).collect();
        let group = std::mem::replace(&mut self.pending, fresh);
        self.write_group(&group)
            .map_err(|error| write_error(&self.path, &self.failure, &error))
    }

    fn write_group(&mut self, group: &[Cells]) -> Result<(), ParquetError> {
        let mut row_group = self.writer.next_row_group()?;
        for (column, cells) in self.columns.iter().zip(group) {
            let Some(mut writer) = row_group.next_column()? else {
                break;
            };
            let levels = column.optional.then(|| levels(cells));
            let levels = levels.as_deref();
            match (writer.untyped(), cells) {
                (ColumnWriter::ByteArrayColumnWriter(out), Cells::Utf8(values)) => {
                    let present: Vec<ByteArray> = values
                        .iter()
                        .flatten()
                        .map(|text| ByteArray::from(text.as_str()))
                        .collect();
                    out.write_batch(&present, levels, None)?;
                }
                (ColumnWriter::ByteArrayColumnWriter(out), Cells::Bytes(values)) => {
                    let present: Vec<ByteArray> = values
                        .iter()
                        .flatten()
                        .map(|bytes| ByteArray::from(bytes.clone()))
                        .collect();
                    out.write_batch(&present, levels, None)?;
                }
                (ColumnWriter::Int32ColumnWriter(out), Cells::I32(values)) => {
                    out.write_batch(&present(values), levels, None)?;
                }
                (ColumnWriter::Int64ColumnWriter(out), Cells::I64(values)) => {
                    out.write_batch(&present(values), levels, None)?;
                }
                (ColumnWriter::DoubleColumnWriter(out), Cells::F64(values)) => {
                    out.write_batch(&present(values), levels, None)?;
                }
                _ => {
                    let what = "a column of another type".to_owned();
                    return Err(ParquetError::General(what));
                }
            }
            writer.close()?;
        }
        row_group.close()?;
        Ok(())
    }
}

fn present<T: Copy>(values: &[Option<T>]) -> Vec<T> {
    values.iter().copied().flatten().collect()
}

/// 1 where a value is there, 0 where it is absent.
fn levels(cells: &Cells) -> Vec<i16> {
    fn of<T>(values: &[Option<T>]) -> Vec<i16> {
        values.iter().map(|v| i16::from(v.is_some())).collect()
    }
    match cells {
        Cells::Utf8(values) => of(values),
        Cells::I32(values) => of(values),
        Cells::I64(values) => of(values),
        Cells::F64(values) => of(values),
        Cells::Bytes(values) => of(values),
    }
}

fn schema(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let mut fields = Vec::new();
    for column in columns {
        let (physical, converted) = match column.kind {
            ColumnKind::Utf8 => (PhysicalType::BYTE_ARRAY, ConvertedType::UTF8),
            ColumnKind::I32 => (PhysicalType::INT32, ConvertedType::NONE),
            ColumnKind::I64 => (PhysicalType::INT64, ConvertedType::NONE),
            ColumnKind::F64 => (PhysicalType::DOUBLE, ConvertedType::NONE),
            ColumnKind::Bytes => (PhysicalType::BYTE_ARRAY, ConvertedType::NONE),
        };
        let repetition = if column.optional {
            Repetition::OPTIONAL
        } else {
            Repetition::REQUIRED
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_converted_type(converted)
            .with_repetition(repetition)
            .build()?;
        fields.push(Arc::new(field));
    }
    let root = Type::group_type_builder("rows")
        .with_fields(fields)
        .build()?;
    Ok(Arc::new(root))
}

fn write_error(path: &Path, failure: &Failure, error: &ParquetError) -> IoError {
    let first = failure.lock().ok().and_then(|mut failure| failure.take());
    match first {
        Some(os) => IoError::from_os(path, "write", &os),
        None => IoError::mismatch(path, error.to_string()),
    }
}

/// A table read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, one piece per column.
    pub cells: Vec<Cells>,
    /// Number of rows of each row group.
    pub group_rows: Vec<usize>,
    /// Footer items.
    pub metadata: Vec<(String, String)>,
}

/// Reads a table that [`TableWriter`] wrote, whole.
///
/// # Errors
/// [`IoError::Os`] when it cannot be opened, [`IoError::Damaged`] when it is no such table.
pub fn read_table(path: &Path) -> Result<Table, IoError> {
    let file = File::open(path).map_err(|error| IoError::from_os(path, "read", &error))?;
    read_rows(file).map_err(|error| IoError::damaged(path, "the Parquet data", error.to_string()))
}

fn read_rows(file: File) -> Result<Table, ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let footer = reader.metadata().file_metadata();
    let mut columns = Vec::new();
    for column in footer.schema_descr().columns() {
        columns.push(Column {
            name: column.name().to_owned(),
            kind: match column.physical_type() {
                PhysicalType::BYTE_ARRAY if column.converted_type() == ConvertedType::UTF8 => {
                    ColumnKind::Utf8
                }
                PhysicalType::BYTE_ARRAY => ColumnKind::Bytes,
                PhysicalType::INT32 => ColumnKind::I32,
                PhysicalType::INT64 => ColumnKind::I64,
                PhysicalType::DOUBLE => ColumnKind::F64,
                other => return Err(ParquetError::NYI(format!("columns of type {other}"))),
            },
            optional: column.max_def_level() > 0,
        });
    }
    let items = footer.key_value_metadata().cloned().unwrap_or_default();
    let mut cells: Vec<Cells> = columns.iter().map(|c| Cells::empty(c.kind)).collect();
    let mut group_rows = Vec::new();
    for i in 0..reader.num_row_groups() {
        let group = reader.get_row_group(i)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        group_rows.push(rows);
        for (j, all) in cells.iter_mut().enumerate() {
            match (group.get_column_reader(j)?, all) {
                (ColumnReader::ByteArrayColumnReader(r), Cells::Utf8(all)) => {
                    let texts = read_column(r, rows)?.into_iter();
                    for value in texts {
                        let text = value.map(|v| v.as_utf8().map(str::to_owned)).transpose()?;
                        all.push(text);
                    }
                }
                (ColumnReader::ByteArrayColumnReader(r), Cells::Bytes(all)) => {
                    let values = read_column(r, rows)?.into_iter();
                    all.extend(values.map(|value| value.map(|v| v.data().to_vec())));
                }
                (ColumnReader::Int32ColumnReader(r), Cells::I32(all)) => {
                    all.extend(read_column(r, rows)?);
                }
                (ColumnReader::Int64ColumnReader(r), Cells::I64(all)) => {
                    all.extend(read_column(r, rows)?);
                }
                (ColumnReader::DoubleColumnReader(r), Cells::F64(all)) => {
                    all.extend(read_column(r, rows)?);
                }
                _ => return Err(ParquetError::General("a column changed its type".into())),
            }
        }
    }
    Ok(Table {
        columns,
        cells,
        group_rows,
        metadata: items
            .into_iter()
            .map(|item| (item.key, item.value.unwrap_or_default()))
            .collect(),
    })
}

fn read_column<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: usize,
) -> Result<Vec<Option<T::T>>, ParquetError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    reader.read_records(rows, Some(&mut levels), None, &mut values)?;
    let mut values = values.into_iter();
    if levels.is_empty() {
        return Ok(values.map(Some).collect());
    }
    Ok(levels
        .into_iter()
        .map(|level| if level > 0 { values.next() } else { None })
        .collect())
}
