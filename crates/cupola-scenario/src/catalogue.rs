//! Systems, threats and kill probabilities: what the catalogue files say.

use crate::holdings::Holding;
use crate::num::Num;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Class of threat; the order is that of every table.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// One-way attack drone of the Shahed type.
    Drone,
    /// Decoy drone of the Gerbera type.
    Decoy,
    /// Subsonic cruise missile.
    Cruise,
    /// Air-launched guided missile of the Kh-59/69 type.
    Guided,
    /// Ballistic or aero-ballistic missile.
    Ballistic,
    /// Fast high-diving missile of the Kh-22 type.
    Heavy,
    /// Air-defence missile fired at the ground.
    S300,
}

impl Class {
    /// All classes in table order.
    pub const ALL: [Self; 7] = [
        Self::Drone,
        Self::Decoy,
        Self::Cruise,
        Self::Guided,
        Self::Ballistic,
        Self::Heavy,
        Self::S300,
    ];

    /// The name used in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drone => "drone",
            Self::Decoy => "decoy",
            Self::Cruise => "cruise",
            Self::Guided => "guided",
            Self::Ballistic => "ballistic",
            Self::Heavy => "heavy",
            Self::S300 => "s300",
        }
    }

    /// Position in [`Class::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// Whether the existing defence acts on it along the path (true) or at aim points (false).
    pub fn is_air_breathing(self) -> bool {
        matches!(
            self,
            Self::Drone | Self::Decoy | Self::Cruise | Self::Guided
        )
    }
}

/// What a catalogue entry of a system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Ground-based: sensor, fire control and launchers at one site.
    FireUnit,
    /// Fighters on patrol.
    Fighter,
    /// A sensor without weapons.
    Sensor,
}

/// A system: fire unit, fighter patrol or sensor.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Identifier, the same as the file's name.
    pub id: String,
    /// Name as printed.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Row of `pk.toml`.
    pub pk_family: Option<String>,
    /// What is not public, and traps.
    pub notes: Option<String>,
    /// Its radar or other sensor.
    pub sensor: Option<Sensor>,
    /// Its missile or gun.
    pub missile: Option<Missile>,
    /// Channels and times.
    pub fire_control: Option<FireControl>,
    /// Launchers, ready missiles, reload.
    pub launcher: Option<Launcher>,
    /// People and training.
    pub crew: Option<Crew>,
    /// Price of a unit.
    pub cost: Option<Cost>,
    /// Patrol figures of fighters.
    pub fighter: Option<Fighter>,
}

/// Sensor figures.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sensor {
    /// Quoted detection range, km.
    pub range_km: Num,
    /// Cross-section behind the quoted range, m².
    pub rcs_ref_m2: Num,
    /// Detection probability per scan at that range.
    pub pd_ref: Num,
    /// Scan period, s.
    pub scan_s: Num,
    /// Antenna height above ground, m.
    pub antenna_m: Option<Num>,
    /// Height above sea of an airborne antenna, m.
    pub altitude_m: Option<Num>,
    /// Width of the sector watched, degrees; 360 is all round.
    pub sector_deg: Option<Num>,
    /// Lowest elevation watched, degrees above the horizontal; what flies lower is not seen.
    pub elevation_min_deg: Option<Num>,
    /// Highest elevation watched, degrees; in the cone of silence above it nothing is seen.
    pub elevation_max_deg: Option<Num>,
}

/// Missile (or gun) figures.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Missile {
    /// Range against aircraft-like targets, km.
    pub range_km: Num,
    /// Minimum range, km.
    pub range_min_km: Option<Num>,
    /// Highest target, km above sea.
    pub ceiling_km: Num,
    /// Lowest target, m above ground.
    pub altitude_min_m: Option<Num>,
    /// Mean fly-out speed at short range, m/s.
    pub speed_m_s: Num,
    /// Mean fly-out speed at maximum range, m/s.
    pub speed_far_m_s: Option<Num>,
    /// Slant reach against ballistic targets, km; absent means none.
    pub ballistic_range_km: Option<Num>,
    /// Lowest intercept of a ballistic target, km.
    pub ballistic_altitude_min_km: Option<Num>,
    /// Highest intercept of a ballistic target, km.
    pub ballistic_altitude_max_km: Option<Num>,
    /// Share of missing missiles that destroy themselves.
    pub self_destruct_share: Option<Num>,
    /// Launch mass, kg.
    pub mass_kg: Option<Num>,
    /// Missiles of this kind made in a year, for all buyers.
    pub made_per_year: Option<Num>,
    /// Price of one missile (or one gun engagement), million US dollars.
    pub cost_musd: Num,
}

/// Fire-control figures.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FireControl {
    /// Simultaneous engagements.
    pub channels: Num,
    /// Share of the fly-out during which the channel is held.
    pub channel_hold_share: Option<Num>,
    /// Track to launch, s.
    pub reaction_s: Num,
    /// Intercept to knowing its outcome, s.
    pub assess_s: Num,
    /// Whether it may fire on a linked sensor's track without its own line of sight.
    #[serde(default)]
    pub remote_tracks: bool,
}

/// Launcher figures.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Launcher {
    /// Launchers of one fire unit.
    pub launchers: Num,
    /// Ready missiles on one launcher.
    pub missiles_per_launcher: Num,
    /// Time to reload one launcher, min.
    pub reload_min: Option<Num>,
    /// Further loads in stock beyond the ready one.
    pub loads_in_stock: Option<Num>,
}

/// Crew figures.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crew {
    /// People who run one fire unit.
    pub persons: Option<Num>,
    /// Length of a conversion course, weeks.
    pub training_weeks: Option<Num>,
}

/// Price figures.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Price of one fire unit, million US dollars.
    pub unit_musd: Num,
}

