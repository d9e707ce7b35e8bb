use super::*;

const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----";

#[test]
fn secrets_by_their_form() {
    let cases = [
        ("key AKIAIOSFODNN7EXAMPLE.", "key ⟨secret-1⟩."),
        ("export GH=ghp_abcdefghijklmnopqrstuvwxyz0123456789", "export GH=⟨secret-1⟩"),
        ("glpat-abcdefghij0123456789 works", "⟨secret-1⟩ works"),
        ("xoxb-123456789012-abcdefABCDEF", "⟨secret-1⟩"),
        ("Incorrect key: sk-proj-abcdefghijklmnopqrstuvwx", "Incorrect key: ⟨secret-1⟩"),
        ("sk-ant-api03-abcdefghijklmnop_QRST-uv", "⟨secret-1⟩"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln!", "jwt ⟨secret-1⟩!"),
        ("curl -H 'Authorization: Bearer abc.def-123' x", "curl -H 'Authorization: Bearer ⟨secret-1⟩' x"),
        ("Proxy-Authorization: Basic dXNlcjpwYXNz\n", "Proxy-Authorization: Basic ⟨secret-1⟩\n"),
        ("postgres://app:hunter2@db:5432/x", "postgres://app:⟨secret-1⟩@db:5432/x"),
        ("DB_PASSWORD=hunter22 make", "DB_PASSWORD=⟨secret-1⟩ make"),
        ("{\"api_key\": \"abcd efgh\"}", "{\"api_key\": \"⟨secret-1⟩\"}"),
        ("client_secret: s3cr3t-value", "client_secret: ⟨secret-1⟩"),
        ("mysql --password hunter22 db", "mysql --password ⟨secret-1⟩ db"),
        ("tool --api-key=abcdef1", "tool --api-key=⟨secret-1⟩"),
    ];
    for (text, expected) in cases {
        let mut gate = Gate::default();
        let redacted = gate.redact(text);
        assert_eq!(redacted, expected);
        assert_eq!(gate.restore(&redacted), text);
        assert_eq!(gate.redact(&redacted), redacted, "what is redacted stays as it is");
    }
}

#[test]
fn private_keys_whole_and_cut() {
    let mut gate = Gate::default();
    assert_eq!(gate.redact(&format!("a\n{KEY}\nb")), "a\n⟨secret-1⟩\nb");
    let cut = &KEY[..50];
    assert_eq!(gate.redact(&format!("a\n{cut}")), "a\n⟨secret-2⟩");
    let end = KEY.split_once('\n').unwrap().1;
    assert_eq!(gate.redact(&format!("{end}\nb")), "⟨secret-3⟩\nb");
}

#[test]
fn ordinary_text_passes() {
    let cases = [
        "how do I reset my password please",
        "the token expired yesterday",
        "password: $PASSWORD",
        "docker run -e TOKEN=\"$TOKEN\" image",
        "git clone ssh://git@github.com/a/b.git https://example.com/x?y=1",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "kubectl get secret my-secret -o yaml",
        "task-runner sk-learn",
        "ünïcödé 🌿 ⟨a⟩",
    ];
    for text in cases {
        assert_eq!(Gate::default().redact(text), text);
    }
}

#[test]
fn values_of_variables_named_like_secrets() {
    let mut gate = Gate::default();
    let variables = [
        ("DB_TOKEN", "correct horse"),
        ("HOME", "/home/ada"),
        ("SHORT_KEY", "1"),
        ("X_KEY", "correct horse 2"),
    ];
    gate.know_environment(variables.into_iter());
    let redacted = gate.redact("at /home/ada: correct horse 2, correct horse, 1");
    assert_eq!(redacted, "at /home/ada: ⟨secret-1⟩, ⟨secret-2⟩, 1");
    assert_eq!(gate.restore(&redacted), "at /home/ada: correct horse 2, correct horse, 1");
}

#[test]
fn the_same_secret_keeps_its_placeholder() {
    let mut gate = Gate::default();
    assert_eq!(gate.redact("password=hunter22 password=hunter23"), "password=⟨secret-1⟩ password=⟨secret-2⟩");
    assert_eq!(gate.redact("secret=hunter23"), "secret=⟨secret-2⟩");
}

#[test]
fn a_secret_found_at_one_place_is_hidden_at_all() {
    let mut gate = Gate::default();
    let text = "is hunter2-very-old good?\n$ export DB_PASSWORD=hunter2-very-old ROLE_PASSWORD=postgres";
    let redacted = gate.redact(text);
    assert_eq!(redacted, "is ⟨secret-1⟩ good?\n$ export DB_PASSWORD=⟨secret-1⟩ ROLE_PASSWORD=⟨secret-2⟩");
    assert_eq!(gate.restore(&redacted), text);
    assert_eq!(gate.redact("why hunter2-very-old and postgres?"), "why ⟨secret-1⟩ and postgres?");
    // What looks like a placeholder's inside would be found in every placeholder.
    let redacted = gate.redact("TOKEN=secret-1 and TOKEN=hunter2-very-old");
    assert_eq!(gate.restore(&redacted), "TOKEN=secret-1 and TOKEN=hunter2-very-old");
}

#[test]
fn a_known_value_within_a_key_comes_back() {
    let mut gate = Gate::default();
    gate.know("b3BlbnNzaC1rZXktdjEAAAAABG5vbmU=");
    let redacted = gate.redact(KEY);
    assert!(!redacted.contains("b3Blbn") && !redacted.contains("BEGIN"), "{redacted}");
    assert_eq!(gate.restore(&redacted), KEY);
}

#[test]
fn placeholders_that_stand_for_nothing_stay() {
    let mut gate = Gate::default();
    gate.redact("password=hunter22");
    for text in ["⟨secret-2⟩", "⟨secret-0⟩", "⟨secret-x⟩", "⟨secret-", "⟨secret-99999999999999999999999⟩"]
    {
        assert_eq!(gate.restore(text), text);
    }
    assert_eq!(gate.restore("⟨secret-⟨secret-1⟩"), "⟨secret-hunter22");
}

#[test]
fn pieces_are_restored_wherever_they_are_cut() {
    let mut gate = Gate::default();
    gate.redact("password=hunter22");
    let said = "Use ⟨secret-1⟩, not ⟨secret-7⟩ or ⟨x⟩ ⟨secret-1";
    let expected = "Use hunter22, not ⟨secret-7⟩ or ⟨x⟩ ⟨secret-1";
    let cuts: Vec<usize> = said.char_indices().map(|(at, _)| at).collect();
    for &first in &cuts {
        for &second in cuts.iter().filter(|cut| **cut >= first) {
            let mut restorer = Restorer::default();
            let mut shown = String::new();
            for piece in [&said[..first], &said[first..second], &said[second..]] {
                shown.push_str(&restorer.push(piece, &gate));
            }
            shown.push_str(&restorer.finish());
            assert_eq!(shown, expected, "cut at {first} and {second}");
        }
    }
}

#[test]
fn only_the_beginning_of_a_placeholder_is_held_back() {
    let mut restorer = Restorer::default();
    let gate = Gate::default();
    assert_eq!(restorer.push("a ⟨", &gate), "a ");
    assert_eq!(restorer.push("b", &gate), "⟨b");
    assert_eq!(restorer.push("⟨secret-12", &gate), "");
    assert_eq!(restorer.push("x", &gate), "⟨secret-12x");
}

/// Lines with each secret in `«…»`; `⏎` is a line's end, and `·` keeps scanners from taking a token for a real one.
const SECRETS: &str = include_str!("secrets.txt");
/// Lines nothing may be taken from.
const HARMLESS: &str = include_str!("harmless.txt");

const PLACEHOLDER: &str = "⟨secret-";

/// A placeholder's number tells in which order forms are tried, which is no concern of the tables.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split(PLACEHOLDER);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + PLACEHOLDER + part.trim_start_matches(|digit: char| digit.is_ascii_digit())
    })
}

