//! How much aliases may stand for.

use super::node::Weight;

/// What aliases may add to what is written out in a file: a few lines of them can stand for billions of values or bytes.
const FROM_ALIASES: Weight = Weight {
    values: 100_000,
    bytes: 16 << 20,
};

/// What is left of it.
pub(super) struct Budget(Weight);

impl Default for Budget {
    fn default() -> Self {
        Self(FROM_ALIASES)
    }
}

impl Budget {
    /// Takes the weight of one alias away, if there is enough left.
    pub(super) fn spend(&mut self, Weight { values, bytes }: Weight) -> Option<()> {
        self.0 = Weight {
            values: self.0.values.checked_sub(values)?,
            bytes: self.0.bytes.checked_sub(bytes)?,
        };
        Some(())
    }
}
