//! Scans that are killed, again and again: nothing is lost, nothing is there twice.

use std::collections::BTreeSet;
use std::time::Duration;

use kubernetes_server::{Cluster, Fault};
use nix::sys::signal::Signal;
use serde_json::json;

use super::model::{answer, asked, right};
use super::process::{Place, report};
use crate::model_server::{Reply, answering};

/// Kills at random points.
const KILLS: usize = 200;

/// The kinds of a cluster that is scanned under fire.
const KINDS: usize = 150;

fn known(place: &Place) -> BTreeSet<String> {
    place.journal().all().map(|known| known.kind().to_string()).collect()
}

#[test]
fn a_scan_killed_after_any_result_goes_on_with_the_next() {
    for learned in 0..6 {
        let server = answering(move |request, _| {
            let number: usize =
                asked(request)[0].trim_start_matches("kind").split('s').next().unwrap().parse().unwrap();
            if number < learned { right(request) } else { Reply::stream().stall() }
        });
        let place = Place::new(Cluster::new("c").custom_kinds(6));
        let mut scan = place.start(&server, &["--limit=1"]);
        scan.wait_for("plan");
        (0..learned).for_each(|_| drop(scan.wait_for("learned")));
        scan.signal(Signal::SIGKILL);
        assert_eq!(scan.end().0, -1);
        assert_eq!(known(&place).len(), learned);
        let server = answering(|request, _| right(request));
        let (status, events) = place.scan(&server, &[]);
        let ended = report(&events);
        assert_eq!(
            (status, &ended["unchanged"], &ended["learned"]),
            (0, &json!(learned), &json!(6 - learned))
        );
        assert_eq!(server.requests().iter().flat_map(asked).count(), 6 - learned);
    }
}

#[test]
fn a_scan_killed_before_it_asks_loses_nothing() {
    let server = answering(|request, _| right(request));
    let place = Place::new(Cluster::new("c").custom_kinds(3).fault_times("/apis", Fault::Hold, 2));
    let scan = place.start(&server, &[]);
    place.clusters.block_until(|counts| counts.active >= 2);
    scan.signal(Signal::SIGKILL);
    scan.end();
    place.clusters.release(2);
    assert_eq!(report(&place.scan(&server, &[]).1)["learned"], 3);
}

#[test]
fn two_hundred_kills_at_random_points_lose_nothing_and_double_nothing() {
    let server = answering(|request, _| {
        Reply::stream()
            .pause(Duration::from_millis(fastrand_of(request) % 12))
            .piece(&answer(request))
            .finish("stop")
    });
    let mut kills = 0;
    while kills < KILLS {
        let place = Place::new(Cluster::new("c").custom_kinds(KINDS));
        let mut before = BTreeSet::new();
        while before.len() < KINDS && kills < KILLS {
            let mut scan = place.start(&server, &["--limit=3"]);
            // Some die while they begin, most while they write.
            let is_early = kills % 8 == 0;
            let told = if is_early { kills % 5 } else { 1 + kills % 7 };
            let mut learned = BTreeSet::new();
            if !is_early {
                scan.wait_for("plan");
            }
            for _ in 0..told {
                if is_early {
                    std::thread::yield_now();
                } else if let Some(event) = scan.event() {
                    learned.extend(event["name"].as_str().map(str::to_owned));
                }
            }
            scan.signal(Signal::SIGKILL);
            let (_, events) = scan.end();
            learned.extend(events.iter().filter_map(|event| event["name"].as_str().map(str::to_owned)));
            kills += 1;
            let after = known(&place);
            assert!(after.is_superset(&before), "lost: {:?}", before.difference(&after));
            assert!(after.is_superset(&learned), "told and lost: {:?}", learned.difference(&after));
            before = after;
        }
        let asked_before = server.requests().len();
        let (status, events) = place.scan(&server, &[]);
        let ended = report(&events);
        assert_eq!(
            (status, &ended["unchanged"], &ended["learned"]),
            (0, &json!(before.len()), &json!(KINDS - before.len()))
        );
        let again = server.requests()[asked_before..]
            .iter()
            .flat_map(asked)
            .filter(|name| before.contains(name))
            .count();
        assert_eq!((again, known(&place).len()), (0, KINDS));
    }
}

/// A number that is different for each kind.
fn fastrand_of(request: &crate::model_server::Request) -> u64 {
    asked(request)[0].bytes().map(u64::from).sum()
}
