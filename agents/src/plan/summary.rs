//! What a run came to: the steps that its time was made of, and the time that they would have taken one by one.

use std::time::Duration;

use super::graph::Graph;
use super::outcome::Fate;
use super::run::Run;

/// A summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How long it took until nothing was left but what runs in the background.
    pub took: Duration,
    /// How long it took with that.
    pub took_with_background: Duration,
    /// How long the steps of this run took, one after the other.
    pub one_by_one: Duration,
    /// The steps that `took` was made of, each with its time.
    pub critical_path: Vec<(usize, Duration)>,
}

impl Summary {
    /// Of a run.
    pub fn of(graph: &Graph, run: &Run) -> Self {
        let ended = |node: &usize| run.spans[*node].map(|(_, end)| end);
        let took = |node: usize| {
            run.spans[node].map_or(Duration::ZERO, |(began, ended)| ended.saturating_sub(began))
        };
        let in_front = (0..run.spans.len()).filter(|node| !graph.step(*node).background);
        let last = in_front.filter(|node| run.spans[*node].is_some()).max_by_key(ended);
        let mut critical_path = Vec::new();
        let mut at = last;
        while let Some(node) = at {
            critical_path.push((node, took(node)));
            let ran = graph.nodes[node].needs.iter().copied().filter(|need| run.spans[*need].is_some());
            at = ran.max_by_key(ended);
        }
        critical_path.reverse();
        Self {
            took: last.and_then(|node| ended(&node)).unwrap_or_default(),
            took_with_background: run.took,
            one_by_one: (0..run.spans.len()).map(took).sum(),
            critical_path,
        }
    }
}

impl Run {
    /// Whether every step is as it should be.
    pub fn is_success(&self) -> bool {
        self.unkept.is_none() && self.outcomes.iter().all(|outcome| outcome.fate.is_fine())
    }

    /// Whether a node is one that the run was about: not what cleans up, where there was nothing to clean up.
    pub fn is_of_interest(&self, graph: &Graph, node: usize) -> bool {
        !graph.nodes[node].is_clean_up || self.outcomes[node].is_run()
    }

    /// How many steps became what, in words: "8 steps: 7 done, 1 failed".
    pub fn counts(&self, graph: &Graph) -> String {
        let nodes: Vec<usize> =
            (0..self.outcomes.len()).filter(|node| self.is_of_interest(graph, *node)).collect();
        let words = [
            Fate::Succeeded,
            Fate::Failed(String::new()),
            Fate::Interrupted,
            Fate::Skipped(String::new()),
            Fate::NotRun(String::new()),
        ];
        let count = |fate: &Fate| {
            let count = nodes.iter().filter(|node| self.outcomes[**node].fate.word() == fate.word()).count();
            (count > 0).then(|| format!("{count} {}", fate.word()))
        };
        let steps = if nodes.len() == 1 { "1 step".to_owned() } else { format!("{} steps", nodes.len()) };
        format!("{steps}: {}", words.iter().filter_map(count).collect::<Vec<_>>().join(", "))
    }
}
