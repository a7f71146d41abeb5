//! From the tally to the outcome: measures, fates, ledger, endurance, sensitivity.

use crate::Watch;
use crate::coalition::Coalitions;
use crate::cover::{AreaRaster, Cover, HEIGHTS_M, cover};
use crate::endurance::endurance;
use crate::exposure::launch_distance_km;
use crate::neighbours::radar_view;
use crate::network_cover::count_people;
use crate::outcome::{
    Fate, FateCount, InputInfo, LedgerCount, Measure, OptionOutcome, Outcome, RaidInfo,
    Sensitivity, TerrainUsed, UnitInfo,
};
use crate::run::{Inputs, Settings};
use crate::stats::{Histogram, Nested, first_order};
use crate::stories::stories;
use crate::tally::{COST, Cell, INTERCEPTORS, LEAKERS, QUANTITIES, Table, Tally};
use cupola_raid::{Cause, Plan};
use cupola_scenario::{Class, Scenario};

/// Puts the outcome together; `None` when asked to stop.
pub(crate) fn outcome(
    scenario: &Scenario,
    inputs: &Inputs<'_>,
    settings: Settings,
    terrain: TerrainUsed,
    tally: &Tally,
    pool: &rayon::ThreadPool,
    watch: Watch<'_>,
) -> Option<Outcome> {
    let plan = inputs.plan;
    let file = &scenario.file;
    let main_raid = crate::run::main_raid(scenario, plan);
    let area = AreaRaster::new(inputs.world, plan);
    let (people, area_km2) = area.totals();
    let factor = file
        .area
        .people_factor
        .as_ref()
        .map_or(1.0, |factor| factor.mode);
    let answered = |option: usize| {
        let mut cover = cover(inputs, &plan.options[option], &area, pool);
        count_people(&mut cover.fields.network, factor);
        let mut built = one_option(inputs, settings, tally, option, main_raid, &cover);
        built.title.clone_from(&file.options[option].title);
        built.coverage = Some(cover.fields);
        built.radar_view = radar_view(inputs, &plan.options[option], pool);
        built
    };
    let options = watch.each(settings.draws(), plan.options.len(), pool, answered)?;
    Some(Outcome {
        scenario: scenario.name.clone(),
        hash: scenario.hash.clone(),
        title: file.question.title.clone(),
        question: file.question.text.clone(),
        as_of: file.question.as_of.to_string(),
        sources: file.question.sources.clone(),
        area: file.area.name.clone(),
        area_km2,
        area_people: people * factor,
        seed: plan.seed,
        runs: settings.runs,
        draws: settings.draws(),
        warnings: warnings(scenario, settings, &terrain)
            .into_iter()
            .chain(pk_sentences(scenario, plan, tally, main_raid))
            .collect(),
        terrain,
        classes: scenario.classes(),
        raids: raids(scenario, plan, settings, tally),
        main_raid,
        coalitions: Coalitions::default(),
        sweep: None,
        precedent: None,
        sensitivity: sensitivity(plan, tally, main_raid),
        inputs: input_infos(plan),
        options,
    })
}

fn one_option(
    inputs: &Inputs<'_>,
    settings: Settings,
    tally: &Tally,
    option: usize,
    main_raid: usize,
    cover: &Cover,
) -> OptionOutcome {
    let plan = inputs.plan;
    let tables = &tally.tables[option];
    let mut measures = Vec::new();
    for (raid, table) in tables.iter().enumerate() {
        raid_measures(&plan.raids[raid].name, table, &mut measures);
    }
    cover_measures(cover, &mut measures);
    let main = &tables[main_raid];
    OptionOutcome {
        name: plan.options[option].name.clone(),
        title: String::new(),
        units: units(inputs, tally, option),
        measures,
        fates: tables
            .iter()
            .enumerate()
            .flat_map(|(raid, table)| fates(raid, table))
            .collect(),
        ledger: tables
            .iter()
            .enumerate()
            .flat_map(|(raid, table)| {
                let mut rows = ledger(raid, table);
                rows.extend(crate::crews::ledger_row(
                    inputs,
                    raid,
                    &tally.exposed[option],
                ));
                rows
            })
            .collect(),
        endurance: endurance(plan, tally, option, main),
        stories: stories(
            inputs,
            option,
            main_raid,
            [main.first_leak, main.first_kill],
            settings.runs_per_draw,
        ),
        pk_share: pk_share(plan, tally, option, main, LEAKERS),
        radar_view: Vec::new(),
        coverage: None,
    }
}

