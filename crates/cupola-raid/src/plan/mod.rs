//! What a scenario means for the engine: units, waves, rules and options, with every uncertain
//! number registered as an input.

mod area;
mod build;
mod clashes;
mod doctrine;
mod units;

use crate::inputs::{InputId, Inputs};
use cupola_scenario::{Class, CommandMode, Engage, Kind, Num, Profile, Rejected, Scenario};
use cupola_units::LatLon;
use cupola_world::World;
use std::collections::BTreeMap;

pub use area::AreaPlan;
pub use doctrine::DoctrinePlan;

/// Everything about a scenario that does not change between draws.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Uncertain inputs.
    pub inputs: Inputs,
    /// Fire units, patrols and sensors of all options together.
    pub units: Vec<Unit>,
    /// Threat types in the raids.
    pub threats: Vec<ThreatType>,
    /// The raids.
    pub raids: Vec<RaidPlan>,
    /// The options.
    pub options: Vec<OptionPlan>,
    /// Rules of engagement.
    pub rules: Vec<RulePlan>,
    /// Doctrines; the first is the one of whoever names none.
    pub doctrines: Vec<DoctrinePlan>,
    /// Means over an area of all options together.
    pub areas: Vec<AreaPlan>,
    /// The existing defence.
    pub existing: Option<ExistingPlan>,
    /// Inputs that belong to no unit or threat.
    pub shared: SharedInputs,
    /// Sets of aims by name.
    pub aims: Vec<AimSet>,
    /// Seed of all chance.
    pub seed: u64,
    /// How many raids a month, and what of the production replaces what is spent.
    pub supply: Supply,
    /// Country of the first aim inside the area, as an index of the world; 0 for none.
    pub area_country: u8,
    /// Interceptor families in the order of kill-probability inputs.
    pub families: Vec<FamilyPlan>,
}

/// What endurance in months rests on.
#[derive(Clone, Copy, Debug)]
pub struct Supply {
    /// Raids of the main kind in a month, where the scenario says.
    pub raids_per_month: Option<InputId>,
    /// Share of the production that comes to the option's units.
    pub production_share: InputId,
}

/// One fire unit, patrol or sensor.
#[derive(Clone, Debug)]
pub struct Unit {
    /// `group/system/site`, with a number when there are several.
    pub id: String,
    /// Number of the unit in random counters.
    pub entity: u32,
    /// Group that options name.
    pub group: String,
    /// Site as written.
    pub site: String,
    /// Nation of the crew, alpha-2.
    pub nation: String,
    /// Whether that nation is in NATO.
    pub is_nato: bool,
    /// System's catalogue id.
    pub system: String,
    /// System as printed.
    pub system_name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub at: LatLon,
    /// Ground above sea as given, metres.
    pub ground_m: Option<f64>,
    /// Antenna above ground, metres: the most likely value, since floors are computed once.
    pub antenna_m: f64,
    /// Height above sea of an airborne antenna, metres.
    pub altitude_m: Option<f64>,
    /// Direction watched, degrees from north.
    pub facing_deg: Option<f64>,
    /// Whether it fires on linked sensors' tracks.
    pub remote_tracks: bool,
    /// Whether it is manned on the day asked for, training aside.
    pub manned: bool,
    /// The course its crews must finish first.
    pub course: Option<crate::crews::Course>,
    /// Position of its interceptor family; `None` for sensors.
    pub family: Option<usize>,
    /// Missiles of its kind made in a year, where published.
    pub made_per_year: Option<InputId>,
    /// Doctrine that its group names.
    pub doctrine: Option<String>,
    /// Its loss within a raid.
    pub(crate) loss: LossInputs,
    /// The first unit of the same system at the same post that looks the same way; itself when it
    /// is the first. Such units see and reach the same.
    pub(crate) twin: usize,
    /// Its uncertain figures.
    pub inputs: UnitInputs,
}

/// Inputs of a unit; those that do not apply are fixed numbers.
#[derive(Clone, Copy, Debug)]
pub struct UnitInputs {
    pub(crate) sensor: SensorInputs,
    pub(crate) missile: MissileInputs,
    pub(crate) fire: FireInputs,
    pub(crate) stock: StockInputs,
    pub(crate) fighter: FighterInputs,
    pub(crate) ready_share: InputId,
}

