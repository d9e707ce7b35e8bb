//! The layers and what is made of bad files, through the public interface.

use std::fs;
use std::path::PathBuf;

use awesh_protocol::{Attachment, Secret};
use tempfile::TempDir;

use super::*;

/// The settings that two files and an environment come to.
fn load(toml: &str, aweshrc: &str, environment: &[(&str, &str)]) -> (Config, Vec<Problem>) {
    let (_directory, files) = files(toml.as_bytes(), aweshrc.as_bytes());
    Config::load(&Sources::read(&files), lookup(environment))
}

fn files(toml: &[u8], aweshrc: &[u8]) -> (TempDir, Files) {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| -> Option<PathBuf> {
        let path = directory.path().join(name);
        fs::write(&path, bytes).unwrap();
        Some(path)
    };
    let files = Files { config: write("config.toml", toml), aweshrc: write("aweshrc", aweshrc) };
    (directory, files)
}

fn lookup(environment: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    move |name| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
}

fn key(config: &Config) -> Option<&str> {
    config.ai.api_key.as_ref().map(Secret::expose)
}

#[test]
fn nothing_set_is_the_default() {
    assert_eq!(load("", "", &[]), (Config::default(), Vec::new()));
    let nowhere = Files { config: Some("/nonexistent/a".into()), aweshrc: Some("/nonexistent/b".into()) };
    assert_eq!(Config::load(&Sources::read(&nowhere), |_| None), (Config::default(), Vec::new()));
}

#[test]
fn later_layers_win() {
    let toml =
        "verbose = 1\n[prompt]\nstyle = \"bash\"\nprotected = [\"live-*\", \"*prd*\"]\n[ai]\nmodel = \"a\"";
    let (config, problems) = load(toml, "export MODEL='b' # mine\n", &[("AI_PROVIDER", "openai")]);
    assert_eq!(problems, []);
    assert_eq!(config.verbose, 1);
    assert_eq!(config.prompt.style, PromptStyle::Bash);
    assert_eq!(config.prompt.protected, ["live-*", "*prd*"]);
    assert_eq!(config.ai.model.as_deref(), Some("b"));
    let (config, _) = load(toml, "MODEL=b", &[("AI_PROVIDER", "openai"), ("MODEL", "c"), ("VERBOSE", "on")]);
    assert_eq!(config.ai.model.as_deref(), Some("c"));
    assert_eq!(config.verbose, 1);
}

#[test]
fn flags_win_over_all() {
    let mut sources = Sources::default();
    sources.set("verbose", "2").unwrap();
    sources.set("colour", "on").unwrap();
    assert!(sources.set("verbose", "3").is_err());
    assert!(sources.set("verbos", "1").is_err());
    let (config, problems) = Config::load(&sources, lookup(&[("VERBOSE", "0"), ("NO_COLOR", "0")]));
    assert_eq!((config.verbose, config.colour, problems.len()), (2, true, 0));
}