fn units(inputs: &Inputs<'_>, tally: &Tally, option: usize) -> Vec<UnitInfo> {
    let draws = tally.places.len().max(1) as f64;
    let units = inputs.plan.options[option].units.iter();
    units
        .map(|&index| {
            let unit = &inputs.plan.units[index];
            UnitInfo {
                id: unit.id.clone(),
                site: unit.site.clone(),
                nation: unit.nation.clone(),
                system: unit.system.clone(),
                system_name: unit.system_name.clone(),
                at: unit.at,
                antenna_asl_m: inputs.floors[0][index].antenna_asl_m(),
                launch_distance_km: launch_distance_km(inputs.plan, unit.at),
                manned_share: tally.on_duty[index] / draws,
            }
        })
        .collect()
}

/// A measure with all its intervals.
fn measure(
    id: &'static str,
    unit: &'static str,
    raid: &str,
    class: Option<Class>,
    cell: &Cell,
) -> Measure {
    let (mean_lo95, mean_hi95) = cell.nested.expected95();
    let (diff_lo95, diff_hi95) = cell.difference.expected95();
    // The mean warning is over those warned at all, who differ between options: no difference.
    let paired = |value: f64| if id == "warning_min" { f64::NAN } else { value };
    Measure {
        id,
        raid: Some(raid.to_owned()),
        class,
        height_m: None,
        unit,
        n: cell.nested.runs() as u32,
        mean: cell.nested.mean(),
        mean_lo95,
        mean_hi95,
        mc_half95: cell.nested.monte_carlo_half95(),
        p05: cell.runs.quantile(0.05),
        p50: cell.runs.quantile(0.5),
        p95: cell.runs.quantile(0.95),
        diff: paired(cell.difference.mean()),
        diff_lo95: paired(diff_lo95),
        diff_hi95: paired(diff_hi95),
        diff_mc_half95: paired(cell.difference.monte_carlo_half95()),
    }
}

fn raid_measures(raid: &str, table: &Table, out: &mut Vec<Measure>) {
    for (row, cells) in table.cells.iter().enumerate() {
        let class = table.classes.get(row).copied();
        for ((id, unit, _), cell) in QUANTITIES.iter().zip(cells) {
            out.push(measure(id, unit, raid, class, cell));
        }
        let leakers = measure(
            "leakers_prevented",
            "threats per raid",
            raid,
            class,
            &cells[LEAKERS],
        );
        let prevented = Measure {
            mean: 0.0 - leakers.diff,
            mean_lo95: 0.0 - leakers.diff_hi95,
            mean_hi95: 0.0 - leakers.diff_lo95,
            mc_half95: leakers.diff_mc_half95,
            p05: f64::NAN,
            p50: f64::NAN,
            p95: f64::NAN,
            diff: 0.0 - leakers.diff,
            diff_lo95: 0.0 - leakers.diff_hi95,
            diff_hi95: 0.0 - leakers.diff_lo95,
            ..leakers
        };
        out.push(price(raid, class, &cells[COST], &prevented));
        out.push(prevented);
    }
    out.extend(crate::decoys::wasted(raid, table));
}

