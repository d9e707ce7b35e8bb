use std::collections::BTreeMap;

use awesh_protocol::{Mode, Permission, SessionNames};

use super::policy::{Policy, Ruling};
use super::*;

/// The rules that the decisions of the cases are by.
fn rules() -> Permission {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Permission {
        mode: Mode::Auto,
        allow: texts(&[
            "git commit *",
            "git push *",
            "find *",
            "echo *",
            "sort *",
            "xargs *",
            "make test",
            "npm run *",
            "kubectl get *",
            "kubectl --context dev apply *",
            "ssh web1 *",
            "sudo systemctl restart *",
            "rm *.tmp",
        ]),
        ask: texts(&["git push * main", "terraform *"]),
        deny: texts(&["rm -rf /*", "shutdown", "curl *", "kubectl delete ns *", "dd of=/dev/*"]),
        network: false,
    }
}

/// The names of all commands that the tables know to look.
pub(crate) fn known_names() -> Vec<&'static str> {
    use super::tables::{LOOK, LOOK_ALONE, LOOK_UNLESS, SUBCOMMANDS_LOOK, WHOLE_LOOK};
    let rows = [LOOK_UNLESS, SUBCOMMANDS_LOOK, WHOLE_LOOK].into_iter().flatten().map(|(name, _)| *name);
    let others = ["sed", "awk", "uniq", "printf", "test", "ip", "hostname"];
    let names = LOOK.split_whitespace().chain(LOOK_ALONE.split_whitespace()).chain(rows).chain(others);
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A case: its line, class and decision.
pub(crate) fn cases() -> impl Iterator<Item = (String, &'static str, &'static str)> {
    let lines = include_str!("cases.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|case| {
        let (class, rest) = case.split_once(' ').unwrap();
        let (decision, line) = rest.trim_start().split_once(' ').unwrap();
        (line.trim_start().replace("\\n", "\n").replace("\\x0d", "\r"), class, decision)
    })
}

fn risk(line: &str) -> Risk {
    read(line, &Names::default(), Place::Session).risk
}

fn decision(line: &str, names: &Names, permission: &Permission, tainted: bool) -> &'static str {
    match Policy::of(permission).decide(&read(line, names, Place::Session), tainted) {
        Ruling::Denied(_) => "deny",
        Ruling::Asked(_) => "ask",
        Ruling::Allowed(_) => "run",
    }
}

#[test]
fn each_case_is_of_its_class_and_decided_so() {
    let rules = rules();
    let wrong: Vec<String> = cases()
        .filter_map(|(line, class, decided)| {
            let found = read(&line, &Names::default(), Place::Session).class();
            let decision = decision(&line, &Names::default(), &rules, false);
            ((found.as_str(), decision) != (class, decided))
                .then(|| format!("{line:?}: {found} {decision}, not {class} {decided}"))
        })
        .collect();
    assert_eq!(wrong, Vec::<String>::new(), "\n{}", wrong.join("\n"));
    assert!(cases().count() >= 300, "{}", cases().count());
}

#[test]
fn whatever_is_read_is_asked_from_then_on_and_what_is_denied_stays_so() {
    let rules = rules();
    for (line, _, decided) in cases() {
        let expected = if decided == "deny" { "deny" } else { "ask" };
        assert_eq!(decision(&line, &Names::default(), &rules, true), expected, "{line:?}");
    }
}

#[test]
fn in_mode_read_only_nothing_but_looks_is_proposed() {
    let rules = Permission { mode: Mode::ReadOnly, ..Permission::default() };
    for (line, class, _) in cases() {
        let expected = if matches!(class, "reads" | "reaches") { "ask" } else { "deny" };
        assert_eq!(decision(&line, &Names::default(), &rules, false), expected, "{line:?}");
    }
}

#[test]
fn without_rules_everything_is_asked() {
    for (line, ..) in cases() {
        assert_eq!(decision(&line, &Names::default(), &Permission::default(), false), "ask", "{line:?}");
    }
}

fn session(aliases: &[(&str, &str)], functions: &[&str]) -> Names {
    let aliases: BTreeMap<String, String> =
        aliases.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let functions = functions.iter().map(|name| (*name).to_owned()).collect();
    Names::new(&SessionNames { aliases, functions, unknown: false })
}

