//! One request → its answer: who asks, what must go wrong, what is asked for.

use std::io;
use std::sync::Arc;

use futures_util::stream;
use http_body_util::BodyExt;
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use hyper::{Method, Request};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::answer::{self, Answer, document, refusal, whole};
use crate::change::{Change, scale};
use crate::cluster::Cluster;
use crate::custom;
use crate::discovery;
use crate::faults::{self, Fault};
use crate::list::page;
use crate::logs;
use crate::openapi;
use crate::query::Query;
use crate::resources;
use crate::route::{Objects, Target};
use crate::status::Refusal;
use crate::store::{Key, Store};
use crate::table::Form;
use crate::watch::Watch;

/// One cluster's API.
pub(crate) struct Api {
    pub(crate) cluster: Cluster,
    pub(crate) store: Arc<Store>,
    pub(crate) token: String,
    /// What lets held answers go.
    pub(crate) gate: Arc<Semaphore>,
}

impl Api {
    /// Answers, or breaks the connection.
    pub(crate) async fn answer(&self, request: Request<Incoming>, is_known: bool) -> io::Result<Answer> {
        tokio::time::sleep(self.cluster.latency).await;
        match faults::strike(&self.cluster.rules, request.uri().path()) {
            None => Ok(self.truthful(request, is_known).await),
            Some(Fault::Hold) => {
                self.gate.acquire().await.map_err(io::Error::other)?.forget();
                Ok(self.truthful(request, is_known).await)
            }
            Some(Fault::Status(code)) => Ok(refusal(&Refusal::of_status(code))),
            Some(Fault::Busy { retry_after }) => Ok(refusal(&Refusal::busy(retry_after))),
            Some(Fault::Silence) => std::future::pending().await,
            Some(Fault::Garbage) => Ok(whole(200, "text/html", GARBAGE)),
            Some(Fault::Cut) => cut(self.truthful(request, is_known).await).await,
        }
    }

    async fn truthful(&self, request: Request<Incoming>, is_known: bool) -> Answer {
        if !is_known && header(&request, AUTHORIZATION) != format!("Bearer {}", self.token) {
            return refusal(&Refusal::unauthorised());
        }
        let Some(target) = Target::parse(request.uri().path()) else {
            return refusal(&Refusal::unknown_path());
        };
        let answer = match target {
            Target::Objects(asked) => self.objects(asked, request).await,
            target => self.discover(&target, &header(&request, ACCEPT)),
        };
        answer.unwrap_or_else(|it| refusal(&it))
    }

    fn discover(&self, target: &Target, accept: &str) -> Result<Answer, Refusal> {
        let is_aggregated = self.cluster.is_aggregated && discovery::is_aggregated(accept);
        let store = &*self.store;
        let aggregated = |groups: &[&'static str], custom: Vec<Value>| {
            whole(200, discovery::AGGREGATED, discovery::aggregated(groups, custom).to_string())
        };
        let found = match target {
            Target::Health => return Ok(whole(200, "text/plain", "ok")),
            Target::CoreVersions if is_aggregated => return Ok(aggregated(&[""], Vec::new())),
            Target::Groups if is_aggregated => {
                return Ok(aggregated(&resources::groups(), custom::aggregated(store)));
            }
            Target::Version => Some(self.version()),
            Target::CoreVersions => Some(discovery::core()),
            Target::Groups => Some(discovery::groups(custom::groups(store))),
            Target::Group(group) => discovery::group(group),
            Target::Resources(group) => discovery::list(group).or_else(|| custom::list(store, group)),
            Target::Schemas(None) => Some(openapi::index(custom::groups(store))),
            Target::Schemas(Some(group)) => Some(
                custom::schemas(store, group).unwrap_or_else(|| openapi::group(group, &self.cluster.version)),
            ),
            Target::Objects(_) => None,
        };
        found.map(|found| document(200, &found)).ok_or_else(Refusal::unknown_path)
    }

    fn version(&self) -> Value {
        let mut numbers = self.cluster.version.trim_start_matches('v').split('.');
        json!({
            "major": numbers.next(), "minor": numbers.next(), "gitVersion": self.cluster.version,
            "gitCommit": "", "gitTreeState": "clean", "buildDate": "2026-01-01T00:00:00Z",
            "goVersion": "go1.24.4", "compiler": "gc", "platform": "linux/amd64",
        })
    }

