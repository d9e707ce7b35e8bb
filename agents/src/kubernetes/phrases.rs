//! Which questions are about the health of clusters: a table of phrases, and the names of the contexts.
//!
//! What needs judgement (why does a pod crash, what should be done) or changes something is left to a model.

use crate::words::Words;

/// What is asked of clusters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// How all of them are.
    Health,
    /// Which of them are not as they should be.
    Problems,
    /// Which there are.
    List,
    /// Which one kubectl would use.
    Current,
    /// How these are, by the names of their contexts; none, and the current one is meant.
    Named(Vec<String>),
}

/// How far the words alone make a question this agent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// They name Kubernetes' own things.
    NamesKubernetes,
    /// They could mean anything where there is no kubeconfig.
    WithContexts,
}

/// What is asked, before names are put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Health,
    Problems,
    List,
    Current,
    Mine,
}

/// Stands for the name of a context while phrases are matched.
pub(crate) const NAME: &str = "contextname";

const PLACES: &str = "\
    in my kubeconfig|in the kubeconfig|in kubeconfig|from my kubeconfig|of my kubeconfig|in kubernetes|\
    at once|today|all at once|in parallel|again|doing|and running";

use Kind::{Current, Health, List, Mine, Problems};

/// Phrases without a name; `K` is "kubernetes", `MY` whose it is, `WELL` and `ILL` how it is.
const PHRASES: [(&str, Kind); 49] = [
    // How all are.
    ("[are|is] [all] [of] [MY] [K] clusters [all] WELL", Health),
    ("[are|is] every|each [of] [MY] [K] cluster|clusters WELL", Health),
    ("how are|is [all] [of] [MY] [K] clusters", Health),
    ("how is|does every|each [K] cluster", Health),
    ("how healthy are [all] [of] [MY] [K] clusters", Health),
    (
        "[what] [is] [the] [current] [health] health|status|state|condition of|for [all] [of] [MY] [K] clusters",
        Health,
    ),
    ("[what] [is] [the] [current] health|status|state|condition of|for every|each [K] cluster", Health),
    ("[MY] [K] clusters health|status|state|overview|summary|report", Health),
    ("[MY] [K] cluster overview|summary", Health),
    ("[an|the] overview|summary of|over [all] [of] [MY] [K] clusters", Health),
    ("[all] [of] [MY] [K] clusters", Health),
    ("every|each [one] [of] [MY] [K] cluster|clusters", Health),
    ("[run|do] [a] health check|checks of|on|for|across|over [all] [of] [MY] [K] clusters", Health),
    ("run|do [a] health check|checks of|on|for|across every|each [K] cluster", Health),
    ("verify|inspect|survey|query|ping [all] [of] [MY] [K] clusters", Health),
    ("verify|inspect|survey|query|ping [that] [all] [MY] [K] clusters are WELL", Health),
    ("if|that|whether [all] [of] [MY] [K] clusters are WELL", Health),
    ("[the] health|status of|on|for|across [all] [of] [MY] [K] clusters", Health),
    ("is everything WELL on|in|across|with [all] [of] [MY] [K] clusters", Health),
    ("which|what [of] [MY] [K] clusters are WELL", Health),
    // Which are not.
    ("which|what [of] [MY] [K] clusters have|has|show|report [any] PROBLEMS", Problems),
    ("which|what [of] [MY] [K] cluster has|shows|reports [any|a] PROBLEMS", Problems),
    ("which|what [of] [MY] [K] clusters are not WELL", Problems),
    ("which|what [of] [MY] [K] clusters|cluster are|is ILL", Problems),
    ("[are|is] any|some [of] [MY] [K] clusters|cluster ILL", Problems),
    ("do|does any [of] [MY] [K] clusters|cluster have [any|a] PROBLEMS", Problems),
    ("[are] [there] any|some PROBLEMS on|in|with|across|in [any|all|one] [of] [MY] [K] clusters", Problems),
    (
        "[is] [there] anything|something wrong|broken|down on|in|with|across [any|all|one] [of] [MY] [K] clusters",
        Problems,
    ),
    ("[is] [there] [a|any] PROBLEMS on|in|with|across [any|all|one] [of] [MY] [K] clusters", Problems),
    ("[all|any|MY] [K] clusters with PROBLEMS", Problems),
    ("[all|any|MY] ILL [K] clusters", Problems),
    ("what is wrong on|in|with|across [all] [of] [MY] [K] clusters", Problems),
    ("PROBLEMS on|in|across [all] [of] [MY] [K] clusters", Problems),
    // Which there are.
    ("[which|what] [K] clusters|contexts [do|can] i|we have|use|reach|see|access", List),
    ("which|what [K] clusters|contexts [are|exist] [there|available|configured|defined|known]", List),
    ("[what] [are] [all] [of] [MY] [K] contexts", List),
    ("[all] [of] [MY] [available|configured|known] [K] contexts", List),
    ("[all] [of] [MY] available|configured|known [K] clusters", List),
    ("[what] [are] [the] names of [all] [of] [MY] [K] clusters|contexts", List),
    ("[all] [of] [MY] [K] cluster|context|clusters|contexts names", List),
    ("how many [K] clusters|contexts do i|we have", List),
    ("how many [K] clusters|contexts are there|configured", List),
    // Where one is.
    ("which|what [K] context|cluster am i on|in|using|at", Current),
    ("which|what [K] context|cluster am i connected|pointing|talking to", Current),
    ("on|in which|what [K] context|cluster am i", Current),
    ("[what] [is] [the|my] current|active|selected [K] context|cluster", Current),
    // The current one.
    ("is [MY] [current] [K] cluster WELL", Mine),
    ("[what] [is] [the] health|status|state of|for [MY] [current] [K] cluster", Mine),
    ("[MY] [current] [K] cluster health|status|state", Mine),
];

