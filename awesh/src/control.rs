//! awesh's own commands: parsed here, and their help; what they do is the shell's.

use awesh_protocol::Recall;

use crate::config;
use crate::turns::Forget;

/// What a question begins with that goes without what the last commands printed.
pub const WITHOUT_OUTPUT: &str = "?-";

/// One of awesh's own commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// `aweh`: what awesh adds to bash.
    Help,
    /// `awes`: how it stands.
    Status,
    /// `awes why`: why the last line went where it went.
    Why,
    /// `awes sent`: what left the machine in the last request to a model.
    Sent,
    /// `awes answer`: the last answer again, in the pager.
    Answer,
    /// `awes turns`: what is remembered of lines that were turned round.
    Turns,
    /// `awes forget N|all`: some of that is forgotten.
    Forget(Forget),
    /// `awes new`: the conversation begins anew.
    Renew,
    /// `awes step [N]`, `awes log [N]`, `awes rules`, `awes rules forget N`, `awes undo [N] [anyway]`,
    /// `awes undo list`: what the backend has kept.
    Recall(Recall),
    /// `awev [0|1|2|on|off]`: how much is said; without an argument, on where it was off and off where it was on.
    Verbosity(Option<u8>),
    /// `awea [provider]`: which AI answers.
    Provider(Option<String>),
    /// `awem [model]`: which model of it.
    Model(Option<String>),
    /// Anything else: how it is called.
    Usage(&'static str),
}

/// Reads a line that the router gave to awesh.
pub fn parse(line: &str) -> Control {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or_default();
    let argument = words.next();
    if (name, argument) == ("awes", Some("forget")) {
        return forget(words.next(), words.next());
    }
    if let ("awes", Some(what @ ("step" | "log" | "rules" | "undo"))) = (name, argument) {
        return recall(what, &words.collect::<Vec<_>>());
    }
    if words.next().is_some() {
        return Control::Usage(usage(name));
    }
    match (name, argument) {
        ("aweh", None) => Control::Help,
        ("awes", None) => Control::Status,
        ("awes", Some("why")) => Control::Why,
        ("awes", Some("new")) => Control::Renew,
        ("awes", Some("sent")) => Control::Sent,
        ("awes", Some("answer")) => Control::Answer,
        ("awes", Some("turns")) => Control::Turns,
        ("awev", None) => Control::Verbosity(None),
        ("awev", Some(level)) => match verbosity(level) {
            Some(level) => Control::Verbosity(Some(level)),
            None => Control::Usage(usage(name)),
        },
        ("awea", name) => Control::Provider(name.map(str::to_owned)),
        ("awem", name) => Control::Model(name.map(str::to_owned)),
        _ => Control::Usage(usage(name)),
    }
}

fn forget(what: Option<&str>, more: Option<&str>) -> Control {
    let number = |word: &str| word.parse().ok().filter(|number| *number > 0).map(Forget::One);
    let what = match what {
        Some("all") => Some(Forget::All),
        what => what.and_then(number),
    };
    match (what, more) {
        (Some(what), None) => Control::Forget(what),
        _ => Control::Usage(usage("awes")),
    }
}

fn recall(what: &str, rest: &[&str]) -> Control {
    /// Lines of the audit log that are shown unless told otherwise.
    const LINES: usize = 20;
    let number = |word: &str| word.parse::<u64>().ok().filter(|number| *number > 0);
    let count = |word: &str| word.parse::<usize>().ok().filter(|count| *count > 0);
    let recall = match (what, rest) {
        ("step", []) => Some(Recall::Steps),
        ("step", [word]) => number(word).map(|number| Recall::Step { number }),
        ("log", []) => Some(Recall::Log { count: LINES }),
        ("log", [word]) => count(word).map(|count| Recall::Log { count }),
        ("rules", []) => Some(Recall::Rules),
        ("rules", ["forget", word]) => count(word).map(|number| Recall::ForgetRule { number }),
        ("undo", ["list"]) => Some(Recall::Edits),
        ("undo", []) => Some(Recall::Undo { number: None, anyway: false }),
        ("undo", ["anyway"]) => Some(Recall::Undo { number: None, anyway: true }),
        ("undo", [word]) => number(word).map(|number| Recall::Undo { number: Some(number), anyway: false }),
        ("undo", [word, "anyway"]) => {
            number(word).map(|number| Recall::Undo { number: Some(number), anyway: true })
        }
        _ => None,
    };
    let usage = match what {
        "step" => "usage: awes step [N]",
        "log" => "usage: awes log [N]",
        "rules" => "usage: awes rules [forget N]",
        _ => "usage: awes undo [list | N] [anyway]",
    };
    recall.map_or(Control::Usage(usage), Control::Recall)
}

fn verbosity(word: &str) -> Option<u8> {
    match word {
        "0" | "off" => Some(0),
        "1" | "on" => Some(1),
        "2" => Some(2),
        _ => None,
    }
}