    async fn objects(&self, asked: Objects, request: Request<Incoming>) -> Result<Answer, Refusal> {
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let form = Form::accepted(&header(&request, ACCEPT), query.get("includeObject"));
        self.permit(request.method(), &asked, &query)?;
        if request.method() != Method::GET {
            return self.change(&asked, &query, form, request).await;
        }
        let is_watch = query.is("watch");
        match (&asked.name, asked.subresource.as_deref()) {
            (None, _) if is_watch => self.watch(asked, &query, form),
            (None, _) => self.list(&asked, &query, form),
            (Some(_), Some("log")) => {
                let pod = self.one(&asked)?;
                Ok(whole(200, "text/plain", logs::printed(&pod, &query)?))
            }
            (Some(_), Some("scale")) => Ok(document(200, &scale(&*self.one(&asked)?))),
            (Some(_), _) => Ok(document(200, &form.object(asked.resource, &*self.one(&asked)?))),
        }
    }

    fn permit(&self, method: &Method, asked: &Objects, query: &Query) -> Result<(), Refusal> {
        let verb = match (method.as_str(), &asked.name) {
            ("GET", _) if query.is("watch") => "watch",
            ("GET", None) => "list",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", _) => "delete",
            _ => "get",
        };
        let (namespace, name) = (asked.namespace.as_deref(), asked.name.as_deref());
        let is_forbidden = self.cluster.forbidden.iter().any(|it| it == asked.resource.plural);
        if is_forbidden { Err(Refusal::forbidden(verb, asked.resource, namespace, name)) } else { Ok(()) }
    }

    fn one(&self, asked: &Objects) -> Result<Arc<Value>, Refusal> {
        let name = asked.name.clone().unwrap_or_default();
        let namespace = asked.namespace.clone().unwrap_or_default();
        let key = Key { resource: asked.resource, namespace, name };
        self.store.get(&key).ok_or_else(|| Refusal::not_found(asked.resource, &key.name))
    }

    fn list(&self, asked: &Objects, query: &Query, form: Form) -> Result<Answer, Refusal> {
        let page = page(&self.store, asked, query, self.cluster.page)?;
        let mut metadata = json!({"resourceVersion": page.revision.to_string()});
        if let Some(next) = page.next {
            metadata["continue"] = next.into();
        }
        if let Some(remaining) = page.remaining {
            metadata["remainingItemCount"] = remaining.into();
        }
        let items = page.items.iter().map(|item| &**item);
        Ok(whole(200, "application/json", form.list(asked.resource, &metadata, items)))
    }

    fn watch(&self, asked: Objects, query: &Query, form: Form) -> Result<Answer, Refusal> {
        let watch = Watch::new(self.store.clone(), asked, query, form)?;
        Ok(answer::stream("application/json", watch.lines()))
    }

    async fn change(
        &self,
        asked: &Objects,
        query: &Query,
        form: Form,
        request: Request<Incoming>,
    ) -> Result<Answer, Refusal> {
        let (method, media_type) = (request.method().clone(), header(&request, CONTENT_TYPE));
        let body =
            request.into_body().collect().await.map_err(|error| Refusal::bad_request(error.to_string()))?;
        let body = body.to_bytes();
        let body = match serde_json::from_slice(&body) {
            Ok(body) => body,
            // A delete may come without.
            Err(_) if body.is_empty() => Value::Null,
            Err(_) => return Err(Refusal::media_type()),
        };
        let change = Change { method: &method, asked, query, media_type: &media_type, body };
        let (code, object) = change.make(&self.store)?;
        let is_object = object["kind"] == asked.resource.kind;
        Ok(document(code, &if is_object { form.object(asked.resource, &object) } else { (*object).clone() }))
    }
}

/// What a proxy that wants a login says.
const GARBAGE: &str = "<!DOCTYPE html><html><body><h1>Sign in to continue</h1></body></html>\n";

/// Half of an answer, and then the end of the connection.
async fn cut(answer: Answer) -> io::Result<Answer> {
    let (head, body) = answer.into_parts();
    let body = body.collect().await?.to_bytes();
    let half = body.slice(..body.len() / 2);
    let pieces = [Ok(Frame::data(half)), Err(io::Error::other("cut"))];
    let mut cut = answer::stream("application/json", stream::iter::<[io::Result<Frame<Bytes>>; 2]>(pieces));
    *cut.status_mut() = head.status;
    Ok(cut)
}

fn header(request: &Request<Incoming>, name: HeaderName) -> String {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
