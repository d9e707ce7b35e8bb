//! Benchmarks: see the files of this folder.
