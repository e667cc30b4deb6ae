//! The cluster: what it lets us read, and its answers to dry runs.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

use http::{Method, Request};
use kube::Client;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::Value;

use crate::Error;

/// How many objects a page has.
const PAGE: &str = "500";

/// Whom a request is made as, if not as oneself.
const IMPERSONATE: &str = "Impersonate-User";

/// An API server.
pub struct Cluster {
    client: Client,
    /// The user to act as, where a dry run names no other: nobody can act as two.
    act_as: Option<String>,
    has_progress: Cell<bool>,
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unseen {
    /// Nobody lets us.
    Forbidden(String),
    /// There is no such resource.
    Absent,
    /// Something else.
    Other(String),
}

/// What was read, or why not.
pub type Seen<T> = Result<T, Unseen>;

/// The answer to a dry run.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The object as it would be stored, or a Status.
    pub body: Value,
}

impl Answer {
    /// The message of a Status.
    #[must_use]
    pub fn message(&self) -> &str {
        self.body
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

impl Cluster {
    /// The cluster behind this client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Cluster {
            client,
            act_as: None,
            has_progress: Cell::new(false),
        }
    }

    /// The cluster of the context, or of the environment.
    pub async fn connect(context: Option<&str>, act_as: Option<&str>) -> Result<Self, Error> {
        let unusable = |error: &dyn std::error::Error| Error::Cluster(error.to_string());
        let mut config = match context {
            None => kube::Config::infer().await.map_err(|error| unusable(&error))?,
            Some(context) => {
                let kubeconfig = Kubeconfig::read().map_err(|error| unusable(&error))?;
                let options = KubeConfigOptions {
                    context: Some(context.to_owned()),
                    ..KubeConfigOptions::default()
                };
                kube::Config::from_custom_kubeconfig(kubeconfig, &options)
                    .await
                    .map_err(|error| unusable(&error))?
            }
        };
        let named = config.auth_info.impersonate.take();
        let client = Client::try_from(config).map_err(|error| unusable(&error))?;
        Ok(Cluster {
            act_as: act_as.map(str::to_owned).or(named),
            ..Cluster::new(client)
        })
    }

    /// A word on what takes so long, on a terminal; nothing takes it away.
    pub(super) fn progress(&self, what: &str) {
        let mut stderr = io::stderr();
        if !stderr.is_terminal() {
            return;
        }
        // Nobody needs it.
        let _ = match what {
            "" if self.has_progress.get() => write!(stderr, "\r\u{1b}[K"),
            "" => Ok(()),
            what => write!(stderr, "\r\u{1b}[K{what} ..."),
        };
        self.has_progress.set(true);
    }

    async fn send(&self, request: Request<Body>) -> Result<Answer, Error> {
        let failed = |error: &dyn std::error::Error| Error::Cluster(error.to_string());
        let response = self.client.send(request).await.map_err(|error| failed(&error))?;
        let status = response.status().as_u16();
        let bytes = response
            .into_body()
            .collect_bytes()
            .await
            .map_err(|error| failed(&error))?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }

    /// Reads what is at the path.
    pub async fn get(&self, path: &str) -> Result<Seen<Value>, Error> {
        let mut request = Request::get(path);
        if let Some(user) = &self.act_as {
            request = request.header(IMPERSONATE, user);
        }
        let request = request.body(Body::empty());
        let answer = self
            .send(request.map_err(|error| Error::Cluster(error.to_string()))?)
            .await?;
        Ok(match answer.status {
            200 => Ok(answer.body),
            401 | 403 => Err(Unseen::Forbidden(answer.message().to_owned())),
            404 => Err(Unseen::Absent),
            code => Err(Unseen::Other(format!("HTTP status {code}: {}", answer.message()))),
        })
    }

    /// Reads all objects of a list, page by page.
    pub async fn list(&self, path: &str) -> Result<Seen<Vec<Value>>, Error> {
        let mut items = Vec::new();
        let mut next = String::new();
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let mut page = format!("{path}{separator}limit={PAGE}");
            if !next.is_empty() {
                page.push_str(&format!("&continue={next}"));
            }
            let mut list = match self.get(&page).await? {
                Ok(list) => list,
                Err(unseen) => return Ok(Err(unseen)),
            };
            if let Some(Value::Array(more)) = list.get_mut("items").map(Value::take) {
                items.extend(more);
            }
            match list.pointer("/metadata/continue").and_then(Value::as_str) {
                // A token is base64 for URLs.
                Some(token) if !token.is_empty() => next = token.replace('=', "%3D"),
                _ => return Ok(Ok(items)),
            }
        }
    }

    /// Sends the object as a dry run, as this user or as oneself. This is the only way to send anything.
    pub async fn dry_run(
        &self,
        method: Method,
        path: &str,
        object: &Value,
        user: Option<&str>,
    ) -> Result<Answer, Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{path}?dryRun=All"))
            .header("Content-Type", "application/json");
        if let Some(user) = user.or(self.act_as.as_deref()) {
            request = request.header(IMPERSONATE, user);
        }
        let request = request.body(Body::from(object.to_string().into_bytes()));
        self.send(request.map_err(|error| Error::Cluster(error.to_string()))?)
            .await
    }
}