fn usage(name: &str) -> &'static str {
    match name {
        "aweh" => "usage: aweh",
        "awes" => {
            "usage: awes [why | sent | answer | new | turns | forget N|all | step [N] | undo [N] | rules | log [N]]"
        }
        "awev" => "usage: awev [0|1|2|on|off]",
        "awea" => "usage: awea [provider]",
        _ => "usage: awem [model]",
    }
}

/// What `aweh` shows.
pub fn help() -> String {
    format!(
        "awesh is your bash, and answers plain language typed at the same prompt.\n\
         \n\
         \x20 ls -l                    bash runs what bash can run\n\
         \x20 what changed in this repo?\n\
         \x20                          a question; the prompt's mark turns from > to ? while you type\n\
         \x20 ? TEXT                   always a question\n\
         \x20 $ LINE                   always bash\n\
         \x20 ?- TEXT                  a question without what the last commands printed; Alt-o puts the ?- there\n\
         \x20 Alt-Enter                sends the line the other way\n\
         \x20 Right, End               on the empty line after \"did you mean\": puts that command on it\n\
         \x20 Ctrl-C                   ends an answer at once\n\
         \n\
         \x20 aweh                     this help\n\
         \x20 awes                     how awesh, its backend and its AI stand\n\
         \x20 awes why                 why the last line went to bash or to the agents\n\
         \x20 awes sent                exactly what left this machine in the last request to a model\n\
         \x20 awes answer              the last answer again, in your pager\n\
         \x20 awes turns               what Alt-Enter taught awesh: lines of these forms go the other way\n\
         \x20 awes forget N|all        forgets one of these, or all\n\
         \x20 awes new                 begins a new conversation: what was said and read is forgotten\n\
         \x20 awes step [N]            the steps of the answers, or all of one\n\
         \x20 awes undo [N]            takes the last edit back, or edit N; awes undo list shows them\n\
         \x20 awes rules [forget N]    what runs without being asked, what is asked, what is denied\n\
         \x20 awes log [N]             what was asked of whom, proposed, decided and run\n\
         \x20 awev [0|1|2|on|off]      how much awesh says: 1 notes, 2 timings\n\
         \x20 awea [provider]          which AI answers: openai, anthropic, openrouter, ollama, …\n\
         \x20 awem [model]             which model of it; alone it lists what the provider offers\n\
         \n\
         Settings, in ~/.config/awesh/config.toml, or by their other names in ~/.aweshrc or the environment:\n\
         \n\
         {}",
        config::reference()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_their_arguments() {
        for (line, control) in [
            ("aweh", Control::Help),
            (" awes ", Control::Status),
            ("awev", Control::Verbosity(None)),
            ("awev on", Control::Verbosity(Some(1))),
            ("awev 2", Control::Verbosity(Some(2))),
            ("awev 3", Control::Usage("usage: awev [0|1|2|on|off]")),
            ("awea ollama", Control::Provider(Some("ollama".to_owned()))),
            ("awes why", Control::Why),
            ("awes turns", Control::Turns),
            ("awes forget 2", Control::Forget(Forget::One(2))),
            ("awes forget all", Control::Forget(Forget::All)),
            (
                "awes forget",
                Control::Usage(
                    "usage: awes [why | sent | answer | new | turns | forget N|all | step [N] | undo [N] | rules | log [N]]",
                ),
            ),
            (
                "awes forget 0",
                Control::Usage(
                    "usage: awes [why | sent | answer | new | turns | forget N|all | step [N] | undo [N] | rules | log [N]]",
                ),
            ),
            (
                "awes forget 1 2",
                Control::Usage(
                    "usage: awes [why | sent | answer | new | turns | forget N|all | step [N] | undo [N] | rules | log [N]]",
                ),
            ),
            ("awes new", Control::Renew),
            ("awes step", Control::Recall(Recall::Steps)),
            ("awes step 3", Control::Recall(Recall::Step { number: 3 })),
            ("awes step x", Control::Usage("usage: awes step [N]")),
            ("awes log", Control::Recall(Recall::Log { count: 20 })),
            ("awes log 5", Control::Recall(Recall::Log { count: 5 })),
            ("awes rules", Control::Recall(Recall::Rules)),
            ("awes rules forget 2", Control::Recall(Recall::ForgetRule { number: 2 })),
            ("awes rules forget", Control::Usage("usage: awes rules [forget N]")),
            ("awes undo", Control::Recall(Recall::Undo { number: None, anyway: false })),
            ("awes undo 4 anyway", Control::Recall(Recall::Undo { number: Some(4), anyway: true })),
            ("awes undo list", Control::Recall(Recall::Edits)),
            ("awes undo 0", Control::Usage("usage: awes undo [list | N] [anyway]")),
            (
                "awes how",
                Control::Usage(
                    "usage: awes [why | sent | answer | new | turns | forget N|all | step [N] | undo [N] | rules | log [N]]",
                ),
            ),
            ("awem", Control::Model(None)),
            ("awem a b", Control::Usage("usage: awem [model]")),
            ("aweh me", Control::Usage("usage: aweh")),
        ] {
            assert_eq!(parse(line), control, "{line:?}");
        }
    }
}
