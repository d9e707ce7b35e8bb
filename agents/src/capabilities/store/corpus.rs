//! How well words alone find what is meant: descriptions of kinds as models write them, and questions as people ask
//! them.

use super::super::Learned;
use super::testing::{cluster, learned};
use super::{Catalogue, Sqlite};

/// Of each kind: its name, what it can do, whose it is, and what it is.
const KINDS: [[&str; 4]; 60] = [
    [
        "clusters.postgresql.cnpg.io",
        "relational database, automatic failover, streaming replication",
        "postgresql, cloudnativepg",
        "A highly available PostgreSQL cluster managed by CloudNativePG.",
    ],
    [
        "scheduledbackups.postgresql.cnpg.io",
        "database backup, backup schedule",
        "postgresql, cloudnativepg",
        "Takes backups of a PostgreSQL cluster at set times.",
    ],
    [
        "poolers.postgresql.cnpg.io",
        "connection pooling",
        "pgbouncer, cloudnativepg",
        "PgBouncer in front of a PostgreSQL cluster.",
    ],
    [
        "perconaservermongodbs.psmdb.percona.com",
        "document database, sharding, replica sets",
        "mongodb, percona",
        "A MongoDB replica set or sharded cluster.",
    ],
    [
        "innodbclusters.mysql.oracle.com",
        "relational database, group replication",
        "mysql, oracle",
        "A MySQL InnoDB cluster with routers.",
    ],
    [
        "redisfailovers.databases.spotahome.com",
        "in-memory cache, key-value store, failover",
        "redis",
        "Redis with Sentinel.",
    ],
    [
        "elasticsearches.elasticsearch.k8s.elastic.co",
        "full-text search engine, log analytics, document indexing",
        "elastic",
        "An Elasticsearch cluster.",
    ],
    [
        "clickhouseinstallations.clickhouse.altinity.com",
        "analytical database, column store",
        "clickhouse",
        "A ClickHouse installation for fast analytics.",
    ],
    [
        "kafkas.kafka.strimzi.io",
        "event streaming, durable log, publish and subscribe",
        "apache kafka, strimzi",
        "An Apache Kafka cluster of brokers.",
    ],
    [
        "kafkatopics.kafka.strimzi.io",
        "topic management, partitions, retention",
        "apache kafka, strimzi",
        "A topic in a Kafka cluster.",
    ],
    [
        "kafkaconnects.kafka.strimzi.io",
        "data integration, change data capture",
        "apache kafka, strimzi",
        "Runs connectors between Kafka and other systems.",
    ],
    ["rabbitmqclusters.rabbitmq.com", "message broker, AMQP messaging", "rabbitmq", "A RabbitMQ cluster."],
    [
        "queues.rabbitmq.com",
        "durable message queue, dead lettering",
        "rabbitmq",
        "A queue in a RabbitMQ cluster that survives restarts.",
    ],
    [
        "certificates.cert-manager.io",
        "issue TLS certificates, renew certificates",
        "cert-manager, lets encrypt",
        "Requests a signed certificate and keeps it renewed in a Secret.",
    ],
    [
        "clusterissuers.cert-manager.io",
        "certificate authority, ACME",
        "cert-manager, lets encrypt, vault",
        "Signs certificates for all namespaces.",
    ],
    [
        "compositions.apiextensions.crossplane.io",
        "compose cloud infrastructure, platform abstraction",
        "crossplane",
        "Says which managed resources make up a composite resource.",
    ],
    ["buckets.s3.aws.upbound.io", "object storage bucket", "aws, crossplane", "An S3 bucket in AWS."],
    [
        "instances.rds.aws.upbound.io",
        "managed cloud database",
        "aws, rds, crossplane",
        "A database instance of AWS RDS.",
    ],
    [
        "scaledobjects.keda.sh",
        "event-driven autoscaling, scale to zero",
        "keda",
        "Scales a workload by the length of queues and other metrics.",
    ],
    ["scaledjobs.keda.sh", "event-driven jobs", "keda", "Starts jobs as events come in."],
    [
        "horizontalpodautoscalers.autoscaling",
        "horizontal autoscaling by CPU and memory",
        "kubernetes",
        "Sets the number of pods by load.",
    ],
    [
        "verticalpodautoscalers.autoscaling.k8s.io",
        "vertical autoscaling, resource recommendations",
        "kubernetes",
        "Sets the requests of pods by what they use.",
    ],
    [
        "applications.argoproj.io",
        "gitops continuous delivery, sync from git",
        "argo cd",
        "Keeps a namespace as a git repository says.",
    ],
    [
        "rollouts.argoproj.io",
        "canary deployment, blue-green deployment, progressive delivery",
        "argo rollouts",
        "A deployment that is rolled out step by step.",
    ],
    [
        "workflows.argoproj.io",
        "workflow engine, directed acyclic graph of steps",
        "argo workflows",
        "Runs containers as steps of a workflow.",
    ],
    ["pipelineruns.tekton.dev", "CI pipeline execution, build images", "tekton", "One run of a pipeline."],
    [
        "services.serving.knative.dev",
        "serverless containers, scale to zero, revisions",
        "knative",
        "Runs a container on request.",
    ],
    [
        "brokers.eventing.knative.dev",
        "event mesh, event routing",
        "knative",
        "Takes in events and gives them to triggers.",
    ],
    [
        "virtualservices.networking.istio.io",
        "traffic routing, traffic splitting, retries, fault injection",
        "istio",
        "Rules by which requests in the service mesh are routed.",
    ],
    [
        "destinationrules.networking.istio.io",
        "circuit breaking, connection limits",
        "istio",
        "What happens to traffic after routing.",
    ],
    [
        "peerauthentications.security.istio.io",
        "mutual TLS between services",
        "istio",
        "Whether workloads of the mesh take plain traffic.",
    ],
    [
        "authorizationpolicies.security.istio.io",
        "service access control",
        "istio",
        "Who may call a workload of the mesh.",
    ],
    [
        "cephclusters.ceph.rook.io",
        "distributed storage cluster",
        "ceph, rook",
        "A Ceph cluster on the nodes' disks.",
    ],
    [
        "cephfilesystems.ceph.rook.io",
        "shared filesystem, read-write-many volumes",
        "ceph, rook",
        "A file system that many pods mount at once.",
    ],
    [
        "cephobjectstores.ceph.rook.io",
        "object storage, S3 compatible API",
        "ceph, rook",
        "Object storage in the cluster itself.",
    ],
    [
        "backups.velero.io",
        "cluster backup, disaster recovery",
        "velero",
        "A backup of resources and volumes to object storage.",
    ],
    ["restores.velero.io", "restore from backup, migrate cluster", "velero", "Brings a backup back."],
    [
        "volumesnapshots.snapshot.storage.k8s.io",
        "volume snapshot",
        "kubernetes, csi",
        "A copy of a volume at a point in time.",
    ],
    ["persistentvolumeclaims", "persistent storage request", "kubernetes", "Asks for a volume for a pod."],
    [
        "storageclasses.storage.k8s.io",
        "dynamic volume provisioning",
        "kubernetes, csi",
        "A class of storage volumes are made from.",
    ],
    [
        "ingresses.networking.k8s.io",
        "HTTP ingress, host and path routing, TLS termination",
        "kubernetes",
        "Lets traffic from outside reach services.",
    ],
    [
        "gateways.gateway.networking.k8s.io",
        "API gateway, listeners, layer 4 and 7",
        "gateway api",
        "Where traffic enters the cluster.",
    ],
    [
        "httproutes.gateway.networking.k8s.io",
        "HTTP routing, header matching, weights",
        "gateway api",
        "Sends requests of a gateway to services.",
    ],
    ["services", "service discovery, load balancing", "kubernetes", "A stable address for a set of pods."],
    [
        "networkpolicies.networking.k8s.io",
        "network isolation, firewall rules between pods",
        "kubernetes",
        "Which pods may talk to which.",
    ],
    [
        "ipaddresspools.metallb.io",
        "load balancer addresses on bare metal",
        "metallb",
        "Addresses that services of type LoadBalancer are given.",
    ],
    ["dnsendpoints.externaldns.k8s.io", "DNS records", "external-dns", "Records kept at a DNS provider."],
    [
        "prometheuses.monitoring.coreos.com",
        "metrics monitoring, time series database",
        "prometheus",
        "A Prometheus server.",
    ],
    [
        "prometheusrules.monitoring.coreos.com",
        "alerting rules, recording rules",
        "prometheus",
        "When an alert is raised.",
    ],
    [
        "servicemonitors.monitoring.coreos.com",
        "metrics scraping",
        "prometheus",
        "Which services Prometheus reads metrics from.",
    ],
    [
        "grafanadashboards.grafana.integreatly.org",
        "dashboards, visualisation",
        "grafana",
        "A dashboard in Grafana.",
    ],
    [
        "lokistacks.loki.grafana.com",
        "log aggregation, log storage",
        "grafana loki",
        "Keeps and searches logs of all pods.",
    ],
    [
        "opentelemetrycollectors.opentelemetry.io",
        "distributed tracing, telemetry collection",
        "opentelemetry",
        "Takes in traces, metrics and logs and passes them on.",
    ],
    [
        "externalsecrets.external-secrets.io",
        "sync secrets from external vaults",
        "external secrets, aws, vault",
        "Copies a secret of a secret manager to the cluster.",
    ],
    [
        "vaultauths.secrets.hashicorp.com",
        "vault login, secret access",
        "hashicorp vault",
        "How workloads prove themselves to Vault.",
    ],
    [
        "clusterpolicies.kyverno.io",
        "policy enforcement, validate and mutate resources",
        "kyverno",
        "Rules that resources must keep.",
    ],
    ["cronjobs.batch", "scheduled jobs", "kubernetes", "Runs a job at set times."],
    ["virtualmachines.kubevirt.io", "virtual machines", "kubevirt", "A virtual machine beside the pods."],
    [
        "rayclusters.ray.io",
        "distributed machine learning, parallel computing",
        "ray",
        "A Ray cluster for training and data work.",
    ],
    [
        "inferenceservices.serving.kserve.io",
        "model serving, GPU inference",
        "kserve",
        "Serves a machine learning model.",
    ],
];

