//! Ctrl-C and a killed run: nothing half-written takes the output's name.

use crate::harness::Place;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

/// Starts a run far too long to finish, and waits until its raids are being played.
fn long_run(place: &Place) -> (Child, BufReader<std::process::ChildStderr>) {
    long(place, &["run", "small.toml"])
}

fn long(place: &Place, what: &[&str]) -> (Child, BufReader<std::process::ChildStderr>) {
    let size = ["--runs", "100000", "--out", "out", "--threads", "1"];
    let args: Vec<&str> = what.iter().chain(&size).copied().collect();
    let mut child = place
        .command(&args)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("raids") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended early");
    }
    (child, lines)
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
#[test]
fn ctrl_c_exits_130_and_leaves_nothing() {
    let place = Place::with_small();
    for name in ["-INT", "-TERM"] {
        let (mut child, mut rest) = long_run(&place);
        signal(&child, name);
        let mut said = String::new();
        rest.read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
        insta::assert_snapshot!("ctrl_c_says_that_nothing_was_left", said);
        assert_eq!(
            place.files("").into_keys().collect::<Vec<_>>(),
            ["small.toml"]
        );
    }
}

#[cfg(unix)]
#[test]
fn a_killed_run_leaves_the_old_answer_as_it_was() {
    let place = Place::with_small();
    place.good(&["run", "small.toml", "--runs", "8", "--out", "out"]);
    let before = place.files("out");
    let (mut child, _rest) = long_run(&place);
    signal(&child, "-KILL");
    assert_eq!(child.wait().unwrap().code(), None);
    crate::contracts::assert_same(&before, &place.files("out"));
    // What the killed run could not clear up does not stand in the way.
    place.good(&["run", "small.toml", "--runs", "8", "--out", "out"]);
    crate::contracts::assert_same(&before, &place.files("out"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_sweep_and_leaves_nothing() {
    let place = Place::with_small();
    let over = "--over=campaign.seed=1,2";
    let (mut child, mut rest) = long(&place, &["sweep", "small.toml", over]);
    signal(&child, "-INT");
    let mut said = String::new();
    rest.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert_eq!(
        place.files("").into_keys().collect::<Vec<_>>(),
        ["small.toml"]
    );
}
