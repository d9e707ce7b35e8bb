//! `--dry-run`: everything that would run, where, in which order, and what each line could do. Nothing runs.

use agents::plan::Graph;
use serde_json::{Value, json};
use textwrap::Options as Wrap;

use super::layout::conditions;
use super::reach::Reach;
use super::safety::radius;
use crate::commands::agreement::class;

/// Tells it, in lines of so many columns or as JSON.
pub(super) fn told(graph: &Graph, reach: &Reach, as_json: bool, width: usize) -> String {
    if as_json {
        let document = document(graph, reach);
        return format!("{document:#}\n");
    }
    let mut lines = vec![format!("{}: nothing is run", graph.plan.file.display())];
    for environment in &graph.environments {
        let vars: Vec<String> =
            environment.vars.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let names = if environment.name.is_empty() { "vars" } else { &environment.name };
        if !vars.is_empty() || !environment.name.is_empty() {
            lines.push(format!("{names}: {}", vars.join(" ")).trim_end_matches([':', ' ']).to_owned());
        }
    }
    for (level, number) in levels(graph).iter().zip(1..) {
        lines.push(String::new());
        for (at, node) in level.iter().enumerate() {
            let head = if at == 0 { number.to_string() } else { String::new() };
            lines.extend(of_node(graph, reach, *node, &head, width));
        }
    }
    for node in (0..graph.nodes.len()).filter(|node| graph.nodes[*node].is_clean_up) {
        lines.extend(of_node(graph, reach, node, "!", width));
    }
    let all: Vec<usize> = (0..graph.nodes.len()).collect();
    lines.push(String::new());
    if all.iter().all(|node| reach.risk(*node).is_look()) {
        lines.push("It only looks, and would run without being asked.".to_owned());
    } else {
        lines.extend(radius("It", graph, reach, &all));
    }
    lines.join("\n") + "\n"
}

/// The nodes of all environments, level by level.
fn levels(graph: &Graph) -> Vec<Vec<usize>> {
    let steps = graph.plan.document.steps.0.len();
    let all = |step: usize| (0..graph.environments.len()).map(move |environment| environment * steps + step);
    let levels = graph.plan.order.levels().into_iter();
    levels.map(|level| level.into_iter().flat_map(all).collect()).collect()
}

fn of_node(graph: &Graph, reach: &Reach, node: usize, head: &str, width: usize) -> Vec<String> {
    const INDENT: &str = "    ";
    let (own, step) = (&graph.nodes[node], graph.step(node));
    let place = if own.hosts.is_empty() {
        "on this machine".to_owned()
    } else {
        format!("on {}", own.hosts.join(", "))
    };
    let needs: Vec<&str> = own.needs.iter().map(|need| graph.nodes[*need].name.as_str()).collect();
    let needs = if needs.is_empty() { String::new() } else { format!("← {}", needs.join(", ")) };
    let failing = |other: &usize| graph.nodes[*other].clean_ups.contains(&node);
    let of: Vec<&str> =
        (0..graph.nodes.len()).filter(failing).map(|of| graph.nodes[of].name.as_str()).collect();
    let of = if of.is_empty() { String::new() } else { format!("if {} fails", of.join(" or ")) };
    let facts = [place, needs, of, conditions(step)];
    let facts = facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · ");
    let head = format!("{head:>2}  {}  ", own.name);
    let wrap = Wrap::new(width.max(30)).initial_indent(&head).subsequent_indent(INDENT);
    let mut lines: Vec<String> =
        textwrap::wrap(&facts, wrap).into_iter().map(|line| line.into_owned()).collect();
    for (command, risk) in step.commands.iter().zip(&reach.risks[node]) {
        let label = if step.commands.len() > 1 { format!("{}: ", command.label) } else { String::new() };
        let text = command.line.text.trim_end().replace('\n', &format!("\n{INDENT}{:10}", ""));
        lines.push(format!("{INDENT}{:9} {label}{text}", class(*risk)));
    }
    lines
}

fn document(graph: &Graph, reach: &Reach) -> Value {
    let levels = levels(graph);
    let step = |node: usize| {
        let own = &graph.nodes[node];
        let commands = graph.step(node).commands.iter().zip(&reach.risks[node]).map(|(command, risk)| {
            json!({"label": command.label, "line": command.line.text, "class": class(*risk)})
        });
        json!({
            "step": own.name,
            "environment": graph.environments[own.environment].name,
            "hosts": own.hosts,
            "level": levels.iter().position(|level| level.contains(&node)).map(|level| level + 1),
            "needs": own.needs.iter().map(|need| graph.nodes[*need].name.as_str()).collect::<Vec<_>>(),
            "commands": commands.collect::<Vec<_>>(),
        })
    };
    let steps: Vec<Value> = (0..graph.nodes.len()).map(step).collect();
    json!({"schema": 1, "plan": graph.plan.file, "protected": reach.protected, "steps": steps})
}
