//! A survey of real API servers on loopback, over HTTPS.

use std::time::Duration;

use kubernetes_server::{Certificate, Cluster as Described, Credential, Fault, Reach};

use super::super::health::PodCount;
use super::super::testing::{PATIENT, Place};
use super::*;

/// A survey of all clusters of a place.
fn survey(place: &Place, limits: Limits) -> Survey {
    Survey::new(place.entries.clone(), &place.session, limits, false)
}

async fn finish(mut round: Round) -> Vec<Report> {
    while round.step().await.is_some() {}
    round.finish()
}

/// The next report that comes.
async fn next(round: &mut Round) -> Report {
    loop {
        match round.step().await.unwrap() {
            Next::Row(index) => return round.reports()[index].clone().unwrap(),
            Next::Waiting(_) => {}
        }
    }
}

/// The one report of one cluster.
async fn report(cluster: Described) -> Report {
    finish(survey(&Place::new([cluster]), PATIENT).round()).await.remove(0)
}

fn silent(name: &str) -> Described {
    Described::new(name).reach(Reach::Silent)
}

#[tokio::test]
async fn ten_good_ones_come_at_once_and_the_others_tell_the_truth() {
    let good = Described::healthy("good");
    let mut clusters: Vec<_> = (0..10).map(|index| good.named(&format!("good-{index}"))).collect();
    let no_plugin = Credential::Exec(vec!["no-such-plugin".into()]);
    clusters.extend([
        silent("hangs"),
        Described::new("refuses").reach(Reach::Refuses),
        Described::new("stranger").certificate(Certificate::UnknownAuthority),
        Described::new("plugin").credential(no_plugin),
        Described::new("garbage").fault("/", Fault::Garbage),
    ]);
    let place = Place::new(clusters);
    let mut round = survey(&place, PATIENT).round();
    let mut came = Vec::new();
    for _ in 0..14 {
        came.push(next(&mut round).await);
    }
    came.sort_by(|a, b| a.context.cmp(&b.context));
    let told: Vec<_> = came.iter().map(|report| (report.context.as_str(), report.status)).collect();
    let mut expected = vec![("garbage", Status::Down)];
    let names: Vec<String> = (0..10).map(|index| format!("good-{index}")).collect();
    expected.extend(names.iter().map(|name| (name.as_str(), Status::Healthy)));
    expected.extend([
        ("plugin", Status::Unauthorised),
        ("refuses", Status::Down),
        ("stranger", Status::Down),
    ]);
    assert_eq!(told, expected);
    let words: Vec<_> =
        came.iter().filter_map(|report| report.error.as_ref()).map(|error| error.message.as_str()).collect();
    let expected = [
        "what answers there is no Kubernetes API",
        "the credential plugin no-such-plugin is not installed",
        "the connection was refused: nothing listens there",
        "the server's certificate is signed by an unknown authority",
    ];
    assert_eq!(words, expected);
    assert_eq!(round.progress().slowest.map(|(name, _)| name).as_deref(), Some("hangs"));
    // In the order of the kubeconfig, whatever the order they came in.
    let order: Vec<_> = round.reports().iter().flatten().map(|report| report.context.as_str()).collect();
    assert_eq!(order[..10], names);
}

#[tokio::test]
async fn one_that_hangs_is_told_at_the_deadline_and_not_asked_again_at_once() {
    let place = Place::new([silent("hangs")]);
    let limits = Limits { deadline: Duration::from_millis(1500), ..PATIENT };
    let first = survey(&place, limits);
    let reports = finish(first.round()).await;
    assert_eq!(reports[0].status, Status::Down);
    assert_eq!(reports[0].error.as_ref().unwrap().message, "no answer within 1.5 s");
    place.clusters.until(|counts| counts.open == 0).await;
    let connections = place.clusters.counts().connections;
    let again = finish(survey(&place, limits).round()).await;
    assert_eq!((again[0].read_at, &again[0].error), (reports[0].read_at, &reports[0].error));
    assert_eq!(place.clusters.counts().connections, connections);
    assert_eq!(first.known().await[0].as_ref().unwrap().error, reports[0].error);
}

#[tokio::test]
async fn what_a_healthy_cluster_tells() {
    let cluster = Described::healthy("prod").version("v1.34.1").credential(Credential::ClientCertificate);
    let report = report(cluster).await;
    assert_eq!(report.status, Status::Healthy, "{report:?}");
    assert_eq!(report.version.as_deref(), Some("v1.34.1"));
    assert_eq!(report.nodes.unwrap().ready, 3);
    assert_eq!(report.namespaces, Some(5));
    assert_eq!(report.pods, Some(PodCount { total: 7, ready: 7, running: 7, ..PodCount::default() }));
    assert!(report.certificates.server.is_some() && report.certificates.client.is_some());
    assert!(report.latency_ms.is_some() && report.took.len() == 5);
}