/// Phrases about contexts that are named.
const NAMED: [&str; 15] = [
    "[are|is] [all] [THE] N WELL",
    "[are|is] [THE] N ILL",
    "how is|are [THE] N",
    "how healthy is|are [THE] N",
    "[what] [is] [the] [current] health|status|state|condition of|for|on [THE] N",
    "[THE] N health|status|state|overview",
    "[THE] N cluster|clusters health|status|state|overview",
    "if|that|whether [THE] N is|are WELL",
    "[is] everything WELL on|in|with [THE] N",
    "[are] [there] [any] PROBLEMS on|in|with [THE] N",
    "[is] [there] anything|something wrong|broken|down on|in|with [THE] N",
    "what is wrong on|in|with [THE] N",
    "does|do [THE] N have [any] PROBLEMS",
    "[run|do] [a] health check|checks of|on|for [THE] N",
    "verify|inspect|query|ping [THE] N",
];

/// What is matched where the question begins with "check": its opening is gone by then.
const CHECKED: [&str; 2] = ["[THE] N", "on [THE] N"];

/// Words that stand for many in the tables.
const WELL: &str =
    "healthy|ok|okay|fine|up|alive|well|good|green|running|reachable|available|online|working|ready";
const ILL: &str = "down|broken|unhealthy|degraded|failing|unreachable|offline|dead|red|sick|unavailable";
const PROBLEMS: &str = "problem|problems|issue|issues|error|errors|trouble|troubles|failures|warnings";

/// How many contexts a question may name.
const NAMES: usize = 3;

/// What a question asks of clusters, if it asks that and nothing else. `contexts` are the names that there are.
pub(super) fn understand(text: &str, contexts: &[String]) -> Option<(Asked, Claim)> {
    let words = Words::of(text, PLACES);
    if let Some(kind) = PHRASES.iter().find_map(|(phrase, kind)| matches(&words, phrase).then_some(*kind)) {
        let claim = if names_kubernetes(text) { Claim::NamesKubernetes } else { Claim::WithContexts };
        // Of a list nobody expects that clusters are asked.
        let is_list = kind == Health && first_word(text) == "list";
        let asked = match kind {
            _ if is_list => Asked::List,
            Health => Asked::Health,
            Problems => Asked::Problems,
            List => Asked::List,
            Current => Asked::Current,
            Mine => Asked::Named(Vec::new()),
        };
        return Some((asked, claim));
    }
    let (text, names) = without_names(text, contexts)?;
    let words = Words::of(&text, PLACES);
    let is_check = matches!(first_word(&text).as_str(), "check" | "status");
    let phrases = NAMED.iter().chain(CHECKED.iter().filter(|_| is_check));
    let list = [NAME, "contextname and contextname", "contextname contextname and contextname"];
    let shape = list.get(names.len() - 1)?;
    let is_asked = phrases.into_iter().any(|phrase| {
        let with_names = |phrase: &str| {
            phrase.replace(" N", &format!(" [cluster|clusters|context] {shape} [cluster|clusters|context]"))
        };
        matches(&words, with_names(phrase).trim())
    });
    is_asked.then_some((Asked::Named(names), Claim::WithContexts))
}

fn matches(words: &Words, phrase: &str) -> bool {
    let parts = phrase.split(' ').map(|part| match part {
        "WELL" => WELL.to_owned(),
        "ILL" => ILL.to_owned(),
        "PROBLEMS" => PROBLEMS.to_owned(),
        "[MY]" => "[my|the|our|these|those]".to_owned(),
        "[THE]" => "[the|my|our]".to_owned(),
        "[K]" => "[kubernetes|k8s|kube|kubectl|kubeconfig]".to_owned(),
        "[all|any|MY]" => "[all|any|my|the|our]".to_owned(),
        part => part.to_owned(),
    });
    words.match_pattern(&parts.collect::<Vec<_>>().join(" ")).is_some()
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_lowercase()
}

fn names_kubernetes(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| matches!(word, "kubernetes" | "k8s" | "kube" | "kubectl" | "kubeconfig"))
}

/// The question with a word in the place of each name, and the names, in their order; none where there is none.
pub(crate) fn without_names(text: &str, contexts: &[String]) -> Option<(String, Vec<String>)> {
    let mut sorted: Vec<&String> = contexts.iter().filter(|name| !name.is_empty()).collect();
    sorted.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let (mut rest, mut before, mut names) = (text, None, Vec::new());
    let mut replaced = String::new();
    while let Some(next) = rest.chars().next() {
        let found = sorted.iter().find(|name| starts_with_name(before, rest, name));
        let taken = match found {
            Some(name) => {
                names.push((*name).clone());
                replaced.push_str(NAME);
                name.len()
            }
            None => {
                replaced.push(next);
                next.len_utf8()
            }
        };
        before = rest[..taken].chars().next_back();
        rest = &rest[taken..];
    }
    (!names.is_empty() && names.len() <= NAMES).then_some((replaced, names))
}

/// Whether a name stands at the start of `rest`, whole; capitals are no matter.
fn starts_with_name(before: Option<char>, rest: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '@' | '.' | ':');
    let Some(start) = rest.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)) else {
        return false;
    };
    let mut after = rest[start.len()..].chars();
    // A full stop or a colon ends a sentence unless something follows it at once.
    let goes_on = match after.next() {
        Some('.' | ':') => after.next().is_some_and(is_part),
        Some('\'') => false,
        next => next.is_some_and(is_part),
    };
    !before.is_some_and(is_part) && !goes_on
}

#[cfg(test)]
mod tests;
