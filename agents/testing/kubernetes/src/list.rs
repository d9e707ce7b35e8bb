//! Lists, in pages.

use std::sync::Arc;

use serde_json::Value;

use crate::query::Query;
use crate::route;
use crate::selectors::Selectors;
use crate::status::Refusal;
use crate::store::{Key, Objects, Store};

/// One page of a list.
pub(crate) struct Page {
    pub(crate) revision: u64,
    pub(crate) items: Vec<Arc<Value>>,
    /// Where the next page begins.
    pub(crate) next: Option<String>,
    /// How many follow; unknown where only some are selected.
    pub(crate) remaining: Option<usize>,
}

/// The page that a query asks for, of at most `cap` items.
pub(crate) fn page(
    store: &Store,
    asked: &route::Objects,
    query: &Query,
    cap: Option<usize>,
) -> Result<Page, Refusal> {
    let selectors = Selectors::of(query)?;
    let (revision, objects, start) = match query.get("continue") {
        Some(token) => resume(store, token, asked)?,
        None => {
            let (revision, objects) = store.current();
            (revision, objects, key(asked, String::new(), String::new()))
        }
    };
    let limit = query.number("limit").filter(|limit| *limit > 0).into_iter().chain(cap).min();
    let mut matching = objects
        .range(start..)
        .take_while(|(key, _)| key.resource == asked.resource)
        .filter(|(key, object)| is_asked(key, asked) && selectors.take(object));
    let taken: Vec<_> = matching.by_ref().take(limit.unwrap_or(usize::MAX)).collect();
    let remaining = matching.count();
    let next = taken.last().filter(|_| remaining > 0).map(|(key, _)| token(revision, key));
    if next.is_some() {
        store.keep(revision, objects.clone());
    }
    let items = taken.into_iter().map(|(_, object)| object.clone()).collect();
    let is_selected = selectors != Selectors::default();
    Ok(Page { revision, items, next, remaining: (remaining > 0 && !is_selected).then_some(remaining) })
}

/// Whether a key is of what was asked for, selectors aside.
pub(crate) fn is_asked(key: &Key, asked: &route::Objects) -> bool {
    key.resource == asked.resource
        && asked.namespace.as_ref().is_none_or(|namespace| *namespace == key.namespace)
        && asked.name.as_ref().is_none_or(|name| *name == key.name)
}

fn key(asked: &route::Objects, namespace: String, name: String) -> Key {
    Key { resource: asked.resource, namespace, name }
}

/// Where the page behind an object begins.
fn token(revision: u64, key: &Key) -> String {
    format!("{revision}/{}/{}", key.namespace, key.name)
}

fn resume(store: &Store, token: &str, asked: &route::Objects) -> Result<(u64, Arc<Objects>, Key), Refusal> {
    let mut parts = token.splitn(3, '/');
    let mut part = || parts.next().ok_or_else(|| Refusal::bad_request("continue key is not valid"));
    let (revision, namespace, name) = (part()?, part()?.to_owned(), part()?);
    let revision = revision.parse().map_err(|_| Refusal::bad_request("continue key is not valid"))?;
    let objects = store.at(revision).ok_or_else(Refusal::expired)?;
    // The first that can follow.
    Ok((revision, objects, key(asked, namespace, format!("{name}\0"))))
}