#[tokio::test]
async fn every_refusal_is_told_as_what_it_is() {
    let whole = |fault: Fault| Described::healthy("x").fault("/", fault);
    let cases = [
        (whole(Fault::Status(401)), Status::Unauthorised, "does not accept these credentials (401)"),
        (whole(Fault::Status(403)), Status::Unknown, "not allowed (403)"),
        (whole(Fault::Status(404)), Status::Down, "not found (404)"),
        (whole(Fault::Status(500)), Status::Down, "the API server failed (500)"),
        (whole(Fault::Status(503)), Status::Down, "the API server failed (503)"),
        (whole(Fault::Busy { retry_after: 60 }), Status::Unknown, "asks for fewer requests (429)"),
        (whole(Fault::Cut), Status::Down, "closed the connection"),
        (Described::healthy("x").credential(Credential::WrongToken), Status::Unauthorised, "(401)"),
        (Described::healthy("x").certificate(Certificate::Expired), Status::Down, "certificate expired"),
        (Described::healthy("x").certificate(Certificate::OtherHost), Status::Down, "is for other names"),
    ];
    for (cluster, status, words) in cases {
        let report = report(cluster.clone()).await;
        let error = report.error.as_ref().map(|error| error.message.clone()).unwrap_or_default();
        assert_eq!(report.status, status, "{words}: {error}");
        assert!(error.contains(words), "{words}: {error}");
        assert!(report.nodes.is_none() && report.pods.is_none() && report.namespaces.is_none());
    }
}

#[tokio::test]
async fn a_refused_part_is_unknown_and_no_other_is() {
    let report = report(Described::healthy("x").forbid("nodes")).await;
    assert_eq!((report.status, report.nodes), (Status::Unknown, None));
    assert_eq!(report.pods.map(|pods| pods.total), Some(7));
    assert!(report.what(Timestamp::now()).starts_with("nodes: not allowed (403): nodes is forbidden"));
}

#[tokio::test]
async fn patience_is_had_where_it_is_asked_for() {
    let busy = Described::healthy("x").fault_times("/api/v1/pods", Fault::Busy { retry_after: 0 }, 2);
    assert_eq!(report(busy).await.status, Status::Healthy);
}

/// The queries of the lists of pods.
fn queries(place: &Place) -> Vec<String> {
    let requests = place.clusters.requests().into_iter();
    requests.filter_map(|request| request.path.strip_prefix("/api/v1/pods").map(str::to_owned)).collect()
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let place = Place::new([Described::new("many").nodes(1).pods(1203)]);
    let reports = finish(survey(&place, PATIENT).round()).await;
    assert_eq!(reports[0].pods.unwrap().total, 1203);
    assert_eq!(queries(&place).len(), 3);
    assert!(queries(&place).iter().all(|query| query.contains("limit=500")));
}

#[tokio::test]
async fn a_list_that_expires_is_begun_again_whole() {
    let place = Place::new([Described::new("many").nodes(1).pods(1203).fault("/api/v1/pods", Fault::Hold)]);
    let reading = tokio::spawn(finish(survey(&place, PATIENT).round()));
    place.clusters.until(|counts| counts.requests == 4 && counts.active == 1).await;
    place.clusters.release(1);
    place.clusters.until(|counts| counts.requests == 5 && counts.active == 1).await;
    place.clusters.compact("many");
    place.clusters.release(100);
    assert_eq!(reading.await.unwrap()[0].pods.unwrap().total, 1203);
    assert!(queries(&place)[1].contains("continue="));
    assert!(queries(&place)[2].find("limit=").is_none());
}

#[tokio::test]
async fn a_hundred_clusters_are_asked_at_the_same_time_and_dropping_leaves_nothing_open() {
    let held = Described::healthy("x").fault("/", Fault::Hold);
    let place = Place::new((0..100).map(|index| held.named(&format!("c{index}"))));
    let round = survey(&place, Limits { at_once: 100, ..PATIENT }).round();
    place.clusters.until(|counts| counts.active == 400).await;
    drop(round);
    place.clusters.until(|counts| counts.open == 0).await;
    let round = survey(&place, Limits { at_once: 8, ..PATIENT }).round();
    place.clusters.until(|counts| counts.active == 32).await;
    place.clusters.release(100_000);
    let reports = finish(round).await;
    assert!(reports.iter().all(|report| report.status == Status::Healthy));
}

#[tokio::test]
async fn a_survey_keeps_its_connections_and_forgets_credentials_that_are_refused() {
    let place = Place::new([
        Described::healthy("x"),
        Described::healthy("y").fault_times("/", Fault::Status(401), 4),
    ]);
    let survey = survey(&place, PATIENT);
    assert_eq!(finish(survey.round()).await[1].status, Status::Unauthorised);
    let connections = place.clusters.counts().connections;
    let reports = finish(survey.round()).await;
    assert!(reports.iter().all(|report| report.status == Status::Healthy), "{reports:?}");
    assert!(place.clusters.counts().connections < connections + 8);
}
