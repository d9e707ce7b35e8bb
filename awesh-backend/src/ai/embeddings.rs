//! Texts as vectors, by the API that OpenAI's clients know: a batch of texts, and of each its vector.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::Client;
use super::endpoint::Endpoint;
use super::fault::Fault;

/// The word for "by words alone".
const NONE: &str = "none";

/// Texts of one request; the narrowest of the providers take so many.
const BATCH: usize = 96;

/// Bytes of one text that are sent: within the thousands of tokens that models read.
const LONGEST: usize = 8_000;

/// Bytes of an answer that are read; vectors are long.
const DOCUMENT: usize = 64 << 20;

impl Endpoint {
    /// The model of embeddings: the one that is set, else the provider's where it is the provider that is asked.
    pub(crate) fn embeddings(&self, set: Option<&str>) -> Option<String> {
        let set = set.map(str::trim).filter(|set| !set.is_empty());
        let known = || self.provider.embeddings.filter(|_| self.is_providers_own());
        set.or_else(known).filter(|model| *model != NONE).map(str::to_owned)
    }
}

impl Client {
    /// The vectors of texts, in their order. `sent` is told each request as it leaves.
    pub(crate) async fn embed(
        &self,
        model: &str,
        texts: &[String],
        environment: &BTreeMap<String, String>,
        sent: impl Fn(&Value),
    ) -> Result<Vec<Vec<f32>>, Fault> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            let cut = batch.iter().map(|text| &text[..text.floor_char_boundary(LONGEST)]);
            let body = json!({"model": model, "input": cut.collect::<Vec<_>>(), "encoding_format": "float"});
            sent(&body);
            let document = self.embed_once(&body, environment).await?;
            vectors.extend(read(&document, batch.len())?);
        }
        Ok(vectors)
    }

    async fn embed_once(&self, body: &Value, environment: &BTreeMap<String, String>) -> Result<Value, Fault> {
        let mut made = 0;
        loop {
            made += 1;
            let fault = match self.post("embeddings", body, environment).await {
                Ok(document) => return Ok(document),
                Err(fault) => fault,
            };
            match self.patience.retries.wait(made, &fault, fastrand::f64()) {
                Some(wait) => sleep(wait).await,
                None => return Err(fault),
            }
        }
    }

    async fn post(
        &self,
        path: &str,
        body: &Value,
        environment: &BTreeMap<String, String>,
    ) -> Result<Value, Fault> {
        let request = self.http(environment).await?.post(self.endpoint.at(path)).json(body);
        let mut response = self.send(request, environment).await?;
        let silence = self.patience.idle;
        let mut bytes = Vec::new();
        loop {
            let chunk = timeout(silence, response.chunk()).await.map_err(|_| Fault::Stalled(silence))?;
            match chunk.map_err(|error| Fault::Cut(super::innermost(&error)))? {
                Some(chunk) if bytes.len() + chunk.len() <= DOCUMENT => bytes.extend_from_slice(&chunk),
                Some(_) => return Err(Fault::Nonsense("a document without end".to_owned())),
                None => break,
            }
        }
        serde_json::from_slice(&bytes).map_err(|_| Fault::Nonsense("no JSON".to_owned()))
    }
}

