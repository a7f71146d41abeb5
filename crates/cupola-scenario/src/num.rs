//! A figure with its doubt: a value or a range, where it is from and how far to trust it.

use cupola_units::math;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::fmt;

/// How far a figure can be trusted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Stated by the maker, a user or an auditor, and repeated by others.
    High,
    /// One public source, or several that differ.
    Medium,
    /// One weak source.
    Low,
    /// No public source: a declared assumption, always with a reason.
    #[default]
    Assumed,
}

/// Shape of the distribution between low and high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One value.
    Fixed,
    /// Two values: every value between is as likely.
    Uniform,
    /// Three values: most likely at the mode.
    Triangular,
    /// Uniform or triangular on the logarithm, for ranges wider than a factor of five.
    Log,
}

/// An uncertain number: a value, or a range with source and confidence.
///
/// The unit stands in the key that holds it, never here.
#[derive(Clone, Debug, PartialEq)]
pub struct Num {
    /// Smallest plausible value.
    pub low: f64,
    /// Most likely value; the middle when none is given.
    pub mode: f64,
    /// Largest plausible value.
    pub high: f64,
    /// Distribution between them.
    pub shape: Shape,
    /// Where the figure is from; `None` for an assumption.
    pub source: Option<String>,
    /// Date of the source, as written.
    pub date: Option<String>,
    /// How far to trust it; `None` where the scenario's author just states a value.
    pub confidence: Option<Confidence>,
    /// Why this was assumed.
    pub reason: Option<String>,
}

impl Num {
    /// A certain number, as an author's own choice.
    pub fn fixed(value: f64) -> Self {
        Self {
            low: value,
            mode: value,
            high: value,
            shape: Shape::Fixed,
            source: None,
            date: None,
            confidence: None,
            reason: None,
        }
    }

    /// An assumption of the model itself, with its range and the reason for it.
    pub fn assumed(low: f64, mode: f64, high: f64, reason: &str) -> Self {
        Self {
            low,
            mode,
            high,
            shape: if low < high {
                Shape::Triangular
            } else {
                Shape::Fixed
            },
            source: None,
            date: None,
            confidence: Some(Confidence::Assumed),
            reason: Some(reason.to_owned()),
        }
    }

    /// Whether there is nothing to draw.
    pub fn is_fixed(&self) -> bool {
        self.low >= self.high
    }

    /// Whether the figure is a declared assumption.
    pub fn is_assumed(&self) -> bool {
        self.confidence == Some(Confidence::Assumed)
    }

    /// The value at quantile `u` (0 to 1) of its distribution.
    pub fn quantile(&self, u: f64) -> f64 {
        match self.shape {
            _ if self.is_fixed() => self.mode,
            Shape::Fixed => self.mode,
            Shape::Uniform => self.low + u * (self.high - self.low),
            Shape::Triangular => math::triangular_quantile(u, self.low, self.mode, self.high),
            Shape::Log => {
                let [low, mode, high] = [self.low, self.mode, self.high].map(math::ln);
                math::exp(math::triangular_quantile(u, low, mode, high))
            }
        }
    }
}

impl fmt::Display for Num {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_fixed() {
            write!(f, "{}", self.mode)
        } else if self.shape == Shape::Uniform {
            write!(f, "{} – {}", self.low, self.high)
        } else {
            write!(f, "{} – {} – {}", self.low, self.mode, self.high)
        }
    }
}

/// The written form of a [`Num`] that is not a bare number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dist: Option<Dist>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<toml::value::Datetime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<Confidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Dist {
    Log,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    Whole(i64),
    Bare(f64),
    Table(Box<Written>),
}

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = match Either::deserialize(deserializer)? {
            Either::Whole(value) => return Ok(Self::fixed(value as f64)),
            Either::Bare(value) => return Ok(Self::fixed(value)),
            Either::Table(written) => *written,
        };
        let missing = || serde::de::Error::custom("needs `value`, or `low` and `high`");
        let low = written.low.or(written.value).ok_or_else(missing)?;
        let high = written.high.or(written.value).ok_or_else(missing)?;
        let shape = match (low < high, written.dist, written.mode) {
            (false, _, _) => Shape::Fixed,
            (true, Some(Dist::Log), _) => Shape::Log,
            (true, None, Some(_)) => Shape::Triangular,
            (true, None, None) => Shape::Uniform,
        };
        let middle = if shape == Shape::Log {
            (low * high).sqrt()
        } else {
            0.5 * (low + high)
        };
        Ok(Self {
            low,
            mode: written.mode.unwrap_or(middle),
            high,
            shape,
            source: written.source,
            date: written.date.map(|date| date.to_string()),
            confidence: written.confidence,
            reason: written.reason,
        })
    }
}

impl JsonSchema for Num {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "An uncertain number",
            "description": "A bare number, or a table: `value`, or `low` and `high` (uniform), with `mode` (triangular), `dist = \"log\"` for ranges wider than a factor of five; with `source` and `date`, or `confidence = \"assumed\"` and a `reason`. The unit stands in the key that holds it.",
            "anyOf": [
                { "type": "number" },
                {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "value": { "type": "number" },
                        "low": { "type": "number" },
                        "mode": { "type": "number" },
                        "high": { "type": "number" },
                        "dist": { "enum": ["log"] },
                        "source": { "type": "string" },
                        "date": { "type": "string", "format": "date" },
                        "confidence": { "enum": ["high", "medium", "low", "assumed"] },
                        "reason": { "type": "string" }
                    }
                }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Holder {
        x: Num,
    }

    fn read(text: &str) -> Num {
        toml::from_str::<Holder>(text).unwrap().x
    }

    #[test]
    fn two_values_are_uniform_three_are_triangular() {
        assert!((read("x = 3").mode - 3.0).abs() < 1e-12);
        assert_eq!(read("x = { low = 1, high = 3 }").shape, Shape::Uniform);
        assert_eq!(
            read("x = { low = 1, mode = 2, high = 3 }").shape,
            Shape::Triangular
        );
        let wide = read("x = { low = 1, high = 100, dist = \"log\" }");
        assert!((wide.quantile(0.5) - 10.0).abs() < 1e-9);
        assert!((wide.mode - 10.0).abs() < 1e-9);
    }
}
