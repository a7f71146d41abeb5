//! What one run of a raid leaves behind: counts by class, incidents, and (for replays) its story.

use cupola_scenario::Class;
use cupola_units::SimTime;

/// How a threat ended; leakers and those that left say where they were going.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// Still flying; no run ends so.
    #[default]
    Flying,
    /// Failed by itself.
    Failed,
    /// Lost to jamming and the like.
    Lost,
    /// Killed by the existing defence.
    KilledExisting,
    /// Killed by a fire unit of the option.
    KilledShield,
    /// Reached an aim outside the protected area.
    LeftArea,
    /// Reached its aim inside the protected area.
    Leaked,
}

/// Why a leaker leaked, in the order in which a reader should be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The option has nothing on duty that could stop it.
    #[default]
    NoUnit,
    /// Never within the range of a sensor of the option.
    OutsideRange,
    /// Within a sensor's range, but never above its floor.
    BelowFloor,
    /// In view of a sensor, but no track came of it.
    NeverSeen,
    /// Tracked, but never inside an envelope with line of sight; or through an area without being met.
    OutOfReach,
    /// Within reach only before a unit was ready.
    TooLate,
    /// The unit that might have met it was lost.
    UnitLost,
    /// The rules did not allow it in time.
    NoRule,
    /// Taken for a decoy and left alone.
    TakenForDecoy,
    /// Every channel was busy.
    NoChannel,
    /// No missile was ready, or all that were are kept for ballistic targets.
    NoMissile,
    /// Shot at and missed.
    Missed,
}

impl Cause {
    /// How many there are.
    pub const COUNT: usize = 12;

    /// All causes in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::NoUnit,
        Self::OutsideRange,
        Self::BelowFloor,
        Self::NeverSeen,
        Self::OutOfReach,
        Self::TooLate,
        Self::UnitLost,
        Self::NoRule,
        Self::TakenForDecoy,
        Self::NoChannel,
        Self::NoMissile,
        Self::Missed,
    ];
}

/// Counts of one class in one run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassCount {
    /// Launched; the sum of the next six.
    pub launched: u32,
    /// Failed by themselves.
    pub failed: u32,
    /// Lost to jamming and the like.
    pub lost: u32,
    /// Killed by the existing defence.
    pub killed_existing: u32,
    /// Killed by the option's fire units.
    pub killed_shield: u32,
    /// Ended outside the protected area.
    pub left_area: u32,
    /// Reached their aim inside the protected area.
    pub leaked: u32,
    /// Missiles fired at them.
    pub interceptors: u32,
    /// What those cost, million US dollars.
    pub cost_musd: f64,
    /// What the threats killed by the option's units had cost, million US dollars.
    pub killed_cost_musd: f64,
    /// Engagements by crews of NATO nations.
    pub engagements_nato_crew: u32,
    /// Kills and misses that let something fall on NATO soil.
    pub debris_nato: u32,
    /// Threats that entered NATO airspace.
    pub incursions_nato: u32,
    /// Sum and number of positive warning times at aims inside, minutes.
    pub warning_sum_min: f64,
    /// Number of threats with a warning.
    pub warned: u32,
    /// People hit by pieces of killed threats, by expectation.
    pub debris_people: f64,
    /// People hit by interceptors that missed and came down whole, by expectation.
    pub interceptor_people: f64,
    /// Aimed inside the protected area and not failed by themselves.
    pub inside_working: u32,
}

/// Kinds of incident in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Incident {
    /// Engagement, by nation of the crew.
    EngagementBy,
    /// Engagement, by country below the intercept.
    EngagementOver,
    /// Pieces of a threat killed by the option's units came down, by country.
    Debris,
    /// Of these, kills with a piece in a town.
    DebrisTown,
    /// An interceptor that missed came down whole, by country.
    InterceptorFall,
    /// A threat entered NATO airspace, by country.
    Incursion,
    /// A threat in NATO airspace was engaged there, by country.
    IncursionEngaged,
    /// A threat that entered NATO airspace was never shot at, and why; by country.
    IncursionMissed(Cause),
    /// A lost drone came down, by country.
    LostDown,
    /// A drone lost its location to the option's jamming, by nation of the crew.
    Jammed,
    /// Killed by fire teams or interceptor drones over an area, by nation of the crew.
    AreaKill,
    /// Engaged as heading for NATO soil where it would not have entered, by nation of the crew.
    HeadingFalse,
    /// Entered NATO airspace after the heading rule had held fire and nobody had engaged it, by
    /// country.
    HeadingMissed,
    /// A fire unit was lost, by nation of the crew.
    UnitLost,
    /// The command post was lost.
    PostLost,
    /// Minutes under alarm of the protected area, by country.
    AlarmMinutes,
}

impl Incident {
    /// Kind as a reader sees it.
    pub fn label(self) -> &'static str {
        match self {
            Self::EngagementBy => "engagements by crew",
            Self::EngagementOver => "engagements over",
            Self::Debris => "threat debris in",
            Self::DebrisTown => "threat debris on towns in",
            Self::InterceptorFall => "interceptor falls in",
            Self::Incursion => "incursions into",
            Self::IncursionEngaged => "incursions engaged over",
            Self::IncursionMissed(cause) => not_shot_at(cause),
            Self::LostDown => "lost drones down in",
            Self::Jammed => "drones jammed by",
            Self::AreaKill => "area kills by",
            Self::HeadingFalse => "heading rule: engaged, would not have entered, by",
            Self::HeadingMissed => "heading rule: not engaged, entered",
            Self::UnitLost => "fire units lost of",
            Self::PostLost => "command posts lost",
            Self::AlarmMinutes => "minutes under alarm in",
        }
    }
}