/// Cost per leaker prevented: a ratio of means; without an upper end when the interval of the
/// prevented leakers holds zero.
fn price(raid: &str, class: Option<Class>, cost: &Cell, prevented: &Measure) -> Measure {
    // What this option spends more than the first one.
    let mean_cost = cost.difference.mean();
    let over = |prevented: f64| {
        if prevented > 1e-9 {
            mean_cost / prevented
        } else {
            f64::NAN
        }
    };
    Measure {
        id: "cost_per_leaker_prevented_musd",
        raid: Some(raid.to_owned()),
        class,
        height_m: None,
        unit: "million US dollars",
        n: prevented.n,
        mean: over(prevented.mean),
        mean_lo95: over(prevented.mean_hi95),
        mean_hi95: over(prevented.mean_lo95),
        mc_half95: f64::NAN,
        p05: f64::NAN,
        p50: f64::NAN,
        p95: f64::NAN,
        diff: f64::NAN,
        diff_lo95: f64::NAN,
        diff_hi95: f64::NAN,
        diff_mc_half95: f64::NAN,
    }
}

/// Shares of people and area under the floors; the interval is over terrain seeds.
pub(crate) fn cover_measures(cover: &Cover, out: &mut Vec<Measure>) {
    for (class, seeds) in &cover.shares {
        let ids = match class {
            Some(_) => ["people_under_floor", "area_under_floor"],
            None => ["people_in_sight", "area_in_sight"],
        };
        for (which, id) in ids.into_iter().enumerate() {
            for (h, height_m) in HEIGHTS_M.into_iter().enumerate() {
                let values: Vec<f64> = seeds.iter().map(|seed| seed[which][h]).collect();
                let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
                let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                out.push(Measure {
                    id,
                    raid: None,
                    class: *class,
                    height_m: Some(height_m),
                    unit: "share",
                    n: values.len() as u32,
                    mean,
                    mean_lo95: low,
                    mean_hi95: high,
                    mc_half95: f64::NAN,
                    p05: f64::NAN,
                    p50: f64::NAN,
                    p95: f64::NAN,
                    diff: f64::NAN,
                    diff_lo95: f64::NAN,
                    diff_hi95: f64::NAN,
                    diff_mc_half95: f64::NAN,
                });
            }
        }
    }
}

fn fates(raid: usize, table: &Table) -> Vec<FateCount> {
    const ENDS: [Fate; 4] = [
        Fate::Failed,
        Fate::Lost,
        Fate::KilledExisting,
        Fate::KilledShield,
    ];
    let runs = f64::from(table.runs.max(1));
    let mut out = Vec::new();
    for &class in &table.classes {
        let i = class.index();
        let ends = ENDS.into_iter().zip(table.ends[i]);
        let leaks = Cause::ALL.into_iter().map(fate_of).zip(table.causes[i]);
        for (fate, sum) in ends.chain(leaks) {
            if sum > 0.0 {
                out.push(FateCount {
                    raid,
                    class,
                    fate,
                    mean: sum / runs,
                });
            }
        }
    }
    out
}

fn fate_of(cause: Cause) -> Fate {
    match cause {
        Cause::NoUnit => Fate::NoUnit,
        Cause::OutsideRange => Fate::OutsideRange,
        Cause::BelowFloor => Fate::BelowFloor,
        Cause::NeverSeen => Fate::NeverSeen,
        Cause::OutOfReach => Fate::OutOfReach,
        Cause::TooLate => Fate::TooLate,
        Cause::UnitLost => Fate::UnitLost,
        Cause::NoRule => Fate::NoRule,
        Cause::TakenForDecoy => Fate::TakenForDecoy,
        Cause::NoChannel => Fate::NoChannel,
        Cause::NoMissile => Fate::NoMissile,
        Cause::Missed => Fate::Missed,
    }
}

fn ledger(raid: usize, table: &Table) -> Vec<LedgerCount> {
    let row = |((kind, code), histogram): (&(cupola_raid::Incident, [u8; 2]), &Histogram)| {
        let (mean, p05, p95) = histogram.with_zeros(table.runs);
        let nation = String::from_utf8_lossy(code).into_owned();
        LedgerCount {
            raid,
            kind: kind.label(),
            nation,
            mean,
            p05,
            p95,
        }
    };
    let amount =
        |((kind, code), (sum, histogram)): (&(cupola_raid::Amount, [u8; 2]), &(f64, Histogram))| {
            let (_, p05, p95) = histogram.with_zeros(table.runs);
            LedgerCount {
                raid,
                kind: kind.label(),
                nation: String::from_utf8_lossy(code).into_owned(),
                mean: sum / f64::from(table.runs.max(1)),
                p05,
                p95,
            }
        };
    let counts = table.incidents.iter().map(row);
    counts.chain(table.amounts.iter().map(amount)).collect()
}

