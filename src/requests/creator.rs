//! Who may create launcher pods with host paths.

use crate::{
    base::field::{FieldPath, Violation, list, quote},
    settings::{Settings, TrustedCreators},
};

/// Why `username` may not create a launcher pod with host paths. The empty name passes: the API server always
/// sets one, background scans and local runs do not.
#[must_use]
pub(crate) fn refused(settings: &Settings, username: &str) -> Option<Violation> {
    let TrustedCreators::Users(users) = &settings.trusted_creators else {
        return None;
    };
    (!username.is_empty() && !users.iter().any(|user| user == username)).then(|| {
        let request = FieldPath::root("userInfo");
        let why = format!(
            "{} may not create launcher pods with host paths: settings.trustedCreators names {}",
            quote(username),
            list(users.iter().map(|user| quote(user)))
        );
        Violation::forbidden(request.name("username"), why).because_of("trustedCreators")
    })
}
