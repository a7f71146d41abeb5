//! What a campaign found out: plain data for reports, files and the web.

use crate::coalition::Coalitions;
use cupola_scenario::{Class, Confidence};
use cupola_units::LatLon;
use cupola_world::Grid;

/// The answer to a scenario's question.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Short name of the scenario.
    pub scenario: String,
    /// SHA-256 of the resolved scenario, hexadecimal.
    pub hash: String,
    /// Heading.
    pub title: String,
    /// The question as asked.
    pub question: String,
    /// Day the question is asked for, as written.
    pub as_of: String,
    /// Sources of the question.
    pub sources: Vec<String>,
    /// Name of the protected area.
    pub area: String,
    /// Its size, km².
    pub area_km2: f64,
    /// People who live there, with the scenario's factor at its mode.
    pub area_people: f64,
    /// Seed of all chance.
    pub seed: u64,
    /// Runs per option and raid.
    pub runs: u32,
    /// Epistemic draws among them.
    pub draws: u32,
    /// Terrain used.
    pub terrain: TerrainUsed,
    /// Classes of threat in the raids, in table order.
    pub classes: Vec<Class>,
    /// The raids.
    pub raids: Vec<RaidInfo>,
    /// Position of the main raid.
    pub main_raid: usize,
    /// The options; the first is the baseline.
    pub options: Vec<OptionOutcome>,
    /// What each nation of a coalition adds, where options are written as coalitions.
    pub coalitions: Coalitions,
    /// The scenario's small sweep, if it has one.
    pub sweep: Option<crate::sweep::Response>,
    /// What of the scenario's precedent carries over, if it names one.
    pub precedent: Option<crate::Waterfall>,
    /// First-order sensitivity of the main measure in the main raid, strongest first per option.
    pub sensitivity: Vec<Sensitivity>,
    /// Every uncertain input that the answer rests on.
    pub inputs: Vec<InputInfo>,
    /// What the reader must know about how this was computed (defaults used, limits met).
    pub warnings: Vec<String>,
}

/// Terrain used.
#[derive(Clone, Debug, PartialEq)]
pub struct TerrainUsed {
    /// `statistical`, `given`, or `partly statistical`: given, with the embedded terrain in gaps.
    pub kind: String,
    /// Distance between heights, metres.
    pub cell_m: f64,
    /// Seeds of statistical relief; empty for given terrain.
    pub seeds: Vec<u32>,
    /// A sentence for the reader.
    pub description: String,
}

impl TerrainUsed {
    /// The kind of terrain that was measured in some places only.
    pub const PARTLY: &str = "partly statistical";
}

/// One raid.
#[derive(Clone, Debug)]
pub struct RaidInfo {
    /// Short name.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Where its counts are from.
    pub source: Option<String>,
    /// Mean number launched by class, in the order of [`Outcome::classes`].
    pub launched: Vec<f64>,
    /// Mean number aimed inside the area, same order.
    pub aimed_inside: Vec<f64>,
}

/// What one option does.
#[derive(Clone, Debug)]
pub struct OptionOutcome {
    /// Short name.
    pub name: String,
    /// Name as printed.
    pub title: String,
    /// Its fire units.
    pub units: Vec<UnitInfo>,
    /// Its measures.
    pub measures: Vec<Measure>,
    /// Per raid: where the threats aimed inside the area ended, by class and cause.
    pub fates: Vec<FateCount>,
    /// Per raid: incidents by kind and by nation or country.
    pub ledger: Vec<LedgerCount>,
    /// Raids of the main kind in a row until a system's missiles run out.
    pub endurance: Vec<Endurance>,
    /// One leaker's and one kill's story in sentences, from the main raid.
    pub stories: Vec<Story>,
    /// Share of the variance of the expected leakers of the main raid that comes from the assumed
    /// kill probabilities of its units; not a number with too few draws.
    pub pk_share: f64,
    /// What its radars see of countries outside the alliance.
    pub radar_view: Vec<RadarView>,
    /// Coverage maps.
    pub coverage: Option<Coverage>,
}

/// A fire unit as printed.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitInfo {
    /// Identifier, for instance `six-border/sampt/lubaczow`.
    pub id: String,
    /// Site as the scenario names it.
    pub site: String,
    /// Nation of the crew, alpha-2.
    pub nation: String,
    /// System, catalogue id.
    pub system: String,
    /// System as printed.
    pub system_name: String,
    /// Where it stands.
    pub at: LatLon,
    /// Antenna above sea, metres, first terrain seed.
    pub antenna_asl_m: f64,
    /// Distance to the edge of the nearest launch area of any raid, km; infinite without raids.
    pub launch_distance_km: f64,
    /// Share of draws in which it is manned and ready on the day asked for.
    pub manned_share: f64,
}

