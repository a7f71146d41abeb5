//! Which model names of the record belong to which class of threat.

use std::fmt;

/// A class of the protocol: what is counted together on one raid night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordClass {
    /// Shahed-136/131.
    Drone,
    /// Kalibr, Iskander-K and their mixes.
    Cruise,
    ///
    Guided,
    /// Iskander-M, KN-23, Kinzhal, and mixes of these with S-300/400.
    Ballistic,
    ///
    OldHeavy,
    /// S-300/S-400 fired at the ground.
    S300,
}

impl RecordClass {
    /// All classes in the order of reports.
    pub const ALL: [Self; 6] = [
        Self::Drone,
        Self::Cruise,
        Self::Guided,
        Self::Ballistic,
        Self::OldHeavy,
        Self::S300,
    ];

    /// The key in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drone => "drone",
            Self::Cruise => "cruise",
            Self::Guided => "guided",
            Self::Ballistic => "ballistic",
            Self::OldHeavy => "oldheavy",
            Self::S300 => "s300",
        }
    }
}

impl fmt::Display for RecordClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the protocol does with a model name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Counted in a class.
    In(RecordClass),
    /// Known, and left out for this reason.
    Out(&'static str),
    /// A mix across classes, never split by shares.
    Mix,
    /// A name nobody here has seen.
    Unknown,
}

const SUCCESS_ONLY: &str = "reconnaissance drone or loitering munition: successes only";
const UNNAMED: &str = "type not named by the source";
const TOO_FEW: &str = "too few of this model";

fn place_of_one(name: &str) -> Place {
    match name {
        "Shahed-136/131" | "Shahed-136" | "Shahed-131" => Place::In(RecordClass::Drone),
        "X-101/X-555" | "X-101" | "X-555" | "X-55" | "Kalibr" | "Iskander-K" => {
            Place::In(RecordClass::Cruise)
        }
        "X-59" | "X-59/X-69" | "X-69" | "X-59MK2" => Place::In(RecordClass::Guided),
        "Iskander-M" | "Iskander-M/KN-23" | "KN-23" | "X-47 Kinzhal" => {
            Place::In(RecordClass::Ballistic)
        }
        "X-22" | "X-32" | "X-22/X-32" => Place::In(RecordClass::OldHeavy),
        "C-300" | "C-400" | "C-300/C-400" => Place::In(RecordClass::S300),
        "Orlan-10" | "Orlan-30" | "ZALA" | "Supercam" | "Merlin-VR" | "Reconnaissance UAV"
        | "Lancet" | "Orion" | "Forpost" | "Mohajer-6" | "Eleron" | "Granat-4" | "Kub"
        | "Картограф" | "Фенікс" | "Привет-82" | "Молнія" => {
            Place::Out(SUCCESS_ONLY)
        }
        "Unknown UAV" | "Unknown Missile" | "Ballistic Missile" => Place::Out(UNNAMED),
        "X-31"
        | "X-31P"
        | "X-31PD"
        | "X-35"
        | "P-800 Oniks"
        | "3M22 Zircon"
        | "GBU"
        | "Aerial Bomb"
        | "Intercontinental Ballistic Missile"
        | "Banderol" => Place::Out(TOO_FEW),
        _ => Place::Unknown,
    }
}

/// Where a row with this `model` goes. Mixes are joined by ` and `.
///
/// A mix of cruise missiles with guided missiles or X-22 is cruise; of ballistic missiles with
/// S-300/400 ballistic. Any other mix that touches a class is left out.
pub(super) fn place(model: &str) -> Place {
    let mut parts = model.split(" and ").map(|part| place_of_one(part.trim()));
    let Some(first) = parts.next() else {
        return Place::Unknown;
    };
    parts.fold(first, join)
}

fn join(a: Place, b: Place) -> Place {
    use RecordClass::{Ballistic, Cruise, Guided, OldHeavy, S300};
    match (a, b) {
        (Place::Unknown, _) | (_, Place::Unknown) => Place::Unknown,
        _ if a == b => a,
        (Place::In(Cruise), Place::In(Guided | OldHeavy))
        | (Place::In(Guided | OldHeavy), Place::In(Cruise)) => Place::In(Cruise),
        (Place::In(Ballistic), Place::In(S300)) | (Place::In(S300), Place::In(Ballistic)) => {
            Place::In(Ballistic)
        }
        (Place::Out(why), Place::Out(_)) => Place::Out(why),
        _ => Place::Mix,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_mixes_find_their_class() {
        let class = |model| match place(model) {
            Place::In(class) => class.name(),
            Place::Out(_) => "out",
            Place::Mix => "mix",
            Place::Unknown => "unknown",
        };
        for (model, found) in [
            ("Shahed-136/131", "drone"),
            ("X-101/X-555 and Kalibr and X-59/X-69", "cruise"),
            ("X-101/X-555 and Kalibr and X-22", "cruise"),
            ("X-22 and X-32", "oldheavy"),
            ("C-300/C-400 and Iskander-M", "ballistic"),
            ("X-47 Kinzhal and Iskander-M/KN-23", "ballistic"),
            ("Iskander-M and Iskander-K", "mix"),
            ("X-22 and X-31P", "mix"),
            ("Shahed-136/131 and Lancet", "mix"),
            ("Orlan-10 and ZALA", "out"),
            ("Oreshnik", "unknown"),
            ("Shahed-136/131 and Oreshnik", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(class(model), found, "{model}");
        }
    }
}
