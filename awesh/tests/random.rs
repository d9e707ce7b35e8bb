//! Sessions made at random: lines, keys, and what may happen to a shell at any time. bash and awesh must show the
//! same at every step. The seeds are fixed; `SEEDS=1000..2000 cargo test -p awesh random` plays others.

use std::ops::{Range, RangeInclusive};

use fastrand::Rng;
use nix::sys::signal::Signal;

use crate::fidelity::{Blow, Case, Step, compare_all};

/// How many steps a session has.
const STEPS: usize = 30;

/// How wide the window is: every line and message fits, as no two editors break a line in the same way.
const WIDTHS: RangeInclusive<u16> = 160..=180;

/// Lines that show something or change something that others show.
const LINES: &[&str] = &[
    "x=$((x+1)); echo \"x is $x\"",
    "declare -i n; n+=2; echo $n",
    "list+=(\"a b\" c); echo \"${#list[@]} ${list[@]: -2}\"",
    "list=(\"${list[@]:1}\"); printf '<%s>' \"${list[@]}\"; echo",
    "declare -A map; map[k$x]=v$x; echo \"${!map[@]}\"",
    "echo \"status $?\"",
    "false",
    "(exit 3)",
    "true | false | true; echo \"${PIPESTATUS[@]}\"",
    "! true",
    "cd /",
    "cd -",
    "cd ~/work",
    "pwd; echo \"$OLDPWD\"",
    "pushd /usr >/dev/null; dirs",
    "popd",
    "cd /nonexistent",
    "f() { echo \"f $# $*\"; return 4; }",
    "f one 'two three'",
    "unset -f f",
    "alias a='echo aliased'",
    "a b",
    "unalias a",
    "type -t f a cd ls",
    "set -u",
    "echo $undefined",
    "set +u",
    "set -f; echo *; set +f",
    "set -x; echo traced; set +x",
    "set -- one two three; echo $# $2",
    "shift; echo \"$@\"",
    "shopt -s nullglob; echo *.none; shopt -u nullglob",
    "echo \"${y:-unset} ${x/1/one} ${#x} ${x:0:1}\"",
    "IFS=:; v=a:b:c; printf '<%s>' $v; unset IFS; echo",
    "echo {1..3}{a,b} ~ \"$HOME\" $'tab\\there'",
    "[[ abc$x =~ [0-9]+ ]] && echo \"${BASH_REMATCH[0]}\"",
    "case $x in [02468]) echo even ;; *) echo odd ;; esac",
    "while ((z < 3)); do ((z++)); done; echo $z",
    "cat <<< \"here $x\"",
    "echo \"$(echo sub; exit 5)\" $?",
    "cat <(echo process) <(echo substitution)",
    "echo out; echo err >&2",
    "exec 3>&1; echo three >&3; exec 3>&-",
    "echo kept >file; cat file; rm file",
    "ls nonexistent",
    "nonexistent_command_of_none",
    "echo (",
    "read -r first rest <<< 'a b c'; echo \"$rest|$first\"",
    "mapfile -t lines < <(printf '1\\n2\\n'); echo \"${lines[1]}\"",
    "printf '\\e[31mred\\e[0m\\n'",
    "printf '\\xff\\n'",
    "seq 1 40",
    "umask 027; umask; umask 022",
    "export E=$x; env | grep ^E=",
    "bash -c 'echo nested $E; exit 6'",
    "trap 'echo caught' USR1; kill -USR1 $$",
    "trap 'echo failed' ERR; false; trap - ERR",
    "kill -TERM $$; kill -INT $$",
    "return",
    "break",
    "local l",
    "eval 'echo eval $x'",
    "echo $((1 + )) ; echo next",
    "history -s 'echo from history'; history 1 | cut -c 8-",
    "fc -ln -1",
    "set -b; set +b",
    "stty -echo; stty echo",
    "stty -icanon; stty sane",
    "{ sleep 1000 & } 2>/dev/null; jobs -r | wc -l",
    "kill %% 2>/dev/null; wait 2>/dev/null",
    "jobs | wc -l",
    "LC_ALL=C printf '%s\\n' é",
    "echo kept >/dev/null; echo \"$_\"",
    "unset x list map z",
    "",
    "   ",
    "# a comment",
];

