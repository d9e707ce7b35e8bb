//! Watches: what happens to objects, one JSON document a line, until the client leaves.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use hyper::body::{Bytes, Frame};
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use crate::list::is_asked;
use crate::query::Query;
use crate::route;
use crate::selectors::Selectors;
use crate::status::Refusal;
use crate::store::{Event, Store};
use crate::table::Form;

/// How long a watch lasts that does not say so.
const LIFETIME: Duration = Duration::from_secs(1800);

/// A watch.
pub(crate) struct Watch {
    store: Arc<Store>,
    asked: route::Objects,
    selectors: Selectors,
    form: Form,
    bookmarks: bool,
    end: Instant,
    revisions: Receiver<u64>,
    seen: u64,
    waiting: VecDeque<Value>,
    is_over: bool,
}

impl Watch {
    /// A watch that begins where the query says: now, or behind a revision.
    pub(crate) fn new(
        store: Arc<Store>,
        asked: route::Objects,
        query: &Query,
        form: Form,
    ) -> Result<Self, Refusal> {
        let lifetime = query.number("timeoutSeconds").map_or(LIFETIME, Duration::from_secs);
        let mut watch = Self {
            selectors: Selectors::of(query)?,
            revisions: store.revisions(),
            store,
            asked,
            form,
            bookmarks: query.is("allowWatchBookmarks"),
            end: Instant::now() + lifetime,
            seen: 0,
            waiting: VecDeque::new(),
            is_over: false,
        };
        match query.number("resourceVersion").filter(|revision| *revision > 0) {
            Some(revision) => watch.seen = revision,
            None => watch.begin(),
        }
        Ok(watch)
    }

    /// The lines.
    pub(crate) fn lines(self) -> impl Stream<Item = io::Result<Frame<Bytes>>> + Send {
        stream::unfold(self, |mut watch| async {
            let line = watch.next().await?;
            Some((Ok(Frame::data(Bytes::from(format!("{line}\n")))), watch))
        })
    }

    /// Tells what there is, as if it were new.
    fn begin(&mut self) {
        let (revision, objects) = self.store.current();
        self.seen = revision;
        let there =
            objects.iter().filter(|(key, object)| is_asked(key, &self.asked) && self.selectors.take(object));
        let added: Vec<_> = there.map(|(_, object)| self.told("ADDED", object)).collect();
        self.waiting.extend(added);
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(told) = self.waiting.pop_front() {
                return Some(told);
            }
            if self.is_over {
                return None;
            }
            self.revisions.mark_unchanged();
            let Some(events) = self.store.since(self.seen) else {
                self.is_over = true;
                return Some(json!({"type": "ERROR", "object": Refusal::too_old().body()}));
            };
            self.seen = events.last().map_or(self.seen, |event| event.revision);
            let told: Vec<_> = events.iter().filter_map(|event| self.event(event)).collect();
            self.waiting.extend(told);
            if self.waiting.is_empty() && !self.changed().await {
                self.is_over = true;
                self.waiting.extend(self.bookmarks.then(|| self.bookmark()));
            }
        }
    }

    /// Waits for a change; false when the time of the watch is over.
    async fn changed(&mut self) -> bool {
        tokio::time::timeout_at(self.end, self.revisions.changed()).await.is_ok_and(|changed| changed.is_ok())
    }

    /// An event as this watch sees it: what is selected no longer is gone.
    fn event(&self, event: &Event) -> Option<Value> {
        if !is_asked(&event.key, &self.asked) {
            return None;
        }
        let was = event.before.as_ref().is_some_and(|before| self.selectors.take(before));
        let is = event.kind != "DELETED" && self.selectors.take(&event.object);
        let kind = match (was, is) {
            (false, false) => return None,
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
        };
        Some(self.told(kind, &event.object))
    }

    fn told(&self, kind: &str, object: &Value) -> Value {
        json!({"type": kind, "object": self.form.object(self.asked.resource, object)})
    }

    fn bookmark(&self) -> Value {
        let resource = self.asked.resource;
        json!({"type": "BOOKMARK", "object": {
            "apiVersion": resource.api_version(), "kind": resource.kind,
            "metadata": {"resourceVersion": self.seen.to_string()},
        }})
    }
}
