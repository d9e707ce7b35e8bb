use super::*;

fn asked(text: &str) -> Option<Asked> {
    let contexts =
        ["prod-eu", "staging", "dev", "arn:aws:eks:eu-west-1:1234:cluster/blue"].map(str::to_owned);
    understand(text, &contexts)
}

#[test]
fn claimed() {
    let named = |name: &str| Whose::Named(vec![name.to_owned()]);
    for (text, what, whose, is_yes_or_no) in [
        ("what can run a database here?", "run a database", Whose::Current, false),
        ("What can host PostgreSQL in this cluster?", "host postgresql", Whose::Current, false),
        ("what provides ingress here", "ingress", Whose::Current, false),
        ("which operators offer message queues in this cluster", "message queues", Whose::Current, false),
        ("can this cluster issue certificates?", "issue certificates", Whose::Current, true),
        ("can the k8s cluster do gitops?", "do gitops", Whose::Current, true),
        ("does our cluster support object storage buckets", "object storage buckets", Whose::Current, true),
        ("can we run serverless functions here?", "serverless functions", Whose::Current, true),
        ("what is there for backups here", "backups", Whose::Current, false),
        ("what can I use for caching in this cluster?", "caching", Whose::Current, false),
        ("which of our clusters can do durable queues?", "do durable queues", Whose::All, false),
        ("which clusters support volume snapshots", "volume snapshots", Whose::All, false),
        ("Which of my Kubernetes clusters have a service mesh?", "a service mesh", Whose::All, false),
        ("can any of our clusters run redis", "run redis", Whose::All, true),
        ("where can we run a kafka broker", "", Whose::All, false),
        ("can prod-eu issue TLS certificates?", "issue tls certificates", named("prod-eu"), true),
        ("what can run a database on staging", "run a database", named("staging"), false),
        (
            "does arn:aws:eks:eu-west-1:1234:cluster/blue support canary rollouts?",
            "canary rollouts",
            named("arn:aws:eks:eu-west-1:1234:cluster/blue"),
            true,
        ),
    ] {
        let expected = Some(Asked { what: what.to_owned(), whose, is_yes_or_no });
        assert_eq!(asked(text), expected.filter(|_| !what.is_empty()), "{text}");
    }
}

#[test]
fn left_to_others() {
    for text in [
        "what can run here?",
        "which clusters can i reach?",
        "which clusters have problems?",
        "can you delete the database here",
        "why can this cluster not issue certificates?",
        "what is wrong with the ingress here",
        "what provides the best ingress here",
        "can this cluster handle the load of black friday",
        "how do i run a database here?",
        "what can cause a database to crash here",
        "can i delete the backups here",
        "which databases are running here",
        "which clusters have failing jobs",
        "can this job run here",
        "what provides libssl.so here",
        "what can i do about the queue here",
        "what can be done about a slow database here",
        "is there a backup of my database here",
        "which of our clusters have more than 3 nodes and a database that was created before last year in europe",
        "what can run a database",
        "can we run the database migration",
        "what handles jobs in this script here",
        "",
        "+",
        "contextname",
    ] {
        assert_eq!(asked(text), None, "{text}");
    }
}
