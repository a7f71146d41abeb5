//! The `cupola` program.
fn main() {}
