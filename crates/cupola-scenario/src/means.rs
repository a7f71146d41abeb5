//! Means over an area, beside fire units: electronic warfare, fire teams, interceptor drones.
//!
//! They are what an option adds. What stood there before is in the record of the existing defence.

use crate::catalogue::Class;
use crate::num::Num;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What acts over the area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MeansKind {
    /// Jamming: drones lose their location. Reported apart as `lost`, never as a kill.
    ElectronicWarfare,
    /// Mobile fire teams, spread evenly.
    FireTeams,
    /// Interceptor drones, their launch points spread evenly.
    InterceptorDrones,
}

impl MeansKind {
    /// Row of `pk.toml` of one engagement; `None` for jamming.
    pub fn family(self) -> Option<&'static str> {
        match self {
            Self::ElectronicWarfare => None,
            Self::FireTeams => Some("fire-team"),
            Self::InterceptorDrones => Some("interceptor-drone"),
        }
    }
}

/// Electronic warfare, fire teams or interceptor drones over discs around points.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Means {
    /// Name that options use.
    pub name: String,
    /// What it is.
    pub kind: MeansKind,
    /// Nation of the crews, alpha-2.
    pub nation: String,
    /// Centres of the discs (names of sites or places).
    pub sites: Vec<String>,
    /// Radius of the discs, km.
    pub radius_km: f64,
    /// Classes it acts on; drones and decoys when absent.
    pub classes: Option<Vec<Class>>,
    /// Height above ground up to which it acts, m; needed for fire teams and interceptor drones.
    pub ceiling_m: Option<Num>,
    /// Drones that lose their location, per drone and hour in the area (electronic warfare).
    pub lost_per_drone_hour: Option<Num>,
    /// Teams or launch points per 1,000 km² (fire teams, interceptor drones).
    pub teams_per_1000_km2: Option<Num>,
    /// Distance to either side at which a team engages what passes, km.
    pub half_width_km: Option<Num>,
    /// Probability that an engagement kills, instead of the range in `pk.toml`.
    pub kill_share: Option<Num>,
    /// Engagements that all teams together have rounds or drones for in one raid.
    pub rounds: Option<Num>,
    /// Price of an engagement, million US dollars.
    pub cost_musd: Option<Num>,
    /// Where it is said that these exist.
    pub source: Option<String>,
}