#[test]
fn aliases_and_functions_are_what_they_stand_for() {
    let names = session(
        &[
            ("ls", "ls --color=auto"),
            ("ll", "ls -l"),
            ("k", "kubectl"),
            ("cat", "rm -rf"),
            ("grep", "grep --color; rm -rf x"),
            ("wc", "sudo "),
            ("pwd", "echo $(rm -rf /)"),
            ("loop", "loop2"),
            ("loop2", "loop"),
        ],
        &["head", "du", "grep2"],
    );
    let rules = Permission { mode: Mode::Auto, ..rules() };
    for (line, class, decided) in [
        ("ls", "reads", "run"),
        ("ll /tmp", "reads", "run"),
        ("k get pods", "reaches", "run"),
        ("k delete pod x", "destroys", "ask"),
        ("k delete ns x", "destroys", "deny"),
        ("cat file", "destroys", "ask"),
        ("cat /", "destroys", "deny"),
        ("\\cat file", "reads", "run"),
        ("'cat' file", "reads", "run"),
        ("grep x y", "unknown", "ask"),
        ("\\grep x y", "reads", "run"),
        ("wc x", "unknown", "ask"),
        ("pwd", "unknown", "ask"),
        ("loop", "unknown", "ask"),
        ("head x", "unknown", "ask"),
        ("\\head x", "unknown", "ask"),
        ("command head x", "reads", "run"),
        ("ls | du", "unknown", "ask"),
        ("echo $(head x)", "unknown", "ask"),
    ] {
        let found = read(line, &names, Place::Session).class();
        assert_eq!((found.as_str(), decision(line, &names, &rules, false)), (class, decided), "{line:?}");
    }
}

#[test]
fn where_the_session_cannot_tell_every_name_may_be_another() {
    let names = Names::new(&SessionNames { unknown: true, ..SessionNames::default() });
    assert_eq!(read("ls", &names, Place::Session).risk, Risk::Unknown);
    assert_eq!(read("rm x", &names, Place::Session).risk, Risk::Destroys);
    assert_eq!(read("ls", &names, Place::Apart).risk, Risk::Reads);
}

#[test]
fn apart_from_the_session_its_state_is_none() {
    let risk = |line| read(line, &Names::default(), Place::Apart).risk;
    for line in [
        "cd /srv && ls",
        "x=1; echo $x",
        "pushd /srv; ls; popd",
        "dir=$(pwd) ls",
        "while read -r line; do echo \"$line\"; done < x",
    ] {
        assert_eq!(risk(line), Risk::Reads, "{line}");
    }
    for line in [
        "PATH=/tmp/evil; ls",
        "http_proxy=x ls",
        "cd $(rm x)",
        "export x=1",
        "cd /tmp > out",
        "read -r PATH",
        "read -u 3 x",
    ] {
        assert!(!risk(line).is_look(), "{line}");
    }
}

#[test]
fn rules_cover_no_more_than_they_say() {
    let allows = |rule: &str, line: &str| {
        let permission = Permission { allow: vec![rule.to_owned()], ..Permission::default() };
        decision(line, &Names::default(), &permission, false) == "run"
    };
    for (rule, line, expected) in [
        ("git status", "git status", true),
        ("git status", "git status -s", false),
        ("git status", "git  'status'", true),
        ("git status", "/usr/bin/git status", true),
        ("git status", "/tmp/git status", false),
        ("git status", "git status; git status", true),
        ("git status", "git status && touch x", false),
        ("git status", "git status | grep x", true),
        ("git status", "ls", false),
        ("git status", "git status > out", false),
        ("git status", "git status 2>/dev/null", true),
        ("git status", "PAGER=x git status", false),
        ("git status", "NO_COLOR=1 git status", true),
        ("git status", "git $x", false),
        ("git status", "x=status; git $x", false),
        ("git status", "git status $(touch x)", false),
        ("git status *", "git status -s src", true),
        ("git status *", "git status $x", false),
        ("make *", "make $x", true),
        ("git *", "git commit -m x", true),
        ("git *", "git push --force", false),
        ("git *", "git -c alias.x=!id x", false),
        ("git *", "git fetch --upload-pa=./evil x", false),
        ("git commit *", "git commit -am 'x'", true),
        ("tar *", "tar -xf a --to-command=id", false),
        ("tar *", "tar -xzf a", true),
        ("rsync *", "rsync -e 'sh -c id' a b:", false),
        ("make *", "make SHELL=./evil", false),
        ("make *", "make -f evil", false),
        ("python3 *", "python3 -c 'import os; os.system(\"rm -rf /\")'", false),
        ("kubectl get p*", "kubectl get pods", true),
        ("kubectl get p*", "kubectl get services", false),
        ("kubectl get p?ds", "kubectl get pods", true),
        ("find *", "find . -delete", false),
        ("find *", "find . -exec touch x ;", false),
        ("find . -delete", "find . -delete", true),
        ("rm *", "rm -rf build", true),
        ("echo a\\ b", "echo 'a b'", true),
        ("echo \\*", "echo '*'", true),
        ("echo \\*", "echo x", false),
        ("echo *", "echo x | touch y", false),
        ("echo *", "echo `touch y`", false),
        ("sudo *", "sudo ls", true),
        ("sudo *", "sudo touch x", false),
        ("sudo touch *", "sudo touch x", true),
        ("sudo touch *", "sudo rm x", false),
        ("bash -c *", "bash -c 'touch x'", false),
        ("xargs *", "xargs touch", false),
        ("ssh web1 *", "ssh web1 touch x", false),
        ("*", "touch x", true),
        ("*", "rm x", false),
    ] {
        assert_eq!(allows(rule, line), expected, "{rule:?} for {line:?}");
    }
}

