//! What can be wrong with a question put to the world.

use crate::Bounds;

/// Everything that can go wrong in this crate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WorldError {
    /// The box is empty, inside out, or not a number.
    #[error(
        "the box {}..{} N, {}..{} E is empty or inside out",
        bounds.south_deg, bounds.north_deg, bounds.west_deg, bounds.east_deg
    )]
    EmptyBounds {
        /// The box as given.
        bounds: Bounds,
    },
    /// A step is not a positive number of degrees.
    #[error("a grid step of {step_deg}° is not a positive number")]
    BadStep {
        /// The step as given, degrees.
        step_deg: f64,
    },
    /// The grid would be larger than this crate makes in one piece.
    #[error(
        "a grid of {nodes:.0} nodes is larger than the {limit} made in one piece: \
             take a smaller box or a wider step"
    )]
    TooLarge {
        /// Number of nodes asked for.
        nodes: f64,
        /// Most nodes made in one piece.
        limit: usize,
    },
    /// No populated place has this name.
    #[error("no place named `{name}`{}", suggestion_text(suggestions))]
    UnknownPlace {
        /// The name as given.
        name: String,
        /// Names that look like it, best first.
        suggestions: Vec<String>,
    },
    /// No country has this code or name.
    #[error("no country named `{name}`: give an ISO 3166 code (PL, POL) or an English name")]
    UnknownCountry {
        /// The name as given.
        name: String,
    },
    /// No unit of this code has people that could be scaled.
    #[error(
        "no unit `{code}` to scale: give an ISO 3166-2 code of Ukraine or Poland (UA-46) \
             or an ISO country code (RO)"
    )]
    UnknownUnit {
        /// The code as given.
        code: String,
    },
    /// A tile has fewer than two rows or columns, or values that do not fill it.
    #[error("tile {index} of `{source_name}` is not a grid: {rows} × {cols} with {values} values")]
    BadTile {
        /// Name of the source.
        source_name: String,
        /// Position of the tile in the source.
        index: usize,
        /// Rows of the tile.
        rows: usize,
        /// Columns of the tile.
        cols: usize,
        /// Number of values given.
        values: usize,
    },
}

fn suggestion_text(suggestions: &[String]) -> String {
    if suggestions.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", suggestions.join(", "))
    }
}

/// Most nodes of a grid made in one piece.
pub(crate) const NODE_LIMIT: usize = 400_000_000;

/// The eastern edge of a box as a longitude above its western one, also across 180°.
pub(crate) fn east_of_west(bounds: &Bounds) -> f64 {
    if bounds.east_deg < bounds.west_deg {
        bounds.east_deg + 360.0
    } else {
        bounds.east_deg
    }
}

/// Checks a box and a step and gives the number of cells, north–south and west–east.
pub(crate) fn cells(bounds: &Bounds, step_deg: f64) -> Result<(usize, usize), WorldError> {
    if !(step_deg > 0.0 && step_deg.is_finite()) {
        return Err(WorldError::BadStep { step_deg });
    }
    let height = bounds.north_deg - bounds.south_deg;
    let width = east_of_west(bounds) - bounds.west_deg;
    if !(height > 0.0 && width > 0.0 && bounds.south_deg >= -90.0 && bounds.north_deg <= 90.0)
        || width > 360.0
    {
        return Err(WorldError::EmptyBounds { bounds: *bounds });
    }
    let count = |length: f64| (length / step_deg - 1e-6).ceil().max(1.0);
    let (rows, cols) = (count(height), count(width));
    if rows * cols > NODE_LIMIT as f64 {
        return Err(WorldError::TooLarge {
            nodes: rows * cols,
            limit: NODE_LIMIT,
        });
    }
    Ok((rows as usize, cols as usize))
}
