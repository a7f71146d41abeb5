//! Means over an area: electronic warfare, fire teams, interceptor drones.

use super::FamilyPlan;
use super::build::Builder;
use crate::inputs::InputId;
use cupola_scenario::{Class, Means, MeansKind, Num, Rejected};
use cupola_units::{LatLon, entity_id};

/// Means over discs around points.
#[derive(Clone, Debug)]
pub struct AreaPlan {
    /// Name that options use.
    pub name: String,
    /// Number in random counters.
    pub entity: u32,
    /// What it is.
    pub kind: MeansKind,
    /// Nation of the crews, alpha-2.
    pub nation: String,
    /// Whether that nation is in NATO.
    pub is_nato: bool,
    /// Centres of the discs.
    pub centres: Vec<LatLon>,
    /// Their radius, metres.
    pub radius_m: f64,
    /// Classes it acts on, in the order of [`Class::ALL`].
    pub classes: [bool; 7],
    /// Row of kill probabilities; `None` for jamming.
    pub family: Option<usize>,
    pub(crate) ceiling_m: InputId,
    pub(crate) lost_per_hour: InputId,
    pub(crate) teams_per_1000_km2: InputId,
    pub(crate) half_width_km: InputId,
    pub(crate) kill_share: Option<InputId>,
    pub(crate) rounds: InputId,
    pub(crate) cost_musd: InputId,
}

/// Above everything that flies, metres: the ceiling of means that state none.
const NO_CEILING_M: f64 = 1e6;

impl Builder<'_> {
    pub(super) fn areas(&mut self, families: &[FamilyPlan]) -> Result<Vec<AreaPlan>, Rejected> {
        let file = &self.scenario.file;
        let mut areas = Vec::new();
        for (i, means) in file.means.iter().enumerate() {
            let mut centres = Vec::new();
            for (j, site) in means.sites.iter().enumerate() {
                centres.push(self.point(site, &format!("means[{i}].sites[{j}]"))?.0);
            }
            areas.push(self.area(means, centres, families));
        }
        Ok(areas)
    }

    fn area(&mut self, means: &Means, centres: Vec<LatLon>, families: &[FamilyPlan]) -> AreaPlan {
        let key = |name: &str| format!("means.{}.{name}", means.name);
        let drones = [Class::Drone, Class::Decoy];
        let classes = means.classes.as_deref().unwrap_or(&drones);
        let family = means.kind.family();
        let mut or = |name: &str, num: Option<&Num>, none| self.fixed(&key(name), num, none);
        AreaPlan {
            name: means.name.clone(),
            entity: entity_id(&format!("means/{}", means.name)),
            kind: means.kind,
            nation: means.nation.clone(),
            centres,
            radius_m: means.radius_km * 1000.0,
            classes: Class::ALL.map(|class| classes.contains(&class)),
            family: family.and_then(|id| families.iter().position(|family| family.id == id)),
            ceiling_m: or("ceiling_m", means.ceiling_m.as_ref(), NO_CEILING_M),
            lost_per_hour: or(
                "lost_per_drone_hour",
                means.lost_per_drone_hour.as_ref(),
                0.0,
            ),
            teams_per_1000_km2: or("teams_per_1000_km2", means.teams_per_1000_km2.as_ref(), 0.0),
            half_width_km: or("half_width_km", means.half_width_km.as_ref(), 0.0),
            rounds: or("rounds", means.rounds.as_ref(), 0.0),
            cost_musd: or("cost_musd", means.cost_musd.as_ref(), 0.0),
            kill_share: means
                .kill_share
                .as_ref()
                .map(|num| or("kill_share", Some(num), 0.0)),
            is_nato: self.world.is_nato_code(&means.nation),
        }
    }
}