/// The vectors of so many texts; servers may answer in another order, and say so.
fn read(document: &Value, count: usize) -> Result<Vec<Vec<f32>>, Fault> {
    let nonsense = |what: &str| Fault::Nonsense(what.to_owned());
    let data = document["data"].as_array().ok_or_else(|| nonsense("embeddings without data"))?;
    let mut vectors = vec![Vec::new(); count];
    for (place, item) in data.iter().enumerate() {
        let index = item["index"].as_u64().map_or(Some(place), |index| usize::try_from(index).ok());
        let vector = index.and_then(|index| vectors.get_mut(index));
        let values: Option<Vec<f32>> = serde_json::from_value(item["embedding"].clone()).ok();
        match (vector, values) {
            (Some(vector), Some(values)) => *vector = values,
            _ => return Err(nonsense("embeddings that are no vectors")),
        }
    }
    let size = vectors.first().map_or(0, Vec::len);
    if size == 0 || vectors.iter().any(|vector| vector.len() != size) {
        return Err(nonsense("not a vector for each text"));
    }
    Ok(vectors)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;

    use awesh_protocol::{Secret, Settings};

    use super::*;
    use crate::config::Patience;

    /// Answers each request with a vector of two values for each of its texts; the first with `503`.
    fn serve(listener: TcpListener) {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let mut reader = BufReader::new(&stream);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap() > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            let vector = |text: &Value| json!({"embedding": [1.0, text.as_str().unwrap().len()]});
            let data: Vec<Value> = body["input"].as_array().unwrap().iter().map(vector).collect();
            let status = if number == 0 { "503 Service Unavailable" } else { "200 OK" };
            let document = json!({"model": body["model"], "data": data}).to_string();
            let head = format!(
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                document.len()
            );
            (&stream).write_all((head + &document).as_bytes()).unwrap();
        }
    }

    #[tokio::test]
    async fn texts_are_sent_in_batches_and_again_after_what_passes() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = Some(format!("http://{}/v1", listener.local_addr().unwrap()));
        std::thread::spawn(move || serve(listener));
        let endpoint = Endpoint::of(&Settings { base_url, ..Settings::default() }).unwrap();
        let client = Client::new(endpoint, Patience::default());
        let texts: Vec<String> = (0..BATCH + 4).map(|number| "x".repeat(number + 1)).collect();
        let sent = RefCell::new(Vec::new());
        let note = |body: &Value| sent.borrow_mut().push(body["input"].as_array().unwrap().len());
        let vectors = client.embed("m", &texts, &BTreeMap::new(), note).await.unwrap();
        let lengths: Vec<f32> = (1_u8..=100).map(f32::from).collect();
        assert_eq!(vectors.iter().map(|vector| vector[1]).collect::<Vec<_>>(), lengths);
        assert_eq!(sent.into_inner(), [BATCH, 4]);
    }

    #[test]
    fn vectors_come_back_in_the_order_of_the_texts() {
        let one = |index: usize, values: [f32; 2]| json!({"index": index, "embedding": values});
        let turned = json!({"data": [one(1, [3.0, 4.0]), one(0, [1.0, 2.0])]});
        assert_eq!(read(&turned, 2), Ok(vec![vec![1.0, 2.0], vec![3.0, 4.0]]));
        let plain = json!({"data": [{"embedding": [1.0]}, {"embedding": [2.0]}]});
        assert_eq!(read(&plain, 2), Ok(vec![vec![1.0], vec![2.0]]));
        for wrong in [
            json!({}),
            json!({"data": []}),
            json!({"data": [one(0, [1.0, 2.0])]}),
            json!({"data": [one(0, [1.0, 2.0]), one(7, [1.0, 2.0])]}),
            json!({"data": [one(0, [1.0, 2.0]), {"index": 1, "embedding": [1.0]}]}),
            json!({"data": [one(0, [1.0, 2.0]), {"index": 1, "embedding": "AACAPw=="}]}),
        ] {
            assert!(matches!(read(&wrong, 2), Err(Fault::Nonsense(_))), "{wrong}");
        }
    }

    #[test]
    fn a_model_is_known_where_the_provider_has_one_or_it_is_set() {
        for (provider, base_url, set, model) in [
            ("openai", None, None, Some("text-embedding-3-small")),
            ("openai", None, Some("none"), None),
            ("openai", None, Some("text-embedding-3-large"), Some("text-embedding-3-large")),
            // A compatible server has what it was given.
            ("openai", Some("http://gpu:8000/v1"), None, None),
            ("openai", Some("http://gpu:8000/v1"), Some("bge-m3"), Some("bge-m3")),
            ("ollama", None, None, None),
            ("ollama", None, Some("nomic-embed-text"), Some("nomic-embed-text")),
            ("anthropic", None, None, None),
        ] {
            let settings = Settings {
                provider: Some(provider.to_owned()),
                base_url: base_url.map(str::to_owned),
                api_key: Some(Secret::new("k")),
                ..Settings::default()
            };
            let endpoint = Endpoint::of(&settings).unwrap();
            assert_eq!(endpoint.embeddings(set).as_deref(), model, "{provider} {set:?}");
        }
    }
}
