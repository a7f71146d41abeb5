//! What nations hold, have given, and might release: the catalogue's `holdings/`.
//!
//! Public counts only. What is plausibly releasable is an assumption of ours in three levels, never
//! a statement about a government's plans.

use crate::model::Engage;
use crate::num::Num;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::value::Datetime;

/// Where a nation stood in the debate of 2024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stance {
    /// Named among those ready for wider support.
    Supporter,
    /// Named as against.
    Opponent,
    /// Gave or paid, and is not named on either side.
    Giver,
    /// Asked and declined.
    Declined,
}

/// What one nation holds.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// Alpha-2 code, and the file's name.
    pub id: String,
    /// Name as printed.
    pub name: String,
    /// Where it stood.
    pub stance: Stance,
    /// Where that is from.
    pub stance_source: String,
    /// Why it brings no fire unit, where it brings none, with the source.
    pub holds_nothing: Option<String>,
    /// Where its crews may shoot and who consents, as far as is public.
    pub caveat: Option<Caveat>,
    /// Its systems.
    #[serde(default)]
    pub systems: Vec<Held>,
    /// What the reader must know.
    pub notes: Option<String>,
}

/// A nation's own condition.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Caveat {
    /// Where its crews may engage.
    pub engage: Engage,
    /// Depth of a belt, km (`belt` only).
    pub belt_km: Option<f64>,
    /// Time until it consents, s.
    pub consent_s: Option<Num>,
    /// Who consents.
    pub consent: String,
    /// Where that is from.
    pub source: String,
}

/// One system of a nation, counted in fire units: a radar, a command post and their launchers.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// System, by catalogue id.
    pub system: String,
    /// How the source counts, and how that was turned into fire units.
    pub counted: String,
    /// Fire units held in 2024.
    pub held_units: Num,
    /// Fire units given to Ukraine by the end of 2024.
    pub given_units: Option<Num>,
    /// Fire units that might plausibly be released: low, mode, high.
    pub releasable_units: Num,
    /// Day from which they are manned.
    #[schemars(with = "Option<String>")]
    pub manned_from: Option<Datetime>,
    /// Share of such units ready on any day.
    pub ready_share: Option<Num>,
}

/// How much of what is plausibly releasable an option assumes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Release {
    /// The low end.
    Low,
    /// What is most likely.
    #[default]
    Mode,
    /// The high end.
    High,
}

impl Held {
    /// Whole fire units released at a level.
    pub fn released(&self, release: Release) -> u32 {
        let units = match release {
            Release::Low => self.releasable_units.low,
            Release::Mode => self.releasable_units.mode,
            Release::High => self.releasable_units.high,
        };
        units.round().clamp(0.0, 1_000.0) as u32
    }
}
