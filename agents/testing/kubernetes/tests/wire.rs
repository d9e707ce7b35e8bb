//! What a client meets: pages, watches, counts, and everything that can go wrong on the way.

use futures_util::TryStreamExt;
use http::Request;
use kube_client::config::{KubeConfigOptions, Kubeconfig};
use kube_client::{Client, Config, Error};
use kubernetes_server::{Cluster, Clusters, Fault, Reach};
use serde_json::{Value, json};

async fn client(clusters: &Clusters, context: &str) -> Client {
    // Another test may have been the first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kubeconfig = Kubeconfig::read_from(clusters.kubeconfig()).unwrap();
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
    // What is refused is to be seen.
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

async fn get(client: &Client, path: &str) -> Result<Value, Error> {
    client.request(Request::get(path).body(Vec::new()).unwrap()).await
}

/// The status of a refusal.
async fn code(client: &Client, path: &str) -> u16 {
    match get(client, path).await {
        Err(Error::Api(status)) => status.code,
        other => panic!("{path}: {other:?}"),
    }
}

#[tokio::test]
async fn lists_come_in_pages_that_agree() {
    let clusters = Clusters::start([Cluster::new("one").pods(25)]);
    let client = client(&clusters, "one").await;
    let first = get(&client, "/api/v1/pods?limit=10").await.unwrap();
    assert_eq!(first["metadata"]["remainingItemCount"], 15);
    let mut names: Vec<Value> = Vec::new();
    let mut page = first.clone();
    // What is added meanwhile is in none of the pages that follow.
    clusters
        .put("one", json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "z", "namespace": "z"}}));
    loop {
        names.extend(page["items"].as_array().unwrap().iter().map(|pod| pod["metadata"]["name"].clone()));
        let Some(next) = page["metadata"]["continue"].as_str() else { break };
        page = get(&client, &format!("/api/v1/pods?limit=10&continue={next}")).await.unwrap();
    }
    assert_eq!(names.len(), 25);
    names.sort_by_key(ToString::to_string);
    names.dedup();
    assert_eq!(names.len(), 25);
    clusters.compact("one");
    let next = first["metadata"]["continue"].as_str().unwrap();
    assert_eq!(code(&client, &format!("/api/v1/pods?continue={next}")).await, 410);
    assert_eq!(code(&client, "/api/v1/pods?continue=nonsense").await, 400);
}

#[tokio::test]
async fn a_watch_goes_on_behind_a_list() {
    let clusters = Clusters::start([Cluster::new("one").pod("shop", "api-1")]);
    let client = client(&clusters, "one").await;
    let list = get(&client, "/api/v1/pods").await.unwrap();
    let revision = list["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let pod = |name: &str, app: &str| {
        let metadata = json!({"name": name, "namespace": "shop", "labels": {"app": app}});
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})
    };
    clusters.put("one", pod("api-2", "api"));
    clusters.put("one", pod("web-1", "web"));
    clusters.put("one", pod("api-2", "web"));
    clusters.remove("one", &pod("web-1", "web"));
    let path = format!(
        "/api/v1/pods?watch=1&resourceVersion={revision}&labelSelector=app%3Dapi&timeoutSeconds=0&allowWatchBookmarks=true"
    );
    let request = Request::get(path).body(Vec::new()).unwrap();
    let events: Vec<Value> = lines(&client, request).await;
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event["type"].clone(), event["object"]["metadata"]["name"].clone()))
        .collect();
    // What is selected no longer is gone; what never was is not told of.
    assert_eq!(
        seen,
        [
            (json!("ADDED"), json!("api-2")),
            (json!("DELETED"), json!("api-2")),
            (json!("BOOKMARK"), Value::Null)
        ]
    );
    clusters.compact("one");
    let path = format!("/api/v1/pods?watch=1&resourceVersion={revision}");
    let events = lines(&client, Request::get(path).body(Vec::new()).unwrap()).await;
    assert_eq!((&events[0]["type"], &events[0]["object"]["code"]), (&json!("ERROR"), &json!(410)));
}

