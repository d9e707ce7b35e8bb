//! The items that wait: which come next, and which of them go together.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::{Item, Limits};

/// An item that waits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry<T> {
    /// Its place among all.
    pub(super) index: usize,
    pub(super) item: Item<T>,
    /// Attempts that failed.
    pub(super) attempts: u32,
    /// Not before.
    pub(super) ready: Instant,
    /// It shares no request.
    pub(super) alone: bool,
}

/// The queue.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    entries: VecDeque<Entry<T>>,
    limits: Limits,
}

impl<T> Waiting<T> {
    pub(super) fn new(items: impl IntoIterator<Item = Item<T>>, limits: Limits, now: Instant) -> Self {
        let entry = |(index, item)| Entry { index, item, attempts: 0, ready: now, alone: false };
        Self { entries: items.into_iter().enumerate().map(entry).collect(), limits }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The places of the items that wait.
    pub(super) fn indices(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().map(|entry| entry.index)
    }

    /// When the first is ready.
    pub(super) fn next(&self) -> Option<Instant> {
        self.entries.iter().map(|entry| entry.ready).min()
    }

    /// Takes what goes into the next request of a server that does `window` at once: an item, and small ones with
    /// it as long as all servers' hands stay full, or without regard to that where requests are few.
    pub(super) fn take(&mut self, now: Instant, hands: usize, is_limited: bool) -> Vec<Entry<T>> {
        let Some(first) = self.entries.iter().position(|entry| entry.ready <= now) else { return Vec::new() };
        // A half of each hand's share: so it ends with single ones, and no hand waits for another's batch.
        let share = self.entries.len() / (2 * hands.max(1));
        let together = if is_limited { self.limits.together } else { share.min(self.limits.together) };
        let mut taken: Vec<Entry<T>> = self.entries.remove(first).into_iter().collect();
        let may_share = |entry: &Entry<T>, small: usize| !entry.alone && entry.item.size <= small;
        if !taken.iter().all(|entry| may_share(entry, self.limits.small)) {
            return taken;
        }
        let (mut size, mut place) = (taken.iter().map(|entry| entry.item.size).sum::<usize>(), first);
        while taken.len() < together && place < self.entries.len() {
            let entry = &self.entries[place];
            let fits = size + entry.item.size <= self.limits.request;
            if entry.ready <= now && may_share(entry, self.limits.small) && fits {
                size += entry.item.size;
                taken.extend(self.entries.remove(place));
            } else {
                place += 1;
            }
        }
        taken
    }

    /// Puts an item back as the next.
    pub(super) fn put_first(&mut self, entry: Entry<T>) {
        self.entries.push_front(entry);
    }

    /// Puts an item behind all others.
    pub(super) fn put_last(&mut self, entry: Entry<T>) {
        self.entries.push_back(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { at_once: 10, together: 4, small: 10, request: 25 };

    fn take_all(sizes: &[usize], hands: usize, is_limited: bool) -> Vec<Vec<usize>> {
        let items = sizes.iter().map(|size| Item { value: (), size: *size });
        let mut waiting = Waiting::new(items, LIMITS, Instant::now());
        let mut all = Vec::new();
        while waiting.len() > 0 {
            let taken = waiting.take(Instant::now(), hands, is_limited);
            all.push(taken.iter().map(|entry| entry.index).collect());
        }
        all
    }

    #[tokio::test(start_paused = true)]
    async fn small_items_go_together_while_there_are_enough_for_all() {
        assert_eq!(take_all(&[5; 7], 1, false), [vec![0, 1, 2], vec![3, 4], vec![5], vec![6]]);
        assert_eq!(take_all(&[5; 3], 10, false), [[0], [1], [2]]);
        // By their sizes: a large one goes alone, and a request has its own size.
        assert_eq!(take_all(&[9, 50, 9, 9], 1, true), [vec![0, 2], vec![1], vec![3]]);
        // Where the server counts requests, each takes as much as it can.
        assert_eq!(take_all(&[5; 7], 10, true), [vec![0, 1, 2, 3], vec![4, 5, 6]]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_ready_holds_nobody_up() {
        let now = Instant::now();
        let items = (0..3).map(|value| Item { value, size: 90 });
        let mut waiting = Waiting::new(items, LIMITS, now);
        let mut first = waiting.take(now, 1, false).remove(0);
        first.ready = now + std::time::Duration::from_secs(9);
        waiting.put_first(first);
        assert_eq!(waiting.take(now, 1, false)[0].index, 1);
        assert_eq!(waiting.take(now, 1, false)[0].index, 2);
        assert!(waiting.take(now, 1, false).is_empty());
        assert_eq!(waiting.next(), Some(now + std::time::Duration::from_secs(9)));
    }
}
