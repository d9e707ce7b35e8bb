//! Against a server on loopback that answers the requests used here as Qdrant does: sparse vectors ranked with `idf`,
//! cosines, filters by cluster, pages, its errors and its key.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use awesh_protocol::{FailureKind, Secret};
use serde_json::Map;

use super::super::testing::{cluster, entry};
use super::super::tests as all;
use super::*;

const KEY: &str = "sesame";

/// A collection: what it was made with, and its points.
type Collections = BTreeMap<String, (Value, BTreeMap<String, Value>)>;

#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Collections>>);

impl Fake {
    /// Its address. It serves as long as the process lives.
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let fake = fake.clone();
                std::thread::spawn(move || fake.serve(stream));
            }
        });
        url
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut stream = stream;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let (mut length, mut key) = (0, String::new());
            let mut header = String::new();
            while reader.read_line(&mut header).ok()? > 2 {
                let (name, value) = header.split_once(':')?;
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.trim().parse().ok()?,
                    "api-key" => key = value.trim().to_owned(),
                    _ => {}
                }
                header.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let mut words = line.split(' ');
            let (method, path) = (words.next()?, words.next()?.split('?').next()?.trim_start_matches('/'));
            let (status, document) = if key == KEY {
                match self.answer(method, path, serde_json::from_slice(&body).unwrap_or_default()) {
                    Ok(result) => ("200 OK", json!({"result": result, "status": "ok", "time": 0.0})),
                    Err((status, why)) => (status, json!({"status": {"error": why}, "time": 0.0})),
                }
            } else {
                ("401 Unauthorized", json!("Must provide an API key"))
            };
            let document = document.to_string();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                document.len()
            );
            stream.write_all((head + &document).as_bytes()).ok()?;
        }
    }

    fn answer(&self, method: &str, path: &str, body: Value) -> Result<Value, (&'static str, String)> {
        let mut collections = self.0.lock().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let name = parts.get(1).copied().unwrap_or_default();
        if parts.len() == 1 {
            let names: Vec<Value> = collections.keys().map(|name| json!({"name": name})).collect();
            return Ok(json!({ "collections": names }));
        }
        if method == "PUT" && parts.len() == 2 {
            if collections.contains_key(name) {
                return Err(("409 Conflict", format!("Wrong input: Collection `{name}` already exists!")));
            }
            collections.insert(name.to_owned(), (body, BTreeMap::new()));
            return Ok(json!(true));
        }
        let Some((made, points)) = collections.get_mut(name) else {
            return Err(("404 Not Found", format!("Not found: Collection `{name}` doesn't exist!")));
        };
        match (method, &parts[2..]) {
            ("GET", []) => Ok(json!({"status": "green"})),
            ("PUT", ["index"]) => Ok(json!({"status": "completed"})),
            ("PUT", ["points"]) => {
                for point in body["points"].as_array().unwrap() {
                    let size = made["vectors"]["size"].as_u64();
                    if size.is_some() && size != point["vector"].as_array().map(|vector| vector.len() as u64)
                    {
                        return Err(("400 Bad Request", "Wrong input: Vector dimension error".to_owned()));
                    }
                    points.insert(point["id"].as_str().unwrap().to_owned(), point.clone());
                }
                Ok(json!({"status": "completed"}))
            }
            ("POST", ["points", "delete"]) => {
                body["points"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .for_each(|id| drop(points.remove(id.as_str().unwrap())));
                Ok(json!({"status": "completed"}))
            }
            ("POST", ["points", "payload"]) => {
                for point in points.values_mut().filter(|point| fits(point, &body["filter"])) {
                    let given = body["payload"].as_object().unwrap().clone();
                    point["payload"].as_object_mut().unwrap().extend(given);
                }
                Ok(json!({"status": "completed"}))
            }
            ("POST", ["points"]) => {
                let ids =
                    body["ids"].as_array().unwrap().iter().filter_map(|id| points.get(id.as_str().unwrap()));
                Ok(ids.cloned().collect())
            }
            ("POST", ["points", "scroll"]) => Ok(scroll(points, &body)),
            ("POST", ["points", "query"]) => Ok(query(points, &body)),
            _ => Err(("404 Not Found", path.to_owned())),
        }
    }
}

fn fits(point: &Value, filter: &Value) -> bool {
    let conditions = filter["must"].as_array().map_or(&[][..], Vec::as_slice);
    conditions.iter().all(|condition| {
        let value = &point["payload"][condition["key"].as_str().unwrap()];
        condition["match"]["any"].as_array().unwrap().contains(value)
    })
}

/// Pages of two, however many are asked for: so that the next page is.
fn scroll(points: &BTreeMap<String, Value>, body: &Value) -> Value {
    let from = body["offset"].as_str().unwrap_or_default();
    let mut rest =
        points.range(from.to_owned()..).map(|(_, point)| point).filter(|point| fits(point, &body["filter"]));
    let page: Vec<Value> =
        rest.by_ref().take(2).map(|point| selected(point, &body["with_payload"])).collect();
    json!({"points": page, "next_page_offset": rest.next().map(|point| point["id"].clone())})
}

