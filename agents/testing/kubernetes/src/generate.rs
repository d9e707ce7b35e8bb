//! Objects as a cluster would have them, with the fields and about the size that real ones have.

use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::{Value, json};

/// A namespace.
pub(crate) fn namespace(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": metadata(None, name, json!({"kubernetes.io/metadata.name": name})),
        "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"},
    })
}

/// A ready node of 4 processors and 16 GiB.
pub(crate) fn node(index: usize, version: &str) -> Value {
    let name = format!("node-{index}");
    let mut labels = json!({
        "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
    });
    if index == 0 {
        labels["node-role.kubernetes.io/control-plane"] = "".into();
    }
    let resources = |cpu: &str, memory: &str| json!({"cpu": cpu, "memory": memory, "pods": "110"});
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastHeartbeatTime": ago(1), "lastTransitionTime": ago(9),
        })
    };
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": metadata(None, &name, labels),
        "spec": {"podCIDR": format!("10.244.{index}.0/24"), "providerID": format!("kind://docker/kind/{name}")},
        "status": {
            "allocatable": resources("3920m", "15Gi"), "capacity": resources("4", "16Gi"),
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ],
            "addresses": [{"type": "InternalIP", "address": format!("10.0.0.{}", index % 250 + 1)}],
            "nodeInfo": {
                "architecture": "amd64", "containerRuntimeVersion": "containerd://2.1.3", "kernelVersion": "6.12.0",
                "kubeletVersion": version, "kubeProxyVersion": version, "operatingSystem": "linux",
                "osImage": "Debian GNU/Linux 12 (bookworm)",
            },
        },
    })
}

/// A deployment with its replica set and its pods.
pub(crate) fn deployment(namespace: &str, name: &str, image: &str, replicas: usize) -> Vec<Value> {
    let set = format!("{name}-6d4f9c7b8");
    let mut objects = vec![
        workload("Deployment", namespace, name, image, replicas),
        workload("ReplicaSet", namespace, &set, image, replicas),
    ];
    objects
        .extend((0..replicas).map(|index| {
            pod(namespace, &format!("{set}-{index:05}"), image, &format!("node-{}", index % 3))
        }));
    objects
}

fn workload(kind: &str, namespace: &str, name: &str, image: &str, replicas: usize) -> Value {
    let labels = json!({"app": name});
    json!({
        "apiVersion": "apps/v1", "kind": kind, "metadata": metadata(Some(namespace), name, labels.clone()),
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container(image)]}},
        },
        "status": {
            "observedGeneration": 1, "replicas": replicas, "updatedReplicas": replicas,
            "readyReplicas": replicas, "availableReplicas": replicas,
        },
    })
}

/// One of very many pods, dealt to ten namespaces and to a node per hundred.
pub(crate) fn pod_of_many(index: usize) -> Value {
    let name = format!("worker-{:x}-{index:05}", index % 7 + 0x6d4f_9c70);
    let node = format!("node-{}", index / 100);
    pod(&format!("team-{}", index % 10), &name, "registry.example/worker:3.1.0", &node)
}

/// A running pod.
pub(crate) fn pod(namespace: &str, name: &str, image: &str, node: &str) -> Value {
    let state = json!({"running": {"startedAt": ago(48)}});
    let mut pod = described(namespace, name, image, "Running", &json!([status(image, true, 0, state)]));
    pod["spec"]["nodeName"] = node.into();
    pod
}

/// A pod whose container waits.
pub(crate) fn waiting_pod(namespace: &str, name: &str, reason: &str, restarts: usize) -> Value {
    let image = "registry.example/broken:0.9.0";
    let message = match reason {
        "ImagePullBackOff" => format!("Back-off pulling image \"{image}\""),
        _ => format!("back-off 5m0s restarting failed container=app pod={name}_{namespace}"),
    };
    let state = json!({"waiting": {"reason": reason, "message": message}});
    let mut container = status(image, false, restarts, state);
    if restarts > 0 {
        container["lastState"] =
            json!({"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": ago(1)}});
    }
    let phase = if restarts > 0 { "Running" } else { "Pending" };
    let mut pod = described(namespace, name, image, phase, &json!([container]));
    pod["spec"]["nodeName"] = "node-0".into();
    pod["status"]["conditions"] = conditions("ContainersNotReady", "containers with unready status: [app]");
    pod
}

/// A pod that no node takes.
pub(crate) fn pending_pod(namespace: &str, name: &str, message: &str) -> Value {
    let mut pod = described(namespace, name, "registry.example/large:1.0.0", "Pending", &json!([]));
    pod["status"]["conditions"] = json!([
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message},
    ]);
    pod
}

fn described(namespace: &str, name: &str, image: &str, phase: &str, statuses: &Value) -> Value {
    let mut metadata = metadata(Some(namespace), name, json!({"app": name.split('-').next()}));
    let owner = name.rsplit_once('-').map_or(name, |(owner, _)| owner);
    metadata["ownerReferences"] = json!([{
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": uid(owner), "controller": true,
    }]);
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
        "spec": {
            "containers": [container(image)], "restartPolicy": "Always", "serviceAccountName": "default",
            "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30,
            "volumes": [{"name": "kube-api-access", "projected": {"sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            ]}}],
            "tolerations": [
                {"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 300},
                {"effect": "NoExecute", "key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 300},
            ],
        },
        "status": {
            "phase": phase, "qosClass": "Burstable", "podIP": "10.244.0.17", "hostIP": "10.0.0.1",
            "startTime": ago(48), "containerStatuses": statuses, "conditions": conditions("", ""),
        },
    })
}

fn conditions(reason: &str, message: &str) -> Value {
    let all = ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map(|kind| {
        let mut condition = json!({"type": kind, "status": "True", "lastTransitionTime": ago(48)});
        if !reason.is_empty() && kind.contains("Ready") {
            condition["status"] = "False".into();
            condition["reason"] = reason.into();
            condition["message"] = message.into();
        }
        condition
    });
    json!(all)
}

fn container(image: &str) -> Value {
    json!({
        "name": "app", "image": image, "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "PORT", "value": "8080"}],
        "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10},
        "volumeMounts": [{"name": "kube-api-access", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
    })
}

fn status(image: &str, ready: bool, restarts: usize, state: Value) -> Value {
    json!({
        "name": "app", "image": image, "ready": ready, "started": ready, "restartCount": restarts, "state": state,
        "imageID": format!("{image}@sha256:{:064x}", image.len()), "containerID": format!("containerd://{:064x}", 1),
    })
}

fn metadata(namespace: Option<&str>, name: &str, labels: Value) -> Value {
    let mut metadata = json!({
        "name": name, "uid": uid(name), "labels": labels, "generation": 1, "creationTimestamp": ago(241),
        "managedFields": [{
            "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": ago(48),
            "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}},
        }],
    });
    if let Some(namespace) = namespace {
        metadata["namespace"] = namespace.into();
    }
    metadata
}

/// The same for the same name.
fn uid(name: &str) -> String {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:08x}-{:04x}-4000-8000-{:012x}", hash >> 32, hash >> 16 & 0xffff, hash & 0xffff_ffff_ffff)
}

fn ago(hours: i64) -> String {
    let time = Timestamp::now() - SignedDuration::from_hours(hours);
    time.round(Unit::Second).unwrap().to_string()
}
