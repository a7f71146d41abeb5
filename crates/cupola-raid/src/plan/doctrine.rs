//! Doctrines of a scenario; the first is the one of whoever names none.

use super::ThreatType;
use super::build::Builder;
use crate::inputs::InputId;
use cupola_scenario::{Choice, Class, Doctrine, Num, Priority};

/// How crews use their fire.
#[derive(Clone, Debug)]
pub struct DoctrinePlan {
    /// Name in the scenario.
    pub name: String,
    /// Who fires, where several linked units can.
    pub choice: Choice,
    /// What is tried first when a channel or a missile comes free.
    pub priority: Priority,
    /// Salvos of one unit at one threat at most.
    pub looks_max: u32,
    /// Threats that may wait for a unit at a time.
    pub waiting_max: u32,
    /// Ready missiles kept for ballistic targets.
    pub held_for_ballistic: u32,
    pub(crate) shots: [InputId; 7],
    pub(crate) taken_for_decoy: InputId,
    pub(crate) decoy_engaged: InputId,
}

/// Name of the doctrine of whoever names none.
const DEFAULT: &str = "default";

impl Builder<'_> {
    pub(super) fn doctrines(&mut self, threats: &[ThreatType]) -> Vec<DoctrinePlan> {
        let decoys = threats.iter().any(|threat| threat.class == Class::Decoy);
        let file = &self.scenario.file;
        let built_in = Doctrine::default();
        let first = file.doctrine.get(DEFAULT).unwrap_or(&built_in);
        let others = file.doctrine.iter().filter(|(name, _)| *name != DEFAULT);
        let named = others.map(|(name, doctrine)| (name.as_str(), doctrine));
        std::iter::once((DEFAULT, first))
            .chain(named)
            .map(|(name, doctrine)| self.doctrine(name, doctrine, decoys))
            .collect()
    }

    fn doctrine(&mut self, name: &str, doctrine: &Doctrine, decoys: bool) -> DoctrinePlan {
        let pk = &self.scenario.catalogue.pk.shots;
        let shots = Class::ALL.map(|class| match doctrine.shots.get(&class) {
            Some(num) => self.add(&format!("doctrine.{name}.shots.{}", class.name()), num),
            None => self.add(&format!("shots.{}", class.name()), pk.of(class)),
        });
        // Where no raid brings decoys there is nothing to confuse.
        let mut share =
            |key: &str, given: Option<&Num>, range: [f64; 3], reason: &str, none| match given {
                Some(num) => self.add(&format!("doctrine.{name}.{key}"), num),
                None if decoys => {
                    let [low, mode, high] = range;
                    let name = format!("discrimination.{key}");
                    self.add(&name, &Num::assumed(low, mode, high, reason))
                }
                None => self.add(&format!("discrimination.{key}"), &Num::fixed(none)),
            };
        let taken_for_decoy = share(
            "taken_for_decoy_share",
            doctrine.taken_for_decoy_share.as_ref(),
            [0.0, 0.05, 0.1],
            "real drones left alone because they look like decoys: not published",
            0.0,
        );
        let decoy_engaged = share(
            "decoy_engaged_share",
            doctrine.decoy_engaged_share.as_ref(),
            [0.5, 0.75, 1.0],
            "decoys of the Gerbera type that crews of 2024 engage: not published",
            1.0,
        );
        DoctrinePlan {
            name: name.to_owned(),
            choice: doctrine.choice,
            priority: doctrine.priority,
            looks_max: doctrine.looks_max.unwrap_or(u32::MAX),
            waiting_max: doctrine.waiting_max.unwrap_or(u32::MAX),
            held_for_ballistic: doctrine.held_for_ballistic.unwrap_or(0),
            shots,
            taken_for_decoy,
            decoy_engaged,
        }
    }
}

/// Position of the doctrine of one unit under one option: the option's, else the unit's own.
pub(super) fn position(
    doctrines: &[DoctrinePlan],
    option: Option<&str>,
    unit: Option<&str>,
) -> usize {
    let name = option.or(unit).unwrap_or(DEFAULT);
    let found = doctrines.iter().position(|doctrine| doctrine.name == name);
    found.unwrap_or(0)
}
