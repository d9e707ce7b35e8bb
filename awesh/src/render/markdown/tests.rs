//! Documents whole and cut, as lines of text.

use super::*;
use crate::render::style::write;

fn rendered(portions: &[&str], width: usize, colour: bool) -> String {
    let capabilities = Capabilities { colour, unicode: true, dumb: false };
    let (mut markdown, mut out, mut bytes) = (Markdown::new(width, capabilities), Vec::new(), Vec::new());
    portions.iter().for_each(|portion| markdown.push(portion, &mut out));
    markdown.finish(&mut out);
    // Of adjoining pieces of one look, as cuts make them, one is made.
    let mut joined = Vec::new();
    for piece in out {
        match piece {
            Piece::Text(run) => put(&mut joined, &run.text, run.style),
            Piece::LineEnd => joined.push(piece),
        }
    }
    write(&joined, colour, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

fn text(source: &str) -> String {
    rendered(&[source], 20, false)
}

const DOCUMENT: &str = "\
# Heading *one*
A paragraph with **bold text** that is laid
anew, `code  span`, [link](https://example.org/a_b) and 日本語の文章。

- item one that wraps around
  goes on
  - nested **item**

    second paragraph
* * *
1. first
2) second
> quote that wraps, too
> > deeper
> - item

```sh title
kubectl get pods | grep -v Running    # stays
\tindented
```
| name | value |
|------|------:|
| `a|b` | **1** |
| c |

    indented code
unclosed **bold and `code";

#[test]
fn blocks_are_laid_out() {
    for (source, expected) in [
        ("one\ntwo\n\n\nthree\n", "one two\n\nthree\n"),
        ("# One\n## Two\ntext", "# One\n## Two\ntext\n"),
        ("a line that is longer than that", "a line that is\nlonger than that\n"),
        ("hard  \nbreak", "hard\nbreak\n"),
        ("- one two three four five\n- six", "• one two three four\n  five\n• six\n"),
        ("- a\n  - b\n    1. c\n- d", "• a\n  ◦ b\n    1. c\n• d\n"),
        ("1. a\n2. b\n3. c\n", "1. a\n2. b\n3. c\n"),
        ("1. a\n   - b\n2. c\n\n   d\n3. e", "1. a\n   ◦ b\n2. c\n\n   d\n3. e\n"),
        ("- a\n  7. b", "• a 7. b\n"),
        ("in\n2024. It was", "in 2024. It was\n"),
        ("1. a\n   b\n\n   c\n\nd", "1. a b\n\n   c\n\nd\n"),
        ("- - a\n-\n- # b", "• ◦ a\n• \n• # b\n"),
        ("+ + +", "• ◦ • \n"),
        ("text\n***\ntext", "text\n────────────────────\ntext\n"),
        ("> one two three four five\n> six\n\nout", "│ one two three four\n│ five six\n\nout\n"),
        ("> a\n>> b\nc", "│ a\n│ │ b\nc\n"),
        (
            "```\nlet  x = 1; // long lines stay\n\n  }\n```",
            "───\nlet  x = 1; // long lines stay\n\n  }\n───\n",
        ),
        ("- a\n  ```sh\n  ls\n  ```\n- b", "• a\n─── sh\nls\n───\n• b\n"),
        ("~~~\n```\n~~~~\nx", "───\n```\n───\nx\n"),
        ("```inline``` code", "```inline``` code\n"),
        ("    code  here\n\ntext", "code  here\n\ntext\n"),
        ("| a | b |\n|---|---|\n| 1 | **2** |\ntext", "a  b\n─  ─\n1  2\ntext\n"),
        ("| not a table\nat all", "| not a table\nat all\n"),
        ("<div>html</div>", "<div>html</div>\n"),
        ("", ""),
        ("\n\n", ""),
    ] {
        assert_eq!(text(source), expected, "{source:?}");
    }
}

#[test]
fn cuts_change_nothing() {
    for (width, colour) in [(80, true), (20, false)] {
        let whole = rendered(&[DOCUMENT], width, colour);
        for (cut, _) in DOCUMENT.char_indices() {
            let portions = [&DOCUMENT[..cut], &DOCUMENT[cut..]];
            assert_eq!(rendered(&portions, width, colour), whole, "cut at {cut}");
        }
        let characters: Vec<String> = DOCUMENT.chars().map(String::from).collect();
        let portions: Vec<&str> = characters.iter().map(String::as_str).collect();
        assert_eq!(rendered(&portions, width, colour), whole, "one by one");
    }
}

/// Documents of random pieces of markup; the same in every run.
fn random_documents(count: usize) -> Vec<String> {
    const PIECES: [&str; 40] = [
        "*",
        "**",
        "***",
        "_",
        "~~",
        "`",
        "``",
        "```",
        "```sh",
        "[",
        "](",
        ")",
        "]",
        "!",
        "<br>",
        "<https://",
        ">",
        "> ",
        "- ",
        "1. ",
        "12) ",
        "# ",
        "| ",
        "|-|",
        "---",
        "\\",
        "\n",
        "\n",
        "\n\n",
        "  ",
        "    ",
        "\t",
        " ",
        " ",
        "word",
        "a",
        "日本",
        "👩\u{200d}🚀",
        "http://x.y/z_w",
        "averyveryverylongword",
    ];
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    (0..count)
        .map(|_| {
            let length = 2 + random(60);
            (0..length).map(|_| PIECES[random(PIECES.len())]).collect()
        })
        .collect()
}

#[test]
fn cuts_change_nothing_in_any_document() {
    for (index, document) in random_documents(2000).iter().enumerate() {
        let width = [1, 7, 20, 80][index % 4];
        let whole = rendered(&[document], width, true);
        let characters: Vec<String> = document.chars().map(String::from).collect();
        let portions: Vec<&str> = characters.iter().map(String::as_str).collect();
        assert_eq!(rendered(&portions, width, true), whole, "{document:?}");
        let lines: Vec<&str> = document.split_inclusive('\n').collect();
        assert_eq!(rendered(&lines, width, true), whole, "{document:?}");
    }
}

#[test]
fn words_are_put_out_as_they_come() {
    let capabilities = Capabilities { colour: true, unicode: true, dumb: false };
    let (mut markdown, mut out) = (Markdown::new(80, capabilities), Vec::new());
    markdown.push("The answer is **forty", &mut out);
    assert_eq!(out, [Piece::Text(Run::new("The answer is", Style::PLAIN))]);
    out.clear();
    markdown.push("-two** indeed", &mut out);
    assert_eq!(
        out,
        [Piece::Text(Run::new(" ", Style::PLAIN)), Piece::Text(Run::new("forty-two", Style::BOLD))]
    );
}

#[test]
fn unclosed_markup_is_as_typed() {
    assert_eq!(text("**bold `code [link](x"), "**bold `code\n[link](x\n");
    assert_eq!(text("```sh\nls"), "─── sh\nls\n───\n");
}
