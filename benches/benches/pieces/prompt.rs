//! What the prompt shows, read and written, in a repository of 20,000 files with a kubeconfig of 50 contexts.
//!
//! A hit is what nearly every prompt is; a miss is what comes after a checkout or a change of the context, forced
//! here by touching what was read.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use awesh::config::Config;
use awesh::prompt::{BackendState, PromptSource, Session, Style};
use benches::Places;
use criterion::{BatchSize, Criterion};

/// What was changed a moment ago is not kept, so the first hits take that long to come.
const SETTLED: Duration = Duration::from_secs(10);

pub fn benches(criterion: &mut Criterion) {
    let places = Places::make().expect("there is room for a repository");
    let directory = places.repository();
    let kubeconfig = places.kubeconfig();
    let variable = |name: &str| match name {
        "HOME" => Some(places.home().display().to_string()),
        "KUBECONFIG" => Some(kubeconfig.display().to_string()),
        "TERM" => Some("xterm-256color".to_owned()),
        "LANG" => Some("C.UTF-8".to_owned()),
        _ => None,
    };
    let session = Session {
        directory: &directory,
        variable: &variable,
        status: 0,
        jobs: 0,
        user: "user",
        host: "host",
        is_root: false,
        backend: BackendState::Ready,
    };
    let style = Style::new(&Config::default(), variable, 120);
    let mut source = PromptSource::new();
    await_hit(&mut source, &session);

    let mut group = criterion.benchmark_group("prompt");
    group.bench_function("data, hit", |bencher| bencher.iter(|| source.data(&session).hit));
    let data = source.data(&session);
    group.bench_function("text", |bencher| bencher.iter(|| data.text(&session, &style)));
    group.bench_function("data, miss", |bencher| {
        let touch_all = || [&directory.join(".git/HEAD"), &kubeconfig].map(|path| touch(path));
        bencher.iter_batched(touch_all, |_| source.data(&session).hit, BatchSize::PerIteration);
    });
    group.sample_size(20);
    group.bench_function("data, as subprocesses one after the other", |bencher| {
        bencher.iter(|| by_subprocesses(&directory, &kubeconfig));
    });
    group.finish();
}

/// What shells' prompts do without a cache: git, then the context, then its namespace, each by its own program. What
/// is not installed is not run, and costs nothing.
fn by_subprocesses(directory: &Path, kubeconfig: &Path) -> usize {
    let commands: [(&str, &[&str]); 3] = [
        ("git", &["branch", "--show-current"]),
        ("kubectl", &["config", "current-context"]),
        ("kubectl", &["config", "view", "--minify", "--output=jsonpath={..namespace}"]),
    ];
    let outputs = commands.iter().filter_map(|(program, arguments)| {
        Command::new(program)
            .args(*arguments)
            .current_dir(directory)
            .env("KUBECONFIG", kubeconfig)
            .output()
            .ok()
    });
    outputs.map(|output| output.stdout.len()).sum()
}

/// Reads until all that was read is kept.
fn await_hit(source: &mut PromptSource, session: &Session<'_>) {
    let deadline = Instant::now() + SETTLED;
    while !source.data(session).hit {
        assert!(Instant::now() < deadline, "what the prompt shows is not kept");
    }
}

fn touch(path: &Path) -> io::Result<()> {
    File::options().append(true).open(path)?.set_modified(SystemTime::now())
}
