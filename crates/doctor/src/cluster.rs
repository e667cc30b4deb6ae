//! The cluster: what it lets us read, and its answers to dry runs.

use std::fmt;
use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kube::Client;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::Value;

use crate::dry_run::{DryRun, IMPERSONATE};
use crate::error::{Error, chain};

/// How many objects a page has.
const PAGE: usize = 500;

/// How many pages are read of one list.
const PAGES: usize = 2_000;

/// How long an answer may be.
const BODY: usize = 128 << 20;

/// How long one answer may take.
const TIME: Duration = Duration::from_secs(60);

/// An API server.
pub struct Cluster {
    client: Client,
    /// Where it is.
    address: String,
    /// The user to act as, where a dry run names no other: nobody can act as two.
    act_as: Option<String>,
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unseen {
    /// Nobody lets us.
    Forbidden {
        /// What the API server says.
        message: String,
    },
    /// There is no such resource, or no such object.
    Absent {
        /// Its path.
        path: String,
    },
    /// No answer came.
    Silence {
        /// Where it was asked for, and why none came.
        reason: String,
    },
    /// Something else.
    Other {
        /// The path.
        path: String,
        /// What was wrong with the answer.
        reason: String,
    },
}

impl fmt::Display for Unseen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unseen::Forbidden { message } => formatter.write_str(message),
            Unseen::Absent { path } => write!(formatter, "{path}: not found"),
            Unseen::Silence { reason } => formatter.write_str(reason),
            Unseen::Other { path, reason } => write!(formatter, "{path}: {reason}"),
        }
    }
}

/// What was read, or why not.
pub type Seen<T> = Result<T, Unseen>;

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The object, or a Status; `null` where it is no JSON.
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
    pub fn new(client: Client, address: &str, act_as: Option<&str>) -> Self {
        Cluster {
            client,
            address: address.to_owned(),
            act_as: act_as.map(str::to_owned),
        }
    }

    /// The cluster of the context, or of the environment.
    ///
    /// # Errors
    /// There is none, or it cannot be spoken to.
    pub async fn connect(context: Option<&str>, act_as: Option<&str>) -> Result<Self, Error> {
        let unusable = |error: &dyn std::error::Error| Error::Config(chain(error));
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
        let address = config.cluster_url.to_string();
        let client = Client::try_from(config).map_err(|error| unusable(&error))?;
        Ok(Cluster::new(client, &address, act_as.or(named.as_deref())))
    }

    /// Sends the request; its answer, or why there is none.
    async fn send(&self, request: Request<Body>) -> Result<Answer, String> {
        let answer = async {
            let response = self.client.send(request).await.map_err(|error| chain(&error))?;
            let status = response.status().as_u16();
            let bytes = Limited::new(response.into_body(), BODY)
                .collect()
                .await
                .map_err(|error| match error.downcast_ref::<LengthLimitError>() {
                    Some(_) => format!("the answer is longer than {BODY} bytes"),
                    None => chain(error.as_ref()),
                })?
                .to_bytes();
            // Whether it is what was asked for is for those to say who asked.
            let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            Ok(Answer { status, body })
        };
        let answer: Result<Answer, String> = match tokio::time::timeout(TIME, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} seconds", TIME.as_secs())),
        };
        answer.map_err(|reason| format!("{}: {reason}", self.address))
    }

    /// Reads what is at the path.
    pub async fn get(&self, path: &str) -> Seen<Value> {
        let other = |reason: String| Unseen::Other {
            path: path.to_owned(),
            reason,
        };
        let mut request = Request::get(path);
        if let Some(user) = &self.act_as {
            request = request.header(IMPERSONATE, user);
        }
        let request = request
            .body(Body::empty())
            .map_err(|error| other(chain(&error)))?;
        let answer = self
            .send(request)
            .await
            .map_err(|reason| Unseen::Silence { reason })?;
        match answer.status {
            200 if answer.body.is_object() => Ok(answer.body),
            200 => Err(other("answered with something that is no object".to_owned())),
            401 | 403 => Err(Unseen::Forbidden {
                message: match answer.message() {
                    "" => format!("{path}: HTTP status {}", answer.status),
                    message => message.to_owned(),
                },
            }),
            404 => Err(Unseen::Absent {
                path: path.to_owned(),
            }),
            code => Err(other(format!("HTTP status {code}: {}", answer.message()))),
        }
    }

    /// Reads all objects of a list, page by page, and keeps none of them.
    pub async fn each(&self, path: &str, mut item: impl FnMut(Value)) -> Seen<()> {
        let other = |reason: &str| Unseen::Other {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        let mut next = String::new();
        for _ in 0..PAGES {
            let separator = if path.contains('?') { '&' } else { '?' };
            let mut page = format!("{path}{separator}limit={PAGE}");
            if !next.is_empty() {
                page.push_str(&format!("&continue={next}"));
            }
            let mut list = self.get(&page).await?;
            let is_list = list
                .get("kind")
                .and_then(Value::as_str)
                .is_some_and(|kind| kind.ends_with("List"));
            match list.get_mut("items").map(Value::take) {
                Some(Value::Array(items)) if is_list => items.into_iter().for_each(&mut item),
                // Go writes an empty list so.
                Some(Value::Null) if is_list => {}
                _ => return Err(other("answered with something that is no list")),
            }
            match list.pointer("/metadata/continue").and_then(Value::as_str) {
                Some(token) if !token.is_empty() => next = escaped(token),
                _ => return Ok(()),
            }
        }
        Err(other("the list does not end"))
    }

    /// Reads all objects of a list.
    pub async fn list(&self, path: &str) -> Seen<Vec<Value>> {
        let mut items = Vec::new();
        self.each(path, |item| items.push(item)).await?;
        Ok(items)
    }

    /// Sends a dry run, as this user or as oneself; the answer, or why there is none.
    pub async fn dry_run(&self, dry_run: &DryRun, user: Option<&str>) -> Result<Answer, String> {
        let request = dry_run
            .request(user.or(self.act_as.as_deref()))
            .map_err(|error| chain(&error))?;
        self.send(request).await
    }
}

/// A token of the API server, in a query.
fn escaped(token: &str) -> String {
    token
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
