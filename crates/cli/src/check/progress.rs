//! A line on the terminal for who waits.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// How long nobody wonders.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the line changes.
const INTERVAL: Duration = Duration::from_millis(200);

/// The count of manifests that are judged, on standard error if that is a terminal.
pub(super) struct Progress {
    total: usize,
    next: Instant,
    is_terminal: bool,
    is_shown: bool,
}

impl Progress {
    /// Of so many manifests.
    pub(super) fn of(total: usize) -> Self {
        let now = Instant::now();
        Progress {
            total,
            next: now.checked_add(PATIENCE).unwrap_or(now),
            is_terminal: io::stderr().is_terminal(),
            is_shown: false,
        }
    }

    /// The manifest of this number comes next.
    pub(super) fn show(&mut self, number: usize) {
        if !self.is_terminal {
            return;
        }
        let now = Instant::now();
        if now >= self.next {
            self.next = now.checked_add(INTERVAL).unwrap_or(now);
            self.is_shown = true;
            // Nobody needs it.
            let _ = write!(io::stderr(), "\rchecking object {number} of {}", self.total);
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}