fn raids(scenario: &Scenario, plan: &Plan, settings: Settings, tally: &Tally) -> Vec<RaidInfo> {
    let runs = f64::from(settings.runs);
    let classes = scenario.classes();
    let one = |raid: usize| {
        let table = &tally.tables[0][raid];
        let launched = |class: &Class| {
            let row = table.classes.iter().position(|c| c == class);
            row.map_or(0.0, |row| table.cells[row][0].nested.mean())
        };
        let info = &scenario.file.raids[raid];
        RaidInfo {
            name: info.name.clone(),
            title: info.title.clone(),
            source: info.source.clone(),
            launched: classes.iter().map(launched).collect(),
            aimed_inside: classes
                .iter()
                .map(|c| table.inside[c.index()] / runs)
                .collect(),
        }
    };
    (0..plan.raids.len()).map(one).collect()
}

/// First-order shares of every input in the expected leakers of the main raid: the ten strongest
/// of each option among those that stand out from chance.
fn sensitivity(plan: &Plan, tally: &Tally, main_raid: usize) -> Vec<Sensitivity> {
    let mut out = Vec::new();
    for (option, tables) in tally.tables.iter().enumerate() {
        let table = &tables[main_raid];
        let all = table.cells.len() - 1;
        let leakers: &Nested = &table.cells[all][LEAKERS].nested;
        let (_, real) = leakers.variances();
        if tally.places.len() < SENSITIVITY_DRAWS {
            continue;
        }
        let doubtful = plan
            .inputs
            .list()
            .iter()
            .enumerate()
            .filter(|(_, input)| !input.num.is_fixed());
        let mut rows: Vec<(f64, Sensitivity)> = Vec::new();
        for (i, input) in doubtful {
            let places: Vec<f64> = tally.places.iter().map(|draw| draw[i]).collect();
            let (share, p_chance) = first_order(&places, leakers.means(), real);
            let (mean_low, mean_high) = quarters(&places, leakers.means());
            let first_order = share.clamp(0.0, 1.0);
            let input = input.name.clone();
            let row = Sensitivity {
                option,
                measure: "leakers",
                input,
                first_order,
                mean_low,
                mean_high,
            };
            rows.push((p_chance, row));
        }
        let mut rows = standing_out(rows);
        rows.truncate(10);
        out.extend(rows);
    }
    out
}

/// Share of the variance of an expected quantity that the kill probabilities of the option's own
/// units explain together.
fn pk_share(plan: &Plan, tally: &Tally, option: usize, main: &Table, quantity: usize) -> f64 {
    if tally.places.len() < SENSITIVITY_DRAWS {
        return f64::NAN;
    }
    let families = plan.options[option]
        .units
        .iter()
        .filter_map(|&unit| plan.units[unit].family);
    let mut wanted: Vec<String> = families
        .map(|family| format!("pk:{}", plan.families[family].id))
        .collect();
    if !wanted.is_empty() {
        wanted.push("pk:all families".to_owned());
    }
    let response = &main.cells[main.cells.len() - 1][quantity].nested;
    let (_, real) = response.variances();
    let inputs = plan.inputs.list().iter().enumerate();
    let sum: f64 = inputs
        .filter(|(_, input)| wanted.contains(&input.name))
        .map(|(i, _)| {
            let places: Vec<f64> = tally.places.iter().map(|draw| draw[i]).collect();
            first_order(&places, response.means(), real).0
        })
        .sum();
    // An empty sum is −0.
    sum.clamp(0.0, 1.0) + 0.0
}