#[test]
fn a_vendors_key_chooses_the_vendor() {
    for (environment, provider, url) in [
        (&[("OPENAI_API_KEY", "k")][..], "openai", None),
        (&[("ANTHROPIC_API_KEY", "k")], "anthropic", None),
        (&[("OPENROUTER_API_KEY", "k")], "openrouter", None),
        (&[("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "http://x/v1")], "openai", Some("http://x/v1")),
        (
            &[("ANTHROPIC_API_KEY", "k"), ("OPENAI_API_KEY", "other"), ("AI_PROVIDER", "anthropic")],
            "anthropic",
            None,
        ),
    ] {
        let (config, problems) = load("", "", environment);
        assert_eq!(config.ai.provider.as_deref(), Some(provider));
        assert_eq!(config.ai.base_url.as_deref(), url);
        assert_eq!(key(&config), Some("k"));
        assert_eq!(problems, []);
    }
}

#[test]
fn ollama_host_is_read_as_ollama_does() {
    for (host, url) in [
        ("gpu", "http://gpu:11434/v1"),
        ("0.0.0.0:9999", "http://127.0.0.1:9999/v1"),
        ("https://gpu.example/", "https://gpu.example/v1"),
        ("[::1]", "http://[::1]:11434/v1"),
        ("[::1]:80", "http://[::1]:80/v1"),
    ] {
        let (config, _) = load("", "", &[("OLLAMA_HOST", host)]);
        assert_eq!(config.ai.provider.as_deref(), Some("ollama"));
        assert_eq!(config.ai.base_url.as_deref(), Some(url));
    }
}

#[test]
fn an_address_alone_is_a_compatible_server() {
    let (config, _) = load("[ai]\nbase_url = \"http://localhost:8080/v1\"", "", &[]);
    assert_eq!(config.ai.provider.as_deref(), Some("openai"));
}

#[test]
fn a_key_never_goes_to_another_provider() {
    let toml = "[ai]\nprovider = \"openai\"\nmodel = \"m\"\nbase_url = \"http://x/v1\"\napi_key = \"k\"";
    let (config, _) = load(toml, "", &[("AI_PROVIDER", "ollama")]);
    assert_eq!(config.ai, Ai { provider: Some("ollama".to_owned()), ..Ai::default() });
    let (config, _) = load(toml, "", &[("AI_PROVIDER", "openai")]);
    assert_eq!(key(&config), Some("k"));
    let (config, _) = load(toml, "", &[("OPENAI_API_KEY", "newer")]);
    assert_eq!(key(&config), Some("newer"));
    let (config, _) = load(toml, "", &[("AI_PROVIDER", "none"), ("OPENAI_API_KEY", "newer")]);
    assert_eq!(config.ai, Ai::default());
}

#[test]
fn a_bad_file_costs_only_what_is_bad() {
    let toml = "verbose = 7\nverbos = 1\n[ai]\nmodel = 5\nattach = \"commands\"\n= = =\n[prompt]\nascii = \"never\"\n";
    let (config, problems) = load(toml, "", &[]);
    let lines: Vec<_> = problems.iter().filter_map(|problem| problem.line).collect();
    assert_eq!(config.ai.attach, Attachment::Commands);
    assert_eq!(config.prompt.ascii, AsciiForm::Never);
    assert_eq!((config.verbose, config.ai.model), (0, None));
    for line in [1, 2, 4, 6] {
        assert!(lines.contains(&line), "{problems:?}");
    }
    assert!(problems.iter().any(|p| p.hint.as_deref() == Some("did you mean verbose?")), "{problems:?}");
}

#[test]
fn a_bad_line_costs_only_the_line() {
    let rc = "# mine\nVERBOS=1\nOPENAI_API_KEY=$(pass key)\nnot a setting\nVERBOSE=2\nMODEL=\n";
    let (config, problems) = load("", rc, &[]);
    assert_eq!(config.verbose, 2);
    assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [Some(2), Some(3), Some(4)]);
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean VERBOSE?"));
}

#[test]
fn bytes_that_are_not_text_cost_only_their_line() {
    let (_directory, files) =
        files(b"verbose = 2\ncolour = \"\xff\"\n", b"\xff\xfe=1\nAWESH_ATTACH=nothing\n");
    let (config, problems) = Config::load(&Sources::read(&files), |_| None);
    assert_eq!((config.verbose, config.ai.attach, config.colour), (2, Attachment::Nothing, true));
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn what_is_no_file_is_a_problem_and_no_wait() {
    let directory = TempDir::new().unwrap();
    let fifo = directory.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let files = Files { config: Some(directory.path().to_owned()), aweshrc: Some(fifo) };
    let (config, problems) = Config::load(&Sources::read(&files), |_| None);
    assert_eq!(config, Config::default());
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn a_key_is_never_shown() {
    let toml = "[ai]\nprovider = \"openai\"\napi_key = [\"sk-hidden\"]\n";
    let rc = "AWESH_API_KEY='sk-hidden\nsk-hidden\nOPENAI_API_KEY=sk-hidden sk-hidden\nsk-hidden=1\n";
    let (config, problems) = load(toml, rc, &[("OPENAI_API_KEY", "sk-hidden")]);
    assert_eq!(key(&config), Some("sk-hidden"));
    let shown: String = problems.iter().map(|p| format!("{p} {p:?}")).collect();
    assert_eq!(problems.len(), 5, "{shown}");
    assert!(!format!("{config:?}{shown}").contains("sk-hidden"), "{shown}");
}

#[test]
fn files_are_where_the_standard_has_them() {
    let files = Files::locate(lookup(&[("HOME", "/home/u")]));
    assert_eq!(files.config, Some("/home/u/.config/awesh/config.toml".into()));
    assert_eq!(files.aweshrc, Some("/home/u/.aweshrc".into()));
    let files = Files::locate(lookup(&[("HOME", "/home/u"), ("XDG_CONFIG_HOME", "/c")]));
    assert_eq!(files.config, Some("/c/awesh/config.toml".into()));
    let files = Files::locate(lookup(&[("HOME", "/home/u"), ("XDG_CONFIG_HOME", "relative")]));
    assert_eq!(files.config, Some("/home/u/.config/awesh/config.toml".into()));
}

#[test]
fn the_table_agrees_with_itself() {
    let text = reference();
    for setting in &table::SETTINGS {
        assert!(text.contains(setting.key));
        for name in setting.environment {
            assert!(Config::watched().contains(name));
        }
        // A default that is a value, not a description, is the default.
        if let Ok(table) = format!("{} = {}", setting.key, setting.default).parse::<::toml::Table>() {
            assert!(!table.is_empty());
            let (config, problems) = load(&format!("{} = {}", setting.key, setting.default), "", &[]);
            assert_eq!((config, problems), (Config::default(), Vec::new()), "{}", setting.key);
        }
    }
}

#[test]
fn no_bytes_make_it_panic() {
    for bytes in [
        &b"\0\0\0"[..],
        b"[[[[[[",
        b"a.b.c.d.e = {x={y=[1,2,{}]}}",
        b"ai = 5",
        b"\xef\xbb\xbfverbose=1",
        &[b'['; 5000],
    ] {
        let (_directory, files) = files(bytes, bytes);
        Config::load(&Sources::read(&files), |_| None);
    }
}