fn selected(point: &Value, with: &Value) -> Value {
    let payload = point["payload"].as_object().unwrap();
    let parts: Map<String, Value> = match with["include"].as_array() {
        None => payload.clone(),
        Some(names) => payload.clone().into_iter().filter(|(name, _)| names.contains(&json!(name))).collect(),
    };
    json!({"id": point["id"], "payload": parts})
}

fn query(points: &BTreeMap<String, Value>, body: &Value) -> Value {
    let number = |value: &Value| value.as_f64().unwrap();
    let pairs = |vector: &Value| -> BTreeMap<u64, f64> {
        let indices = vector["indices"].as_array().unwrap().iter().map(|index| index.as_u64().unwrap());
        indices.zip(vector["values"].as_array().unwrap().iter().map(number)).collect()
    };
    let score = |point: &Value| match body["using"].as_str() {
        Some(using) => {
            let vector = pairs(&point["vector"][using]);
            let idf = |index: &u64| {
                let has = |point: &&Value| pairs(&point["vector"][using]).contains_key(index);
                let (all, some) = (points.len() as f64, points.values().filter(has).count() as f64);
                (1.0 + (all - some + 0.5) / (some + 0.5)).ln()
            };
            let sought = pairs(&body["query"]);
            sought
                .iter()
                .filter_map(|(index, value)| Some(value * vector.get(index)? * idf(index)))
                .sum::<f64>()
        }
        None => {
            let values = point["vector"].as_array().unwrap().iter().zip(body["query"].as_array().unwrap());
            values.map(|(a, b)| number(a) * number(b)).sum()
        }
    };
    let fitting = points.values().filter(|point| fits(point, &body["filter"]));
    let mut hits: Vec<(f64, &Value)> = fitting.map(|point| (score(point), point)).collect();
    // A sparse vector without a common word is no hit.
    hits.retain(|(score, _)| body["using"].is_null() || *score > 0.0);
    hits.sort_by(|a, b| b.0.total_cmp(&a.0));
    let limit = usize::try_from(body["limit"].as_u64().unwrap()).unwrap();
    let hit = |(score, point): (f64, &Value)| json!({"id": point["id"], "score": score, "payload": point["payload"]});
    json!({"points": hits.into_iter().take(limit).map(hit).collect::<Vec<_>>()})
}

fn store(url: &str, key: &str) -> Qdrant {
    let (url, key) = (Some(url.to_owned()), Some(Secret::new(key)));
    Qdrant::at(Server { url, collection: "awesh".to_owned(), key, ca_file: None }).unwrap()
}

#[tokio::test]
async fn keeps_and_finds() {
    all::keeps_and_finds(&store(&Fake::default().start(), KEY)).await;
}

#[tokio::test]
async fn finds_by_meaning() {
    all::finds_by_meaning(&store(&Fake::default().start(), KEY)).await;
}

#[tokio::test]
async fn takes_any_text() {
    all::takes_any_text(&store(&Fake::default().start(), KEY)).await;
}

#[tokio::test]
async fn those_without_the_model_find_what_those_with_it_learned() {
    let fake = Fake::default();
    let store = store(&fake.start(), KEY);
    store
        .replace(&cluster("red"), &[entry("rows.example", "sql", Some([1.0, 0.0, 0.0]))], &[])
        .await
        .unwrap();
    let names: Vec<String> = fake.0.lock().unwrap().keys().cloned().collect();
    assert_eq!(names, ["awesh", "awesh-meaning-three"]);
    let query = Query { terms: Terms::of("sql"), meaning: None, clusters: None, limit: 1 };
    assert_eq!(store.search(&query).await.unwrap().len(), 1);
    // Learned anew by one without: the old meaning does not stay.
    store.replace(&cluster("red"), &[entry("rows.example", "sql", None)], &[]).await.unwrap();
    assert!(fake.0.lock().unwrap()["awesh-meaning-three"].1.is_empty());
}

#[tokio::test]
async fn what_goes_wrong_is_said_without_the_key() {
    let url = Fake::default().start();
    let refused = store(&url, "hunter2").clusters().await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Unauthorised);
    assert!(refused.hint.as_ref().unwrap().contains("capabilities.api_key"), "{refused:?}");
    let gone = store("http://127.0.0.1:1", "hunter2").clusters().await.unwrap_err();
    assert_eq!(gone.kind, FailureKind::Network);
    assert!(!format!("{refused:?}{gone:?}").contains("hunter2"));
    for url in ["hunter2", "ftp://u:hunter2@h", ""] {
        let server =
            Server { url: Some(url.to_owned()), collection: "a".to_owned(), key: None, ca_file: None };
        let wrong = Qdrant::at(server).err().unwrap();
        assert!(!format!("{wrong:?}").contains("hunter2"), "{wrong:?}");
    }
}
