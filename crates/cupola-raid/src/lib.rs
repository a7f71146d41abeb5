//! One raid against one defence, event by event.
