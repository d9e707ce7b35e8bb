//! A question with where and after what it was asked, as a model reads it: what nobody should have to copy and
//! paste.

use std::fmt::Write;

use awesh_protocol::RecentCommand;

use crate::context::Context;

/// The question behind its circumstances. Only what is known is said.
pub(crate) fn describe(context: &Context) -> String {
    let question = &context.question;
    let mut text = format!("<circumstances>\ndirectory: {}\n", question.directory.display());
    let place = &question.place;
    for (name, value) in [("system", &place.system), ("git", &place.git), ("kubernetes", &place.kubernetes)] {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    if !context.recent.is_empty() {
        text.push_str("The last commands of the session, the newest last:\n");
    }
    for recent in &context.recent {
        command(&mut text, recent);
    }
    text.push_str("</circumstances>\n\n");
    text.push_str(&question.text);
    text
}

fn command(text: &mut String, recent: &RecentCommand) {
    let RecentCommand { command, status, duration_ms, output } = recent;
    let _ = writeln!(text, "$ {command}\n(status {status}, {})", duration(*duration_ms));
    if !output.trim().is_empty() {
        let _ = writeln!(text, "<output>\n{}\n</output>", output.trim_end());
    }
}

fn duration(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::agent::Place;
    use crate::testing::context;

    #[test]
    fn all_that_is_known_is_said_and_nothing_else() {
        let (mut context, _) = context("why did it fail?", Path::new("/src"));
        assert_eq!(
            describe(&context),
            "<circumstances>\ndirectory: /src\n</circumstances>\n\nwhy did it fail?"
        );
        context.question.place = Place {
            system: Some("Debian GNU/Linux 12, Linux 6.1, x86_64".into()),
            git: Some("branch main".into()),
            kubernetes: None,
        };
        for (command, output) in [("make", "no rule\n"), ("true", " ")] {
            let (command, output) = (command.to_owned(), output.to_owned());
            context.recent.push(RecentCommand { command, status: 2, duration_ms: 61_500, output });
        }
        let expected = "<circumstances>\ndirectory: /src\nsystem: Debian GNU/Linux 12, Linux 6.1, x86_64\n\
                        git: branch main\nThe last commands of the session, the newest last:\n\
                        $ make\n(status 2, 1 min 1 s)\n<output>\nno rule\n</output>\n\
                        $ true\n(status 2, 1 min 1 s)\n</circumstances>\n\nwhy did it fail?";
        assert_eq!(describe(&context), expected);
    }

    #[test]
    fn durations_as_people_say_them() {
        for (ms, said) in
            [(0, "0 ms"), (999, "999 ms"), (1050, "1.0 s"), (59_999, "59.9 s"), (60_000, "1 min 0 s")]
        {
            assert_eq!(duration(ms), said);
        }
    }
}
