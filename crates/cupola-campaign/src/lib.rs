//! Options × epistemic draws × runs: intervals, paired differences, sensitivity.

mod outcome;

pub use outcome::{
    Coverage, Endurance, Fate, FateCount, InputInfo, LedgerCount, Measure, OptionOutcome, Outcome,
    RaidInfo, Sensitivity, Story, TerrainUsed, UnitInfo,
};
