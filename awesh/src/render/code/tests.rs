//! Lines by the looks of their parts.

use super::*;

/// The lines with a letter for each look.
fn painted(language: &str, lines: &[&str]) -> Vec<String> {
    let mut code = Code::new(language);
    let letter = |style: Style| match style {
        Style::DIM => "#",
        Style::BOLD => "b",
        style => match style.colour {
            Some(Colour::Cyan) => "k",
            Some(Colour::Yellow) => "s",
            Some(Colour::Magenta) => "c",
            Some(Colour::Green) => "g",
            Some(Colour::Red) => "r",
            Some(Colour::Blue) => "v",
            None => "",
        },
    };
    let mut line = |line: &&str| {
        let mut out = Vec::new();
        code.put_line(line, &mut out);
        let mut text = String::new();
        for piece in out {
            let Piece::Text(run) = piece else { panic!("a line's end within a line") };
            match letter(run.style) {
                "" => text.push_str(&run.text),
                letter => text.extend(["{", letter, ":", &run.text, "}"]),
            }
        }
        text
    };
    lines.iter().map(&mut line).collect()
}

#[test]
fn lines_have_the_colours_of_their_language() {
    for (language, line, expected) in [
        ("bash", "for p in $PODS; do", "{c:for} p in {v:$PODS}{b:;} {c:do}"),
        ("sh", "$ ls -la # all", "{#:$ }{g:ls} -la {#:# all}"),
        ("console", "$ uptime", "{#:$ }{g:uptime}"),
        ("console", "total 4", "total 4"),
        ("yaml", "apiVersion: apps/v1", "{k:apiVersion}: apps/v1"),
        ("yaml", "  - name: \"shop #1\" # ours", "  - {k:name}: {s:\"shop #1\"} {#:# ours}"),
        ("yml", "replicas: 3", "{k:replicas}: {c:3}"),
        ("yaml", "- http://x.example:80/a#b", "- http://x.example:80/a#b"),
        ("yaml", "spec:", "{k:spec}:"),
        ("yaml", "# note", "{#:# note}"),
        ("yaml", "---", "---"),
        ("toml", "[ai]", "{c:[ai]}"),
        ("ini", "port = 8080", "{k:port} = {c:8080}"),
        ("yaml", "it's: don't", "{k:it's}: don't"),
        (
            "json",
            r#"{"a": [1, -2.5e3, true], "b\"": "x: y"}"#,
            r#"{{k:"a"}: [{c:1}, {c:-2.5e3}, {c:true}], {k:"b\""}: {s:"x: y"}}"#,
        ),
        ("json", r#"  "open"#, r#"  {s:"open}"#),
        ("diff", "+++ b/app.conf", "{b:+++ b/app.conf}"),
        ("diff", "+new", "{g:+new}"),
        ("diff", "-old", "{r:-old}"),
        ("diff", "@@ -1 +1 @@", "{k:@@ -1 +1 @@}"),
        ("diff", " same", " same"),
        ("python", "x = 'é'", "{k:x = 'é'}"),
        ("", "plain", "{k:plain}"),
    ] {
        assert_eq!(painted(language, &[line]), [expected], "{language}: {line}");
    }
}

#[test]
fn strings_of_commands_go_on_over_lines() {
    let lines = ["curl -d '{", "  \"a\": 1", "}' x"];
    assert_eq!(painted("bash", &lines), ["{g:curl} -d {s:'{}", "{s:  \"a\": 1}", "{s:}'} x"]);
}

#[test]
fn no_line_loses_anything() {
    let lines =
        ["", " ", "é: \"日本", "\"\\", "'", "$ ", "#", "- - -", "=", ":", "{\"é\":é}", "-", "${", "$(", "\\"];
    for language in ["sh", "console", "yaml", "json", "diff", "x"] {
        let mut code = Code::new(language);
        for line in lines {
            let mut out = Vec::new();
            code.put_line(line, &mut out);
            let texts = out.iter().map(|piece| match piece {
                Piece::Text(run) => run.text.as_str(),
                Piece::LineEnd => "\n",
            });
            assert_eq!(texts.collect::<String>(), line, "{language}");
        }
    }
}
