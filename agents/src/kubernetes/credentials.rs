//! What a context's user proves itself with. Credential plugins are run here.

use std::io;

use jiff::Timestamp;
use kube_client::config::{AuthInfo, ExecAuthCluster, ExecConfig, ExecInteractiveMode};
use serde::Deserialize;
use serde_json::json;
use tokio::process::Command;

use super::Session;
use super::contexts::Entry;
use super::process;
use super::trouble::{Kind, Trouble};

/// A user as a client needs it: what had to be fetched is fetched.
#[derive(Debug, Clone, Default)]
pub(super) struct Credentials {
    pub(super) user: AuthInfo,
    /// When a plugin must be asked again.
    pub(super) valid_until: Option<Timestamp>,
}

/// Fetches what the context's user refers to: a token file's content, a plugin's answer.
pub(super) async fn fetch(entry: &Entry, session: &Session) -> Result<Credentials, Trouble> {
    let mut user = entry.user.clone().unwrap_or_default();
    // The library would run what stands there without a deadline; kubectl dropped these providers in 1.26.
    if let Some(provider) = &user.auth_provider
        && provider.name != "oidc"
    {
        let words =
            format!("the auth provider {:?} is no longer supported; use a credential plugin", provider.name);
        return Err(Trouble::new(Kind::Credentials, words));
    }
    let has_secret = user.token.is_some() || user.password.is_some() || user.auth_provider.is_some();
    if has_secret {
        return Ok(Credentials { user, valid_until: None });
    }
    if let Some(path) = user.token_file.take() {
        let read = tokio::fs::read_to_string(&path).await;
        let token = read.map_err(|error| {
            Trouble::new(Kind::Credentials, format!("the token file {path} cannot be read: {error}"))
        })?;
        user.token = Some(token.trim().to_owned().into());
        return Ok(Credentials { user, valid_until: None });
    }
    match user.exec.take() {
        Some(exec) => {
            let status = run(&exec, entry, session).await?;
            status.into_credentials(user, &name_of(&exec))
        }
        None => Ok(Credentials { user, valid_until: None }),
    }
}

fn name_of(exec: &ExecConfig) -> String {
    exec.command.clone().unwrap_or_default()
}

/// What a plugin prints.
#[derive(Deserialize)]
struct ExecCredential {
    status: Option<ExecStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecStatus {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    expiration_timestamp: Option<Timestamp>,
}

impl ExecStatus {
    fn into_credentials(self, mut user: AuthInfo, plugin: &str) -> Result<Credentials, Trouble> {
        use base64::Engine;
        let encode = |pem: String| base64::engine::general_purpose::STANDARD.encode(pem);
        let pair = self.client_certificate_data.zip(self.client_key_data);
        if self.token.is_none() && pair.is_none() {
            let words = format!("the credential plugin {plugin} gave neither a token nor a certificate");
            return Err(Trouble::new(Kind::Credentials, words));
        }
        user.token = self.token.map(Into::into);
        if let Some((certificate, key)) = pair {
            user.client_certificate_data = Some(encode(certificate));
            user.client_key_data = Some(encode(key).into());
        }
        Ok(Credentials { user, valid_until: self.expiration_timestamp })
    }
}

/// Runs a plugin to its end.
async fn run(exec: &ExecConfig, entry: &Entry, session: &Session) -> Result<ExecStatus, Trouble> {
    let plugin = name_of(exec);
    let failed = |words: String| Trouble::new(Kind::Credentials, words);
    if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
        return Err(failed(format!(
            "the credential plugin {plugin} needs a terminal; log in with kubectl once"
        )));
    }
    let ended = process::run(&mut command(exec, entry, session)?, &[]).await;
    let ended = ended.map_err(|error| failed(unstarted(exec, &error)))?;
    if !ended.status.success() {
        return Err(failed(format!("the credential plugin {plugin} {}", ended.told())));
    }
    // What it printed may be a secret and is not quoted.
    let credential: Option<ExecCredential> = serde_json::from_slice(&ended.stdout).ok();
    credential
        .and_then(|credential| credential.status)
        .ok_or_else(|| failed(format!("the credential plugin {plugin} printed no credential")))
}

fn command(exec: &ExecConfig, entry: &Entry, session: &Session) -> Result<Command, Trouble> {
    let program = exec.command.as_deref().filter(|command| !command.is_empty());
    let program = program.ok_or_else(|| {
        Trouble::new(Kind::Kubeconfig, "the user's credential plugin has no command in the kubeconfig")
    })?;
    let mut command = Command::new(program);
    command.args(exec.args.iter().flatten()).env_clear().envs(&session.environment);
    for variable in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) {
            command.env(name, value);
        }
    }
    command.env("KUBERNETES_EXEC_INFO", info(exec, entry)?).current_dir(&session.directory);
    Ok(command)
}

/// What a plugin is told of its task.
fn info(exec: &ExecConfig, entry: &Entry) -> Result<String, Trouble> {
    let mut spec = json!({"interactive": false});
    if let (true, Some(cluster)) = (exec.provide_cluster_info, &entry.cluster) {
        let cluster = ExecAuthCluster::try_from(cluster);
        let cluster = cluster.map_err(|error| Trouble::new(Kind::Kubeconfig, error.to_string()))?;
        spec["cluster"] = json!(cluster);
    }
    let info = json!({"apiVersion": exec.api_version, "kind": "ExecCredential", "spec": spec});
    Ok(info.to_string())
}

fn unstarted(exec: &ExecConfig, error: &io::Error) -> String {
    let plugin = name_of(exec);
    let hint = exec.install_hint.as_deref().map(str::trim).filter(|hint| !hint.is_empty());
    match (error.kind(), hint) {
        (io::ErrorKind::NotFound, None) => format!("the credential plugin {plugin} is not installed"),
        (io::ErrorKind::NotFound, Some(hint)) => {
            format!("the credential plugin {plugin} is not installed: {hint}")
        }
        _ => format!("the credential plugin {plugin} cannot be run: {error}"),
    }
}

#[cfg(test)]
mod tests;
