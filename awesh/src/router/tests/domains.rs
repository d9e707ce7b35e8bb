//! Lines of many domains and registers: clouds, databases, build tools, networks, files, talk. A tool that is
//! not in `PRESENT` is one that this machine lacks, or an alias that nobody told us of.

use super::{Route, StaticFacts, all, all_with, route};

const PRESENT: &str = include_str!("present.txt");

#[track_caller]
fn goes(expected: Route, lines: &str) {
    all_with(&StaticFacts::listed(PRESENT), expected, lines);
}

#[test]
fn commands_of_many_domains_are_bashs() {
    goes(Route::Bash, include_str!("commands.txt"));
}

#[test]
fn requests_of_many_domains_are_asked() {
    goes(Route::Ask, include_str!("requests.txt"));
}

#[test]
fn requests_in_other_languages_are_asked() {
    goes(Route::Ask, include_str!("foreign_requests.txt"));
}

#[test]
fn names_and_strings_in_other_languages_stay_in_their_commands() {
    goes(Route::Bash, include_str!("foreign_commands.txt"));
}

#[test]
fn replies_are_asked() {
    all(
        Route::Ask,
        "thanks\nThank you!\nok\ngo ahead\ngo on\ngo ahead, but only in dev\nyes do that\nlooks good to me\nnever mind\ntry again",
    );
    // Without anything that is said, they are words for bash.
    all(Route::Bash, "yes please\nclaer\ndeploy\nyes | head -1\nok > file");
}

#[test]
fn a_paste_of_several_lines_goes_one_way() {
    let facts = StaticFacts::listed(PRESENT);
    for line in [
        "cat <<'EOF' >notes\nwhat is the plan?\nplease bring milk\nEOF",
        "git commit -F - <<EOF\nFix the parser\n\nIt was broken because the quotes were not closed.\nEOF",
        "#!/bin/bash\n# This script restarts the server, please be careful\nsystemctl restart nginx",
        "docker run \\\n  --name web \\\n  -p 80:80 nginx",
        "echo \"what\nis this\"",
        "mytool build\nmytool deploy",
    ] {
        assert_eq!(route(line, &facts).route, Route::Bash, "{line:?}");
    }
    for line in [
        "explain this script\n#!/bin/bash\nrm -rf /tmp/x",
        "what does this do?\n\nfor i in *; do echo $i; done",
        "Convert this to python:\nls | wc -l",
        "fix this:\nTraceback (most recent call last):\n  File \"a.py\", line 1",
    ] {
        assert_eq!(route(line, &facts).route, Route::Ask, "{line:?}");
    }
}
