//! Whole shells side by side, as a person sees them: `cargo bench -p benches --bench latency`, which takes some
//! minutes. `-- --rounds N` changes how many rounds there are; `AWESH=PATH` in the environment measures another
//! executable.
//!
//! Real shells run on pseudo-terminals (`terminal.rs`) in several settings (`shells.rs`). Each round starts each
//! shell once in each setting and measures everything (`measure.rs`), so that whatever else the machine does
//! falls on all of them; the shell that comes first changes from round to round. `table.rs` has the figures:
//! absolute ones depend on the machine, ratios hardly.

mod measure;
#[path = "../../../awesh-backend/tests/model_server.rs"]
mod model_server;
mod output;
mod processes;
mod shells;
mod table;
mod terminal;

use std::io::{self, Write};
use std::time::Duration;

use benches::Places;
use measure::Prompt;
use model_server::{Reply, answering};
use output::LargeOutput;
use processes::Tree;
use shells::{Setting, Shell};
use table::{Table, Unit};

/// How often everything is measured, but for what takes long.
const ROUNDS: usize = 20;

/// How often within a round.
const REPEATS: usize = 5;

/// In so many rounds what takes long is measured too.
const LONG_ROUNDS: usize = 5;

/// How long an idle shell is watched.
const IDLE: Duration = Duration::from_secs(1);

fn main() -> io::Result<()> {
    let Some(arguments) = benches::arguments() else { return Ok(()) };
    let rounds = benches::number(&arguments, "--rounds", ROUNDS);
    writeln!(io::stderr(), "building awesh, unless it is up to date")?;
    let model = answering(|_, _| Reply::text(&["There", " you", " are."]));
    let shells = Shell::all(benches::awesh()?, model.base_url());
    writeln!(io::stderr(), "making a large repository")?;
    let places = Places::make()?;
    let bench = Bench { settings: Setting::all(&places)?, outputs: LargeOutput::all(places.root())?, shells };
    bench.warm_up()?;
    let mut table = Table::new(bench.shells.iter().map(|shell| shell.name).collect());
    for round in 0..rounds {
        writeln!(io::stderr(), "round {} of {rounds}", round + 1)?;
        bench.round(round, &mut table)?;
    }
    write!(io::stdout(), "{}", table.markdown())
}

struct Bench {
    shells: Vec<Shell>,
    settings: [Setting; 4],
    outputs: [LargeOutput; 2],
}

impl Bench {
    /// Has every shell read from disk what it reads, and write what it writes at its first start.
    fn warm_up(&self) -> io::Result<()> {
        for setting in &self.settings {
            for shell in &self.shells {
                measure::first_prompt(shell.command(setting))?.1.exit()?;
            }
        }
        Ok(())
    }

    fn round(&self, round: usize, table: &mut Table) -> io::Result<()> {
        for (at, setting) in self.settings.iter().enumerate() {
            for turn in 0..self.shells.len() {
                let column = (round + turn) % self.shells.len();
                let shell = &self.shells[column];
                let mut cells = Cells { table, setting: setting.name, column };
                starts(shell, setting, &mut cells)?;
                if !setting.start_only {
                    session(shell, setting, &mut cells)?;
                }
                if at == 0 {
                    let took = measure::command(shell.command_with(setting, &["-c", "true"]))?;
                    cells.time("start with -c true → end", took);
                    if round < LONG_ROUNDS {
                        self.long(shell, setting, &mut cells)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What takes long: a large output, and doing nothing.
    fn long(&self, shell: &Shell, setting: &Setting, cells: &mut Cells<'_>) -> io::Result<()> {
        let mut prompt = settled(shell, setting)?;
        for output in &self.outputs {
            let rate = prompt.throughput(&output.command(), output::MARK)?;
            cells.figure(output.name, Unit::MegabytesPerSecond, rate / 1e6);
        }
        drop(prompt);

        let mut prompt = settled(shell, setting)?;
        let tree = Tree::of(prompt.terminal.process());
        let before = tree.threads();
        prompt.terminal.watch(IDLE)?;
        cells.time("idle: processor time in a second", tree.time_since(&before));
        let megabytes = |tree: &Tree| tree.proportional_set_size() as f64 / 1e6;
        cells.figure("idle: memory (PSS), all processes", Unit::Megabytes, megabytes(&tree));
        cells.figure(
            "idle: memory (PSS), without its bash",
            Unit::Megabytes,
            megabytes(&tree.of_one_program()),
        );
        Ok(())
    }
}

/// Starts that end with what is measured of them.
fn starts(shell: &Shell, setting: &Setting, cells: &mut Cells<'_>) -> io::Result<()> {
    let (took, prompt) = measure::first_prompt(shell.command(setting))?;
    cells.time("start → first prompt", took);
    drop(prompt);
    let (took, terminal) = measure::typed_ahead(shell.command(setting))?;
    cells.time("start → command typed ahead has run", took);
    drop(terminal);
    Ok(())
}

/// A shell at work.
fn session(shell: &Shell, setting: &Setting, cells: &mut Cells<'_>) -> io::Result<()> {
    let mut prompt = settled(shell, setting)?;
    for _ in 0..REPEATS {
        prompt.make_room()?;
        cells.time("Enter, empty line → prompt takes a key", prompt.enter("")?);
        cells.time("Enter, `true` → prompt takes a key", prompt.enter("true")?);
        cells.time("key → echo", prompt.keystroke()?);
    }
    if shell.settled.is_some() {
        after_answers(&mut prompt, cells)?;
        let took = prompt.figures_after("awes", "started in ")?;
        cells.figure("backend: its start → ready", Unit::Milliseconds, took[0]);
        cells.figure(
            "backend: its components one after the other",
            Unit::Milliseconds,
            took[1..].iter().sum(),
        );
    }
    cells.time("Enter, `exit` → end", prompt.exit()?);
    Ok(())
}

/// The same once a model has answered, for a while: nothing that answers is to be in the way of what follows.
fn after_answers(prompt: &mut Prompt, cells: &mut Cells<'_>) -> io::Result<()> {
    for _ in 0..REPEATS {
        prompt.make_room()?;
        prompt.enter("? are you there")?;
        cells.time("Enter, `true` → prompt takes a key, after an answer", prompt.enter("true")?);
        cells.time("key → echo, after an answer", prompt.keystroke()?);
    }
    Ok(())
}

/// A shell at its prompt, with nothing left to do: what starts beside it has started.
fn settled(shell: &Shell, setting: &Setting) -> io::Result<Prompt> {
    let (_, mut prompt) = measure::first_prompt(shell.command(setting))?;
    if let Some(sign) = shell.settled {
        prompt.enter_until(sign)?;
    }
    Ok(prompt)
}

/// Where in the table the figures of a shell in a setting belong.
struct Cells<'a> {
    table: &'a mut Table,
    setting: &'static str,
    column: usize,
}

impl Cells<'_> {
    fn time(&mut self, what: &'static str, time: Duration) {
        self.figure(what, Unit::Milliseconds, time.as_secs_f64() * 1e3);
    }

    fn figure(&mut self, what: &'static str, unit: Unit, figure: f64) {
        self.table.add((what, unit), self.setting, self.column, figure);
    }
}
