use kubernetes_server::{Cluster as Described, Credential, Fault};
use serde_json::json;

use super::*;
use crate::fan_out::Step;
use crate::kubernetes::testing::{PATIENT, Place};

fn grower(place: &Place, namespace: Option<&str>) -> Grower {
    Grower::new(place.entries[0].clone(), &place.session, namespace.map(str::to_owned), PATIENT)
}

async fn grown(grower: &mut Grower) -> Tree {
    let (mut growth, mut tree) = (grower.start(), Tree::default());
    while let Some(step) = growth.step().await {
        if let Step::Finished(finished) = step {
            tree.take(finished);
        }
    }
    tree
}

fn names<T>(branch: &Branch<Vec<T>>, name: impl Fn(&T) -> String) -> Vec<String> {
    branch.here().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_branch_is_there_as_soon_as_it_comes() {
    let place = Place::new([Described::healthy("one").fault("/api/v1/pods", Fault::Hold)]);
    let mut grower = grower(&place, None);
    let (mut growth, mut tree) = (grower.start(), Tree::default());
    while tree.took.len() < 3 {
        if let Some(Step::Finished(finished)) = growth.step().await {
            tree.take(finished);
        }
    }
    assert_eq!(tree.pods, Branch::Awaited);
    assert_eq!(tree.version, Branch::Here("v1.33.2".to_owned()));
    assert_eq!(names(&tree.nodes, |node| node.name.clone()), ["node-0", "node-1", "node-2"]);
    place.clusters.until(|counts| counts.active == 1).await;
    place.clusters.release(1);
    while let Some(step) = growth.step().await {
        if let Step::Finished(finished) = step {
            tree.take(finished);
        }
    }
    assert_eq!(tree.pods.here().map(Vec::len), Some(7));
}

#[tokio::test]
async fn all_branches_grow_at_once_and_over_the_same_connections_again() {
    let place = Place::new([Described::healthy("one").fault_times("/", Fault::Hold, 4)]);
    let mut grower = grower(&place, None);
    let first = tokio::spawn(async move {
        let tree = grown(&mut grower).await;
        (grower, tree)
    });
    place.clusters.until(|counts| counts.active == 4).await;
    place.clusters.release(4);
    let (mut grower, tree) = first.await.unwrap();
    assert_eq!(tree.troubles(), []);
    let connections = place.clusters.counts().connections;
    assert_eq!(grown(&mut grower).await.pods, tree.pods);
    assert_eq!(place.clusters.counts().connections, connections);
    assert_eq!(place.clusters.counts().requests, 8);
    drop(grower);
    place.clusters.until(|counts| counts.open == 0).await;
}

#[tokio::test]
async fn an_error_stands_at_its_own_branch() {
    let place =
        Place::new([Described::healthy("one").forbid("namespaces").fault("/api/v1/nodes", Fault::Garbage)]);
    let tree = grown(&mut grower(&place, None)).await;
    let troubles: Vec<_> = tree.troubles().into_iter().map(|(name, trouble)| (name, trouble.kind)).collect();
    assert_eq!(troubles, [("nodes", Kind::Garbage), ("namespaces", Kind::Forbidden)]);
    assert_eq!(tree.pods.here().map(Vec::len), Some(7));
}

/// A plugin that fails is run once for all branches, and anew for the next look.
#[tokio::test]
async fn branches_share_what_proves_the_user() {
    let script = "echo run >>runs; exit 7";
    let plugin = Credential::Exec(["sh", "-c", script].map(str::to_owned).to_vec());
    let place = Place::new([Described::new("one").credential(plugin)]);
    let mut grower = grower(&place, None);
    for runs in 1..=2 {
        assert_eq!(grown(&mut grower).await.troubles().len(), 4);
        let ran = std::fs::read_to_string(place.session.directory.join("runs")).unwrap();
        assert_eq!(ran.lines().count(), runs);
    }
}

#[tokio::test]
async fn one_namespace_is_all_that_is_asked_for() {
    let place = Place::new([Described::healthy("one")]);
    let tree = grown(&mut grower(&place, Some("shop"))).await;
    assert_eq!(names(&tree.namespaces, |it| it.name.clone()), ["shop"]);
    assert_eq!(tree.pods.here().map(Vec::len), Some(5));
    let asked = place.clusters.requests();
    assert!(asked.iter().any(|it| it.path.starts_with("/api/v1/namespaces/shop/pods?")), "{asked:?}");
}

#[test]
fn a_pod_is_called_what_kubectl_calls_it() {
    let waiting = |reason: &str| json!({"state": {"waiting": {"reason": reason}}, "restartCount": 4});
    let ended = |reason: &str| json!({"state": {"terminated": {"reason": reason}}});
    let ready = || json!({"ready": true, "state": {"running": {}}});
    for (phase, before, containers, expected, is_well) in [
        ("Running", json!([]), json!([ready(), ready()]), "Running", true),
        ("Running", json!([]), json!([ready(), json!({"state": {}})]), "Running", false),
        ("Running", json!([]), json!([ready(), waiting("CrashLoopBackOff")]), "CrashLoopBackOff", false),
        (
            "Pending",
            json!([waiting("ImagePullBackOff")]),
            json!([waiting("PodInitializing")]),
            "Init:ImagePullBackOff",
            false,
        ),
        ("Pending", json!([]), json!([]), "Pending", false),
        ("Succeeded", json!([]), json!([ended("Completed"), ended("Completed")]), "Completed", true),
        ("Failed", json!([]), json!([ended("OOMKilled")]), "OOMKilled", false),
    ] {
        let pod = json!({
            "metadata": {"name": "p", "namespace": "n"},
            "spec": {"containers": [{"image": "a"}, {"image": "b"}]},
            "status": {"phase": phase, "initContainerStatuses": before, "containerStatuses": containers},
        });
        let leaf = PodLeaf::from(serde_json::from_value::<Pod>(pod).unwrap());
        assert_eq!((leaf.status.as_str(), leaf.is_well), (expected, is_well));
    }
}
