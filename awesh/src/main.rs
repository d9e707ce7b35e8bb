//! awesh.

fn main() {}