#[test]
fn secrets_where_they_are_met() {
    let mut wrong = Vec::new();
    for line in SECRETS.lines() {
        let line = line.replace('⏎', "\n").replace('·', "");
        let text = line.replace(['«', '»'], "");
        let mut parts = line.split('«');
        let mut expected = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            expected += "⟨secret-⟩";
            expected += part.split_once('»').unwrap().1;
        }
        let mut gate = Gate::default();
        let redacted = gate.redact(&text);
        assert_eq!(gate.restore(&redacted), text);
        assert_eq!(gate.redact(&redacted), redacted, "what is redacted stays as it is");
        if without_numbers(&redacted) != expected {
            wrong.push(redacted);
        }
    }
    assert!(SECRETS.lines().count() >= 200);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn harmless_lines_pass() {
    let touched = |line: &&str| {
        let text = line.replace('⏎', "\n");
        Gate::default().redact(&text) != text
    };
    let touched: Vec<&str> = HARMLESS.lines().filter(touched).collect();
    let lines = HARMLESS.lines().count();
    assert!(lines >= 1000, "{lines} lines");
    assert!(touched.len() * 100 <= lines, "{touched:#?}");
}

#[test]
fn whatever_stands_beside_a_secret_comes_back_whole() {
    for line in SECRETS.lines() {
        let text = line.replace('⏎', "\n").replace(['«', '»', '·'], "");
        for (at, _) in text.char_indices() {
            let odd = format!("{}é€🌿{}", &text[..at], &text[at..]);
            let mut gate = Gate::default();
            let redacted = gate.redact(&odd);
            assert_eq!(gate.restore(&redacted), odd);
        }
    }
}

