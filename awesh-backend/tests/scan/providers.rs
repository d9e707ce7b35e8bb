//! Providers that refuse, fail, stall and talk nonsense, as real ones do.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kubernetes_server::{Cluster, Fault};
use serde_json::json;

use super::model::{answer, asked, right};
use super::process::{Place, report};
use crate::model_server::{Reply, answering};

fn place(kinds: usize) -> Place {
    Place::new(Cluster::new("c").custom_kinds(kinds))
}

#[test]
fn all_that_can_go_wrong_once_costs_no_kind() {
    let count = AtomicUsize::new(0);
    let server = answering(move |request, _| match count.fetch_add(1, Ordering::SeqCst) {
        1 => Reply::refusal(500, "oops"),
        3 => Reply::refusal(529, "overloaded").header("Retry-After", "1"),
        5 => Reply::stream().piece("{\"kinds\": [").cut(),
        7 => Reply::text(&["I am sorry, I cannot."]),
        8 => Reply::text(&["{\"kinds\": [{\"name\": \"x\"}]}"]),
        9 => Reply::stream().stall(),
        11 => Reply::recording(b"garbage\r\n\r\n"),
        13 => Reply::stream().piece(&answer(request)[..40]).finish("length"),
        _ => right(request),
    });
    let (status, events) = place(30).scan(&server, &[]);
    assert_eq!((status, &report(&events)["learned"]), (0, &json!(30)), "{events:?}");
}

#[test]
fn a_provider_that_allows_three_at_a_time_is_not_asked_for_more_once_it_said_so() {
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let server = answering(move |request, active| {
        let refuses = active > 3;
        noted.lock().unwrap().push((Instant::now(), refuses));
        if refuses {
            return Reply::refusal(429, "at most 3 at a time").header("Retry-After", "1");
        }
        Reply::stream().pause(Duration::from_millis(400)).piece(&answer(request)).finish("stop")
    });
    let (status, events) = place(24).scan(&server, &[]);
    assert_eq!((status, &report(&events)["learned"]), (0, &json!(24)), "{events:?}");
    let seen = seen.lock().unwrap();
    let first = seen.iter().find(|(_, refused)| *refused).expect("a refusal").0;
    // What was on its way with the first that was refused could not know.
    let later =
        seen.iter().filter(|(at, refused)| *refused && *at > first + Duration::from_millis(900)).count();
    assert_eq!(later, 0, "{seen:?}");
}

#[test]
fn a_key_that_is_refused_ends_the_scan_and_the_next_goes_on() {
    let is_valid = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let valid = is_valid.clone();
    let server = answering(move |request, _| match valid.load(Ordering::SeqCst) {
        true => right(request),
        false => Reply::refusal(401, "no such key"),
    });
    let place = place(20);
    let (status, events) = place.scan(&server, &["--limit=2"]);
    let ended = report(&events);
    assert_eq!((status, ended["not_asked"].as_array().unwrap().len()), (3, 20));
    assert!(ended["over"][0]["why"].as_str().unwrap().contains("refused the key"), "{ended}");
    assert!(server.requests().len() <= 2);
    is_valid.store(true, Ordering::SeqCst);
    assert_eq!(report(&place.scan(&server, &[]).1)["learned"], 20);
}

#[test]
fn one_that_dies_half_way_leaves_the_rest_to_the_other() {
    let (dying_count, limit) = (AtomicUsize::new(0), 5);
    let dying = answering(move |request, _| match dying_count.fetch_add(1, Ordering::SeqCst) {
        number if number < limit => right(request),
        _ => Reply::stream().cut(),
    });
    let other = answering(|request, _| {
        Reply::stream().pause(Duration::from_millis(20)).piece(&answer(request)).finish("stop")
    });
    let provider =
        |server: &crate::model_server::Handle| format!("openai model=m base_url={}", server.base_url());
    let (one, two) = (provider(&dying), provider(&other));
    let (status, events) =
        place(60).start_with(&[("TEST_PROVIDER", "none")], &["--provider", &one, "--provider", &two]).end();
    assert_eq!((status, &report(&events)["learned"]), (0, &json!(60)), "{events:?}");
    assert!(!other.requests().is_empty() && dying.requests().len() >= limit);
}

#[test]
fn a_model_that_answers_nonsense_fails_by_name_and_is_asked_again_on_demand() {
    const STUBBORN: &str = "kind1s.group0.example.org";
    let is_stubborn = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let stubborn = is_stubborn.clone();
    let server =
        answering(move |request, _| match stubborn.load(Ordering::SeqCst) && asked(request) == [STUBBORN] {
            true => Reply::text(&["That is classified."]),
            false => right(request),
        });
    let place = place(4);
    let (status, events) = place.scan(&server, &[]);
    let failed = &report(&events)["failed"];
    assert_eq!((status, &failed[0]["name"]), (1, &json!(STUBBORN)));
    assert!(failed[0]["why"].as_str().unwrap().contains("That is classified."), "{failed}");
    // Asked, told what is wrong, asked anew.
    assert_eq!(server.requests().len(), 4 + 2);
    let (status, _) = place.scan(&server, &[]);
    assert_eq!((status, server.requests().len()), (1, 6));
    is_stubborn.store(false, Ordering::SeqCst);
    let (status, events) = place.scan(&server, &["--retry-failed"]);
    assert_eq!((status, &report(&events)["learned"]), (0, &json!(1)));
}

#[test]
fn a_server_that_takes_no_schema_is_asked_in_words() {
    let server = answering(|request, _| match request.body.get("response_format") {
        Some(_) => Reply::refusal(400, "response_format json_schema is not supported"),
        None => Reply::text(&["Gladly:\n```json\n", &answer(request), "\n```"]),
    });
    let (status, events) = place(5).scan(&server, &["--limit=1"]);
    assert_eq!((status, &report(&events)["learned"]), (0, &json!(5)));
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn without_a_provider_or_a_cluster_it_says_what_is_missing() {
    let (status, events) = place(1).start_with(&[], &[]).end();
    assert_eq!(status, 3);
    assert!(events[0]["message"].as_str().unwrap().starts_with("No AI provider is set up"), "{events:?}");
    assert!(events[0]["hint"].is_string());
    let server = answering(|request, _| right(request));
    let down = Place::new(Cluster::new("c").fault("/", Fault::Status(503)));
    let (status, events) = down.scan(&server, &[]);
    assert_eq!(status, 3);
    assert!(
        events[0]["message"].as_str().unwrap().starts_with("the kinds of c could not be read"),
        "{events:?}"
    );
    assert!(server.requests().is_empty());
}
