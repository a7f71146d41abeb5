//! A scenario: one question, what is protected, what is there already, raids and options.
//!
//! These types are the file format: unknown keys are errors, doc comments are the reference, and
//! the JSON Schema is made from them.

use crate::catalogue::{Class, System, Threat};
use crate::compose::Precedent;
use crate::doctrine::Doctrine;
use crate::holdings::{Holding, Release};
use crate::means::Means;
use crate::num::Num;
use crate::sweep::Sweep;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toml::value::Datetime;

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// What is asked.
    pub question: Question,
    /// What is to be protected, and on which terrain.
    pub area: Area,
    /// Named points that fire units and aims may refer to, beside the names of places.
    #[serde(default)]
    pub sites: BTreeMap<String, Site>,
    /// Where raids start.
    #[serde(default)]
    pub launch_areas: BTreeMap<String, LaunchArea>,
    /// What raids head for.
    #[serde(default)]
    pub aims: BTreeMap<String, Aims>,
    /// What is already there, by its record.
    pub existing_defence: Option<ExistingDefence>,
    /// Who may engage what, and where.
    #[serde(default)]
    pub rules: BTreeMap<String, Rule>,
    /// How crews use their fire, by name; `default` holds where nothing else is named.
    #[serde(default)]
    pub doctrine: BTreeMap<String, Doctrine>,
    /// How fire units share tracks and targets.
    #[serde(default)]
    pub command: Command,
    /// What comes down after an intercept, and on whom.
    #[serde(default)]
    pub debris: Debris,
    /// Courses that turn a handed-over system into a manned fire unit.
    #[serde(default)]
    pub training: BTreeMap<String, Training>,
    /// Fire units, fighter patrols and sensors, in groups.
    #[serde(default)]
    pub fire_units: Vec<FireUnits>,
    /// Electronic warfare, fire teams and interceptor drones that options may add.
    #[serde(default)]
    pub means: Vec<Means>,
    /// The raids: inputs to the analysis, never optimised.
    pub raids: Vec<Raid>,
    /// The options compared; the first is the one that others are compared with.
    pub options: Vec<OptionSpec>,
    /// A field that the report sweeps beside the answer.
    pub sweep: Option<Sweep>,
    /// A precedent of which the report tells what carries over.
    pub precedent: Option<Precedent>,
    /// Size of the computation.
    #[serde(default)]
    pub campaign: Campaign,
    /// Catalogue entries that replace or extend the built-in ones (a lock file holds all it used).
    #[serde(default)]
    pub catalogue: CatalogueOverlay,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Short name used in files; the file's own name when absent.
    pub name: Option<String>,
    /// Heading of the report.
    pub title: String,
    /// The question in one or two sentences.
    pub text: String,
    /// The day the question is asked for; decides which fire units are manned.
    #[schemars(with = "String")]
    pub as_of: Datetime,
    /// Sources of the question.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// What is to be protected.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Name as printed.
    pub name: String,
    /// Regions by ISO 3166-2 code.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Whole countries by ISO 3166 alpha-2 code.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Discs around places or sites.
    #[serde(default)]
    pub places: Vec<String>,
    /// Radius of those discs, km.
    pub radius_km: Option<f64>,
    /// Of all that, only what lies within this distance of NATO soil, km.
    pub nato_belt_km: Option<f64>,
    /// Terrain: `embedded`, or a folder or GeoTIFF beside the scenario.
    #[serde(default = "embedded")]
    pub terrain: String,
    /// Number of seeds of statistical relief when the terrain is embedded.
    #[serde(default = "three")]
    pub terrain_seeds: u32,
    /// Digest of the terrain tiles used, written by a lock file.
    pub terrain_sha256: Option<String>,
    /// A GeoTIFF of people per cell instead of places and official totals.
    pub people: Option<String>,
    /// Factor on resident people (displacement).
    pub people_factor: Option<Num>,
    /// Year whose membership decides which soil is NATO's.
    #[serde(default = "year_2024")]
    pub nato_year: i32,
}