/// What the assumed kill probabilities explain of each main measure, a sentence for each option
/// with fire units.
fn pk_sentences(scenario: &Scenario, plan: &Plan, tally: &Tally, main_raid: usize) -> Vec<String> {
    let sentence = |option: usize| {
        let main = &tally.tables[option][main_raid];
        let share = |quantity| 100.0 * pk_share(plan, tally, option, main, quantity);
        let title = &scenario.file.options[option].title;
        (share(LEAKERS).is_finite() && !plan.options[option].units.is_empty()).then(|| {
            format!(
                "under \"{title}\" the assumed kill probabilities explain {:.0} % of the variance of \
                 the expected leakers, {:.0} % of that of the missiles spent and {:.0} % of that of \
                 their cost (first order, main raid)",
                share(LEAKERS),
                share(INTERCEPTORS),
                share(COST)
            )
        })
    };
    (0..plan.options.len()).filter_map(sentence).collect()
}

/// Fewest draws from which sensitivities are told.
const SENSITIVITY_DRAWS: usize = 64;
/// Share of false alarms accepted among the inputs that are named.
const FALSE_DISCOVERIES: f64 = 0.1;

/// The rows that stand out from chance (Benjamini and Hochberg), strongest first.
fn standing_out(mut rows: Vec<(f64, Sensitivity)>) -> Vec<Sensitivity> {
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.input.cmp(&b.1.input)));
    let count = rows.len() as f64;
    let passes = |(rank, row): (usize, &(f64, Sensitivity))| {
        row.0 <= FALSE_DISCOVERIES * (rank as f64 + 1.0) / count
    };
    let last = rows.iter().enumerate().rposition(passes);
    rows.truncate(last.map_or(0, |last| last + 1));
    let mut rows: Vec<Sensitivity> = rows.into_iter().map(|(_, row)| row).collect();
    rows.sort_by(|a, b| {
        b.first_order
            .total_cmp(&a.first_order)
            .then(a.input.cmp(&b.input))
    });
    rows
}

/// Means of a response where the place lies in the lowest and in the highest quarter.
fn quarters(places: &[f64], response: &[f64]) -> (f64, f64) {
    let mean = |keep: &dyn Fn(f64) -> bool| {
        let kept = places
            .iter()
            .zip(response)
            .filter(|(u, y)| keep(**u) && y.is_finite());
        let (n, sum) = kept.fold((0.0, 0.0), |(n, sum), (_, y)| (n + 1.0, sum + y));
        if n > 0.0 { sum / n } else { f64::NAN }
    };
    (mean(&|u| u < 0.25), mean(&|u| u >= 0.75))
}

fn input_infos(plan: &Plan) -> Vec<InputInfo> {
    let info = |input: &cupola_raid::Input| {
        let num = &input.num;
        let basis = num.source.clone().or_else(|| num.reason.clone());
        InputInfo {
            name: input.name.clone(),
            low: num.low,
            mode: num.mode,
            high: num.high,
            confidence: num.confidence,
            basis: basis.unwrap_or_else(|| "set by the scenario or the model".to_owned()),
            date: num.date.clone(),
        }
    };
    // Certain numbers that nobody sourced are choices, not doubts.
    let doubtful = |input: &&cupola_raid::Input| {
        !input.num.is_fixed() || input.num.source.is_some() || input.num.confidence.is_some()
    };
    plan.inputs
        .list()
        .iter()
        .filter(doubtful)
        .map(info)
        .collect()
}

fn warnings(scenario: &Scenario, settings: Settings, terrain: &TerrainUsed) -> Vec<String> {
    let mut warnings = Vec::new();
    if settings.draws() < 128 {
        warnings.push(format!(
            "{} epistemic draws only: intervals of expected values and sensitivities are rough \
             below 128 (1,024 runs)",
            settings.draws()
        ));
    }
    if scenario.file.area.terrain == "embedded" && scenario.file.area.terrain_sha256.is_none() {
        warnings.push(
            "embedded terrain: a 5′ grid with seeded statistical relief; area averages hold, no \
             single valley does"
                .to_owned(),
        );
    }
    if terrain.kind == TerrainUsed::PARTLY {
        warnings.push(format!(
            "{}: where nothing was measured area averages hold, no single valley does",
            terrain.description
        ));
    }
    if scenario.file.existing_defence.is_none() {
        warnings.push("no existing defence is modelled in this scenario".to_owned());
    }
    warnings
}
