//! The order in which things happen in one raid.
//!
//! Events leave the queue by `(time, sequence)`. Two events at the same millisecond happen in the
//! order they were scheduled, so a run is one story however often it is told.
//!
//! Invariants: time never goes back; nothing here draws random numbers.

use cupola_units::SimTime;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Something that happens to a threat or a fire unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A unit may try to engage a threat it has a track on.
    Engage { unit: u16, threat: u16 },
    /// Missiles meet a threat.
    Intercept { shot: u32 },
    /// The outcome of a shot is known.
    Assess { shot: u32 },
    /// A unit has a channel free again.
    ChannelFree { unit: u16 },
    /// A launcher is reloaded.
    Reload { unit: u16 },
    /// Means over an area meet a threat.
    Pass { pass: u32 },
    /// A unit's link fails or works again.
    Link { unit: u16 },
    /// A unit is lost.
    UnitLost { unit: u16 },
    /// The command post is lost.
    PostLost,
    /// The threat's flight ends, unless it was shot down before.
    End { threat: u16 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    time: SimTime,
    sequence: u32,
    event: Event,
}

impl Ord for Entry {
    // Reversed, since the heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.time, other.sequence).cmp(&(self.time, self.sequence))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Events to come; its memory is kept from run to run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Entry>,
    next: u32,
}

impl Queue {
    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.next = 0;
    }

    pub(crate) fn push(&mut self, time: SimTime, event: Event) {
        self.heap.push(Entry {
            time,
            sequence: self.next,
            event,
        });
        self.next += 1;
    }

    pub(crate) fn pop(&mut self) -> Option<(SimTime, Event)> {
        self.heap.pop().map(|entry| (entry.time, entry.event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_times_leave_in_the_order_they_came() {
        let mut queue = Queue::default();
        for unit in 0..5 {
            queue.push(SimTime(7), Event::Reload { unit });
        }
        queue.push(SimTime(3), Event::Reload { unit: 9 });
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        let units: Vec<u16> = order
            .iter()
            .map(|(_, event)| match event {
                Event::Reload { unit } => *unit,
                _ => unreachable!(),
            })
            .collect();
        assert_eq!(units, [9, 0, 1, 2, 3, 4]);
    }
}
