//! A run asks for no memory once its workspace has grown to the size of the raid.

#![expect(
    unsafe_code,
    reason = "an allocator that counts has an unsafe signature"
)]

#[expect(dead_code, reason = "the validation cases use the rest")]
#[path = "validation/bench.rs"]
mod bench;

use bench::{LON_DEG, Model, south};
use cupola_raid::Workspace;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The system's allocator, counting what is asked of it while told to.
struct Counting;

static WATCHING: AtomicBool = AtomicBool::new(false);
static ASKED: AtomicU64 = AtomicU64::new(0);

fn count() {
    if WATCHING.load(Ordering::Relaxed) {
        ASKED.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` or `realloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the pointer came from `alloc` or `realloc` above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_warm_workspace_asks_for_no_memory() {
    // Tracks, links, waiting for channels and missiles, reload, misses that fall, debris, ledger.
    let sites = [0.0, 20.0, 45.0].map(|km| (format!("at{km}"), south(km), LON_DEG));
    let model = Model {
        p: 0.5,
        sites: sites.to_vec(),
        waves: vec![(40, 10.0), (30, 2.0)],
        more: "[existing_defence]\nnation = \"UA\"\nbelief_share = 1\naim_share = 0.2\narea_weight = 1\n\
               alarm_delay_min = 0\n[existing_defence.path.cruise]\nkilled_share = 0.3\nraid_rho = 0.1\n"
            .to_owned(),
        ..Model::radial()
    };
    let field = model
        .system(&[("fire_control.channels", 2.0), ("launcher.launchers", 3.0)])
        .system(&[
            ("launcher.loads_in_stock", 2.0),
            ("launcher.reload_min", 2.0),
        ])
        .system(&[("missile.self_destruct_share", 0.5)])
        .build();
    let night = field.night();
    let mut workspace = Workspace::default();
    let mut fired = 0;
    // The first time grows the memory, the second shows that it is enough.
    for warm in [false, true] {
        WATCHING.store(warm, Ordering::Relaxed);
        night.play_in(&mut workspace, 0, 300, false, |log| fired += log.spent[0]);
        WATCHING.store(false, Ordering::Relaxed);
    }
    assert!(fired > 1000, "{fired}");
    assert_eq!(
        ASKED.load(Ordering::Relaxed),
        0,
        "requests for memory in 300 warm runs"
    );
}
