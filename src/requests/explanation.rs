//! The judgement on a host path step by step, for people who ask why. A module has no use for it.

use crate::{
    base::{container_name::COMPUTE, host_path_type::HostPathType, path::HostPath},
    requests::{
        deciding::{self, Covering},
        entry::Access,
        judge,
        refusal::{Refusal, Step},
    },
    settings::{Settings, rule::Rule},
};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// The name of the container.
    pub container: String,
    /// The path on the node.
    pub path: HostPath,
    /// What must be there.
    pub host_path_type: HostPathType,
    /// Whether the mount is writable.
    pub access: Access,
    /// Whether `compute` sees it as well.
    pub shares: bool,
}

/// What each step says.
#[derive(Clone, Debug)]
pub struct Explanation<'s> {
    /// The rules at or above the path, whomever they are for, in the order of the settings.
    pub covering: Vec<Covering<'s>>,
    /// The rule that decides, if one does.
    pub rule: Option<&'s Rule>,
    /// The steps that refuse the request; none: it is permitted.
    pub refused: Vec<Refusal>,
}

/// The judgement under these settings, which know who asks.
#[must_use]
pub fn explain<'s>(settings: &'s Settings, question: &Question) -> Explanation<'s> {
    let Question { container, path, .. } = question;
    let (rule, mut refused) = judge::path_rule(settings, container, path);
    let mut refuse = |step, why: Option<String>| refused.extend(why.map(|why| Refusal::new(step, why)));
    if let Some(rule) = rule {
        refuse(Step::Type, judge::refused_type(rule, question.host_path_type));
        refuse(Step::Access, judge::refused_access(rule, question.access));
        if question.shares || container == COMPUTE {
            refuse(Step::Sharing, judge::refused_sharing(rule));
        }
    }
    Explanation {
        covering: deciding::covering(&settings.rules, container, path),
        rule,
        refused,
    }
}