/// Kind of an incursion that nobody shot at.
fn not_shot_at(cause: Cause) -> &'static str {
    match cause {
        Cause::NoUnit => "incursions not shot at (no added unit) into",
        Cause::OutsideRange => "incursions not shot at (out of sensor range) into",
        Cause::BelowFloor => "incursions not shot at (below the floor) into",
        Cause::NeverSeen => "incursions not shot at (never seen) into",
        Cause::OutOfReach => "incursions not shot at (out of reach) into",
        Cause::TooLate => "incursions not shot at (seen too late) into",
        Cause::UnitLost => "incursions not shot at (unit lost) into",
        Cause::TakenForDecoy => "incursions not shot at (taken for a decoy) into",
        Cause::NoRule => "incursions not shot at (rule forbade it) into",
        Cause::NoChannel => "incursions not shot at (no channel free) into",
        Cause::NoMissile | Cause::Missed => "incursions not shot at (no missile ready) into",
    }
}

/// Quantities of the ledger that are measured rather than counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Amount {
    /// Time that threats spent in NATO airspace, by country, seconds.
    IncursionTime,
    /// Ground distance they flew there, by country, kilometres.
    IncursionPath,
    /// People hit by pieces of threats that the option's units killed, by country, by expectation.
    DebrisPeople,
    /// People hit by interceptors that missed and came down whole, by country, by expectation.
    InterceptorPeople,
}

impl Amount {
    /// Kind as a reader sees it, with its unit.
    pub fn label(self) -> &'static str {
        match self {
            Self::IncursionTime => "time of incursions (s) in",
            Self::IncursionPath => "path of incursions (km) in",
            Self::DebrisPeople => "people hit by threat debris in",
            Self::InterceptorPeople => "people hit by interceptor falls in",
        }
    }

    /// Whether it is an expectation of what hardly ever happens, far below one.
    pub fn is_tiny(self) -> bool {
        matches!(self, Self::DebrisPeople | Self::InterceptorPeople)
    }
}

/// Something that happened, for a replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub time: SimTime,
    /// Threat, by its number in the run; [`Moment::NO_THREAT`] for what concerns none in particular.
    pub threat: u32,
    /// What, as a sentence.
    pub text: String,
}

impl Moment {
    /// Number of no threat: units, links and command posts.
    pub const NO_THREAT: u32 = u32::MAX;
}

/// One threat of a replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreatStory {
    /// Number in the run.
    pub threat: u32,
    /// Type as printed.
    pub name: String,
    /// Whether it was aimed inside the protected area.
    pub inside: bool,
    /// How it ended.
    pub end: End,
    /// Why it leaked, if it did.
    pub cause: Cause,
}

/// What one run leaves behind.
#[derive(Clone, Debug, Default)]
pub struct RaidLog {
    /// Counts by class, in the order of [`Class::ALL`].
    pub classes: [ClassCount; 7],
    /// Leakers inside the area by class and cause.
    pub causes: [[u32; Cause::COUNT]; 7],
    /// Of the threats aimed inside: failed, lost, killed by the existing defence, by the shield.
    pub inside_ends: [[u32; 4]; 7],
    /// Threats aimed inside by class.
    pub inside: [u32; 7],
    /// Missiles spent by unit of the plan.
    pub spent: Vec<u32>,
    /// Engagements by means over an area of the plan.
    pub spent_areas: Vec<u32>,
    /// Incidents: kind, code of nation or country, number; sorted.
    pub incidents: Vec<(Incident, [u8; 2], u32)>,
    /// Amounts: kind, code of country, sum; sorted.
    pub amounts: Vec<(Amount, [u8; 2], f64)>,
    /// The story, when it was asked for.
    pub moments: Vec<Moment>,
    /// The threats of the story.
    pub stories: Vec<ThreatStory>,
}

impl RaidLog {
    pub(crate) fn clear(&mut self, units: usize, areas: usize) {
        self.classes = Default::default();
        self.causes = Default::default();
        self.inside_ends = Default::default();
        self.inside = Default::default();
        self.spent.clear();
        self.spent.resize(units, 0);
        self.spent_areas.clear();
        self.spent_areas.resize(areas, 0);
        self.incidents.clear();
        self.amounts.clear();
        self.moments.clear();
        self.stories.clear();
    }

    pub(crate) fn class(&mut self, class: Class) -> &mut ClassCount {
        &mut self.classes[class.index()]
    }

    pub(crate) fn incident(&mut self, kind: Incident, code: &str) {
        self.incidents_add(kind, code, 1);
    }

    /// Adds a number of incidents, or minutes of one.
    pub(crate) fn incidents_add(&mut self, kind: Incident, code: &str, n: u32) {
        let key = key(code);
        match self
            .incidents
            .binary_search_by_key(&(kind, key), |entry| (entry.0, entry.1))
        {
            Ok(at) => self.incidents[at].2 += n,
            Err(at) => self.incidents.insert(at, (kind, key, n)),
        }
    }

    pub(crate) fn amount(&mut self, kind: Amount, code: &str, value: f64) {
        let key = key(code);
        match self
            .amounts
            .binary_search_by_key(&(kind, key), |entry| (entry.0, entry.1))
        {
            Ok(at) => self.amounts[at].2 += value,
            Err(at) => self.amounts.insert(at, (kind, key, value)),
        }
    }
}

/// Code of a nation or country as two letters; `--` for none.
fn key(code: &str) -> [u8; 2] {
    let bytes = code.as_bytes();
    [
        bytes.first().copied().unwrap_or(b'-'),
        bytes.get(1).copied().unwrap_or(b'-'),
    ]
}
