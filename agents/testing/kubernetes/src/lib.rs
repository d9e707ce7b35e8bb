//! A Kubernetes API on loopback, over real HTTPS, for tests and benchmarks.
//!
//! It answers as an API server does as far as `kubectl` and `awesh` ask: discovery, lists in pages, tables, watches,
//! logs, changes with their dry runs, tokens and client certificates, refusals. And it fails as clusters do: slow,
//! silent, cut off, garbled, expired. It runs nothing: a pod is what was written about it, no controller acts.
//!
//! # Map
//!
//! A test describes each [`Cluster`] and starts them all with [`Clusters::start`], which writes the kubeconfig. Then
//! in the order a request meets them: `connection` speaks TLS and HTTP, `api` finds who asks and what must go wrong,
//! `route` what is asked for; `discovery` and `openapi` say what there is; `list`, `watch`, `table` and `logs`
//! show what the `store` holds, `change` and `merge` alter it; `status` words every refusal.
//!
//! # Invariants
//!
//! * Everything ends with [`Clusters`]: threads, sockets, files.
//! * What is open and what is being answered is counted ([`Counts`]), so that a test needs no clock to see that
//!   many calls ran at once or that nothing is left.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answer;
mod api;
mod certificates;
mod change;
mod cluster;
mod clusters;
mod connection;
mod counts;
mod custom;
mod discovery;
mod faults;
mod generate;
mod kubeconfig;
mod list;
mod logs;
mod merge;
mod openapi;
mod query;
mod resources;
mod route;
mod selectors;
mod status;
mod store;
mod table;
mod watch;

pub use cluster::{Certificate, Cluster, Credential, Reach};
pub use clusters::Clusters;
pub use counts::{Counts, Request};
pub use faults::Fault;
