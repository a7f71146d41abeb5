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
    /// Some unit may try to engage a threat it has a track on.
    Engage { threat: u16 },
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

/// An event with its place in the order: its time, then how many were pushed before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    key: u64,
    event: Event,
}

impl Entry {
    /// Bits of the key that count events: sixteen million in a run.
    const COUNT_BITS: u32 = 24;
    /// Times from 17 years before the start of the raid, so that none is negative.
    const EARLIEST: i64 = -(1 << 39);

    fn new(time: SimTime, sequence: u32, event: Event) -> Self {
        let since = (time.0 - Self::EARLIEST).clamp(0, (1 << 40) - 1) as u64;
        let sequence = u64::from(sequence.min((1 << Self::COUNT_BITS) - 1));
        Self {
            key: since << Self::COUNT_BITS | sequence,
            event,
        }
    }

    fn time(self) -> SimTime {
        SimTime((self.key >> Self::COUNT_BITS).cast_signed() + Self::EARLIEST)
    }
}

impl Ord for Entry {
    // Reversed, since the heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Events to come; its memory is kept from run to run.
///
/// What is known before the first event leaves is most of all: it is sorted once, and only what is
/// pushed later goes through a heap, which so stays small.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    /// Known at the start, the last first once they are sorted.
    known: Vec<Entry>,
    sorted: bool,
    heap: BinaryHeap<Entry>,
    next: u32,
}

impl Queue {
    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.sorted = false;
        self.heap.clear();
        self.next = 0;
    }

    pub(crate) fn push(&mut self, time: SimTime, event: Event) {
        let entry = Entry::new(time, self.next, event);
        self.next += 1;
        if self.sorted {
            self.heap.push(entry);
        } else {
            self.known.push(entry);
        }
    }

    pub(crate) fn pop(&mut self) -> Option<(SimTime, Event)> {
        if !self.sorted {
            // Entries compare reversed, so the last is the earliest.
            self.known.sort_unstable();
            self.sorted = true;
        }
        let entry = if self.heap.peek() > self.known.last() {
            self.heap.pop()
        } else {
            self.known.pop()
        };
        entry.map(|entry| (entry.time(), entry.event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units_of(queue: &mut Queue) -> Vec<u16> {
        let events = std::iter::from_fn(|| queue.pop());
        let unit = |(_, event)| match event {
            Event::Reload { unit } => unit,
            _ => unreachable!(),
        };
        events.map(unit).collect()
    }

    #[test]
    fn equal_times_leave_in_the_order_they_came() {
        let mut queue = Queue::default();
        for unit in 0..5 {
            queue.push(SimTime(7), Event::Reload { unit });
        }
        queue.push(SimTime(3), Event::Reload { unit: 9 });
        assert_eq!(units_of(&mut queue), [9, 0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_comes_later_finds_its_place_among_what_was_known() {
        let mut queue = Queue::default();
        for (time, unit) in [(5, 0), (9, 1), (3, 2)] {
            queue.push(SimTime(time), Event::Reload { unit });
        }
        assert_eq!(queue.pop(), Some((SimTime(3), Event::Reload { unit: 2 })));
        queue.push(SimTime(9), Event::Reload { unit: 3 });
        queue.push(SimTime(4), Event::Reload { unit: 4 });
        assert_eq!(units_of(&mut queue), [4, 0, 1, 3]);
    }
}
