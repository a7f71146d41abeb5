//! Raids per processor second: the production engine beside a SimPy model of the same raid.
//!
//! Started by `cargo xtask bench raid`, which hands over a Python with SimPy; the last line is JSON
//! with `ours`, `peer` and `ratio`. First the same 64 flat raids on both sides, mechanisms switched
//! off in the scenario, distributions compared; then every mechanism on; then size.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run says why and stops"
)]

mod clock;
mod flat;
mod full;
mod peer;

use std::path::Path;

/// Runs of every stored raid: ours, and the peer's unless told otherwise.
const OUR_REPEATS: u32 = 100;
const PEER_REPEATS: u32 = 4;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "bench/raid".to_owned());
    let python = arguments.next();
    let folder = Path::new(&folder);
    let raids = flat::read(&folder.join("geometries.txt"));
    let ours = flat::play(&raids, OUR_REPEATS);
    println!(
        "{:<34} {:>10} {:>12}",
        "64 flat raids, 150 threats × 40", "cupola", "SimPy"
    );
    let Some(python) = python else {
        println!("{}", ours.row("cupola alone"));
        flat::sizes(&raids);
        full::play();
        return;
    };
    let peer = peer::play(&python, folder, PEER_REPEATS);
    peer::compare(&ours, &peer);
    let sizes = flat::sizes(&raids);
    let (full, of_campaign) = full::play();
    let (us, them) = (ours.per_second(), peer.per_second());
    println!(
        "{{\"bench\":\"raid\",\"ours\":{us:.1},\"peer\":{them:.2},\"unit\":\"runs per processor second\",\
         \"peer_name\":\"SimPy\",\"ratio\":{:.1},\"every_mechanism\":{full:.1},\
         \"every_mechanism_with_geometry\":{of_campaign:.1},\"cost_exponent\":{sizes:.2}}}",
        us / them
    );
}
