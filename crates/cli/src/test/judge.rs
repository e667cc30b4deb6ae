//! The policy that judges the manifests of tests.

use super::role::Expected;
use crate::Error;
use crate::check::finding::{self, Finding, Verdict};
use crate::check::manifest::Manifest;
use crate::evaluator::Evaluator;
use crate::policy::Linked;
use crate::settings::file::SettingsFile;
use kubevirt_sidecar_hostpath_policy::Settings;

/// The linked policy with settings.
pub(super) struct Judge {
    evaluator: Evaluator,
    rules: Settings,
    /// What there is to say of the policy that has the settings.
    pub(super) notes: Vec<String>,
}

impl Judge {
    /// With the settings of this file.
    ///
    /// # Errors
    /// The policy refuses them.
    pub(super) fn new(file: &SettingsFile) -> Result<Self, Error> {
        Ok(Judge {
            rules: file.rules()?,
            evaluator: Evaluator::new(Linked, file.settings.clone())?,
            notes: file.notes(),
        })
    }

    /// What the policy says of each object.
    pub(super) fn findings(&self, manifests: &[Manifest]) -> Result<Vec<Finding>, Error> {
        let finding = |(manifest, number)| finding::finding(manifest, number, &self.evaluator, &self.rules);
        let findings: Result<Vec<Finding>, checker::Error> = manifests.iter().zip(1..).map(finding).collect();
        Ok(findings?)
    }
}

/// The verdict as tests expect it; none of what is not judged.
pub(super) fn verdict(finding: &Finding) -> Option<Expected> {
    match finding.verdict {
        Verdict::Skipped => None,
        // At its mounts the policy does not look.
        _ if finding.is_other_pod => None,
        Verdict::Rejected => Some(Expected::Reject),
        Verdict::Accepted if finding.warnings.is_empty() => Some(Expected::Accept),
        Verdict::Accepted => Some(Expected::Warn),
    }
}