/// A number with its three intervals and its paired difference to the first option.
///
/// `p05 p50 p95` is where one raid falls; `mean_lo95..mean_hi95` is the interval of the expected
/// value over what is not known (more runs do not shrink it); `mc_half95` is the Monte Carlo error
/// of the printed mean (more runs do).
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// `leakers`, `launched`, `killed_shield`, `killed_existing`, `lost`, `interceptors`,
    /// `cost_musd`, `engagements_nato_crew`, `debris_nato`, `incursions_nato`, `warning_min`,
    /// `debris_people`, `interceptor_people`, `leakers_prevented`,
    /// `cost_per_leaker_prevented_musd`, `people_under_floor`, `area_under_floor`,
    /// `wasted_on_decoys_share`.
    pub id: &'static str,
    /// Raid; `None` for coverage.
    pub raid: Option<String>,
    /// Class of threat; `None` for all together.
    pub class: Option<Class>,
    /// Height above ground (coverage), metres.
    pub height_m: Option<f64>,
    /// Unit.
    pub unit: &'static str,
    /// Runs behind the number (seeds for coverage).
    pub n: u32,
    /// Mean.
    pub mean: f64,
    /// Lower end of the 95 % interval of the expected value.
    pub mean_lo95: f64,
    /// Upper end.
    pub mean_hi95: f64,
    /// Half width of the 95 % Monte Carlo interval of the mean.
    pub mc_half95: f64,
    /// 5 % quantile of one raid.
    pub p05: f64,
    /// Median of one raid.
    pub p50: f64,
    /// 95 % quantile of one raid.
    pub p95: f64,
    /// Mean paired difference to the first option (this minus first).
    pub diff: f64,
    /// Lower end of the 95 % interval of the expected difference.
    pub diff_lo95: f64,
    /// Upper end.
    pub diff_hi95: f64,
    /// Half width of the Monte Carlo interval of the difference.
    pub diff_mc_half95: f64,
}

/// How a threat ended, and for leakers why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Failed by itself.
    Failed,
    /// Lost to jamming and the like.
    Lost,
    /// Killed by the existing defence.
    KilledExisting,
    /// Killed by the option's fire units.
    KilledShield,
    /// Leaked: the option has nothing on duty that could stop it.
    NoUnit,
    /// Leaked: never within the range of a sensor of the option.
    OutsideRange,
    /// Leaked: within a sensor's range, but never above its floor.
    BelowFloor,
    /// Leaked: in view of a sensor, but no track came of it.
    NeverSeen,
    /// Leaked: tracked, but never inside any envelope with line of sight.
    OutOfReach,
    /// Leaked: within reach only before the unit was ready.
    TooLate,
    /// Leaked: the unit that might have met it was lost.
    UnitLost,
    /// Leaked: the rules did not allow it in time.
    NoRule,
    /// Leaked: taken for a decoy and left alone.
    TakenForDecoy,
    /// Leaked: every channel was busy.
    NoChannel,
    /// Leaked: no missile was ready.
    NoMissile,
    /// Leaked: shot at and missed.
    Missed,
}

impl Fate {
    /// All fates in table order.
    pub const ALL: [Self; 16] = [
        Self::Failed,
        Self::Lost,
        Self::KilledExisting,
        Self::KilledShield,
        Self::NoUnit,
        Self::OutsideRange,
        Self::BelowFloor,
        Self::NeverSeen,
        Self::OutOfReach,
        Self::TooLate,
        Self::UnitLost,
        Self::NoRule,
        Self::TakenForDecoy,
        Self::NoChannel,
        Self::NoMissile,
        Self::Missed,
    ];

    /// Short name for tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Failed => "failed by itself",
            Self::Lost => "lost (jamming)",
            Self::KilledExisting => "killed by existing defence",
            Self::KilledShield => "killed by the option",
            Self::NoUnit => "leaked: no added fire unit",
            Self::OutsideRange => "leaked: never seen, out of sensor range",
            Self::BelowFloor => "leaked: never seen, below the floor",
            Self::NeverSeen => "leaked: never seen",
            Self::OutOfReach => "leaked: out of reach",
            Self::TooLate => "leaked: seen too late",
            Self::UnitLost => "leaked: the unit was lost",
            Self::NoRule => "leaked: rule forbade it",
            Self::TakenForDecoy => "leaked: taken for a decoy",
            Self::NoChannel => "leaked: no channel free",
            Self::NoMissile => "leaked: no missile ready",
            Self::Missed => "leaked: shot at and missed",
        }
    }
}

/// Mean number of threats aimed inside the area that ended so, per raid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FateCount {
    /// Position of the raid.
    pub raid: usize,
    /// Class.
    pub class: Class,
    /// How it ended.
    pub fate: Fate,
    /// Mean number per raid.
    pub mean: f64,
}

/// Mean number of incidents per raid.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerCount {
    /// Position of the raid.
    pub raid: usize,
    /// `engagements by crew`, `engagements over`, `threat debris in`, `threat debris on towns in`,
    /// `interceptor falls in`, `incursions into`, `incursions engaged over`,
    /// `lost drones down in`; by expectation `people hit by threat debris in`, `people hit by
    /// interceptor falls in`; and what the option's means, losses and heading rule add
    /// (`cupola_raid::Incident`).
    pub kind: &'static str,
    /// Nation or country, alpha-2; `--` for none (sea).
    pub nation: String,
    /// Mean number per raid.
    pub mean: f64,
    /// 5 % quantile of one raid.
    pub p05: f64,
    /// 95 % quantile of one raid.
    pub p95: f64,
}

