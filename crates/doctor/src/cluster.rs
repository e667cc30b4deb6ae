//! The cluster: what it lets us read, and its answers to dry runs.

use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kube::Client;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::Value;
use tokio::time::Instant;

use crate::dry_run::{DryRun, IMPERSONATE};
use crate::error::{Error, chain};

/// How long an answer may be.
const BODY: usize = 32 << 20;

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(30);

/// How long the answer to a dry run may take, for which the API server asks webhooks.
const VERDICT: Duration = Duration::from_secs(60);

/// How long all of them may take.
const ALL: Duration = Duration::from_secs(600);

/// After how many requests in a row without an answer no more are sent.
const SILENT: usize = 2;

/// An API server.
pub struct Cluster {
    client: Client,
    /// Where it is.
    address: String,
    /// The user to act as, where a dry run names no other: nobody can act as two.
    act_as: Option<String>,
    /// When it was first spoken to.
    begin: Instant,
    /// How many of the last requests have had no answer.
    silent: AtomicUsize,
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
    /// It was looked for, and is not there.
    Missing {
        /// What.
        what: &'static str,
        /// What to do about it.
        fix: &'static str,
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
            Unseen::Missing { what, .. } => formatter.write_str(what),
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
            begin: Instant::now(),
            silent: AtomicUsize::new(0),
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
    async fn send(&self, request: Request<Body>, time: Duration) -> Result<Answer, String> {
        if self.silent.load(Relaxed) >= SILENT {
            return Err(format!(
                "{}: not asked: {SILENT} requests in a row had no answer",
                self.address
            ));
        }
        if self.begin.elapsed() > ALL {
            return Err(format!(
                "{}: not asked: doctor stops after {} seconds",
                self.address,
                ALL.as_secs()
            ));
        }
        let answer = async {
            let response = self.client.send(request).await.map_err(|error| chain(&error))?;
            let status = response.status().as_u16();
            let bytes = Limited::new(response.into_body(), BODY)
                .collect()
                .await
                .map_err(|error| match error.downcast_ref::<LengthLimitError>() {
                    Some(_) => format!("the answer is longer than {} MiB", BODY >> 20),
                    None => chain(error.as_ref()),
                })?
                .to_bytes();
            // Whether it is what was asked for is for those to say who asked.
            let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            Ok(Answer { status, body })
        };
        let answer: Result<Answer, String> = match tokio::time::timeout(time, answer).await {
            Ok(answer) => {
                self.silent.store(0, Relaxed);
                answer
            }
            Err(_) => {
                self.silent.fetch_add(1, Relaxed);
                Err(format!("no answer within {} seconds", time.as_secs()))
            }
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
            .send(request, ANSWER)
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

    /// Sends a dry run, as this user or as oneself; the answer, or why there is none.
    pub async fn dry_run(&self, dry_run: &DryRun, user: Option<&str>) -> Result<Answer, String> {
        let request = dry_run
            .request(user.or(self.act_as.as_deref()))
            .map_err(|error| chain(&error))?;
        self.send(request, VERDICT).await
    }
}
