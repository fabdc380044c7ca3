//! Why bytes are no entry.

use super::BYTES_MAX;

/// Why bytes are no entry. Says what is wrong and where, never what stands there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    /// Longer than any entry.
    #[error("the entry has {0} bytes; no entry has more than {BYTES_MAX}")]
    Long(usize),
    /// Not the text of an entry: cut off, changed, or something else.
    #[error("the entry breaks at byte {0}")]
    Broken(usize),
    /// Written by a later engine.
    #[error("the entry has format {0}; this engine reads format 1")]
    Format(u64),
    /// A field holds what it cannot hold.
    #[error("`{0}` of the entry holds something that it cannot hold")]
    Value(&'static str),
    /// It can be read, and is not what would be written of what was read.
    #[error("the entry is not written as entries are")]
    Form,
}

impl EntryFault {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            EntryFault::Long(_) => "entry::too_long",
            EntryFault::Broken(_) => "entry::broken",
            EntryFault::Format(_) => "entry::format",
            EntryFault::Value(_) => "entry::value",
            EntryFault::Form => "entry::form",
        }
    }

    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            EntryFault::Format(_) => "read it with the version of claimgate that wrote it, or a later one",
            EntryFault::Long(_) | EntryFault::Broken(_) | EntryFault::Value(_) | EntryFault::Form => {
                "it was changed after it was recorded: verify the ledger, and take the entry from a copy"
            }
        }
    }
}
