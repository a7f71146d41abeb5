//! The SimPy side: started as a program of its own, its results compared with ours.

use crate::flat::Played;
use std::path::Path;
use std::process::{Command, Stdio};

/// Plays the stored raids in SimPy.
pub(crate) fn play(python: &str, folder: &Path, repeats: u32) -> Played {
    let output = Command::new(python)
        .arg(folder.join("peer_simpy.py"))
        .arg(folder.join("geometries.txt"))
        .arg(repeats.to_string())
        .stderr(Stdio::inherit())
        .output()
        .expect("the peer can be started");
    assert!(
        output.status.success(),
        "the peer failed: {}",
        output.status
    );
    let text = String::from_utf8(output.stdout).expect("the peer prints text");
    let list = |key: &str| numbers(&text, key);
    let (killed, leaked, fired) = (list("killed"), list("leaked"), list("fired"));
    Played {
        prepare_s: list("prepare_s")[0],
        play_s: list("play_s")[0],
        runs: (0..killed.len())
            .map(|i| [killed[i], leaked[i], fired[i]])
            .collect(),
    }
}

/// The numbers of one key of a flat JSON object.
fn numbers(text: &str, key: &str) -> Vec<f64> {
    let mark = format!("\"{key}\": ");
    let (_, rest) = text.split_once(&mark).expect("the peer names its results");
    let values = match rest.strip_prefix('[') {
        Some(list) => list.split(']').next(),
        None => rest.split([',', '}']).next(),
    };
    let values = values.unwrap_or_default().split(',');
    values
        .map(|number| number.trim().parse().expect("a number"))
        .collect()
}

/// Largest difference allowed between the two programs, set before looking: of means 1 % of the
/// threats, of standard deviations between and within raids 10 %.
const MEAN_TOLERANCE: f64 = 1.5;
const SD_TOLERANCE: f64 = 0.10;

/// Prints both sides and stops when they do not play the same raid.
pub(crate) fn compare(ours: &Played, peer: &Played) {
    let mut same = true;
    for (i, name) in ["killed", "leaked", "missiles fired"]
        .into_iter()
        .enumerate()
    {
        let (a, b) = (spread(ours, i), spread(peer, i));
        println!(
            "{:<34} {:>10.2} {:>12.2}",
            format!("{name}, mean"),
            a.0,
            b.0
        );
        println!(
            "{:<34} {:>10.2} {:>12.2}",
            format!("{name}, standard deviation"),
            a.1,
            b.1
        );
        same &= (a.0 - b.0).abs() <= MEAN_TOLERANCE && (a.1 / b.1 - 1.0).abs() <= SD_TOLERANCE;
    }
    println!(
        "{:<34} {:>10.1} {:>12.1}",
        "runs per processor second",
        ours.per_second(),
        peer.per_second()
    );
    let whole = |side: &Played| side.runs.len() as f64 / (side.play_s + side.prepare_s);
    println!(
        "{:<34} {:>10.1} {:>12.1}",
        "with preparation",
        whole(ours),
        whole(peer)
    );
    assert!(same, "the two programs do not play the same raid");
}

fn spread(side: &Played, which: usize) -> (f64, f64) {
    let n = side.runs.len() as f64;
    let mean = side.runs.iter().map(|run| run[which]).sum::<f64>() / n;
    let squares = side
        .runs
        .iter()
        .map(|run| (run[which] - mean) * (run[which] - mean));
    (mean, (squares.sum::<f64>() / (n - 1.0)).sqrt())
}
