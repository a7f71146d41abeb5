//! References of the rules, and what the existing defence may be told of.

use super::References;
use crate::model::Engage;

impl References<'_> {
    pub(super) fn rules(&mut self) {
        for (name, rule) in &self.file.rules {
            if rule.engage == Engage::Belt && rule.belt_km.is_none() {
                let path = format!("rules.{name}.engage");
                let help = Some("add belt_km = 70".to_owned());
                self.report("missing-key", &path, "a belt needs its depth".into(), help);
            }
        }
    }

    pub(super) fn existing(&mut self) {
        let Some(existing) = &self.file.existing_defence else {
            return;
        };
        for class in existing
            .path
            .keys()
            .filter(|class| !class.is_air_breathing())
        {
            let path = format!("existing_defence.path.{}", class.name());
            let message = format!(
                "{} threats are met at aim points, not along the path",
                class.name()
            );
            let help = Some(format!("write [existing_defence.cover.{}]", class.name()));
            self.report("wrong-model", &path, message, help);
        }
        for class in existing
            .cover
            .keys()
            .filter(|class| class.is_air_breathing())
        {
            let path = format!("existing_defence.cover.{}", class.name());
            let message = format!("{} threats are met along the path", class.name());
            let help = Some(format!("write [existing_defence.path.{}]", class.name()));
            self.report("wrong-model", &path, message, help);
        }
        for (class, path_class) in &existing.path {
            let lost = path_class.lost_share.as_ref().map_or(0.0, |lost| lost.high);
            if path_class.killed_share.high + lost >= 1.0 {
                let path = format!("existing_defence.path.{}", class.name());
                let message = "killed and lost together must stay below 1".to_owned();
                self.report("out-of-range", &path, message, None);
            }
        }
    }
}
