//! Line of sight and engagement floors: where a sensor sees and a fire unit can engage.
