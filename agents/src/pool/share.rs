//! Which server takes the next item: the fastest that may, unless a faster one would be done sooner even if the item
//! waited for it.

/// A server as far as that depends on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// Whether it may take an item now.
    pub(super) is_free: bool,
    /// How long it takes, in seconds; nothing while it was never tried.
    pub(super) latency: Option<f64>,
    /// How many it does at once.
    pub(super) window: usize,
}

/// The place of the server that is to take an item while this many wait.
pub(super) fn choose(candidates: &[Option<Candidate>], waiting: usize) -> Option<usize> {
    let known = |candidate: &Candidate| candidate.latency.unwrap_or(0.0);
    let there = || candidates.iter().enumerate().filter_map(|(place, it)| it.as_ref().map(|it| (place, it)));
    let by_latency = |a: &(usize, &Candidate), b: &(usize, &Candidate)| known(a.1).total_cmp(&known(b.1));
    let (place, best) = there().filter(|(_, candidate)| candidate.is_free).min_by(by_latency)?;
    let would_wait = |other: &Candidate| {
        let rounds = 1.0 + waiting as f64 / other.window.max(1) as f64;
        other.latency.is_some_and(|latency| latency * rounds < known(best))
    };
    let is_better_left = there().any(|(_, other)| !other.is_free && would_wait(other));
    (!is_better_left).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(is_free: bool, latency: Option<f64>) -> Option<Candidate> {
        Some(Candidate { is_free, latency, window: 10 })
    }

    #[test]
    fn the_fastest_takes_it_and_the_last_items_wait_for_it() {
        for (servers, waiting, expected) in [
            (vec![server(true, None), server(true, None)], 9, Some(0)),
            (vec![server(true, Some(5.0)), server(true, Some(2.0))], 9, Some(1)),
            // One that was never tried is to be.
            (vec![server(true, Some(5.0)), server(true, None)], 9, Some(1)),
            (vec![server(false, Some(2.0)), server(true, Some(5.0))], 100, Some(1)),
            (vec![server(false, Some(2.0)), server(true, Some(5.0))], 5, None),
            (vec![None, server(true, Some(5.0))], 0, Some(1)),
            (vec![server(false, Some(2.0))], 5, None),
            (vec![], 5, None),
        ] {
            assert_eq!(choose(&servers, waiting), expected, "{servers:?} {waiting}");
        }
    }
}
