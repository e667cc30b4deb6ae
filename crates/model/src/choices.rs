//! Bytes as a stream of choices: proptest and libFuzzer both make bytes, and both know how to shrink them.

/// The choices that are left. Where the bytes have ended, every choice is the first, the simplest.
#[derive(Debug)]
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    /// The choices in `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Choices(bytes)
    }

    /// A number below `count`, which is at most 256.
    pub fn below(&mut self, count: usize) -> usize {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                usize::from(*first) % count
            }
            None => 0,
        }
    }

    /// True once in `times`; never where the bytes have ended.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of these.
    pub fn one<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}
