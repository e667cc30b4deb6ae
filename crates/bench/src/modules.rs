//! The modules: the policy, and the guests that it is measured against.

use std::fs;
use std::path::Path;

use crate::Error;

/// Where the slot of the guest `answer` begins, and the length that is in it.
const SLOT: &[u8] = b"answer slot >>>>\xff\xff\xff\xff";

/// The bytes of the modules.
#[derive(Debug)]
pub struct Modules {
    /// The policy.
    pub policy: Vec<u8>,
    /// Accepts without reading its payload.
    pub accept: Vec<u8>,
    /// Those with a slot for an answer, the smallest first.
    answers: Vec<Vec<u8>>,
}

impl Modules {
    /// Reads them, the guests from the directory `guests`.
    pub fn read(policy: &Path, guests: &Path) -> Result<Self, Error> {
        Ok(Self {
            policy: read(policy)?,
            accept: read(&guests.join("accept.wasm"))?,
            answers: ["answer_16k.wasm", "answer_128k.wasm", "answer_2m.wasm"]
                .iter()
                .map(|name| read(&guests.join(name)))
                .collect::<Result<_, _>>()?,
        })
    }

    /// A module that answers with these bytes without reading its payload.
    pub fn answering(&self, answer: &[u8]) -> Result<Vec<u8>, Error> {
        let filled = self.answers.iter().find_map(|module| fill(module, answer));
        filled.ok_or_else(|| format!("no guest has a slot for {} bytes", answer.len()).into())
    }
}

/// Puts the answer into the module's slot. `None`: it has none, or a smaller one.
fn fill(module: &[u8], answer: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(answer.len()).ok()?.to_le_bytes();
    let slot = module.windows(SLOT.len()).position(|bytes| bytes == SLOT)?;
    let (head, rest) = module.split_at_checked(slot)?;
    let (_, rest) = rest.split_at_checked(SLOT.len())?;
    let (place, tail) = rest.split_at_checked(answer.len())?;
    // Anything but the filler is another part of the module.
    let fits = place.iter().all(|byte| *byte == b' ');
    let mark = SLOT.strip_suffix(&[0xff; 4])?;
    fits.then(|| [head, mark, &length, answer, tail].concat())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::{SLOT, fill};

    #[test]
    fn answer_and_length_go_into_the_slot() {
        let module = [b"code", SLOT, b"     ", b"tail"].concat();
        let filled = fill(&module, b"abc").unwrap();
        assert_eq!(filled, b"codeanswer slot >>>>\x03\0\0\0abc  tail");
    }

    #[test]
    fn what_is_larger_than_the_slot_is_refused() {
        let module = [b"code", SLOT, b"     ", b"tail"].concat();
        assert_eq!(fill(&module, b"abcdef"), None);
        assert_eq!(fill(b"code", b""), None);
    }
}
