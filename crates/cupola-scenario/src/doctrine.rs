//! How crews use their fire: shots, looks, what is kept back, who fires, what is taken for a decoy.
//!
//! Where they may fire is a rule ([`crate::Rule`]), not doctrine.

use crate::catalogue::Class;
use crate::num::Num;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which of several linked units fires at a threat (networked command only).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Whoever can first.
    #[default]
    First,
    /// The one with the cheapest missile, where its outcome is known before the dearer unit's last
    /// chance; the dearer one keeps that chance.
    CheapestSufficient,
}

/// Which of several waiting threats is tried first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    /// The one that would arrive first.
    #[default]
    TimeToTarget,
    /// Ballistic, then diving, cruise and guided missiles, then drones; the earlier first.
    ClassThenTime,
}

/// A doctrine; the one named `default` holds where neither option nor fire units name another.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Doctrine {
    /// Missiles fired at a time by class (a salvo of n), instead of the catalogue's; a broken number
    /// is the chance of one more.
    #[serde(default)]
    pub shots: BTreeMap<Class, Num>,
    /// Salvos of one unit at one threat at most: 1 is one salvo and no look, absent is
    /// shoot-look-shoot while the window lasts.
    pub looks_max: Option<u32>,
    /// Threats that may wait for a channel or a missile of a unit at a time; who finds so many is not
    /// engaged by that unit any more. Absent: all wait.
    pub waiting_max: Option<u32>,
    /// Ready missiles that a unit able to meet ballistic targets keeps for them.
    pub held_for_ballistic: Option<u32>,
    /// Who fires, where several linked units can.
    #[serde(default)]
    pub choice: Choice,
    /// What is tried first when a channel or a missile comes free.
    #[serde(default)]
    pub priority: Priority,
    /// Share of real drones taken for decoys and left alone, in raids that bring decoys; 0 to 0.1
    /// when absent.
    pub taken_for_decoy_share: Option<Num>,
    /// Share of decoys that are engaged; 0.5 to 1 when absent.
    pub decoy_engaged_share: Option<Num>,
}
