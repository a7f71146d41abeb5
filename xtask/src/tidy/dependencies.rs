//! Which crate may use which: the pipeline runs one way.
//!
//! Directions are checked on what a crate declares for its own use; tests may look further (a test
//! of `coverage` may read a tile through `io`). Networks and Python are looked for in everything
//! that a crate pulls in.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use super::Finding;
use crate::failure::{Doing as _, Failure, Result};
use crate::shell::{self, Repo};

/// The pipeline in its order; a crate may use what stands before it.
const PIPELINE: [&str; 8] = [
    "cupola-units",
    "cupola-scenario",
    "cupola-world",
    "cupola-coverage",
    "cupola-raid",
    "cupola-campaign",
    "cupola-siting",
    "cupola-report",
];

/// Beside the pipeline: a crate, and how far along the pipeline it may look.
const BESIDE: [(&str, &str); 2] = [
    ("cupola-io", "cupola-coverage"),
    ("cupola-gpu", "cupola-coverage"),
];

/// Crates that join everything.
const OUTERMOST: [&str; 2] = ["cupola-cli", "cupola-py"];

const NETWORK: [&str; 9] = [
    "reqwest",
    "ureq",
    "hyper",
    "tokio",
    "axum",
    "attohttpc",
    "curl",
    "native-tls",
    "rustls",
];
const MAY_USE_NETWORK: &str = "cupola-cli";

const PYTHON: [&str; 1] = ["pyo3"];
const MAY_USE_PYTHON: &str = "cupola-py";

/// What a package of the workspace uses, tests aside.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    pub(crate) name: String,
    /// Packages of this workspace that it declares.
    pub(crate) direct: BTreeSet<String>,
    /// Names of all packages it pulls in, however far away.
    pub(crate) all: BTreeSet<String>,
}

pub(crate) fn check(packages: &[Uses]) -> Vec<Finding> {
    packages
        .iter()
        .flat_map(|package| [direction(package), forbidden(package)].concat())
        .collect()
}

fn direction(package: &Uses) -> Vec<Finding> {
    let name = package.name.as_str();
    if OUTERMOST.contains(&name) {
        return Vec::new();
    }
    package
        .direct
        .iter()
        .filter(|used| !may_use(name, used))
        .map(|used| {
            let rule = format!("must not use `{used}`: a crate uses crates to its left");
            Finding::new(
                format!("crate {name}"),
                format!("{rule} ({})", PIPELINE.join(" → ")),
            )
        })
        .collect()
}

fn may_use(name: &str, used: &str) -> bool {
    let place = |crate_name: &str| PIPELINE.iter().position(|&member| member == crate_name);
    let Some(place_used) = place(used) else {
        return false;
    };
    let beside = BESIDE.iter().find(|(member, _)| *member == name);
    match (place(name), beside) {
        (Some(place_own), _) => place_used < place_own,
        (None, Some((_, furthest))) => place(furthest).is_some_and(|last| place_used <= last),
        (None, None) => false,
    }
}

fn forbidden(package: &Uses) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rules: [(&[&str], &str, &str); 2] = [
        (&NETWORK, MAY_USE_NETWORK, "a network crate"),
        (&PYTHON, MAY_USE_PYTHON, "Python"),
    ];
    for (banned, allowed, kind) in rules {
        for used in package
            .all
            .iter()
            .filter(|used| banned.contains(&used.as_str()))
        {
            if package.name != allowed {
                let message = format!("pulls in `{used}`, {kind}: only `{allowed}` may");
                findings.push(Finding::new(format!("crate {}", package.name), message));
            }
        }
    }
    findings
}

/// What cargo says about this workspace, for this machine's platform.
pub(crate) fn read(repo: &Repo) -> Result<Vec<Uses>> {
    let version = shell::stdout_of(repo.command("rustc", &["-vV"]))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or_else(|| Failure::new("`rustc -vV` names no host"))?;
    let metadata = MetadataCommand::new()
        .manifest_path(repo.path("Cargo.toml"))
        .other_options(["--filter-platform".to_owned(), host.to_owned()])
        .exec()
        .doing(|| "cargo metadata failed".to_owned())?;
    uses(&metadata)
}

