//! The webhooks that Kubewarden's controller makes of policies: whether the API server calls each as its policy says.

use serde_json::{Value, json};

use crate::ca;
use crate::check::{Check, Finding, Status};
use crate::deployed::Role;
use crate::enforcement::deletion;
use crate::object::text;
use crate::policy::Policy;
use crate::registered::{Registered, names};
use crate::server::Servers;
use crate::shape::{Default, Difference, Form, Narrows, Shape, field};

/// A webhook. The defaults are the API server's.
const WEBHOOK: Shape = Shape {
    fields: &[
        field("name", Default::Nothing, Form::Plain),
        field("rules", Default::List, Form::Rules),
        field("failurePolicy", Default::Text("Fail"), Form::Plain),
        field("objectSelector", Default::Nothing, Form::Selector),
        field("namespaceSelector", Default::Nothing, Form::Selector),
        field("matchConditions", Default::List, Form::Plain),
        field("matchPolicy", Default::Text("Equivalent"), Form::Plain),
        field("sideEffects", Default::Text("None"), Form::Plain),
        field("clientConfig.url", Default::Nothing, Form::Plain),
        field("clientConfig.service.namespace", Default::Nothing, Form::Plain),
        field("clientConfig.service.name", Default::Nothing, Form::Plain),
        field("clientConfig.service.path", Default::Nothing, Form::Plain),
        field("clientConfig.service.port", Default::Nothing, Form::Plain),
        field("admissionReviewVersions", Default::List, Form::Set),
        field("timeoutSeconds", Default::Number(TIMEOUT), Form::Plain),
        field("reinvocationPolicy", Default::Text("Never"), Form::Plain),
    ],
    ignored: &["clientConfig.caBundle"],
};

/// How long the API server waits for a webhook where nothing is written, and Kubewarden for its policies.
const TIMEOUT: u64 = 10;

/// The port of a Service where none is written.
const PORT: u16 = 443;

/// A check for the webhook of each policy.
pub(crate) fn checks(policies: &[Policy], registered: &Registered<'_>, servers: &Servers) -> Vec<Check> {
    let bundle = ca::common(policies, registered);
    policies
        .iter()
        .map(|policy| check(policy, registered, servers, bundle.as_deref()))
        .collect()
}

fn check(policy: &Policy, registered: &Registered<'_>, servers: &Servers, bundle: Option<&str>) -> Check {
    let title = format!("webhook of {}", policy.name);
    let (mutating, validating) = match (registered.mutating, registered.validating) {
        (Ok(mutating), Ok(validating)) => (mutating, validating),
        (Err(unseen), _) | (_, Err(unseen)) => return Check::unseen(title, unseen),
    };
    let (own, other) = match policy.is_mutating() {
        true => (mutating, validating),
        false => (validating, mutating),
    };
    let controller = "look at the log of Kubewarden's controller, which makes it";
    let own = of_policy(own, &policy.name);
    let mut findings = Vec::new();
    if own.is_empty() {
        let why = format!(
            "the API server never calls {}: {}",
            policy.name,
            policy.role.purpose()
        );
        findings.push(Finding::failed(why).fix(controller).field(
            "metadata.name",
            json!(names(&policy.name)),
            Value::Null,
        ));
    }
    for stale in of_policy(other, &policy.name) {
        let name = text(stale, "/metadata/name");
        findings.push(
            Finding::failed(format!(
                "there is a second configuration {name}, from before spec.mutating was changed: it is still called"
            ))
            .fix(format!("delete the policy {}, and kubectl apply -k deploy/base/", policy.name)),
        );
    }
    if own.len() > 1 {
        findings.push(
            Finding::failed(
                "there are two configurations for it: a call of the older one is answered with 404",
            )
            .fix("delete the one whose name begins with clusterwide-"),
        );
    }
    let namespace = servers
        .get(policy.server())
        .and_then(|server| server.namespace.clone());
    for configuration in &own {
        findings.extend(of_configuration(
            policy,
            configuration,
            namespace.as_deref(),
            bundle,
        ));
    }
    let seen: Vec<&str> = own.iter().map(|object| text(object, "/metadata/name")).collect();
    Check::new(
        title,
        format!("{} is as Kubewarden makes it", seen.join(", ")),
        findings,
    )
}

/// The configurations for a policy of this name.
fn of_policy<'v>(configurations: &'v [Value], policy: &str) -> Vec<&'v Value> {
    let names = names(policy);
    configurations
        .iter()
        .filter(|object| names.iter().any(|name| name == text(object, "/metadata/name")))
        .collect()
}

