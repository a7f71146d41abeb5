//! One raid against one defence, event by event.
//!
//! [`Plan`] is what a scenario means; [`Draw`] gives every uncertain number a value;
//! [`Geometry`] flies the routes of a raid past the units of all options; [`simulate`] plays one
//! run. Nothing here does statistics, I/O or threads.

mod alarms;
mod area;
mod ballistic;
mod crews;
mod debris;
mod draw;
mod engine;
mod geometry;
mod hazard;
mod inputs;
mod log;
mod plan;
mod queue;
mod route;
mod rules;
mod sight;
mod stay;
mod terrain_following;
mod threats;
mod windows;

pub use alarms::{Flight, joined};
pub use ballistic::{Arc, FlatArc};
pub use crews::{Course, CourseDraw};
pub use debris::{Fall, casualty_area_m2, fall};
pub use draw::{Draw, MapFigures, SENSOR_RANGE_MAX_M};
pub use engine::{Setting, Workspace, simulate};
pub use geometry::{Calibrated, Geometry};
pub use inputs::{Input, InputId, Inputs, POINTS, REPLICATES, Values};
pub use log::{Amount, Cause, ClassCount, End, Incident, Moment, RaidLog, ThreatStory};
pub use plan::{
    AimPoint, AimSet, AreaPlan, DoctrinePlan, ExistingPlan, FamilyPlan, OptionPlan, Plan, RaidPlan,
    RulePlan, SharedInputs, Supply, ThreatType, Unit, UnitInputs, WavePlan,
};
