use super::*;

const NOW: &str = "2026-03-01T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn trouble(kind: Kind) -> Trouble {
    Trouble::new(kind, format!("{kind:?}"))
}

fn report(unread: &[(Part, Kind)]) -> Report {
    let has = |part: Part| !unread.iter().any(|(unread, _)| *unread == part);
    let unread = unread.iter().map(|(part, kind)| Unread { part: *part, why: trouble(*kind) });
    Report {
        version: has(Part::Version).then(|| "v1.33.2".to_owned()),
        nodes: has(Part::Nodes).then_some(NodeCount { total: 3, ready: 3, cordoned: 0 }),
        namespaces: has(Part::Namespaces).then_some(4),
        pods: has(Part::Pods).then(PodCount::default),
        unread: unread.collect(),
        ..Report::new("prod", None, now())
    }
}

#[test]
fn the_verdict_rests_on_what_was_read() {
    use Kind::{Dropped, Forbidden, Server, TimedOut, Unauthorised};
    use Part::{Namespaces, Nodes, Pods, Version};
    let all = |kind| [(Version, kind), (Nodes, kind), (Namespaces, kind), (Pods, kind)];
    type Unreadable<'a> = &'a [(Part, Kind)];
    let cases: [(Unreadable<'_>, Status, Option<Kind>); 10] = [
        (&[], Status::Healthy, None),
        (&[(Namespaces, Forbidden)], Status::Healthy, None),
        (&[(Nodes, Forbidden)], Status::Unknown, None),
        (&[(Nodes, Forbidden), (Namespaces, Forbidden), (Pods, Forbidden)], Status::Unknown, None),
        (&[(Pods, Server)], Status::Degraded, None),
        (&all(TimedOut), Status::Down, Some(TimedOut)),
        (&all(Unauthorised), Status::Unauthorised, Some(Unauthorised)),
        (&all(Forbidden), Status::Unknown, Some(Forbidden)),
        (
            &[(Nodes, Unauthorised), (Namespaces, Unauthorised), (Pods, Unauthorised)],
            Status::Unauthorised,
            Some(Unauthorised),
        ),
        (&[(Version, Forbidden), (Nodes, Dropped), (Pods, Dropped)], Status::Down, Some(Dropped)),
    ];
    for (unread, status, error) in cases {
        let judged = report(unread).judged();
        assert_eq!(judged.status, status, "{unread:?}");
        assert_eq!(judged.error.map(|error| error.kind), error, "{unread:?}");
    }
}

#[test]
fn what_is_wrong_is_told_in_one_line() {
    let problem = Problem {
        subject: Subject::Pod,
        reason: "CrashLoopBackOff".into(),
        message: Some("exit status 1, 17 restarts.".into()),
        count: 7,
        names: vec!["shop/a".into(), "shop/b".into()],
    };
    let mut report = report(&[(Part::Namespaces, Kind::Forbidden)]);
    report.problems = vec![problem];
    report.nodes = Some(NodeCount { total: 3, ready: 3, cordoned: 1 });
    let expected = "7 pods CrashLoopBackOff (exit status 1, 17 restarts): shop/a, shop/b and 5 more; \
                    namespaces: Forbidden; 1 node cordoned";
    assert_eq!(report.what(now()), expected);
    assert_eq!(super::Report::new("x", None, now()).what(now()), "");
}

#[test]
fn certificates_are_told_when_they_end_soon() {
    let cases = [
        ("2026-04-01T12:00:01Z", ""),
        ("2026-03-20T12:00:00Z", "server certificate ends in 19 days"),
        ("2026-03-02T13:00:00Z", "server certificate ends in 1 day"),
        ("2026-03-01T13:00:00Z", "server certificate ends in 0 days"),
        ("2026-03-01T11:59:59Z", "server certificate expired"),
    ];
    for (end, words) in cases {
        let certificates = Certificates { server: Some(end.parse().unwrap()), client: None };
        assert_eq!(Report { certificates, ..report(&[]) }.what(now()), words, "{end}");
    }
}