/// Patrol figures of fighters.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fighter {
    /// Time on station, h.
    pub on_station_h: Num,
    /// Speed towards a target, m/s.
    pub response_speed_m_s: Num,
    /// Distance from station it goes, km.
    pub response_radius_km: Num,
    /// Share of low targets in range that its radar picks up against the ground.
    pub look_down_share: Num,
    /// Share of aircraft that can fly.
    pub availability_share: Num,
    /// Air-to-air missiles carried.
    pub missiles: Num,
}

/// How a threat flies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Low over the ground, height above smoothed terrain.
    Low,
    /// At a constant height above ground, well up.
    High,
    /// High cruise above sea, then a dive.
    Dive,
    /// Ballistic arc of minimum energy, or with the stated apogee.
    Ballistic,
    /// Flattened, manoeuvring arc with a stated apogee.
    AeroBallistic,
}

/// A threat.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threat {
    /// Identifier, the same as the file's name.
    pub id: String,
    /// Name as printed.
    pub name: String,
    /// Class in every table.
    pub class: Class,
    /// How it flies.
    pub profile: Profile,
    /// Column of `pk.toml` other than the class: `ballistic_long`.
    pub pk_column: Option<String>,
    /// What is not public, and traps.
    pub notes: Option<String>,
    /// Ground speed, km/h.
    pub speed_km_h: Option<Num>,
    /// Height, m: above ground for low and high, above sea for dive.
    pub altitude_m: Option<Num>,
    /// Top of the arc, km.
    pub apogee_km: Option<Num>,
    /// Speed in the last 20 km of altitude, m/s.
    pub terminal_speed_m_s: Option<Num>,
    /// Angle of the last part below horizontal, degrees.
    pub descent_deg: Option<Num>,
    /// Radar cross-section, m².
    pub rcs_m2: Num,
    /// Range, km.
    pub range_km: Option<Num>,
    /// Price, million US dollars.
    pub cost_musd: Num,
    /// Share that fails by itself.
    pub fail_share: Option<Num>,
    /// Mass, kg.
    pub mass_kg: Option<Num>,
}

/// One row of the table of kill probabilities: low, mode, high by class; absent means none.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PkFamily {
    /// Name as printed.
    pub name: String,
    /// Why this range was assumed.
    pub reason: String,
    /// Against drones.
    pub drone: Option<[f64; 3]>,
    /// Against decoys.
    pub decoy: Option<[f64; 3]>,
    /// Against cruise missiles.
    pub cruise: Option<[f64; 3]>,
    /// Against guided missiles.
    pub guided: Option<[f64; 3]>,
    /// Against ballistic missiles.
    pub ballistic: Option<[f64; 3]>,
    /// Against heavy missiles.
    pub heavy: Option<[f64; 3]>,
    /// Against air-defence missiles fired at the ground.
    pub s300: Option<[f64; 3]>,
    /// Against ballistic missiles of 1,000 km range and more.
    pub ballistic_long: Option<[f64; 3]>,
}

impl PkFamily {
    /// Low, mode and high against a class, or a special column.
    pub fn range(&self, class: Class, column: Option<&str>) -> Option<[f64; 3]> {
        if column == Some("ballistic_long") {
            return self.ballistic_long;
        }
        match class {
            Class::Drone => self.drone,
            Class::Decoy => self.decoy,
            Class::Cruise => self.cruise,
            Class::Guided => self.guided,
            Class::Ballistic => self.ballistic,
            Class::Heavy => self.heavy,
            Class::S300 => self.s300,
        }
    }
}

/// What changes for the second shot at the same target.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondShot {
    /// Share of the kill probability that a miss takes from the next shot.
    pub c_share: Num,
}

/// How kill probabilities of families move together between epistemic draws.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Correlation {
    /// Correlation between families, 0 to 1.
    pub families: f64,
}

/// What a whole raid shares.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommonFactor {
    /// Spread on the logit that all families share in a raid.
    pub s_common: Num,
    /// Spread on the logit of one family in a raid.
    pub s_family: Num,
    /// Highest kill probability after the factor.
    pub cap: f64,
}

/// Shots per target by class: the doctrine's default.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shots {
    /// At a drone.
    pub drone: Num,
    /// At a decoy.
    pub decoy: Num,
    /// At a cruise missile.
    pub cruise: Num,
    /// At a guided missile.
    pub guided: Num,
    /// At a ballistic missile.
    pub ballistic: Num,
    /// At a heavy missile.
    pub heavy: Num,
    /// At an air-defence missile fired at the ground.
    pub s300: Num,
}

impl Shots {
    /// Shots at one target of a class.
    pub fn of(&self, class: Class) -> &Num {
        match class {
            Class::Drone => &self.drone,
            Class::Decoy => &self.decoy,
            Class::Cruise => &self.cruise,
            Class::Guided => &self.guided,
            Class::Ballistic => &self.ballistic,
            Class::Heavy => &self.heavy,
            Class::S300 => &self.s300,
        }
    }
}

/// The table of declared kill probabilities.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pk {
    /// Rows by interceptor family.
    pub families: BTreeMap<String, PkFamily>,
    /// Second shot at the same target.
    pub second_shot: SecondShot,
    /// Between families.
    pub correlation: Correlation,
    /// Within a raid.
    pub common_factor: CommonFactor,
    /// Shots per target.
    pub shots: Shots,
}

/// Everything the catalogue holds, by id.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Systems by id.
    #[serde(default)]
    pub systems: BTreeMap<String, System>,
    /// Threats by id.
    #[serde(default)]
    pub threats: BTreeMap<String, Threat>,
    /// What nations hold, by alpha-2 code.
    #[serde(default)]
    pub holdings: BTreeMap<String, Holding>,
    /// Kill probabilities.
    pub pk: Pk,
}