fn embedded() -> String {
    "embedded".to_owned()
}

fn three() -> u32 {
    3
}

fn year_2024() -> i32 {
    2024
}

/// A named point.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Latitude north, degrees.
    pub lat_deg: f64,
    /// Longitude east, degrees.
    pub lon_deg: f64,
    /// Ground above sea, m, where known better than the terrain used.
    pub ground_m: Option<f64>,
    /// Where the point is from.
    pub source: Option<String>,
}

/// Where part of a raid starts.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LaunchArea {
    /// Latitude north, degrees.
    pub lat_deg: f64,
    /// Longitude east, degrees.
    pub lon_deg: f64,
    /// Launch points are spread over a disc of this radius, km.
    #[serde(default)]
    pub radius_km: f64,
    /// Where the area is from.
    pub source: Option<String>,
}

/// What raids head for: weights inside and outside the protected area.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Aims {
    /// Share of threats whose aim lies inside the area.
    pub inside_share: Num,
    /// Aims inside.
    #[serde(default)]
    pub inside: Vec<Aim>,
    /// Aims outside.
    #[serde(default)]
    pub outside: Vec<Aim>,
}

/// One aim point.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Aim {
    /// Name of a place or site.
    pub place: String,
    /// Weight among the aims of its list.
    #[serde(default = "one")]
    pub weight: f64,
    /// Aim points are spread over a disc of this radius, km.
    #[serde(default = "five")]
    pub radius_km: f64,
}

fn one() -> f64 {
    1.0
}

fn five() -> f64 {
    5.0
}

/// The existing defence, by its record: national rates per class and relative regional weights.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingDefence {
    /// Country whose soil it acts over, alpha-2.
    pub nation: String,
    /// How much of the claimed rate to believe, 0 to 1.
    pub belief_share: Num,
    /// Share of the hazard that acts around aim points rather than along the path.
    pub aim_share: Num,
    /// Relative weight of its hazard over the protected area (elsewhere 1).
    pub area_weight: Num,
    /// Delay between entry into the country's airspace and the alarm, min.
    pub alarm_delay_min: Num,
    /// From the end of the last threat near the area to the all-clear, min.
    pub all_clear_min: Option<Num>,
    /// Classes met along the path.
    #[serde(default)]
    pub path: BTreeMap<Class, PathClass>,
    /// Classes met at aim points under cover.
    #[serde(default)]
    pub cover: BTreeMap<Class, CoverClass>,
}

/// A class that the existing defence meets along the path.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathClass {
    /// Claimed share shot down.
    pub killed_share: Num,
    /// Share lost to jamming and the like.
    pub lost_share: Option<Num>,
    /// Correlation of outcomes within one raid (beta-binomial).
    pub raid_rho: Num,
}

/// A class that the existing defence meets only where an aim point is under cover.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverClass {
    /// Share of aim points under cover outside the protected area.
    pub cover_share: Num,
    /// The same inside the protected area.
    pub area_cover_share: Num,
    /// Share killed of those aimed under cover.
    pub killed_share: Num,
}

/// Where a nation's crews may engage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Engage {
    /// Only over the territory of the alliance.
    OwnSoil,
    /// Also over a belt beyond the border.
    Belt,
    /// Over own soil, and elsewhere only what heads for it.
    HeadingForNato,
    /// Everywhere.
    All,
}

/// A rule of engagement.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Where engagement is allowed.
    pub engage: Engage,
    /// Depth of the belt beyond the border, km (`belt` only).
    pub belt_km: Option<f64>,
    /// How far ahead the present track is extended, s (`heading-for-nato` only).
    pub horizon_s: Option<Num>,
    /// Error of the extrapolated heading, degrees, standard deviation.
    pub heading_error_deg: Option<Num>,
    /// Time to identify, decide and obtain consent, s.
    pub consent_s: Option<Num>,
}

