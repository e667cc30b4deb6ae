//! The version of the API server.

use crate::check::{Check, Finding};
use crate::cluster::{Cluster, Unseen};
use crate::error::Error;
use crate::object::text;

/// The first minor version of Kubernetes 1 with `recursiveReadOnly` by default.
const RECURSIVE_READ_ONLY: u32 = 31;

/// The first thing that is asked: without an answer there is no cluster.
pub(crate) async fn check(cluster: &Cluster) -> Result<Check, Error> {
    let name = "Kubernetes";
    let version = match cluster.get("/version").await {
        Ok(version) => version,
        Err(Unseen::Silence { reason }) => return Err(Error::Unreachable(reason)),
        Err(unseen) => return Ok(Check::unseen(name, &unseen)),
    };
    let minor: String = text(&version, "/minor")
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let seen = format!("version {}", text(&version, "/gitVersion"));
    let minor = match (text(&version, "/major"), minor.parse::<u32>()) {
        ("1", Ok(minor)) => minor,
        _ => {
            let finding = Finding::unknown(format!("{seen}: not a version that is known here"))
                .fix("use a newer sidecar-hostpath");
            return Ok(Check::one(name, finding));
        }
    };
    Ok(match minor < RECURSIVE_READ_ONLY {
        false => Check::ok(name, seen),
        true => Check::one(
            name,
            Finding::warning(format!(
                "{seen}: nodes leave file systems that are mounted below a host path writable"
            ))
            .fix("upgrade to 1.31 or newer, or see that no file system is mounted below an allowed path"),
        ),
    })
}