fn uses(metadata: &Metadata) -> Result<Vec<Uses>> {
    let resolve = metadata
        .resolve
        .as_ref()
        .ok_or_else(|| Failure::new("cargo metadata resolved no dependencies"))?;
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in &resolve.nodes {
        let used = node.deps.iter().filter(|dependency| {
            dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind != DependencyKind::Development)
        });
        edges.insert(
            &node.id.repr,
            used.map(|dependency| dependency.pkg.repr.as_str())
                .collect(),
        );
    }
    let names: BTreeMap<&str, &str> = metadata
        .packages
        .iter()
        .map(|package| (package.id.repr.as_str(), package.name.as_str()))
        .collect();
    let members = metadata.workspace_packages();
    let workspace: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    Ok(members
        .iter()
        .map(|member| {
            let all = reachable(&member.id.repr, &edges, &names);
            let direct = edges
                .get(member.id.repr.as_str())
                .into_iter()
                .flatten()
                .filter_map(|id| names.get(id))
                .filter(|name| workspace.contains(**name))
                .map(|&name| name.to_owned())
                .collect();
            Uses {
                name: member.name.to_string(),
                direct,
                all,
            }
        })
        .collect())
}

fn reachable(
    from: &str,
    edges: &BTreeMap<&str, Vec<&str>>,
    names: &BTreeMap<&str, &str>,
) -> BTreeSet<String> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(id) = open.pop() {
        for &next in edges.get(id).into_iter().flatten() {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen.iter()
        .filter_map(|id| names.get(id))
        .map(|&name| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, direct: &[&str], all: &[&str]) -> Uses {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Uses {
            name: name.to_owned(),
            direct: owned(direct),
            all: owned(all),
        }
    }

    fn count(name: &str, direct: &[&str], all: &[&str]) -> usize {
        check(&[package(name, direct, all)]).len()
    }

    #[test]
    fn a_crate_uses_crates_to_its_left() {
        assert_eq!(
            count("cupola-raid", &["cupola-units", "cupola-coverage"], &[]),
            0
        );
        assert_eq!(count("cupola-coverage", &["cupola-raid"], &[]), 1);
        assert_eq!(count("cupola-units", &["cupola-scenario"], &[]), 1);
    }

    #[test]
    fn io_looks_no_further_than_coverage() {
        assert_eq!(
            count("cupola-io", &["cupola-world", "cupola-coverage"], &[]),
            0
        );
        assert_eq!(count("cupola-io", &["cupola-raid"], &[]), 1);
    }

    #[test]
    fn nothing_in_the_pipeline_uses_io() {
        assert_eq!(count("cupola-world", &["cupola-io"], &[]), 1);
    }

    #[test]
    fn cli_uses_everything() {
        assert_eq!(
            count("cupola-cli", &["cupola-io", "cupola-report"], &["hyper"]),
            0
        );
    }

    #[test]
    fn networks_are_for_cli_alone() {
        assert_eq!(count("cupola-io", &[], &["rustls"]), 1);
        assert_eq!(count("cupola-campaign", &[], &["tokio", "libm"]), 1);
    }

    #[test]
    fn python_stays_out_of_the_pipeline() {
        assert_eq!(count("cupola-report", &[], &["pyo3"]), 1);
        assert_eq!(count("cupola-py", &["cupola-campaign"], &["pyo3"]), 0);
    }

    #[test]
    fn dependencies_of_dependencies_are_found() {
        let edges = BTreeMap::from([("a", vec!["b"]), ("b", vec!["c"]), ("c", vec![])]);
        let names = BTreeMap::from([("a", "own"), ("b", "middle"), ("c", "curl")]);
        assert!(reachable("a", &edges, &names).contains("curl"));
    }
}
