//! The second names of directories, as a node has them: links that are followed.
//!
//! One path is in another, under any names, where a name of the one begins with a name of the other.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::OnceLock};

use crate::path::{at_or_below, below, elements};

/// Where a link lies, and where it leads: merged `/usr`, `/run`, and the links of ostree.
const LINKS: &str = "/var/run=/run /var/lock=/run/lock /bin=/usr/bin /sbin=/usr/sbin /lib=/usr/lib /lib32=/usr/lib32 \
    /lib64=/usr/lib64 /libx32=/usr/libx32 /home=/var/home /root=/var/roothome /opt=/var/opt /srv=/var/srv \
    /mnt=/var/mnt /usr/local=/var/usrlocal /media=/run/media /var/mail=/var/spool/mail";

/// The names of one path.
type Names = Rc<Vec<Vec<String>>>;

/// Every name of `path`: where links lead from it, and which links lead to it.
#[must_use]
pub fn names(path: &[String]) -> Names {
    // The same few paths are asked about again and again.
    const KEPT: usize = 4096;
    thread_local!(static KNOWN: RefCell<HashMap<Vec<String>, Names>> = RefCell::default());
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= KEPT {
            known.clear();
        }
        let names = known.get(path).cloned();
        names.unwrap_or_else(|| {
            let found = Rc::new(find_names(path));
            known.insert(path.to_vec(), Rc::clone(&found));
            found
        })
    })
}

fn find_names(path: &[String]) -> Vec<Vec<String>> {
    let mut names = vec![path.to_vec()];
    loop {
        let mut more = Vec::new();
        for (link, target) in pairs() {
            for name in &names {
                for (from, to) in [(link, target), (target, link)] {
                    if let Some(rest) = name.strip_prefix(&from[..]) {
                        more.push([to, rest].concat());
                    }
                }
            }
        }
        more.retain(|name| !names.contains(name));
        if more.is_empty() {
            return names;
        }
        names.extend(more);
        names.sort();
        names.dedup();
    }
}

/// Whether `path` is `other` or is below it, by any of their names.
#[must_use]
pub fn is_in(path: &[String], other: &[String]) -> bool {
    any(path, other, at_or_below)
}

/// Whether `path` is below `other` and is not `other` itself, by any of their names.
#[must_use]
pub fn is_strictly_in(path: &[String], other: &[String]) -> bool {
    any(path, other, below)
}

/// Whether one of two paths is in the other, or they are the same, by any of their names.
#[must_use]
pub fn touch(one: &[String], other: &[String]) -> bool {
    is_in(one, other) || is_in(other, one)
}

fn pairs() -> &'static [(Vec<String>, Vec<String>)] {
    static PAIRS: OnceLock<Vec<(Vec<String>, Vec<String>)>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let pair = |link: &str| {
            link.split_once('=')
                .map(|(link, target)| (elements(link), elements(target)))
        };
        LINKS.split_whitespace().filter_map(pair).collect()
    })
}

fn any(path: &[String], other: &[String], holds: fn(&[String], &[String]) -> bool) -> bool {
    let others = names(other);
    names(path)
        .iter()
        .any(|path| others.iter().any(|other| holds(path, other)))
}