#[test]
fn secrets_of_the_cluster_are_known_from_when_they_are_seen() {
    let mut gate = Gate::default();
    let shown = "apiVersion: v1\ndata:\n  password: cGxhaW53b3Jkcw==\n  pin: MTIz\nkind: Secret\n";
    let redacted = gate.redact(shown);
    assert!(!redacted.contains("cGxh") && !redacted.contains("MTIz"), "{redacted}");
    assert_eq!(gate.restore(&redacted), shown);
    assert!(!gate.redact("log in with plainwords").contains("plainwords"));
    let command = "kubectl get secret db -o jsonpath='{.data.user}' | base64 -d";
    gate.know_output(command, "a-common-word\n");
    assert!(!gate.redact("it said a-common-word").contains("a-common-word"));
    gate.know_output("ls", "another-word");
    assert!(gate.redact("another-word").contains("another-word"));
}

#[test]
fn names_go_under_others_where_it_is_wanted() {
    let mut gate = Gate::default();
    let text = "kubectl --context acme-prod get pods -n payments\n\
                NAME                   READY   STATUS    RESTARTS   AGE\n\
                web-5c4f6d7b8d-x2k9p   1/1     Running   0          2d\n\
                ssh db1.acme.example\n";
    assert_eq!(gate.redact(text), text);
    gate.hide_names(true);
    gate.know_name(Kind::Cluster, "acme-prod");
    gate.know_name(Kind::Host, "web7");
    let redacted = gate.redact(text);
    for name in ["acme-prod", "payments", "web-5c4f6d7b8d-x2k9p", "db1.acme.example"] {
        assert!(!redacted.contains(name), "{name}: {redacted}");
    }
    assert_eq!(gate.restore(&redacted), text);
    assert_eq!(
        gate.redact("restart web-5c4f6d7b8d-x2k9p on web7, not web70"),
        "restart ⟨pod-1⟩ on ⟨host-2⟩, not web70"
    );
    assert_eq!(
        gate.restore("kubectl -n ⟨namespace-1⟩ delete pod ⟨pod-1⟩ ⟨pod-9⟩"),
        "kubectl -n payments delete pod web-5c4f6d7b8d-x2k9p ⟨pod-9⟩"
    );
    let mut restorer = Restorer::default();
    let shown: String =
        ["⟨na", "mespace", "-1", "⟩ is"].iter().map(|piece| restorer.push(piece, &gate)).collect();
    assert_eq!(shown, "payments is");
    gate.hide_names(false);
    assert!(gate.redact(text).contains("payments"));
}