#[test]
fn what_was_agreed_becomes_a_rule_for_exactly_that() {
    for line in ["git commit -m 'a b'", "make CFLAGS=-O2 'x*' 'back\\slash'"] {
        let reading = read(line, &Names::default(), Place::Session);
        assert!(reading.may_be_remembered(), "{line}");
        let rule = rules::Rule::of(&reading.commands[0].simple).unwrap();
        let permission = Permission { allow: vec![rule.text.clone()], ..Permission::default() };
        assert_eq!(decision(line, &Names::default(), &permission, false), "run", "{}", rule.text);
        assert_eq!(
            decision(&format!("{line}x"), &Names::default(), &permission, false),
            "ask",
            "{}",
            rule.text
        );
    }
    for line in
        ["rm x", "touch $x", "touch x > y", "sudo touch x", "ssh web1 touch x", "eval touch x", "touch *"]
    {
        assert!(!read(line, &Names::default(), Place::Session).may_be_remembered(), "{line}");
    }
}

#[test]
fn where_a_line_acts_is_told() {
    let context = |name: &str| Target::Context(name.to_owned());
    let host = |name: &str| Target::Host(name.to_owned());
    for (line, expected) in [
        ("ls", vec![]),
        ("kubectl get pods", vec![Target::CurrentContext]),
        ("kubectl --context prod delete pod x", vec![context("prod")]),
        ("kubectl delete pod x --context=prod", vec![context("prod")]),
        ("helm --kube-context prod uninstall x", vec![context("prod")]),
        ("kubectl --context \"$c\" delete pod x", vec![Target::UnknownContext]),
        ("kubectl --kubeconfig x delete pod x", vec![Target::UnknownContext]),
        ("KUBECONFIG=x kubectl delete pod x", vec![Target::UnknownContext]),
        ("kubectl delete pod $x", vec![Target::UnknownContext]),
        (
            "echo $(kubectl --context a get x); sh -c 'kubectl --context b get x'",
            vec![context("a"), context("b")],
        ),
        ("ssh ada@db1 reboot", vec![host("db1")]),
        ("ssh -p 22 db1", vec![host("db1")]),
        ("ssh $h reboot", vec![Target::UnknownHost]),
        ("scp a /tmp/b ada@db1:/c", vec![host("db1")]),
        ("rsync -a x \"$h:\"", vec![Target::UnknownHost]),
    ] {
        assert_eq!(read(line, &Names::default(), Place::Session).targets, expected, "{line}");
    }
}

#[test]
fn any_input_ends_without_a_panic() {
    let deep = ["(", "$(", "{ ", "`", "[[", "${", "if ", "\"$(", "<(", "((", "case x in "]
        .map(|part| part.repeat(3000));
    let odd =
        ["\0", "\u{1b}[2J", "é🌿", "a\\", "<<", "<<<", ">&", "&&", "|", ";;", "\n\n", "$", "${", "'", "\\\n"];
    for line in deep.iter().map(String::as_str).chain(odd) {
        risk(line);
    }
    let nested =
        |open: &str, close: &str, depth: usize| format!("{}ls{}", open.repeat(depth), close.repeat(depth));
    for (open, close) in
        [("( ", " )"), ("$(", ")"), ("{ ", "; }"), ("\"$(", ")\""), ("if true; then ", "; fi")]
    {
        (0..30).for_each(|depth| {
            assert!(matches!(risk(&nested(open, close, depth)), Risk::Reads | Risk::Unknown))
        });
    }
    assert_eq!(risk(&nested("{ ", "; }", 10)), Risk::Reads);
    assert_eq!(risk(&deep[0]), Risk::Unknown);
    assert_eq!(risk(&"ls ".repeat(5000)), Risk::Unknown);
    let many = "ls;".repeat(300);
    assert!(!read(&many, &Names::default(), Place::Session).is_whole);
    assert_eq!(decision(&many, &Names::default(), &rules(), false), "deny");
    for wrapped in
        [&"sudo ".repeat(1000), &"env ".repeat(1000), &"xargs ".repeat(1000), &"find -exec ".repeat(500)]
    {
        risk(wrapped);
    }
}
