//! A Qdrant server, by its REST API.
//!
//! The words of a kind are a sparse vector, ranked by the server with its own knowledge of how rare each is (`idf`).
//! A collection has vectors of one size for ever: so what a kind means is in a collection for each model beside it,
//! and users without that model find what the others learned all the same.
//!
//! The API has no transactions: what is gone is deleted before what was learned is written, so that a write that
//! breaks off leaves less than there was, never something wrong.

mod points;
mod rest;

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{Cluster, Kind};
use super::fusion::fuse;
use super::{Entry, Fit, Found, Query, Scanned, Server, Store, Terms, Vector, candidates};
use crate::agent::Failure;
use rest::Rest;

/// Points of one request: a few hundred kilobytes.
const BATCH: usize = 100;

/// The store on a server.
pub struct Qdrant {
    rest: Rest,
    collection: String,
}

impl Qdrant {
    /// On this server; nothing is connected to yet.
    ///
    /// # Errors
    ///
    /// If what is set is no address, or the certificates cannot be read.
    pub fn at(server: Server) -> Result<Self, Failure> {
        Ok(Self { collection: server.collection.clone(), rest: Rest::new(server)? })
    }

    /// Where the meanings by one model are.
    fn meanings(&self, model: &str) -> String {
        let plain =
            model.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
        format!("{}{}", self.meanings_prefix(), plain.collect::<String>())
    }

    fn meanings_prefix(&self) -> String {
        format!("{}-meaning-", self.collection)
    }

    /// Makes a collection if it is not there, indexed by cluster.
    async fn prepare(&self, collection: &str, vectors: Value) -> Result<(), Failure> {
        if self.rest.get(&format!("collections/{collection}")).await?.is_some() {
            return Ok(());
        }
        // Another may have made it meanwhile.
        self.rest.put_new(&format!("collections/{collection}"), &vectors).await?;
        let index = json!({"field_name": "cluster", "field_schema": "keyword"});
        self.rest.put(&format!("collections/{collection}/index?wait=true"), &index).await
    }

    /// Takes points out of the collection and all collections of meanings.
    async fn delete(&self, ids: &[String]) -> Result<(), Failure> {
        let list = self.rest.get("collections").await?.unwrap_or_default();
        let names =
            list["collections"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
        let prefix = self.meanings_prefix();
        for name in names.filter(|name| *name == self.collection || name.starts_with(&prefix)) {
            for ids in ids.chunks(BATCH) {
                let path = format!("collections/{name}/points/delete?wait=true");
                self.rest.post(&path, &json!({ "points": ids })).await?;
            }
        }
        Ok(())
    }

    async fn upsert(&self, collection: &str, points: &[Value]) -> Result<(), Failure> {
        for points in points.chunks(BATCH) {
            let path = format!("collections/{collection}/points?wait=true");
            self.rest.put(&path, &json!({ "points": points })).await?;
        }
        Ok(())
    }

    /// All points of a filter, with these parts of what they hold.
    async fn scroll(&self, filter: &Value, parts: &Value) -> Result<Vec<Value>, Failure> {
        /// Points of a page.
        const PAGE: usize = 256;
        let mut points = Vec::new();
        let mut offset = Value::Null;
        loop {
            let body = json!({"filter": filter, "limit": PAGE, "offset": offset, "with_payload": parts});
            let path = format!("collections/{}/points/scroll", self.collection);
            let Some(mut page) = self.rest.post(&path, &body).await? else { return Ok(points) };
            if let Value::Array(found) = page["points"].take() {
                points.extend(found.into_iter().map(|mut point| point["payload"].take()));
            }
            offset = page["next_page_offset"].take();
            if offset.is_null() {
                return Ok(points);
            }
        }
    }

    /// The ids of what a query finds in a collection, best first, with what they hold.
    async fn nearest(&self, collection: &str, body: Value) -> Result<Vec<(String, Value)>, Failure> {
        let answer = self.rest.post(&format!("collections/{collection}/points/query"), &body).await?;
        Ok(points::with_ids(answer.map(|mut answer| answer["points"].take())))
    }

    async fn by_words(
        &self,
        terms: &Terms,
        filter: &Value,
        most: usize,
    ) -> Result<Vec<(String, Found)>, Failure> {
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let body = json!({
            "query": points::sought(terms), "using": points::WORDS, "filter": filter, "limit": most,
            "with_payload": true,
        });
        let hits = self.nearest(&self.collection, body).await?;
        let mut found = Vec::new();
        for (id, payload) in hits {
            let hit = points::read(&payload, Fit::SomeTerms)?;
            let fit = if points::says_all(&hit.learned, terms) { Fit::EveryTerm } else { Fit::SomeTerms };
            found.push((id, Found { fit, ..hit }));
        }
        // It keeps the order of those that are alike.
        found.sort_by_key(|(_, found)| found.fit);
        Ok(found)
    }

    async fn by_meaning(
        &self,
        meaning: &Vector,
        filter: &Value,
        most: usize,
    ) -> Result<Vec<String>, Failure> {
        let body = json!({"query": meaning.values, "filter": filter, "limit": most, "with_payload": false});
        let hits = self.nearest(&self.meanings(&meaning.model), body).await?;
        Ok(hits.into_iter().map(|(id, _)| id).collect())
    }

    /// What points of these ids hold, found by their meaning alone.
    async fn fetch(&self, ids: &[&str]) -> Result<HashMap<String, Found>, Failure> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let body = json!({"ids": ids, "with_payload": true});
        let answer = self.rest.post(&format!("collections/{}/points", self.collection), &body).await?;
        let points = points::with_ids(answer).into_iter();
        points.map(|(id, payload)| Ok((id, points::read(&payload, Fit::Meaning)?))).collect()
    }
}

