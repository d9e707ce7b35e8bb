//! Changes: create, update, patch, delete; and each of them as a dry run, which changes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::Method;
use jiff::{Timestamp, Unit};
use serde_json::{Value, json};

use crate::merge::{merge, strategic};
use crate::query::Query;
use crate::route;
use crate::status::Refusal;
use crate::store::{Key, Store};

/// What a client wants to be different.
pub(crate) struct Change<'a> {
    pub(crate) method: &'a Method,
    pub(crate) asked: &'a route::Objects,
    pub(crate) query: &'a Query,
    pub(crate) media_type: &'a str,
    pub(crate) body: Value,
}

impl Change<'_> {
    /// Makes the change; the status and what is sent back.
    pub(crate) fn make(self, store: &Store) -> Result<(u16, Arc<Value>), Refusal> {
        match (self.method, &self.asked.name) {
            (&Method::POST, None) => self.create(store),
            (&Method::PUT | &Method::PATCH, Some(name)) => self.alter(store, name),
            (&Method::DELETE, Some(name)) => self.delete(store, name),
            _ => Err(Refusal::method()),
        }
    }

    fn create(mut self, store: &Store) -> Result<(u16, Arc<Value>), Refusal> {
        self.complete()?;
        let prefix = self.body["metadata"]["generateName"].as_str().unwrap_or_default();
        if self.body["metadata"]["name"].is_null() {
            self.body["metadata"]["name"] = format!("{prefix}{}", unique()).into();
        }
        let key = Key::of(&self.body);
        if store.get(&key).is_some() {
            return Err(Refusal::exists(self.asked.resource, &key.name));
        }
        Ok((201, self.keep(store, born(self.body.clone()))))
    }

    fn alter(mut self, store: &Store, name: &str) -> Result<(u16, Arc<Value>), Refusal> {
        let key = self.key(name);
        let is_apply = self.media_type.starts_with("application/apply-patch");
        let Some(before) = store.get(&key) else {
            if !is_apply {
                return Err(Refusal::not_found(self.asked.resource, name));
            }
            self.complete()?;
            return Ok((201, self.keep(store, born(self.body.clone()))));
        };
        let after = self.altered(&before)?;
        let version = &self.body["metadata"]["resourceVersion"];
        if !version.is_null() && *version != before["metadata"]["resourceVersion"] {
            return Err(Refusal::conflict(self.asked.resource, name));
        }
        // A change that changes nothing is none.
        let kept = if after == *before { before } else { self.keep(store, next_generation(after, &before)) };
        let is_scale = self.asked.subresource.as_deref() == Some("scale");
        Ok((200, if is_scale { Arc::new(scale(&kept)) } else { kept }))
    }

    fn altered(&self, before: &Value) -> Result<Value, Refusal> {
        let mut after = before.clone();
        if self.asked.subresource.as_deref() == Some("scale") {
            merge(&mut after, &json!({"spec": {"replicas": self.body["spec"]["replicas"]}}));
        } else if *self.method == Method::PUT {
            after = self.body.clone();
            for field in ["uid", "creationTimestamp", "generation", "resourceVersion"] {
                after["metadata"][field] = before["metadata"][field].clone();
            }
        } else if self.media_type.starts_with("application/merge-patch") {
            merge(&mut after, &self.body);
        } else if self.media_type.starts_with("application/strategic-merge-patch")
            || self.media_type.starts_with("application/apply-patch")
        {
            strategic(&mut after, &self.body);
        } else {
            return Err(Refusal::media_type());
        }
        Ok(after)
    }

    fn delete(&self, store: &Store, name: &str) -> Result<(u16, Arc<Value>), Refusal> {
        let key = self.key(name);
        let gone = if self.is_dry_run() { store.get(&key) } else { store.remove(&key) };
        let gone = gone.ok_or_else(|| Refusal::not_found(self.asked.resource, name))?;
        let resource = self.asked.resource;
        let details = json!({
            "name": name, "group": resource.group, "kind": resource.plural, "uid": gone["metadata"]["uid"],
        });
        let success = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details,
        });
        Ok((200, Arc::new(success)))
    }

    /// Only tried: as the query says, or, of a delete, the body.
    fn is_dry_run(&self) -> bool {
        self.query.is_dry_run() || (*self.method == Method::DELETE && self.body["dryRun"] == json!(["All"]))
    }

    fn key(&self, name: &str) -> Key {
        let namespace = self.asked.namespace.clone().unwrap_or_default();
        Key { resource: self.asked.resource, namespace, name: name.to_owned() }
    }

    /// Adds to a new object what the path says of it.
    fn complete(&mut self) -> Result<(), Refusal> {
        let resource = self.asked.resource;
        let is_there =
            |field: &str, expected: &str| self.body[field].as_str().is_none_or(|it| it == expected);
        if !self.body.is_object()
            || !is_there("kind", resource.kind)
            || !is_there("apiVersion", &resource.api_version())
        {
            return Err(Refusal::bad_request(format!("the object is no {}", resource.kind)));
        }
        self.body["apiVersion"] = resource.api_version().into();
        self.body["kind"] = resource.kind.into();
        if let Some(namespace) = &self.asked.namespace {
            self.body["metadata"]["namespace"] = namespace.as_str().into();
        }
        if let Some(name) = &self.asked.name {
            self.body["metadata"]["name"] = name.as_str().into();
        }
        Ok(())
    }

    fn keep(&self, store: &Store, object: Value) -> Arc<Value> {
        if self.is_dry_run() { Arc::new(object) } else { store.put(object) }
    }
}

/// The scale of a workload.
pub(crate) fn scale(workload: &Value) -> Value {
    let (metadata, replicas) = (&workload["metadata"], &workload["spec"]["replicas"]);
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
        "spec": {"replicas": replicas}, "status": {"replicas": workload["status"]["replicas"].as_u64().unwrap_or(0)},
    })
}

fn born(mut object: Value) -> Value {
    let now = Timestamp::now().round(Unit::Second).unwrap();
    object["metadata"]["uid"] = format!("00000000-0000-4000-8000-{}", unique()).into();
    object["metadata"]["creationTimestamp"] = now.to_string().into();
    object["metadata"]["generation"] = 1.into();
    object
}

fn next_generation(mut after: Value, before: &Value) -> Value {
    if after["spec"] != before["spec"] {
        let generation = before["metadata"]["generation"].as_u64().unwrap_or(1);
        after["metadata"]["generation"] = (generation + 1).into();
    }
    after
}

fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}