/// What is asked, and the kind that is meant; the kinds, where several are as good.
const QUESTIONS: [(&str, &str); 48] = [
    (
        "what can run a database here?",
        "clusters.postgresql.cnpg.io innodbclusters.mysql.oracle.com perconaservermongodbs.psmdb.percona.com \
         clickhouseinstallations.clickhouse.altinity.com",
    ),
    ("postgres", "clusters.postgresql.cnpg.io"),
    ("highly available relational database with failover", "clusters.postgresql.cnpg.io"),
    ("run mongo", "perconaservermongodbs.psmdb.percona.com"),
    ("mysql db", "innodbclusters.mysql.oracle.com"),
    ("in-memory caching", "redisfailovers.databases.spotahome.com"),
    ("search engine for documents", "elasticsearches.elasticsearch.k8s.elastic.co"),
    ("analytics database", "clickhouseinstallations.clickhouse.altinity.com"),
    ("durable queue", "queues.rabbitmq.com"),
    ("which of our clusters can do durable queues?", "queues.rabbitmq.com"),
    ("message broker", "rabbitmqclusters.rabbitmq.com"),
    ("stream events", "kafkas.kafka.strimzi.io"),
    ("change data capture", "kafkaconnects.kafka.strimzi.io"),
    ("can this cluster issue certificates?", "certificates.cert-manager.io"),
    ("renew TLS certs automatically", "certificates.cert-manager.io"),
    ("let's encrypt", "clusterissuers.cert-manager.io"),
    ("s3 bucket", "buckets.s3.aws.upbound.io"),
    ("S3-compatible object storage inside the cluster", "cephobjectstores.ceph.rook.io"),
    ("managed database in the cloud", "instances.rds.aws.upbound.io"),
    ("provision cloud infrastructure", "compositions.apiextensions.crossplane.io"),
    ("scale to zero", "scaledobjects.keda.sh"),
    ("autoscale on queue length", "scaledobjects.keda.sh"),
    ("autoscaling by cpu", "horizontalpodautoscalers.autoscaling"),
    ("gitops", "applications.argoproj.io"),
    ("deploy from git", "applications.argoproj.io"),
    ("canary deployments", "rollouts.argoproj.io"),
    ("blue-green deploys", "rollouts.argoproj.io"),
    ("workflow of several steps", "workflows.argoproj.io"),
    ("CI pipelines", "pipelineruns.tekton.dev"),
    ("serverless functions", "services.serving.knative.dev"),
    ("split traffic between versions", "virtualservices.networking.istio.io"),
    ("mTLS mutual tls", "peerauthentications.security.istio.io"),
    ("circuit breaker", "destinationrules.networking.istio.io"),
    ("shared file system for many pods", "cephfilesystems.ceph.rook.io"),
    ("back up the cluster", "backups.velero.io"),
    ("disaster recovery", "backups.velero.io"),
    ("snapshots of volumes", "volumesnapshots.snapshot.storage.k8s.io"),
    ("what provides ingress here", "ingresses.networking.k8s.io"),
    ("load balancer on bare metal", "ipaddresspools.metallb.io"),
    ("api gateway", "gateways.gateway.networking.k8s.io"),
    ("firewall between pods", "networkpolicies.networking.k8s.io"),
    ("monitoring of metrics", "prometheuses.monitoring.coreos.com"),
    ("alerts", "prometheusrules.monitoring.coreos.com"),
    ("search logs", "lokistacks.loki.grafana.com"),
    ("tracing", "opentelemetrycollectors.opentelemetry.io"),
    ("secrets from vault", "externalsecrets.external-secrets.io"),
    ("run a job every night on a schedule", "cronjobs.batch"),
    ("run VMs virtual machine", "virtualmachines.kubevirt.io"),
];

fn described([name, capabilities, providers, description]: [&str; 4]) -> Learned {
    let mut learned = learned(name, capabilities);
    learned.description.providers = providers.split(", ").map(str::to_owned).collect();
    learned.description.description = description.to_owned();
    learned
}

#[tokio::test]
async fn what_is_meant_is_among_the_first_three() {
    let directory = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::new(Sqlite::in_state(directory.path()), None);
    catalogue.replace(&cluster("red"), &KINDS.map(described), &[]).await.unwrap();
    let mut missed = Vec::new();
    for (question, meant) in QUESTIONS {
        let found = catalogue.search(question, None, 3).await.unwrap();
        let names: Vec<String> = found.iter().map(|found| found.learned.kind.to_string()).collect();
        if !names.iter().any(|name| meant.split(' ').any(|meant| name == meant)) {
            missed.push(format!("{question}: {names:?} and not {meant}"));
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}