#[async_trait]
impl Store for Qdrant {
    async fn replace(&self, cluster: &Cluster, learned: &[Entry], gone: &[Kind]) -> Result<(), Failure> {
        let words = json!({"vectors": {}, "sparse_vectors": {points::WORDS: {"modifier": "idf"}}});
        self.prepare(&self.collection, words).await?;
        let id = cluster.id();
        let kinds = gone.iter().chain(learned.iter().map(|entry| &entry.learned.kind));
        let ids: Vec<String> = kinds.map(|kind| points::id(&id, kind)).collect();
        if !ids.is_empty() {
            self.delete(&ids).await?;
        }
        let mut meanings: HashMap<&str, Vec<Value>> = HashMap::new();
        for entry in learned {
            if let Some(meaning) = &entry.meaning {
                let point = json!({
                    "id": points::id(&id, &entry.learned.kind), "vector": meaning.values,
                    "payload": {"cluster": id},
                });
                meanings.entry(&meaning.model).or_default().push(point);
            }
        }
        for (model, points) in meanings {
            let size = points[0]["vector"].as_array().map_or(0, Vec::len);
            let collection = self.meanings(model);
            let vectors = json!({"vectors": {"size": size, "distance": "Cosine"}});
            self.prepare(&collection, vectors).await?;
            self.upsert(&collection, &points).await?;
        }
        let points: Vec<Value> =
            learned.iter().map(|entry| points::point(cluster, &id, &entry.learned)).collect();
        self.upsert(&self.collection, &points).await?;
        let renamed = json!({"payload": {"context": cluster.context}, "filter": points::filter(Some(&[id]))});
        let path = format!("collections/{}/points/payload?wait=true", self.collection);
        self.rest.post(&path, &renamed).await.map(drop)
    }

    async fn search(&self, query: &Query) -> Result<Vec<Found>, Failure> {
        let clusters: Option<Vec<String>> =
            query.clusters.as_ref().map(|clusters| clusters.iter().map(Cluster::id).collect());
        if clusters.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let filter = points::filter(clusters.as_deref());
        if query.terms.is_empty() && query.meaning.is_none() {
            let all = self.scroll(&filter, &json!(true)).await?;
            let read = all.iter().map(|payload| points::read(payload, Fit::EveryTerm));
            let mut found: Vec<Found> = read.collect::<Result<_, _>>()?;
            found.sort_by_cached_key(|found| (found.cluster.context.clone(), found.learned.kind.to_string()));
            found.truncate(query.limit);
            return Ok(found);
        }
        let most = candidates(query.limit);
        let (by_words, by_meaning) = tokio::join!(self.by_words(&query.terms, &filter, most), async {
            match &query.meaning {
                Some(meaning) => self.by_meaning(meaning, &filter, most).await,
                None => Ok(Vec::new()),
            }
        });
        let (by_words, by_meaning) = (by_words?, by_meaning?);
        let words: Vec<&str> = by_words.iter().map(|(id, _)| id.as_str()).collect();
        let ranked = fuse(&[words.clone(), by_meaning.iter().map(String::as_str).collect()]);
        let ranked = &ranked[..ranked.len().min(query.limit)];
        let others: Vec<&str> = ranked.iter().filter(|id| !words.contains(id)).copied().collect();
        let mut found = self.fetch(&others).await?;
        found.extend(by_words.iter().cloned());
        Ok(ranked.iter().filter_map(|id| found.remove(*id)).collect())
    }

    async fn keys(&self, cluster: &Cluster) -> Result<Vec<(Kind, String)>, Failure> {
        let filter = points::filter(Some(&[cluster.id()]));
        let points = self.scroll(&filter, &json!({"include": ["learned"]})).await?;
        let learned = points.iter().map(points::learned);
        let mut keys: Vec<(Kind, String)> = learned
            .map(|learned| learned.map(|learned| (learned.kind, learned.key)))
            .collect::<Result<_, Failure>>()?;
        keys.sort_by_cached_key(|(kind, _)| kind.to_string());
        Ok(keys)
    }

    async fn clusters(&self) -> Result<Vec<Scanned>, Failure> {
        let parts = json!({"include": ["cluster", "context", "server", "learned_at"]});
        let mut scanned: HashMap<String, Scanned> = HashMap::new();
        for payload in self.scroll(&points::filter(None), &parts).await? {
            let (id, cluster, learned_at) = points::cluster(&payload)?;
            let known =
                scanned.entry(id).or_insert(Scanned { cluster, kinds: 0, learned_at: Timestamp::MIN });
            known.kinds += 1;
            known.learned_at = known.learned_at.max(learned_at);
        }
        let mut scanned: Vec<Scanned> = scanned.into_values().collect();
        scanned.sort_by(|a, b| {
            (&a.cluster.context, &a.cluster.server).cmp(&(&b.cluster.context, &b.cluster.server))
        });
        Ok(scanned)
    }
}

#[cfg(test)]
mod tests;
