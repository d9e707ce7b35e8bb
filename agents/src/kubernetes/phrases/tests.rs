use super::*;

fn contexts() -> Vec<String> {
    [
        "prod-eu",
        "prod-eu-1",
        "staging",
        "arn:aws:eks:eu-west-1:1234:cluster/blue",
        "admin@home",
        "dev",
        "main",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn asked(text: &str) -> Option<Asked> {
    understand(text, &contexts()).map(|(asked, _)| asked)
}

fn named(names: &[&str]) -> Option<Asked> {
    Some(Asked::Named(names.iter().map(|name| (*name).to_owned()).collect()))
}

#[test]
fn claimed() {
    let cases: [(&str, &[&str]); 4] = [
        (
            "health",
            &[
                "are my clusters healthy?",
                "Are all my clusters healthy?",
                "are the clusters ok",
                "are all clusters up?",
                "are all of our kubernetes clusters up and running",
                "check all clusters",
                "check my clusters please",
                "check all my k8s clusters",
                "check the health of all clusters",
                "can you check the health of my clusters?",
                "show me the status of all clusters",
                "what is the status of my clusters?",
                "what's the state of the clusters",
                "cluster overview",
                "clusters status",
                "show the clusters",
                "how are my clusters doing?",
                "how are the clusters",
                "is everything ok in my clusters?",
                "is everything fine across all clusters",
                "is every cluster healthy?",
                "give me an overview of my clusters",
                "run a health check on all clusters",
                "check if all clusters are up",
                "please tell me whether my clusters are healthy",
                "which clusters are healthy?",
                "verify all clusters",
                "all clusters",
                "status of every cluster",
            ],
        ),
        (
            "problems",
            &[
                "which clusters have problems?",
                "which of my clusters have issues",
                "which clusters are down?",
                "which cluster is broken",
                "which clusters are not healthy",
                "which clusters aren't healthy",
                "are any clusters down?",
                "are any of my clusters down",
                "is any cluster unhealthy?",
                "do any clusters have problems?",
                "are there any problems in my clusters?",
                "are there any issues with the clusters",
                "is there anything wrong with my clusters?",
                "anything wrong in any of my clusters?",
                "show unhealthy clusters",
                "show me clusters with problems",
                "what is wrong with my clusters",
            ],
        ),
        (
            "list",
            &[
                "list clusters",
                "list my clusters",
                "list all clusters",
                "list contexts",
                "list all contexts",
                "show me all kubernetes contexts",
                "which clusters do I have?",
                "what contexts are there",
                "which contexts are available?",
                "how many clusters do I have?",
                "how many clusters are there",
                "what are my contexts?",
                "which kubernetes clusters can I access",
                "what are the names of my clusters?",
            ],
        ),
        (
            "current",
            &[
                "which context am I in?",
                "what cluster am I on",
                "which cluster am I connected to?",
                "what is the current context?",
                "show me my current kubernetes context",
            ],
        ),
    ];
    for (kind, texts) in cases {
        let expected = match kind {
            "health" => Asked::Health,
            "problems" => Asked::Problems,
            "list" => Asked::List,
            _ => Asked::Current,
        };
        let wrong: Vec<_> = texts.iter().filter(|text| asked(text).as_ref() != Some(&expected)).collect();
        assert_eq!(wrong, [&""; 0], "{kind}");
    }
}

#[test]
fn contexts_are_known_by_their_names() {
    let cases: [(&str, &[&str]); 24] = [
        ("status of prod-eu", &["prod-eu"]),
        ("Status of PROD-EU-1?", &["prod-eu-1"]),
        ("is staging up?", &["staging"]),
        ("is the staging cluster healthy", &["staging"]),
        ("is cluster dev ok", &["dev"]),
        ("is prod-eu down?", &["prod-eu"]),
        ("how is prod-eu doing?", &["prod-eu"]),
        ("how is the dev cluster", &["dev"]),
        ("what's the health of staging", &["staging"]),
        ("prod-eu status", &["prod-eu"]),
        ("staging cluster health", &["staging"]),
        ("check staging", &["staging"]),
        ("check the prod-eu cluster", &["prod-eu"]),
        ("check on admin@home", &["admin@home"]),
        ("is arn:aws:eks:eu-west-1:1234:cluster/blue healthy?", &["arn:aws:eks:eu-west-1:1234:cluster/blue"]),
        ("are prod-eu and staging healthy?", &["prod-eu", "staging"]),
        ("status of dev, staging and prod-eu", &["dev", "staging", "prod-eu"]),
        ("any problems in staging?", &["staging"]),
        ("is there anything wrong with prod-eu-1", &["prod-eu-1"]),
        ("what is wrong with dev?", &["dev"]),
        ("does staging have any issues?", &["staging"]),
        ("is everything fine on prod-eu.", &["prod-eu"]),
        ("is my cluster healthy?", &[]),
        ("what is the status of the cluster", &[]),
    ];
    let wrong: Vec<_> = cases.iter().filter(|(text, names)| asked(text) != named(names)).collect();
    assert_eq!(wrong, [&("", &[][..]); 0]);
}

#[test]
fn not_claimed() {
    let cases = [
        "why is my pod crashing",
        "why is staging down?",
        "why are my clusters unhealthy",
        "why is my cluster slow?",
        "how do I check all clusters",
        "how do I make my clusters healthy",
        "how many pods run in prod-eu",
        "what is a cluster",
        "what is a kubernetes context",
        "what is kubernetes",
        "explain contexts",
        "which cluster should I use",
        "which context should I use for the migration?",
        "create a cluster",
        "create a kind cluster called dev",
        "delete the staging cluster",
        "delete all clusters",
        "restart all clusters",
        "fix my clusters",
        "upgrade prod-eu to 1.33",
        "switch to staging",
        "use the prod-eu context",
        "switch to context prod-eu",
        "is staging up to date",
        "is staging up to date with main?",
        "is main ahead of staging",
        "what changed in staging",
        "what changed on main",
        "show me the diff between main and staging",
        "status",
        "status of this repo",
        "git status",
        "is main clean",
        "which branch am I on",
        "which branches are there",
        "list all branches",
        "list my pods",
        "list pods in prod-eu",
        "list the nodes of staging",
        "show me the logs of api in prod-eu",
        "scale api to 3 in staging",
        "deploy to staging",
        "did the deploy to staging work?",
        "is the cluster autoscaler healthy",
        "are my postgres clusters healthy?",
        "are my kafka clusters up",
        "is the redis cluster ok?",
        "clusters of points in data.csv",
        "find clusters in this data",
        "how does k-means form clusters",
        "compare prod-eu and staging",
        "what is the difference between dev and prod-eu",
        "are my clusters secure?",
        "are my clusters expensive",
        "which clusters cost the most",
        "which clusters run kubernetes 1.30",
        "which clusters have problems with ingress",
        "are my clusters healthy enough for the migration",
        "are prod-us and staging healthy?",
        "is production up?",
        "is prod up",
        "is staging.example.com up?",
        "is prod-eu-2 up?",
        "is my-staging up",
        "check staging/values.yaml",
        "check the weather",
        "largest files here",
        "how big is this directory",
        "what is in dev",
        "is it up?",
        "dev",
        "staging",
        "contexts of the word cluster",
        "",
        "?",
        "please",
    ];
    let wrong: Vec<_> = cases.iter().filter(|text| asked(text).is_some()).collect();
    assert_eq!(wrong, [&""; 0]);
}

#[test]
fn words_that_do_not_name_kubernetes_need_a_kubeconfig() {
    let claim = |text| understand(text, &[]).map(|(_, claim)| claim);
    assert_eq!(claim("are my clusters healthy"), Some(Claim::WithContexts));
    assert_eq!(claim("are my kubernetes clusters healthy"), Some(Claim::NamesKubernetes));
    assert_eq!(claim("is staging up"), None);
}
