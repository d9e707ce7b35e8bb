//! The one kubeconfig of all clusters.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::certificates::Authorities;
use crate::cluster::{Cluster, Credential};

/// A kubeconfig in which every cluster has a context, a cluster and a user of its own; the first is current.
pub(crate) fn write(clusters: &[(Cluster, u16)], token: &str, authorities: &Authorities) -> String {
    let entries = |entry: &dyn Fn(&Cluster, u16) -> Value| -> Vec<Value> {
        clusters.iter().map(|(cluster, port)| entry(cluster, *port)).collect()
    };
    let authority = BASE64_STANDARD.encode(&authorities.pem);
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": clusters.first().map_or("", |(cluster, _)| cluster.name.as_str()),
        "contexts": entries(&|cluster, _| json!({"name": cluster.name, "context": context(cluster)})),
        "clusters": entries(&|cluster, port| json!({"name": cluster.name, "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority-data": authority,
        }})),
        "users": entries(&|cluster, _| {
            json!({"name": format!("{}-user", cluster.name), "user": user(cluster, token, authorities)})
        }),
    });
    serde_yaml::to_string(&config).unwrap()
}

fn context(cluster: &Cluster) -> Value {
    let mut context = json!({"cluster": cluster.name, "user": format!("{}-user", cluster.name)});
    if let Some(namespace) = &cluster.namespace {
        context["namespace"] = namespace.as_str().into();
    }
    context
}

fn user(cluster: &Cluster, token: &str, authorities: &Authorities) -> Value {
    match &cluster.credential {
        Credential::Token => json!({"token": token}),
        Credential::WrongToken => json!({"token": "of-another-cluster"}),
        Credential::ClientCertificate => {
            let (certificate, key) = &authorities.client;
            json!({
                "client-certificate-data": BASE64_STANDARD.encode(certificate),
                "client-key-data": BASE64_STANDARD.encode(key),
            })
        }
        Credential::Exec(words) => {
            let args: Vec<_> = words[1..].iter().map(|word| word.replace("{token}", token)).collect();
            json!({"exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": words[0],
                "args": args,
                "interactiveMode": "Never",
            }})
        }
    }
}
