//! The type of a hostPath volume.

use std::fmt;

/// What must exist at the path on the node, or is created there (`HostPathVolumeSource.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPathType {
    /// A directory.
    Directory,
    /// A directory; created where nothing is.
    DirectoryOrCreate,
    /// A file.
    File,
    /// A file; created where nothing is.
    FileOrCreate,
    /// A UNIX socket.
    Socket,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// No type, `""`: the kubelet checks nothing, and the runtime creates a directory where nothing is. Last in every list.
    Unset,
}

impl HostPathType {
    /// All types, in the order in which they are declared and listed.
    pub const ALL: &'static [HostPathType] = &[
        HostPathType::Directory,
        HostPathType::DirectoryOrCreate,
        HostPathType::File,
        HostPathType::FileOrCreate,
        HostPathType::Socket,
        HostPathType::CharDevice,
        HostPathType::BlockDevice,
        HostPathType::Unset,
    ];

    /// The types that a request may name: all but the last.
    pub const REQUESTABLE: &'static [HostPathType] = match Self::ALL.split_last() {
        Some((_, named)) => named,
        None => &[],
    };

    /// Reads a type as Kubernetes writes it, case-sensitive; `""` is [`HostPathType::Unset`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(HostPathType::Unset);
        }
        Self::REQUESTABLE.iter().copied().find(|t| t.as_str() == text)
    }

    /// Whether a directory can be there, with which what is below it is seen.
    #[must_use]
    pub const fn can_be_directory(self) -> bool {
        match self {
            HostPathType::Directory | HostPathType::DirectoryOrCreate | HostPathType::Unset => true,
            HostPathType::File
            | HostPathType::FileOrCreate
            | HostPathType::Socket
            | HostPathType::CharDevice
            | HostPathType::BlockDevice => false,
        }
    }

    /// The type as Kubernetes writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            HostPathType::Directory => "Directory",
            HostPathType::DirectoryOrCreate => "DirectoryOrCreate",
            HostPathType::File => "File",
            HostPathType::FileOrCreate => "FileOrCreate",
            HostPathType::Socket => "Socket",
            HostPathType::CharDevice => "CharDevice",
            HostPathType::BlockDevice => "BlockDevice",
            HostPathType::Unset => "",
        }
    }
}

/// A type is in the list, or nothing compiles.
const _: () = assert!(HostPathType::ALL.len() == HostPathType::Unset as usize + 1);

impl fmt::Display for HostPathType {
    /// As in a list: `""` for the unset type, so that it can be seen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostPathType::Unset => f.write_str("\"\""),
            named => f.write_str(named.as_str()),
        }
    }
}
