//! What a cluster holds: objects, their revisions, and what happened to them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

use crate::resources::{self, Resource};

/// Where an object is. Objects are in the order of a server: by resource, namespace, name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) resource: &'static Resource,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// Objects at one revision.
pub(crate) type Objects = BTreeMap<Key, Arc<Value>>;

/// What happened to an object.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) revision: u64,
    /// `ADDED`, `MODIFIED`, `DELETED`.
    pub(crate) kind: &'static str,
    pub(crate) key: Key,
    pub(crate) object: Arc<Value>,
    /// What was in its place.
    pub(crate) before: Option<Arc<Value>>,
}

/// The objects of a cluster.
pub(crate) struct Store {
    state: Mutex<State>,
    revisions: watch::Sender<u64>,
}

struct State {
    revision: u64,
    /// The first revision from which a watch can go on.
    oldest: u64,
    objects: Arc<Objects>,
    history: VecDeque<Event>,
    /// What lists that are read in pages began with.
    snapshots: BTreeMap<u64, Arc<Objects>>,
}

/// The revision of a new cluster: an empty one or zero means "any" to clients.
pub(crate) const FIRST: u64 = 1000;

impl Store {
    /// A cluster with these objects; of those of one kind and name the last counts.
    pub(crate) fn new(objects: &[Arc<Value>]) -> Self {
        let placed = objects.iter().map(|object| (Key::of(object), object.clone()));
        let state = State {
            revision: FIRST,
            oldest: FIRST,
            objects: Arc::new(placed.collect()),
            history: VecDeque::new(),
            snapshots: BTreeMap::new(),
        };
        Self { state: Mutex::new(state), revisions: watch::Sender::new(FIRST) }
    }

    /// The objects and their revision.
    pub(crate) fn current(&self) -> (u64, Arc<Objects>) {
        let state = self.lock();
        (state.revision, state.objects.clone())
    }

    /// An object.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Value>> {
        self.lock().objects.get(key).cloned()
    }

    /// Keeps a revision for the pages that follow.
    pub(crate) fn keep(&self, revision: u64, objects: Arc<Objects>) {
        self.lock().snapshots.insert(revision, objects);
    }

    /// The objects as they were, if that is still known.
    pub(crate) fn at(&self, revision: u64) -> Option<Arc<Objects>> {
        let state = self.lock();
        if revision == state.revision {
            Some(state.objects.clone())
        } else {
            state.snapshots.get(&revision).cloned()
        }
    }

    /// What happened since, if that is still known.
    pub(crate) fn since(&self, revision: u64) -> Option<Vec<Event>> {
        let state = self.lock();
        let events = || state.history.iter().filter(|event| event.revision > revision).cloned().collect();
        (revision >= state.oldest).then(events)
    }

    /// The revision as it changes.
    pub(crate) fn revisions(&self) -> watch::Receiver<u64> {
        self.revisions.subscribe()
    }

    /// Puts an object; returns it as it is kept.
    pub(crate) fn put(&self, mut object: Value) -> Arc<Value> {
        let key = Key::of(&object);
        let mut state = self.lock();
        state.revision += 1;
        object["metadata"]["resourceVersion"] = state.revision.to_string().into();
        let object = Arc::new(object);
        let before = Arc::make_mut(&mut state.objects).insert(key.clone(), object.clone());
        let kind = if before.is_some() { "MODIFIED" } else { "ADDED" };
        let revision = state.revision;
        self.happened(state, Event { revision, kind, key, object: object.clone(), before });
        object
    }

    /// Takes an object away.
    pub(crate) fn remove(&self, key: &Key) -> Option<Arc<Value>> {
        let mut state = self.lock();
        let before = Arc::make_mut(&mut state.objects).remove(key)?;
        state.revision += 1;
        let revision = state.revision;
        let mut object = (*before).clone();
        object["metadata"]["resourceVersion"] = revision.to_string().into();
        let (key, object) = (key.clone(), Arc::new(object));
        let event = Event { revision, kind: "DELETED", key, object: object.clone(), before: Some(before) };
        self.happened(state, event);
        Some(object)
    }

    /// Forgets what was: pages and watches that began before must begin anew.
    pub(crate) fn compact(&self) {
        let mut state = self.lock();
        state.revision += 1;
        state.oldest = state.revision;
        state.history.clear();
        state.snapshots.clear();
        let revision = state.revision;
        drop(state);
        self.revisions.send_replace(revision);
    }

    fn happened(&self, mut state: MutexGuard<'_, State>, event: Event) {
        let revision = event.revision;
        state.history.push_back(event);
        drop(state);
        self.revisions.send_replace(revision);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    /// Where an object belongs; a kind that no cluster has is a defect of the test.
    pub(crate) fn of(object: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (api_version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        let resource = resources::by_kind(&api_version, &kind);
        let resource = resource.unwrap_or_else(|| panic!("no resource for {api_version} {kind}"));
        let metadata = &object["metadata"];
        Self { resource, namespace: text(&metadata["namespace"]), name: text(&metadata["name"]) }
    }
}
