//! Where fire units stand: at named sites, or at one distance along bearings from a border.
//! Geography is not known here; `cupola-world` finds the points.

use crate::model::FireUnits;
use crate::resolve::References;

impl FireUnits {
    /// How many units this entry has.
    pub fn posts(&self) -> usize {
        let line = self.line.as_ref().map_or(0, |line| line.from.len());
        self.sites.len() + line
    }
}

impl References<'_> {
    /// Reports an entry that stands nowhere, or on a line that is none.
    pub(crate) fn posts(&mut self, i: usize, unit: &FireUnits) {
        let at = |key: &str| format!("fire_units[{i}].{key}");
        let Some(line) = &unit.line else {
            if unit.sites.is_empty() {
                let help = "give `sites = [\"…\"]`, or a `line` from a border".to_owned();
                self.report("empty", &at("sites"), "no site is given".into(), Some(help));
            }
            return;
        };
        if !unit.sites.is_empty() {
            let message = "`sites` and `line` are both given".to_owned();
            let help = "write two entries with the same `group`".to_owned();
            self.report("both", &at("line"), message, Some(help));
        }
        for (key, list) in [("from", &line.from), ("to", &line.to)] {
            if list.is_empty() {
                let path = at(&format!("line.{key}"));
                let help = "name at least one site or place".to_owned();
                let message = format!("`line.{key}` is empty");
                self.report("empty", &path, message, Some(help));
            }
        }
        if line.to.len() > 1 && line.to.len() != line.from.len() {
            let message = format!(
                "`line` has {} starts and {} ends",
                line.from.len(),
                line.to.len()
            );
            let help = "give one end for all, or as many ends as starts".to_owned();
            self.report("wrong-length", &at("line.to"), message, Some(help));
        }
    }
}
