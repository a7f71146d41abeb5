//! Scenario and catalogue files: format, validation with spans, embedded examples, JSON Schema.
//!
//! [`parse`] turns a text into a checked [`Scenario`], or reports everything that is wrong with it.
//! No file is read here: texts come in, texts go out. Terrain, places and people are not known yet;
//! names of places are resolved by `cupola-world`, which reports through [`Scenario::reject`].

mod catalogue;
mod check;
pub mod claims;
mod coalition;
mod compose;
mod diagnostic;
mod doctrine;
mod edit;
mod embedded;
mod files;
mod holdings;
mod lock;
mod means;
mod model;
mod num;
mod posts;
mod resolve;
mod sweep;
mod tree;

pub use catalogue::{
    Catalogue, Class, CommonFactor, Correlation, Cost, Crew, Fighter, FireControl, Kind, Launcher,
    Missile, Pk, PkFamily, Profile, SecondShot, Sensor, Shots, System, Threat,
};
pub use compose::{CarryOver, CarryStep, Composed, Take, composed_text};
pub use diagnostic::{Diagnostic, Rejected, nearest};
pub use doctrine::{Choice, Doctrine, Priority};
pub use edit::{SetError, with_options, with_setting};
pub use embedded::{NEW_SCENARIO, scenario_names, scenario_text};
pub use files::{CatalogueFiles, schema_catalogue, schema_scenario};
pub use holdings::{Caveat, Held, Holding, Release, Stance};
pub use means::{Means, MeansKind};
pub use model::{
    Aim, Aims, Area, Campaign, CatalogueOverlay, Command, CommandMode, CoverClass, Engage,
    ExistingDefence, FireUnits, LaunchArea, Line, OptionSpec, PathClass, Question, Raid, Rule,
    ScenarioFile, Site, Training, Wave,
};
pub use num::{Confidence, Num, Shape};
pub use resolve::{Scenario, parse};
pub use sweep::Sweep;