/// Airspace of a country outside the alliance that an option's radars see at a height.
#[derive(Clone, Debug, PartialEq)]
pub struct RadarView {
    /// Country, alpha-2.
    pub country: String,
    /// Height above ground, metres.
    pub height_m: f64,
    /// Area seen, square kilometres.
    pub area_km2: f64,
    /// Distance of the farthest point seen from the alliance's soil, kilometres.
    pub depth_km: f64,
}

/// How long a system's missiles last.
#[derive(Clone, Debug, PartialEq)]
pub struct Endurance {
    /// System as printed.
    pub system_name: String,
    /// Mean missiles with the units at the start, ready and in stock.
    pub stock: f64,
    /// Mean spent in one main raid.
    pub spent_per_raid: f64,
    /// 5 %, 50 %, 95 % quantile over the epistemic draws of raids until empty; infinite is `None`.
    pub raids_until_empty: [Option<f64>; 3],
    /// Missiles of the kind made in a year for all buyers, low, mode and high, where published.
    pub made_per_year: Option<[f64; 3]>,
    /// The same quantiles of months at the scenario's rate of raids and share of production.
    pub months_until_empty: Option<[Option<f64>; 3]>,
}

/// A story of one threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// `leaker` or `kill`.
    pub kind: &'static str,
    /// Run it happened in.
    pub run: u32,
    /// Sentences.
    pub text: String,
}

/// Coverage of one option on a raster over the area: floors in metres above ground, NaN = none.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Lowest height seen by at least one sensor.
    pub los: Grid,
    /// Lowest height at which a drone can be engaged.
    pub engage_drone: Grid,
    /// Lowest height at which a cruise missile can be engaged.
    pub engage_cruise: Grid,
    /// Lowest height at which a ballistic missile can be engaged.
    pub engage_ballistic: Grid,
    /// Depth, gaps and worth of the option's fire units, per class of threat that they can engage.
    pub network: Vec<NetworkCover>,
}

/// What an option's fire units do together against one class, and what each is worth.
///
/// Shares are of the people or the area of the protected area, means over the terrain's seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkCover {
    /// Class of threat.
    pub class: Class,
    /// Heights above ground of the shares by depth, metres.
    pub heights_m: Vec<f64>,
    /// Shares under the floor of at least 1, 2 and 3 units, in this order.
    pub depths: Vec<DepthCover>,
    /// Heights above ground of [`UnitWorth::lost_people`] and of the gaps, metres.
    pub worth_heights_m: Vec<f64>,
    /// Each fire unit that can engage the class, in the order of the option's.
    pub units: Vec<UnitWorth>,
    /// The gaps of these units with the most people in them, by height, heaviest first.
    pub gaps: Vec<UnitGap>,
}

/// Shares under the floor of at least so many units, by height.
#[derive(Clone, Debug, PartialEq)]
pub struct DepthCover {
    /// At least so many units can engage at once.
    pub units: usize,
    /// Share of the people by height.
    pub people: Vec<f64>,
    /// Share of the area by height.
    pub area: Vec<f64>,
}

/// What one fire unit is worth to the network.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitWorth {
    /// Position among the option's units.
    pub unit: usize,
    /// Share of the people over whom it is the unit that engages from the lowest height.
    pub best_people: f64,
    /// Share of the area over which it is.
    pub best_area: f64,
    /// Share of the people that would no longer be covered without it, by height.
    pub lost_people: Vec<f64>,
    /// The same of the area.
    pub lost_area: Vec<f64>,
}

/// A part of the protected area in which none of the option's units engages below a height.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitGap {
    /// Height above ground, metres.
    pub height_m: f64,
    /// People in it.
    pub people: f64,
    /// Its area, km².
    pub area_km2: f64,
    /// Centre of its people.
    pub centre: LatLon,
}

/// How much of the variance of the expected main measure one input explains.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// Position of the option.
    pub option: usize,
    /// Measure.
    pub measure: &'static str,
    /// Input.
    pub input: String,
    /// First-order index, 0 to 1.
    pub first_order: f64,
    /// Mean of the measure where the input lies in its lowest quarter.
    pub mean_low: f64,
    /// The same in its highest quarter.
    pub mean_high: f64,
}

/// An uncertain input.
#[derive(Clone, Debug, PartialEq)]
pub struct InputInfo {
    /// Name, for instance `kh-101.altitude_m`.
    pub name: String,
    /// Low.
    pub low: f64,
    /// Mode.
    pub mode: f64,
    /// High.
    pub high: f64,
    /// How far to trust it.
    pub confidence: Option<Confidence>,
    /// Source, or the reason of an assumption.
    pub basis: String,
    /// Date of the source.
    pub date: Option<String>,
}