async fn lines(client: &Client, request: Request<Vec<u8>>) -> Vec<Value> {
    let reader = client.request_stream(request).await.unwrap();
    let lines = futures_util::AsyncBufReadExt::lines(reader);
    lines.map_ok(|line| serde_json::from_str(&line).unwrap()).try_collect().await.unwrap()
}

#[tokio::test]
async fn what_is_open_and_active_is_counted() {
    let held = |name: &str| Cluster::new(name).fault("/version", Fault::Hold);
    let clusters = Clusters::start([held("one"), held("two"), Cluster::new("three").reach(Reach::Silent)]);
    let asking: Vec<_> =
        futures_util::future::join_all(["one", "two", "three"].map(|name| client(&clusters, name)))
            .await
            .into_iter()
            .map(|client| tokio::spawn(async move { get(&client, "/version").await }))
            .collect();
    clusters.until(|counts| counts.active == 2 && counts.open == 3).await;
    clusters.release(1);
    clusters.until(|counts| counts.active == 1).await;
    asking.iter().for_each(tokio::task::JoinHandle::abort);
    clusters.until(|counts| counts.active == 0 && counts.open == 0).await;
    let counts = clusters.counts();
    assert_eq!((counts.connections, counts.requests, counts.most_active), (3, 2, 2));
    let mut asked: Vec<_> = clusters.requests().into_iter().map(|request| request.cluster).collect();
    asked.sort();
    assert_eq!(asked, ["one", "two"]);
}

#[tokio::test]
async fn everything_can_go_wrong() {
    let cluster = Cluster::new("one")
        .fault("/status/401", Fault::Status(401))
        .fault("/status/410", Fault::Status(410))
        .fault("/status/500", Fault::Status(500))
        .fault("/status/503", Fault::Status(503))
        .fault_times("/version", Fault::Busy { retry_after: 7 }, 1)
        .fault("/api/v1/nodes", Fault::Garbage)
        .fault("/api/v1/pods", Fault::Cut)
        .forbid("secrets");
    let clusters = Clusters::start([cluster, Cluster::new("two").reach(Reach::Refuses)]);
    let client_of_one = client(&clusters, "one").await;
    for status in [401, 410, 500, 503] {
        assert_eq!(code(&client_of_one, &format!("/status/{status}")).await, status);
    }
    assert_eq!(code(&client_of_one, "/api/v1/secrets").await, 403);
    assert_eq!(code(&client_of_one, "/api/v1/nothing").await, 404);
    let busy = Request::get("/version").body(kube_client::client::Body::empty()).unwrap();
    let busy = client_of_one.send(busy).await.unwrap();
    assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    assert_eq!(get(&client_of_one, "/version").await.unwrap()["minor"], "33");
    assert!(matches!(get(&client_of_one, "/api/v1/nodes").await, Err(Error::SerdeError(_))));
    let cut = get(&client_of_one, "/api/v1/pods").await;
    assert!(cut.is_err() && !matches!(cut, Err(Error::Api(_) | Error::SerdeError(_))), "{cut:?}");
    let refused = get(&client(&clusters, "two").await, "/version").await;
    assert!(refused.is_err_and(|error| format!("{error:?}").contains("ConnectionRefused")));
}

#[tokio::test]
async fn discovery_says_the_same_in_both_forms() {
    let clusters = Clusters::start([Cluster::new("one")]);
    let client = client(&clusters, "one").await;
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    let request = Request::get("/apis").header("accept", accept).body(Vec::new()).unwrap();
    let at_once: Value = client.request(request).await.unwrap();
    let groups = get(&client, "/apis").await.unwrap();
    for (index, group) in groups["groups"].as_array().unwrap().iter().enumerate() {
        let name = group["name"].as_str().unwrap();
        let listed = get(&client, &format!("/apis/{name}/v1")).await.unwrap();
        let of_list = listed["resources"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap());
        let of_list: Vec<_> = of_list.filter(|name| !name.contains('/')).collect();
        let item = &at_once["items"][index];
        assert_eq!(item["metadata"]["name"], name);
        let resources = item["versions"][0]["resources"].as_array().unwrap();
        assert_eq!(resources.iter().map(|it| it["resource"].as_str().unwrap()).collect::<Vec<_>>(), of_list);
    }
}
