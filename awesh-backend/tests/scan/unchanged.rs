//! What is sent, and what is not sent again.

use std::collections::BTreeMap;

use kubernetes_server::Cluster;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::model::{asked, right};
use super::process::{Place, report};
use crate::model_server::{Reply, answering};

fn custom(kind: &str, about: &str) -> Value {
    let plural = format!("{}s", kind.to_lowercase());
    let schema = json!({"type": "object", "description": about});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.shop.example.org")},
        "spec": {
            "group": "shop.example.org", "scope": "Namespaced", "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase(), "shortNames": []},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
        },
    })
}

#[test]
fn a_cluster_that_has_not_changed_is_not_asked_about_again() {
    let server = answering(|request, _| right(request));
    let place = Place::new(Cluster::new("c").custom_kinds(12).object(custom("Cart", "A cart.")));
    let (status, events) = place.scan(&server, &[]);
    assert_eq!((status, &report(&events)["learned"]), (0, &json!(13)), "{events:?}");
    let learned = events.iter().find(|event| event["name"] == "carts.shop.example.org").unwrap();
    assert_eq!(learned["description"]["capabilities"], json!(["relational database"]));

    let before = server.requests().len();
    let (status, events) = place.scan(&server, &[]);
    assert_eq!((status, server.requests().len()), (0, before));
    assert_eq!((&report(&events)["unchanged"], &report(&events)["requests"]), (&json!(13), &json!(0)));

    // One changed, one new, one gone.
    place.clusters.put("c", custom("Cart", "A cart with wheels."));
    place.clusters.put("c", custom("Order", "An order."));
    place.clusters.remove(
        "c",
        &json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "kind3s.group0.example.org"},
        }),
    );
    let (status, events) = place.scan(&server, &[]);
    let requests = server.requests();
    let mut names: Vec<String> = requests[before..].iter().flat_map(asked).collect();
    names.sort();
    assert_eq!(
        (status, names),
        (0, vec!["carts.shop.example.org".to_owned(), "orders.shop.example.org".to_owned()])
    );
    assert_eq!(report(&events)["gone"][0]["plural"], "kind3s");
    assert_eq!(place.journal().all().count(), 13);
}

#[test]
fn built_in_kinds_are_asked_by_choice_and_stay_known() {
    let server = answering(|request, _| right(request));
    let place = Place::new(Cluster::new("c").custom_kinds(2));
    let (_, events) = place.scan(&server, &["--built-in"]);
    assert!(report(&events)["learned"].as_u64() > Some(15), "{events:?}");
    let known = place.journal().all().count();
    let (status, events) = place.scan(&server, &[]);
    assert_eq!((status, &report(&events)["gone"]), (0, &json!([])));
    assert_eq!(place.journal().all().count(), known);
}

#[test]
fn a_dry_run_sends_nothing() {
    let server = answering(|request, _| right(request));
    let place = Place::new(Cluster::new("c").custom_kinds(5));
    let (status, events) = place.scan(&server, &["--dry-run"]);
    let plan = events.iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!((status, plan["ask"].as_array().unwrap().len()), (0, 5));
    assert!(plan["tokens"].as_u64() > Some(100) && server.requests().is_empty());
}

#[test]
fn secrets_in_definitions_stay_here_and_requests_are_in_the_audit_log() {
    const SECRET: &str = "hunter2-and-then-some";
    let server = answering(|request, _| right(request));
    let place = Place::new(Cluster::new("c").object(custom("Cart", &format!("Ask with {SECRET} for it"))));
    let variables =
        [("TEST_PROVIDER", "openai"), ("TEST_BASE_URL", &*server.base_url()), ("SHOP_PASSWORD", SECRET)];
    let (status, _) = place.start_with(&variables, &[]).end();
    let body = server.requests()[0].body.to_string();
    assert_eq!(status, 0);
    assert!(body.contains("Ask with ⟨secret-1⟩ for it") && !body.contains(SECRET), "{body}");
    assert_eq!(server.requests()[0].body["response_format"]["type"], "json_schema");
    let audit = std::fs::read_to_string(place.home.path().join("audit.jsonl")).unwrap();
    assert_eq!(audit.matches("\"event\":\"request\"").count(), 1);
}

#[test]
fn a_second_scan_of_a_cluster_waits_for_the_first_and_sends_nothing() {
    let server =
        answering(|request, _| Reply::stream().hold().piece(&super::model::answer(request)).finish("stop"));
    let place = Place::new(Cluster::new("c").custom_kinds(4));
    let first = place.start(&server, &[]);
    server.wait_for_requests(4);
    let mut second = place.start(&server, &[]);
    let waiting = second.wait_for("waiting");
    assert_eq!((&waiting["pid"], &waiting["total"]), (&json!(first.pid()), &json!(4)));
    (0..4).for_each(|_| server.release());
    assert_eq!(report(&first.end().1)["learned"], 4);
    let (status, events) = second.end();
    assert_eq!((status, &report(&events)["unchanged"]), (0, &json!(4)));
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn ctrl_c_keeps_what_was_learned() {
    let server = answering(|request, _| match asked(request)[0].as_str() {
        "kind0s.group0.example.org" => right(request),
        _ => Reply::stream().stall(),
    });
    let place = Place::new(Cluster::new("c").custom_kinds(3));
    let mut scan = place.start(&server, &["--limit=1"]);
    scan.wait_for("learned");
    scan.signal(Signal::SIGINT);
    assert_eq!(scan.end().0, 130);
    assert_eq!(place.journal().all().count(), 1);
}

#[test]
fn no_kind_is_asked_about_twice_in_one_scan() {
    let server = answering(|request, _| right(request));
    let place = Place::new(Cluster::new("c").custom_kinds(66));
    let (status, events) = place.scan(&server, &[]);
    assert_eq!((status, &report(&events)["learned"]), (0, &json!(66)));
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    server.requests().iter().flat_map(asked).for_each(|name| *times.entry(name).or_default() += 1);
    assert!(times.len() == 66 && times.values().all(|times| *times == 1), "{times:?}");
}

#[test]
fn what_was_learned_is_found_also_where_the_store_was_lost() {
    let server = answering(|request, _| right(request));
    let place = Place::new(Cluster::new("c").custom_kinds(45));
    place.scan(&server, &[]);
    let found =
        || place.command(&[], &["capabilities", "--all", "--json"]).text().matches("\"use_case\"").count();
    assert_eq!(found(), 45);
    let stores = std::fs::read_dir(place.home.path()).unwrap().map(|entry| entry.unwrap().path());
    let stores: Vec<_> = stores.filter(|path| path.is_file() && !path.ends_with("audit.jsonl")).collect();
    stores.iter().for_each(|path| std::fs::remove_file(path).unwrap());
    assert_eq!(found(), 0);
    let before = server.requests().len();
    place.scan(&server, &[]);
    assert_eq!((found(), server.requests().len()), (45, before));
    // What is gone is found no more.
    place.clusters.remove(
        "c",
        &json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "kind3s.group0.example.org"},
        }),
    );
    place.scan(&server, &[]);
    assert_eq!(found(), 44);
}
