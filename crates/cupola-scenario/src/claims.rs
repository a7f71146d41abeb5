//! Claims of the public debate as files: who said what, which number would show it, and where the
//! number comes from.
//!
//! A claim names an embedded scenario, one quantity of its answer, a threshold, and inputs to vary.
//! Nothing here holds a result.

use crate::catalogue::Class;
use crate::diagnostic::Rejected;
use crate::files::{read, schema_of};
use include_dir::{Dir, include_dir};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::value::Datetime;

static CLAIMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/claims");

/// A claim file.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Short name, and the file's name.
    pub id: String,
    /// Place among the claims.
    pub number: u32,
    /// Heading.
    pub title: String,
    /// Who said it.
    pub who: String,
    /// When.
    #[schemars(with = "String")]
    pub when: Datetime,
    /// Where it was said or printed.
    pub r#where: String,
    /// The sentence in our words.
    pub sentence: String,
    /// What would show it, in words.
    pub test: String,
    /// What the number does not show.
    pub limits: String,
    /// Sources.
    pub sources: Vec<String>,
    /// Embedded scenario that is played, or one made of steps: `FILE:step,step`.
    pub scenario: String,
    /// Options of it that are played; all when empty.
    #[serde(default)]
    pub options: Vec<String>,
    /// Changes of that scenario, each `path=value`.
    #[serde(default)]
    pub set: Vec<String>,
    /// The number.
    pub quantity: Quantity,
    /// What it is held against.
    pub threshold: Threshold,
    /// Inputs that are varied, one at a time.
    #[serde(default)]
    pub vary: Vec<Vary>,
}

/// Kind of number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A share of people or area under cover.
    Cover,
    /// A count of the main raid over another count.
    Ratio,
    /// One less a count of the main raid over another count.
    Stopped,
    /// Raids in a row until the missiles are gone, at the mean use.
    Endurance,
    /// Fire units that could leave the area without more leakers than before.
    Relief,
}

/// The number of a claim.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// What the number is, in words.
    pub words: String,
    /// Kind of number.
    pub kind: Kind,
    /// Measure: of cover, or the counted one.
    pub measure: String,
    /// Option it is read from.
    pub option: String,
    /// Class of threat; all together when absent.
    pub class: Option<Class>,
    /// Height above ground (cover), m.
    pub height_m: Option<f64>,
    /// Measure below the line of a ratio.
    pub over: Option<String>,
    /// Option of that measure; the same when absent.
    pub over_option: Option<String>,
    /// Measure taken off the one below the line, run by run.
    pub over_less: Option<String>,
    /// Fire units that stand in the area now (relief only).
    pub units_there: Option<f64>,
    /// Unit as printed.
    pub unit: String,
}

/// Which side of a threshold shows a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The number must reach it.
    AtLeast,
    /// The number must not exceed it.
    AtMost,
}

/// What a number is held against.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Which side shows the claim.
    pub direction: Direction,
    /// From here on it holds.
    pub holds: f64,
    /// From here on, the other way, it fails; between the two it depends.
    pub fails: f64,
    /// Why these.
    pub why: String,
}

/// An input that is varied.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vary {
    /// The input in words, with its unit.
    pub input: String,
    /// Path in the scenario, `scenario` for another one, `several` for values of the form
    /// `path=value; path=value`, or `quantity.class`, `quantity.height_m`, `quantity.option`,
    /// `quantity.measure`, `quantity.units_there`.
    pub path: String,
    /// Values, as they would be written.
    pub values: Vec<String>,
    /// The values in words, as many as values; the values themselves when absent.
    #[serde(default)]
    pub words: Vec<String>,
    /// Whether the sentence leaves this open: a verdict that turns on it depends.
    #[serde(default)]
    pub open: bool,
}

/// JSON Schema of a claim file.
pub fn schema_claim() -> serde_json::Value {
    schema_of::<Claim>()
}

/// The claims that travel inside the program, in order.
///
/// # Errors
/// Everything wrong in the first file that is wrong; the tests see to it that none is.
pub fn claims() -> Result<Vec<Claim>, Rejected> {
    let files = CLAIMS.files().filter(|file| {
        let name = file.path().to_string_lossy();
        name.ends_with(".toml") && !name.ends_with(".scenario.toml")
    });
    let mut claims = files
        .map(|file| {
            let name = file.path().to_string_lossy();
            claim(file.contents_utf8().unwrap_or(""), &name)
        })
        .collect::<Result<Vec<Claim>, Rejected>>()?;
    claims.sort_by_key(|claim| claim.number);
    Ok(claims)
}

/// Reads and checks a claim file.
///
/// # Errors
/// [`Rejected`] with everything wrong in it.
pub fn claim(text: &str, name: &str) -> Result<Claim, Rejected> {
    let claim: Claim = read(text, name, false)?;
    let reject =
        |message: String, help: &str| Err(Rejected::whole(name, text, "claim", message, help));
    let Threshold {
        direction,
        holds,
        fails,
        ..
    } = claim.threshold;
    let reversed = match direction {
        Direction::AtLeast => fails > holds,
        Direction::AtMost => fails < holds,
    };
    if reversed {
        return reject(
            format!("`threshold`: holds at {holds} and fails at {fails} overlap"),
            "at-least needs fails ≤ holds, at-most the other way round",
        );
    }
    let unequal = claim
        .vary
        .iter()
        .find(|vary| !vary.words.is_empty() && vary.words.len() != vary.values.len());
    if let Some(vary) = unequal {
        return reject(
            format!(
                "`vary` of \"{}\" has other numbers of values and words",
                vary.input
            ),
            "write one of `words` for each of `values`, or none",
        );
    }
    let needs_over = matches!(claim.quantity.kind, Kind::Ratio | Kind::Stopped);
    if needs_over && claim.quantity.over.is_none() {
        return reject(
            "`quantity` is a ratio without `over`".to_owned(),
            "name the measure below the line, for instance over = \"launched\"",
        );
    }
    Ok(claim)
}

/// Text of a scenario that only a claim needs, by the name `claims/NAME`.
pub(crate) fn claim_scenario(name: &str) -> Option<&'static str> {
    let stem = name.strip_prefix("claims/")?;
    CLAIMS
        .get_file(format!("{stem}.scenario.toml"))?
        .contents_utf8()
}
