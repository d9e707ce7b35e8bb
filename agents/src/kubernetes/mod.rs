//! Kubernetes: every cluster of the kubeconfig, read at once.
//!
//! [`contexts`] says which clusters there are.

pub mod contexts;
