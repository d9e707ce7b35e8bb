//! What is measured.

use crate::model::{dying, limited, steady};
use crate::model_server::Handle;

/// One case.
pub struct Case {
    /// Its name in the table.
    pub name: &'static str,
    /// The kinds of the cluster.
    pub kinds: usize,
    /// Starts the model servers that share the scan.
    pub servers: fn() -> Vec<Handle>,
    /// Whether the sequential form is measured, too.
    pub has_sequential: bool,
    /// Whether a second scan is measured, of what has not changed.
    pub is_repeated: bool,
}

/// All cases.
pub fn all() -> Vec<Case> {
    let scan =
        |name, kinds, servers| Case { name, kinds, servers, has_sequential: false, is_repeated: false };
    vec![
        Case { has_sequential: true, ..scan("66 kinds, 0.5 s each", 66, || vec![steady(500)]) },
        Case { has_sequential: true, ..scan("200 kinds, 0.5 s each", 200, || vec![steady(500)]) },
        scan("200 kinds, two accounts", 200, || vec![steady(500), steady(500)]),
        scan("66 kinds, a provider that allows 3 at a time (2 s each)", 66, || vec![limited(2000, 3)]),
        scan("200 kinds, two accounts, one dies half-way", 200, || vec![steady(500), dying(500, 50)]),
        Case { is_repeated: true, ..scan("200 kinds, unchanged: 0 requests", 200, || vec![steady(0)]) },
        scan("1,000 kinds, answered at once", 1000, || vec![steady(0)]),
    ]
}
