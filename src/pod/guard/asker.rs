//! For whom a volume is judged.

/// For whom a path is judged: a container that a rule names, or any other; with the name of one.
#[derive(Clone, Copy)]
pub(super) struct Asker<'p> {
    /// Whether a rule names it.
    pub(super) is_named: bool,
    /// The container's name.
    pub(super) name: &'p str,
}

impl Asker<'_> {
    /// Whether the settings say the same for both.
    pub(super) fn is_like(self, other: Asker<'_>) -> bool {
        !self.is_named && !other.is_named || self.name == other.name
    }
}

/// What makes a volume a guarded one.
#[derive(Clone, Default)]
pub(super) struct Guarded<'p> {
    /// The first sidecar that mounts it.
    pub(super) by: Option<&'p str>,
    /// For whom it is judged where other containers mount it: the sidecars, and the containers of the requests that it meets,
    /// one of those for which the settings say the same.
    pub(super) askers: Vec<Asker<'p>>,
}

impl<'p> Guarded<'p> {
    /// Adds one for whom the volume is judged.
    pub(super) fn add(&mut self, asker: Asker<'p>) {
        if !self.askers.iter().any(|known| known.is_like(asker)) {
            self.askers.push(asker);
        }
    }
}