/// How fire units share tracks and targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CommandMode {
    /// Each sees and picks for itself; two may fire at one threat.
    Autonomous,
    /// Each threat belongs to the nearest unit that can reach it.
    Zones,
    /// One picture; no threat is engaged twice at once.
    #[default]
    Networked,
}

/// Command and the shared air picture.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Mode of command.
    #[serde(default)]
    pub mode: CommandMode,
    /// Delay of a shared track, s.
    pub link_delay_s: Option<Num>,
    /// Share of raids through which a unit's link works; with `link_outage_min` the share of time.
    pub link_availability_share: Option<Num>,
    /// Mean length of an outage of a link within a raid, min; absent: up or down for a whole raid.
    pub link_outage_min: Option<Num>,
    /// Minutes after the raid begins at which the command post is lost and every unit is on its own
    /// for the rest of the raid; at a random time when only its share is given.
    pub post_lost_at_min: Option<Num>,
    /// Share of raids in which the command post is lost; 1 when only the time is given.
    pub post_loss_share: Option<Num>,
}

/// What comes down after an intercept, and on whom; the model's own ranges when absent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Debris {
    /// Hazardous pieces of one killed threat; 0: nothing of it is followed to the ground.
    pub pieces: Option<Num>,
    /// Share of people under a roof that stops all but heavy pieces, 0 to 1.
    pub sheltered_share: Option<Num>,
    /// Size of an interceptor that comes down whole, m².
    pub interceptor_m2: Option<Num>,
}

/// A course.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// First day of the course.
    #[schemars(with = "String")]
    pub start: Datetime,
    /// Length, weeks; the catalogue's when absent.
    pub weeks: Option<Num>,
    /// Delay before and after the courses (decision, handing over), weeks.
    pub handover_weeks: Option<Num>,
    /// Country in which the course is held, alpha-2; people there are exposed when it is attacked.
    pub country: Option<String>,
    /// Travel to it and back, weeks.
    pub travel_weeks: Option<Num>,
    /// Places on a course of one system; courses follow each other. Absent: all at once.
    pub places: Option<Num>,
    /// Share of people who do not pass.
    pub dropout_share: Option<Num>,
    /// What a course takes beyond its weeks, weeks: median of a lognormal number, anew for each.
    pub delay_weeks: Option<Num>,
    /// Crews per fire unit: 1 in a surge, 3 to 4 to last.
    pub rotation: Option<Num>,
}

/// Fire units of one nation and system.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FireUnits {
    /// Group that options name.
    pub group: String,
    /// Nation of the crews, alpha-2.
    pub nation: String,
    /// System, by catalogue id.
    pub system: String,
    /// One unit at each of these sites (names of sites or places); or `line`.
    #[serde(default)]
    pub sites: Vec<String>,
    /// One unit on each of these bearings, all at one distance from where the bearings start.
    pub line: Option<Line>,
    /// Direction watched when the sensor's sector is less than all round, degrees from north.
    pub facing_deg: Option<f64>,
    /// Launchers of each unit instead of the catalogue's.
    pub launchers: Option<Num>,
    /// Further loads in stock instead of the catalogue's.
    pub loads_in_stock: Option<Num>,
    /// Aircraft assigned (fighters only).
    pub aircraft: Option<Num>,
    /// Day from which it is manned.
    #[schemars(with = "Option<String>")]
    pub manned_from: Option<Datetime>,
    /// Course its crews must finish first.
    pub training: Option<String>,
    /// Share of such units ready on any day.
    pub ready_share: Option<Num>,
    /// Doctrine by name, unless the option names one.
    pub doctrine: Option<String>,
    /// Minutes after the raid begins at which such a unit is lost; at a random time when only its
    /// share is given.
    pub lost_at_min: Option<Num>,
    /// Share of raids in which such a unit is lost; 1 when only the time is given.
    pub loss_share: Option<Num>,
    /// Where it is said that these exist.
    pub source: Option<String>,
    /// Where in the file the sites of a coalition's unit are written.
    #[serde(skip)]
    #[schemars(skip)]
    pub origin: Option<String>,
}