fn of_configuration(
    policy: &Policy,
    configuration: &Value,
    namespace: Option<&str>,
    bundle: Option<&str>,
) -> Vec<Finding> {
    let id = text(configuration, "/metadata/name");
    let webhooks = configuration.get("webhooks").and_then(Value::as_array);
    let webhooks = webhooks.map(Vec::as_slice).unwrap_or_default();
    let [webhook] = webhooks else {
        return vec![
            Finding::failed(format!(
                "{id} is not as Kubewarden makes it: {}",
                policy.role.purpose()
            ))
            .fix("restart Kubewarden's controller, which undoes edits")
            .field("webhooks", json!("one"), json!(webhooks.len())),
        ];
    };
    // Where the Deployment was not found, the webhook is taken at its word; the check of the server says so.
    let namespace = namespace.unwrap_or_else(|| text(webhook, "/clientConfig/service/namespace"));
    let expected = expected(policy, id, namespace);
    let mut findings: Vec<Finding> = WEBHOOK
        .differences(&expected, &with_port(webhook))
        .into_iter()
        .map(|difference| finding(policy.role, difference))
        .collect();
    findings.extend(WEBHOOK.strangers(webhook).into_iter().map(|stranger| {
        Finding::unknown("doctor does not know what this field does")
            .fix("remove it, or use a newer sidecar-hostpath")
            .field(
                format!("webhooks[0].{}", stranger.field),
                Value::Null,
                stranger.found,
            )
    }));
    findings.extend(ca::finding(text(webhook, "/clientConfig/caBundle"), bundle));
    let purpose = policy.role.purpose();
    let fix = "Kubewarden's controller makes it anew: see its log";
    let gone = match policy.role {
        Role::Early => Status::Warning,
        Role::Inject | Role::Verify | Role::VerifyEphemeral => Status::Failed,
    };
    findings.extend(deletion(configuration, "", gone, purpose, fix));
    findings
}

/// What the controller makes of the policy. `id` is the name of the configuration.
fn expected(policy: &Policy, id: &str, namespace: &str) -> Value {
    let spec = policy.spec();
    let of = |key: &str| spec.get(key).cloned().unwrap_or(Value::Null);
    // Of a namespaceSelector it takes the expressions only.
    let expressions = spec
        .pointer("/namespaceSelector/matchExpressions")
        .and_then(Value::as_array);
    let mut expressions = expressions.cloned().unwrap_or_default();
    if spec.get("allowInsideAdmissionControllerNamespace") != Some(&json!(true)) {
        expressions.push(json!({
            "key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [namespace],
        }));
    }
    json!({
        "name": format!("{id}.kubewarden.admission"),
        "rules": of("rules"),
        "failurePolicy": of("failurePolicy"),
        "objectSelector": of("objectSelector"),
        "namespaceSelector": { "matchExpressions": expressions },
        "matchConditions": of("matchConditions"),
        "matchPolicy": of("matchPolicy"),
        "sideEffects": of("sideEffects"),
        "timeoutSeconds": of("timeoutSeconds"),
        "admissionReviewVersions": ["v1"],
        "clientConfig": { "service": {
            "namespace": namespace,
            "name": format!("policy-server-{}", policy.server()),
            "path": format!("/validate/{id}"),
            "port": PORT,
        } },
    })
}

/// With the port that the API server would fill in.
fn with_port(webhook: &Value) -> Value {
    let mut webhook = webhook.clone();
    let service = webhook
        .pointer_mut("/clientConfig/service")
        .and_then(Value::as_object_mut);
    if let Some(service) = service {
        service.entry("port").or_insert_with(|| json!(PORT));
    }
    webhook
}

fn finding(role: Role, difference: Difference) -> Finding {
    let purpose = role.purpose();
    let is_harmless =
        difference.narrows == Narrows::No || role == Role::Early || difference.field == "timeoutSeconds";
    let consequence = match (difference.field, difference.narrows) {
        (_, Narrows::No) => "it is called for requests that its policy does not name".to_owned(),
        ("rules" | "objectSelector" | "namespaceSelector" | "matchConditions" | "matchPolicy", _) => {
            format!("the API server does not ask for all that the policy names: {purpose}")
        }
        ("failurePolicy", _) => {
            format!("not as the policy says; with Ignore, an outage lets everything pass: {purpose}")
        }
        ("timeoutSeconds", _) => {
            "the API server waits for another time than the policy says; who is late is no answer".to_owned()
        }
        ("reinvocationPolicy", _) => "it is called again after others".to_owned(),
        (field, _) if field.starts_with("clientConfig.") => {
            format!("the API server asks somebody else than the policy server: {purpose}")
        }
        _ => format!("it is not as Kubewarden makes it: {purpose}"),
    };
    let finding = match is_harmless {
        true => Finding::warning(consequence),
        false => Finding::failed(consequence),
    };
    finding
        .fix("restart Kubewarden's controller, which undoes edits; find who has made this one")
        .field(
            format!("webhooks[0].{}{}", difference.field, difference.at),
            difference.expected,
            difference.found,
        )
}
