//! The type of a hostPath volume.

use std::fmt;

/// What must exist at the path on the node, or is created there (`HostPathVolumeSource.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPathType {
    /// No type, `""`: the kubelet checks nothing, and the runtime creates a directory where nothing is.
    Unset,
    /// A directory; created where nothing is.
    DirectoryOrCreate,
    /// A directory.
    Directory,
    /// A file; created where nothing is.
    FileOrCreate,
    /// A file.
    File,
    /// A UNIX socket.
    Socket,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
}

impl HostPathType {
    /// The types that a request may name.
    pub const REQUESTABLE: [HostPathType; 7] = [
        HostPathType::Directory,
        HostPathType::DirectoryOrCreate,
        HostPathType::File,
        HostPathType::FileOrCreate,
        HostPathType::Socket,
        HostPathType::CharDevice,
        HostPathType::BlockDevice,
    ];

    /// Reads a type as Kubernetes writes it, case-sensitive; `""` is [`HostPathType::Unset`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(HostPathType::Unset);
        }
        Self::REQUESTABLE.into_iter().find(|t| t.as_str() == text)
    }

    /// The type as Kubernetes writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            HostPathType::Unset => "",
            HostPathType::DirectoryOrCreate => "DirectoryOrCreate",
            HostPathType::Directory => "Directory",
            HostPathType::FileOrCreate => "FileOrCreate",
            HostPathType::File => "File",
            HostPathType::Socket => "Socket",
            HostPathType::CharDevice => "CharDevice",
            HostPathType::BlockDevice => "BlockDevice",
        }
    }
}

impl fmt::Display for HostPathType {
    /// As in a list: `""` for the unset type, so that it can be seen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostPathType::Unset => f.write_str("\"\""),
            named => f.write_str(named.as_str()),
        }
    }
}
