//! Agents side by side: all bid at once, one wins.
//!
//! The first certain claim ends the race and the other bids are dropped. Without one, the best bid that came in
//! before the deadline wins; without any bid nobody does, and the question is the general agent's. An agent
//! that is slow or hangs costs at most the deadline.

use std::sync::Arc;
use std::time::Duration;

use agents::{Agent, Bid, Question};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

/// How long agents may think about a bid.
pub const DEADLINE: Duration = Duration::from_millis(50);

/// How long they may where nobody else could answer: on a busy machine a kubeconfig is not read at once.
pub const LAST_RESORT: Duration = Duration::from_secs(1);

/// The agent whose question this is, if it is one's of these.
pub async fn race(
    agents: &[Arc<dyn Agent>],
    question: &Question,
    deadline: Duration,
) -> Option<Arc<dyn Agent>> {
    let bid = |place: usize, agent: &Arc<dyn Agent>| {
        let agent = agent.clone();
        async move { (place, agent.bid(question).await, agent) }
    };
    let mut bids: FuturesUnordered<_> =
        agents.iter().enumerate().map(|(place, agent)| bid(place, agent)).collect();
    let timeout = tokio::time::sleep(deadline);
    tokio::pin!(timeout);
    let mut best: Option<(u8, usize, Arc<dyn Agent>)> = None;
    loop {
        let (place, bid, agent) = tokio::select! {
            biased;
            next = bids.next() => match next {
                Some(bid) => bid,
                None => break,
            },
            () = &mut timeout => break,
        };
        match bid {
            Bid::None => {}
            Bid::Certain => return Some(agent),
            Bid::Possible(score) => {
                let better = best.as_ref().is_none_or(|(best, at, _)| (score, *at) > (*best, place));
                if better {
                    best = Some((score, place, agent));
                }
            }
        }
    }
    best.map(|(_, _, agent)| agent)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use agents::{Answer, Context, Failure};
    use async_trait::async_trait;
    use tokio::time::{Instant, sleep};

    use super::*;

    /// Bids after some milliseconds; without a bid never.
    struct Scripted(&'static str, u64, Option<Bid>);

    #[async_trait]
    impl Agent for Scripted {
        fn name(&self) -> &'static str {
            self.0
        }

        async fn bid(&self, _: &Question) -> Bid {
            sleep(Duration::from_millis(self.1)).await;
            match self.2 {
                Some(bid) => bid,
                None => pending().await,
            }
        }

        async fn run(&self, _: &Context) -> Result<Answer, Failure> {
            Ok(Answer::default())
        }
    }

    async fn winner(agents: Vec<Scripted>) -> (Option<&'static str>, u128) {
        let agents: Vec<Arc<dyn Agent>> = agents.into_iter().map(|agent| Arc::new(agent) as _).collect();
        let began = Instant::now();
        let winner = race(&agents, &Question::default(), DEADLINE).await;
        (winner.map(|agent| agent.name()), began.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_certain_claim_wins_at_once() {
        let agents = vec![
            Scripted("possible", 0, Some(Bid::Possible(9))),
            Scripted("late", 20, Some(Bid::Certain)),
            Scripted("first", 10, Some(Bid::Certain)),
            Scripted("hangs", 0, None),
        ];
        assert_eq!(winner(agents).await, (Some("first"), 10));
    }

    #[tokio::test(start_paused = true)]
    async fn the_best_bid_wins_at_the_deadline_and_the_first_of_equals() {
        let agents = vec![
            Scripted("low", 0, Some(Bid::Possible(1))),
            Scripted("b", 5, Some(Bid::Possible(7))),
            Scripted("a", 1, Some(Bid::Possible(7))),
            Scripted("too late", 60, Some(Bid::Certain)),
        ];
        assert_eq!(winner(agents).await, (Some("b"), 50));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_bid_nobody_wins_as_soon_as_all_have_spoken() {
        let agents = vec![Scripted("a", 2, Some(Bid::None)), Scripted("b", 3, Some(Bid::None))];
        assert_eq!(winner(agents).await, (None, 3));
        assert_eq!(winner(vec![]).await, (None, 0));
        assert_eq!(winner(vec![Scripted("hangs", 0, None)]).await, (None, 50));
    }
}