/// Places at one distance from a border, along bearings that start there.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Where the distance starts, for instance points of a border (names of sites or places).
    pub from: Vec<String>,
    /// Where the bearings lead: one for all of them, or one for each.
    pub to: Vec<String>,
    /// Distance from the start along the geodesic, km.
    pub distance_km: f64,
}

/// A raid.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raid {
    /// Short name.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Where the counts are from.
    pub source: Option<String>,
    /// Aims of waves that name none.
    pub aims: Option<String>,
    /// The waves.
    pub waves: Vec<Wave>,
}

/// Part of a raid: one threat from one or more launch areas.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// Threat, by catalogue id.
    pub threat: String,
    /// How many.
    pub count: Num,
    /// Launch areas, equally used.
    pub from: Vec<String>,
    /// Aims, instead of the raid's.
    pub aims: Option<String>,
    /// First and last arrival time window start, min after the raid begins.
    #[serde(default)]
    pub start_min: f64,
    /// Launches are spread over this time, min.
    #[serde(default = "half_hour")]
    pub spread_min: f64,
    /// Way-points every threat of the wave passes, by name of site or place.
    #[serde(default)]
    pub via: Vec<String>,
    /// Share of threats that stray into a neighbour's airspace.
    pub stray_share: Option<Num>,
}

fn half_hour() -> f64 {
    30.0
}

/// One option: which groups stand, under which rules.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionSpec {
    /// Short name, used in files.
    pub name: String,
    /// Name as printed.
    pub title: String,
    /// Groups of fire units that stand.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Rule by nation; `default` for the others; none means `all`.
    #[serde(default)]
    pub rules: BTreeMap<String, String>,
    /// Mode of command instead of the scenario's.
    pub command: Option<CommandMode>,
    /// Doctrine of all its units, by name.
    pub doctrine: Option<String>,
    /// Means over an area that it adds, by name.
    #[serde(default)]
    pub means: Vec<String>,
    /// Nations whose releasable fire units stand, by the catalogue's holdings.
    #[serde(default)]
    pub coalition: Vec<String>,
    /// How much of what is releasable: `low`, `mode` (when absent) or `high`.
    pub release: Option<Release>,
    /// Sites of the coalition's units: the longest reach takes the first, then round again.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Whether the nations' own caveats come before the option's `default` rule.
    #[serde(default)]
    pub caveats: bool,
}

/// Size of the computation, and how often such raids come.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Runs per option and raid.
    #[serde(default = "default_runs")]
    pub runs: u32,
    /// Runs in each epistemic draw.
    #[serde(default = "default_runs_per_draw")]
    pub runs_per_draw: u32,
    /// Seed of all chance.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// The raid whose sensitivity and maps the report shows; the first when absent.
    pub main_raid: Option<String>,
    /// Raids of the main kind in a month; with it, endurance is told in months too.
    pub raids_per_month: Option<Num>,
    /// Share of what is made of a missile, for all buyers, that comes to the option's units; none
    /// when absent.
    pub production_share: Option<Num>,
}

impl Default for Campaign {
    fn default() -> Self {
        Self {
            runs: default_runs(),
            runs_per_draw: default_runs_per_draw(),
            seed: default_seed(),
            main_raid: None,
            raids_per_month: None,
            production_share: None,
        }
    }
}

fn default_runs() -> u32 {
    1024
}

fn default_runs_per_draw() -> u32 {
    8
}

fn default_seed() -> u64 {
    2024
}

/// Catalogue entries inside a scenario.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogueOverlay {
    /// Systems by id.
    #[serde(default)]
    pub systems: BTreeMap<String, System>,
    /// Threats by id.
    #[serde(default)]
    pub threats: BTreeMap<String, Threat>,
    /// Holdings by nation.
    #[serde(default)]
    pub holdings: BTreeMap<String, Holding>,
    /// The whole table of kill probabilities.
    pub pk: Option<crate::catalogue::Pk>,
}
