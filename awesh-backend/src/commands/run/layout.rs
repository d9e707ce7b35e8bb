//! The order of a plan's steps, drawn: level by level for people, as a graph for graphviz.

use std::fmt::Write;

use agents::plan::Plan;
use agents::plan::document::Step;
use textwrap::Options as Wrap;
use unicode_width::UnicodeWidthStr;

use super::options::Form;

/// Draws a plan into so many columns.
pub(super) fn drawn(plan: &Plan, form: Form, width: usize) -> String {
    match form {
        Form::Text => text(plan, width),
        Form::Dot => dot(plan),
    }
}

fn text(plan: &Plan, width: usize) -> String {
    let steps = &plan.document.steps.0;
    let levels = plan.order.levels();
    let names = steps.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let count = if steps.len() == 1 { "1 step".to_owned() } else { format!("{} steps", steps.len()) };
    let mut lines =
        vec![format!("{}: {count}, {} one after the other at least", plan.file.display(), levels.len())];
    let mut add = |head: &str, step: usize, facts: String| {
        let head = format!("{head:>2}  {:names$}  ", steps[step].0);
        let indent = " ".repeat(head.width());
        let wrap = Wrap::new(width.max(indent.len() + 10)).initial_indent(&head).subsequent_indent(&indent);
        if facts.is_empty() {
            lines.push(head.trim_end().to_owned());
        }
        lines.extend(
            textwrap::wrap(&facts, wrap)
                .into_iter()
                .map(|line| line.trim_end().to_owned())
                .filter(|line| !line.is_empty()),
        );
    };
    for (level, number) in levels.iter().zip(1..) {
        for (at, step) in level.iter().enumerate() {
            let head = if at == 0 { number.to_string() } else { String::new() };
            add(&head, *step, facts(plan, *step));
        }
    }
    for step in (0..steps.len()).filter(|step| plan.order.is_clean_up(*step)) {
        let of: Vec<&str> = plan.order.cleans_up[step].iter().map(|of| steps[*of].0.as_str()).collect();
        let facts = [format!("if {} fails", of.join(" or ")), place(&steps[step].1)];
        add("!", step, facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · "));
    }
    lines.join("\n") + "\n"
}

/// What is to be said of a step: what it waits for, where it runs, and how.
fn facts(plan: &Plan, step: usize) -> String {
    let steps = &plan.document.steps.0;
    let own = &steps[step].1;
    let needs: Vec<&str> = plan.order.needs[step].iter().map(|need| steps[*need].0.as_str()).collect();
    let needs = if needs.is_empty() { String::new() } else { format!("← {}", needs.join(", ")) };
    let facts = [needs, place(own), conditions(own)];
    facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn place(step: &Step) -> String {
    if step.hosts.0.is_empty() { String::new() } else { format!("on {}", step.hosts.0.join(", ")) }
}

/// When and how a step runs, beyond what it waits for.
pub(super) fn conditions(step: &Step) -> String {
    let some = |is: bool, text: String| is.then_some(text);
    let retry = step.retry.and_then(|retry| retry.attempts).filter(|attempts| *attempts > 1);
    let facts = [
        step.when.as_ref().map(|when| format!("when {}", when.text)),
        step.until.as_ref().map(|until| format!("until {}", until.text)),
        retry.map(|attempts| format!("up to {attempts} times")),
        step.timeout.map(|timeout| format!("at most {} s", timeout.as_secs_f64())),
        step.class.as_ref().map(|class| format!("class {class}")),
        some(!step.resources.0.is_empty(), format!("uses {}", step.resources.0.join(", "))),
        some(step.background, "in the background".to_owned()),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn dot(plan: &Plan) -> String {
    let steps = &plan.document.steps.0;
    let mut text = "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    // Nothing fails that is written to a string.
    for (at, (name, step)) in steps.iter().enumerate() {
        let style = if step.background { " [style=dashed]" } else { "" };
        let _ = writeln!(text, "  \"{name}\"{style};");
        for need in &plan.order.needs[at] {
            let _ = writeln!(text, "  \"{}\" -> \"{name}\";", steps[*need].0);
        }
        for of in &plan.order.cleans_up[at] {
            let _ = writeln!(text, "  \"{}\" -> \"{name}\" [style=dotted, label=\"fails\"];", steps[*of].0);
        }
    }
    text + "}\n"
}
