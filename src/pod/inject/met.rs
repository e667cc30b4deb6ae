//! How requests are met.

use std::rc::Rc;

use crate::base::by_name::ByName;

/// The volumes by which requests are met, with the containers that asked.
#[derive(Debug, Default)]
pub(crate) struct Met {
    volumes: ByName<'static>,
    askers: Vec<Rc<str>>,
}

impl Met {
    /// Whether a request is met by a volume of this name.
    pub(crate) fn has(&self, volume: &str) -> bool {
        self.volumes.has(volume)
    }

    /// The containers whose requests are met by it.
    pub(crate) fn askers(&self, volume: &str) -> impl Iterator<Item = &str> {
        let askers = self.volumes.get(volume).iter();
        askers.filter_map(|index| self.askers.get(*index).map(|name| &**name))
    }

    /// Notes that a request of `container` is met by `volume`.
    pub(super) fn add(&mut self, volume: &str, container: &Rc<str>) {
        // Many requests of one container may be met by one volume, one after the other.
        let last = self.volumes.get(volume).last();
        if last.and_then(|index| self.askers.get(*index)) != Some(container) {
            let index = self.askers.len();
            self.askers.push(Rc::clone(container));
            self.volumes.add(volume.to_owned().into(), index);
        }
    }
}