/// Inputs of a loss within a raid; without a time it happens at a random one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LossInputs {
    pub share: InputId,
    pub at_min: Option<InputId>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SensorInputs {
    pub range_km: InputId,
    pub rcs_ref_m2: InputId,
    pub pd_ref: InputId,
    pub scan_s: InputId,
    pub sector_deg: InputId,
    pub elevation_min_deg: Option<InputId>,
    pub elevation_max_deg: Option<InputId>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct MissileInputs {
    pub range_km: InputId,
    pub range_min_km: InputId,
    pub ceiling_km: InputId,
    pub altitude_min_m: InputId,
    pub speed_m_s: InputId,
    pub speed_far_m_s: InputId,
    pub ballistic_range_km: InputId,
    pub ballistic_min_km: InputId,
    pub ballistic_max_km: InputId,
    pub self_destruct_share: InputId,
    pub cost_musd: InputId,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct FireInputs {
    pub channels: InputId,
    pub hold_share: InputId,
    pub reaction_s: InputId,
    pub assess_s: InputId,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct StockInputs {
    pub launchers: InputId,
    pub per_launcher: InputId,
    pub reload_min: InputId,
    pub loads: InputId,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct FighterInputs {
    pub look_down_share: InputId,
    pub speed_m_s: InputId,
    pub radius_km: InputId,
    pub availability_share: InputId,
    pub on_station_h: InputId,
    pub missiles: InputId,
    pub aircraft: InputId,
}

/// A type of threat.
#[derive(Clone, Debug)]
pub struct ThreatType {
    /// Catalogue id.
    pub id: String,
    /// Name as printed.
    pub name: String,
    /// Class.
    pub class: Class,
    /// How it flies.
    pub profile: Profile,
    /// Column of the kill-probability table.
    pub pk_column: Option<String>,
    pub(crate) speed_km_h: InputId,
    pub(crate) altitude_m: InputId,
    pub(crate) apogee_km: Option<InputId>,
    pub(crate) terminal_speed_m_s: InputId,
    pub(crate) descent_deg: InputId,
    pub(crate) rcs_m2: InputId,
    pub(crate) cost_musd: InputId,
    pub(crate) fail_share: InputId,
}

/// A raid.
#[derive(Clone, Debug)]
pub struct RaidPlan {
    /// Short name.
    pub name: String,
    /// Its waves.
    pub waves: Vec<WavePlan>,
    /// Whether some of its threats are decoys.
    pub has_decoys: bool,
}

/// A wave.
#[derive(Clone, Debug)]
pub struct WavePlan {
    /// Number of the wave in random counters.
    pub entity: u32,
    /// Position of the threat type.
    pub threat: usize,
    /// How many, drawn anew in each run.
    pub count: Num,
    /// Launch areas: centre and radius in metres.
    pub from: Vec<(LatLon, f64)>,
    /// Position of its aims.
    pub aims: usize,
    /// First launch, seconds after the raid begins.
    pub start_s: f64,
    /// Launches are spread over this time, seconds.
    pub spread_s: f64,
    /// Way-points.
    pub via: Vec<LatLon>,
    /// Share of those aimed inside that stray into NATO airspace.
    pub stray_share: InputId,
}

/// A set of aims.
#[derive(Clone, Debug)]
pub struct AimSet {
    /// Share aimed inside.
    pub inside_share: InputId,
    /// Aims inside and outside the area.
    pub lists: [Vec<AimPoint>; 2],
}

/// One aim of a set.
#[derive(Clone, Copy, Debug)]
pub struct AimPoint {
    /// Centre.
    pub at: LatLon,
    /// Cumulated share of the weights; 1 at the last.
    pub up_to: f64,
    /// Aim points are spread over a disc of this radius, metres.
    pub radius_m: f64,
    /// Nearest point of NATO soil, for those that stray.
    pub nato: Option<LatLon>,
}

/// An option.
#[derive(Clone, Debug)]
pub struct OptionPlan {
    /// Short name.
    pub name: String,
    /// Positions of its units.
    pub units: Vec<usize>,
    /// Rule of each of those units.
    pub rules: Vec<usize>,
    /// Doctrine of each of those units.
    pub doctrines: Vec<usize>,
    /// Positions of its means over an area.
    pub areas: Vec<usize>,
    /// Mode of command.
    pub mode: CommandMode,
}

/// A rule of engagement.
#[derive(Clone, Debug)]
pub struct RulePlan {
    /// Where engagement is allowed.
    pub engage: Engage,
    /// Depth of a belt, metres.
    pub belt_m: f64,
    pub(crate) horizon_s: InputId,
    pub(crate) heading_error_deg: InputId,
    pub(crate) consent_s: InputId,
}

/// The existing defence.
#[derive(Clone, Debug)]
pub struct ExistingPlan {
    /// Country it acts over, as an index of the world.
    pub nation: u8,
    pub(crate) belief_share: InputId,
    pub(crate) aim_share: InputId,
    pub(crate) area_weight: InputId,
    pub(crate) alarm_delay_min: InputId,
    /// By class: killed share, lost share, correlation within a raid.
    pub(crate) path: BTreeMap<Class, [InputId; 3]>,
    /// By class: cover outside, cover inside, killed under cover.
    pub(crate) cover: BTreeMap<Class, [InputId; 3]>,
}

/// Inputs that belong to no unit or threat.
#[derive(Clone, Copy, Debug)]
pub struct SharedInputs {
    pub(crate) pk_common: InputId,
    pub(crate) s_common: InputId,
    pub(crate) s_family: InputId,
    pub(crate) second_shot: InputId,
    pub(crate) link_delay_s: InputId,
    pub(crate) link_share: InputId,
    pub(crate) link_outage_min: InputId,
    pub(crate) post_loss: LossInputs,
    pub(crate) debris: DebrisInputs,
    pub(crate) all_clear_min: InputId,
    pub(crate) families_correlation: f64,
    pub(crate) cap: f64,
}

/// Inputs of what comes down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DebrisInputs {
    pub pieces: InputId,
    pub sheltered_share: InputId,
    pub interceptor_m2: InputId,
    pub people_factor: InputId,
}

/// A row of the kill-probability table.
#[derive(Clone, Debug)]
pub struct FamilyPlan {
    /// Row id.
    pub id: String,
    /// Number of the family in random counters.
    pub entity: u32,
    pub(crate) own: InputId,
    /// Low, mode, high by position of the threat type.
    pub(crate) by_threat: Vec<Option<[f64; 3]>>,
}

impl Plan {
    /// Resolves a scenario against the world.
    ///
    /// # Errors
    /// [`Rejected`] pointing at the name of a site, place or aim that is not known, or at two
    /// things whose random numbers would be the same.
    pub fn new(scenario: &Scenario, world: &World) -> Result<Self, Rejected> {
        build::plan(scenario, world)
    }

    /// Has the windows of every unit found for itself, also where another sees and reaches the same:
    /// slower, and the same results. What sharing is tested against.
    pub fn part_twins(&mut self) {
        for (index, unit) in self.units.iter_mut().enumerate() {
            unit.twin = index;
        }
    }
}

impl FamilyPlan {
    /// Whether it has any capability against a threat type.
    pub fn kills(&self, threat: usize) -> bool {
        self.by_threat.get(threat).is_some_and(Option::is_some)
    }
}

impl Unit {
    /// Whether it is of the same system as another, at the same post, and looks the same way.
    fn sees_as(&self, other: &Self) -> bool {
        self.system == other.system
            && (self.at, self.ground_m) == (other.at, other.ground_m)
            && self.facing_deg == other.facing_deg
    }

    /// The antenna for line of sight.
    pub fn antenna(&self) -> cupola_coverage::Antenna {
        cupola_coverage::Antenna {
            at: self.at,
            mast_m: self.antenna_m,
            ground_m: self.ground_m,
            altitude_m: self.altitude_m,
        }
    }
}
