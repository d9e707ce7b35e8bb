//! Clusters to try things on by hand: starts them, prints where their kubeconfig is, and waits for Ctrl-C.

#![allow(clippy::print_stdout, reason = "it speaks to whoever tries it")]

use std::time::Duration;

use clap::Parser;
use kubernetes_server::{Certificate, Cluster, Clusters, Credential, Fault, Reach};

/// Kubernetes clusters on loopback.
#[derive(Parser)]
struct Options {
    /// How many healthy clusters.
    #[arg(long, default_value_t = 3)]
    clusters: usize,
    /// How long each call takes, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// How many pods each has beside its few workloads.
    #[arg(long, default_value_t = 0)]
    pods: usize,
    /// How many kinds of its own each has.
    #[arg(long, default_value_t = 0)]
    custom_kinds: usize,
    /// How many more clusters there are that accept and never answer.
    #[arg(long, default_value_t = 0)]
    hang: usize,
    /// Adds one cluster of each other kind of trouble.
    #[arg(long)]
    trouble: bool,
}

fn main() {
    let options = Options::parse();
    let running = Clusters::start(clusters(&options));
    println!("export KUBECONFIG={}", running.kubeconfig().display());
    loop {
        std::thread::park();
    }
}

fn clusters(options: &Options) -> Vec<Cluster> {
    let latency = Duration::from_millis(options.latency);
    let healthy =
        Cluster::healthy("template").pods(options.pods).custom_kinds(options.custom_kinds).latency(latency);
    let mut clusters: Vec<_> =
        (1..=options.clusters).map(|number| healthy.named(&format!("cluster-{number}"))).collect();
    clusters.extend(
        (1..=options.hang).map(|number| Cluster::new(&format!("silent-{number}")).reach(Reach::Silent)),
    );
    if options.trouble {
        clusters.extend(trouble());
    }
    clusters
}

fn trouble() -> Vec<Cluster> {
    let unready = "0/3 nodes are available: 3 Insufficient memory.";
    vec![
        Cluster::healthy("degraded")
            .waiting_pod("shop", "cart-1", "CrashLoopBackOff", 17)
            .waiting_pod("shop", "cart-2", "ImagePullBackOff", 0)
            .pending_pod("shop", "report-1", unready),
        Cluster::healthy("client-certificate").credential(Credential::ClientCertificate),
        Cluster::healthy("refusing").reach(Reach::Refuses),
        Cluster::healthy("expired").certificate(Certificate::Expired),
        Cluster::healthy("unknown-authority").certificate(Certificate::UnknownAuthority),
        Cluster::healthy("unauthorised").credential(Credential::WrongToken),
        Cluster::healthy("no-plugin").credential(Credential::Exec(vec!["no-such-plugin".to_owned()])),
        Cluster::healthy("no-nodes").forbid("nodes"),
        Cluster::healthy("unavailable").fault("/", Fault::Status(503)),
        Cluster::healthy("busy").fault("/", Fault::Busy { retry_after: 2 }),
        Cluster::healthy("garbage").fault("/", Fault::Garbage),
        Cluster::healthy("cut").fault("/api/v1/pods", Fault::Cut),
    ]
}
