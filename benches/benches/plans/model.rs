//! What the steps of a deployment take, in seconds.
//!
//! Nobody has written the times down that the figures of old (1.34–1.45× by putting pairs of steps side by side) were
//! measured with. These are such that the same pairs gain as much here; so what is gained beyond that is gained by the
//! plan, in which each step waits for what it needs and for nothing else.

/// A step.
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// What it waits for in the plan.
    pub needs: &'static [&'static str],
    /// Which pair it is in.
    pub stage: usize,
    /// Whether nobody waits for it.
    pub is_background: bool,
}

const fn step(name: &'static str, stage: usize, needs: &'static [&'static str]) -> Step {
    Step { name, needs, stage, is_background: false }
}

/// The steps, in the order in which they run one after the other.
pub const STEPS: [Step; 10] = [
    step("port", 0, &[]),
    step("old", 0, &[]),
    step("pull", 1, &[]),
    step("config", 1, &["port"]),
    step("start", 2, &["pull", "port"]),
    step("health", 3, &["start"]),
    step("proxy", 3, &["config"]),
    step("switch", 4, &["health", "proxy"]),
    step("reload", 5, &["switch"]),
    Step { is_background: true, ..step("clean-up", 6, &["reload", "old"]) },
];

/// A deployment.
pub struct Case {
    /// What it is.
    pub name: &'static str,
    /// Where it goes, at once.
    pub regions: &'static [&'static str],
    /// What the steps take, in their order.
    pub took: [f64; 10],
}

/// The deployments.
pub const CASES: [Case; 4] = [
    Case {
        name: "first: a large pull, much to configure, nothing to clean up",
        regions: &["one"],
        took: [3.0, 2.0, 30.0, 14.0, 6.0, 15.0, 7.0, 1.0, 1.0, 0.0],
    },
    Case {
        name: "regular: some layers are new",
        regions: &["one"],
        took: [2.0, 2.0, 14.0, 3.0, 4.0, 8.0, 2.0, 1.0, 1.0, 5.0],
    },
    Case {
        name: "same image: nothing to pull",
        regions: &["one"],
        took: [2.0, 2.0, 2.0, 3.0, 4.0, 8.0, 2.0, 1.0, 1.0, 2.0],
    },
    Case {
        name: "regular, in two regions",
        regions: &["one", "two"],
        took: [2.0, 2.0, 14.0, 3.0, 4.0, 8.0, 2.0, 1.0, 1.0, 5.0],
    },
];