/// Keys that begin at one prompt and end at another, each with what the screen shows before the next.
const KEYS: &[&[(&str, Option<&str>)]] = &[
    &[("echo given up", Some("> echo given up")), ("\x03", None)],
    &[("echo wrong\x15echo right\r", None)],
    &[("echo b\x01\x1bf a\x05 c\r", None)],
    &[("sh -c 'echo ready; exec sleep 1000'\r", Some("\nready\n")), ("\x03", None)],
    &[("echo ready; cat\r", Some("\nready\n")), ("hello\r", Some("hello\nhello\n")), ("\x04", None)],
    &[
        ("sh -c 'echo ready; exec cat'\r", Some("\nready\n")),
        ("\x1a", None),
        ("fg\r", Some("cat'\n")),
        ("\x04", None),
    ],
    &[("read -p 'say? ' said; echo \"<$said>\"\r", Some("\nsay? ")), ("some thing\r", None)],
    &[("read -sn 3 -p 'key? '; echo \"<$REPLY>\"\r", Some("\nkey? ")), ("abc", None)],
    &[("for i in 1 2; do\r", Some("\n> ")), ("\x03", None)],
    // Whether one editor takes all of its lines or bash asks for each: it is over when this is printed.
    &[("for i in 1 2; do\recho $i\rdone\r", Some("\n1\n2\n> "))],
    &[("cat <<END\rx: ${x-}-\rlast\rEND\r", Some("\nlast\n> "))],
    &[("echo 'two\rlines'\r", Some("\ntwo\nlines\n> "))],
    &[("echo one \\\rtwo\r", Some("\none two\n> "))],
];

fn blow(random: &mut Rng) -> Blow {
    match random.u8(0..8) {
        0 => Blow::Signal(Signal::SIGTERM),
        1 => Blow::Signal(Signal::SIGQUIT),
        2 => Blow::Signal(Signal::SIGCONT),
        3 => Blow::Signal(Signal::SIGWINCH),
        4 => Blow::KillBackend,
        _ => Blow::Resize(random.u16(280..=300), random.u16(WIDTHS)),
    }
}

fn steps(random: &mut Rng) -> Vec<Step> {
    let key = |&(keys, until): &(&str, Option<&str>)| Step::Keys {
        keys: keys.to_owned(),
        until: until.map(str::to_owned),
    };
    match random.u8(0..10) {
        0 => vec![Step::Blow(blow(random))],
        1 | 2 => KEYS[random.usize(..KEYS.len())].iter().map(key).collect(),
        _ => vec![Step::Line(LINES[random.usize(..LINES.len())].to_owned())],
    }
}

fn session(seed: u64) -> Case {
    let mut random = Rng::with_seed(seed);
    let mut script = vec![Step::Blow(Blow::Resize(300, *WIDTHS.start()))];
    while script.len() < STEPS {
        script.extend(steps(&mut random));
    }
    // What the last step has done shows.
    script.push(Step::Line("echo \"$? $PWD\"".to_owned()));
    Case::of(format!("seed {seed}: {script:?}"), script)
}

/// The seeds to play: those of the environment, `FIRST..END`, or the usual.
fn seeds() -> Range<u64> {
    let given = std::env::var("SEEDS").ok();
    let range = given.as_deref().and_then(|given| given.split_once(".."));
    range.map_or(0..40, |(first, end)| first.parse().unwrap()..end.parse().unwrap())
}

#[test]
fn sessions_made_at_random_show_what_bash_shows() {
    compare_all(&seeds().map(session).collect::<Vec<_>>());
}
