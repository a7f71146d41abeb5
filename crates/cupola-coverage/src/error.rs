//! What can be wrong with the inputs of this crate.

/// An input that coverage cannot compute with.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CoverageError {
    /// A track rule that no window can fulfil, or a window longer than eight scans.
    #[error("a track of {m} detections in {n} scans is impossible: 1 ≤ m ≤ n ≤ 8 is needed")]
    TrackRule {
        /// Detections asked for.
        m: usize,
        /// Scans in the window.
        n: usize,
    },
    /// An elevation model, or an answer, that has not one number per cell.
    #[error("{values} heights do not make {rows} rows of {cols} cells (sides up to 131,072)")]
    DemShape {
        /// Rows stated.
        rows: usize,
        /// Columns stated.
        cols: usize,
        /// Numbers given.
        values: usize,
    },
    /// A sensor outside the elevation model or on unknown ground.
    #[error(
        "the sensor in row {row}, column {col} stands on no known ground of the elevation model"
    )]
    SensorOffGround {
        /// Row of the sensor.
        row: usize,
        /// Column of the sensor.
        col: usize,
    },
    /// A site of which no ground is known.
    #[error("no ground is known at the site {at}")]
    SiteOffGround {
        /// The site.
        at: cupola_units::LatLon,
    },
    /// Terrain that is not the tile of a whole-degree cell.
    #[error(
        "{rows} × {cols} heights are not a tile of the cell at {south_deg} N, {west_deg} E: a whole \
         number of steps a degree from its north-western corner is needed"
    )]
    Tile {
        /// Southern edge of the cell.
        south_deg: i32,
        /// Western edge of the cell.
        west_deg: i32,
        /// Rows given.
        rows: usize,
        /// Columns given.
        cols: usize,
    },
    /// A number of the sweep's settings that makes no sense.
    #[error("`{name}` = {value} is not a number that a floor field can be computed with")]
    SweepNumber {
        /// Which setting.
        name: &'static str,
        /// Its value.
        value: f64,
    },
}
