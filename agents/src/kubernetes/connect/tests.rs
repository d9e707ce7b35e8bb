use super::*;

fn cluster(server: &str) -> ClusterConfig {
    ClusterConfig { server: Some(server.to_owned()), ..ClusterConfig::default() }
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn addresses_are_taken_as_kubectl_takes_them() {
    for (address, expected) in [
        ("https://eu:6443", Some("https://eu:6443/")),
        (" https://eu/k8s/clusters/c-1 ", Some("https://eu/k8s/clusters/c-1")),
        ("localhost:8080", Some("http://localhost:8080/")),
        ("https://[::1]:6443", Some("https://[::1]:6443/")),
        ("", None),
        ("https://", None),
        ("ftp://eu", None),
        ("https://a b", None),
        ("unix:///run/x", None),
    ] {
        let found = server(&cluster(address)).ok().map(|uri| uri.to_string());
        assert_eq!(found.as_deref(), expected, "{address}");
    }
    assert!(server(&ClusterConfig::default()).unwrap_err().message.contains("no server"));
}

#[test]
fn the_way_leads_through_the_proxy_that_kubectl_takes() {
    let session = [("HTTPS_PROXY", "http://ada:pass@proxy:3128"), ("no_proxy", "10.0.0.0/8,.intern")];
    let session = environment(&session);
    let of = |cluster: &ClusterConfig, session: &Environment| {
        let found = proxy(cluster, &server(cluster).unwrap(), session).unwrap();
        found.map(|proxy| (proxy.uri().to_string(), proxy.basic_auth().is_some()))
    };
    let through_session = Some(("http://proxy:3128/".to_owned(), true));
    for (address, expected) in [
        ("https://eu:6443", &through_session),
        ("https://10.1.2.3:6443", &None),
        ("https://api.intern", &None),
        ("https://127.0.0.1:6443", &None),
        ("https://localhost:6443", &None),
        ("https://[::1]:6443", &None),
        ("http://eu:8080", &None),
    ] {
        assert_eq!(&of(&cluster(address), &session), expected, "{address}");
    }
    // The cluster's own is asked for in so many words.
    let own = ClusterConfig { proxy_url: Some("socks5://jump:1080".into()), ..cluster("https://127.0.0.1") };
    assert_eq!(of(&own, &session), Some(("socks5://jump:1080/".to_owned(), false)));
    assert_eq!(of(&cluster("https://eu"), &Environment::new()), None);
}

#[tokio::test]
async fn what_the_kubeconfig_lacks_is_told_before_anything_is_asked() {
    let data = |text: &str| Some(base64::engine::general_purpose::STANDARD.encode(text));
    let eu = || cluster("https://eu");
    let with = |user: AuthInfo, cluster: ClusterConfig| Entry {
        cluster: Some(cluster),
        user: Some(user),
        ..Entry::default()
    };
    let token = |token: &str| AuthInfo { token: Some(token.to_owned().into()), ..AuthInfo::default() };
    let authority = |data: Option<String>| ClusterConfig { certificate_authority_data: data, ..eu() };
    let file = ClusterConfig { certificate_authority: Some("/gone.pem".into()), ..eu() };
    let half = AuthInfo { client_certificate_data: data("C"), ..AuthInfo::default() };
    let proxy = ClusterConfig { proxy_url: Some("gopher://x".into()), ..authority(None) };
    let proxy = ClusterConfig { insecure_skip_tls_verify: Some(true), ..proxy };
    let cases = [
        (Entry { cluster_name: "gone".into(), ..Entry::default() }, "its cluster \"gone\" is not defined"),
        (with(token("hunter2\nx"), eu()), "holds characters that no token has"),
        (with(token("x"), authority(Some("hunter2!".into()))), "certificate authority is no base64"),
        (with(token("x"), authority(data("hunter2"))), "holds no certificate"),
        (with(token("x"), file), "cannot be read from /gone.pem"),
        (with(half, authority(None)), ""),
        (with(token("x"), proxy), "its proxy-url is no address"),
    ];
    for (entry, words) in cases {
        let credentials = Credentials { user: entry.user.clone().unwrap_or_default(), valid_until: None };
        let Err(trouble) = connect(&entry, &credentials, &Environment::new()) else { panic!("{words}") };
        assert!(
            trouble.message.contains(words) && !trouble.message.contains("hunter2"),
            "{words}: {trouble}"
        );
    }
}
