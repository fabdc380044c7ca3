//! Whether the archive of a pack is the one that was stored under its digest.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use crate::{
    fault::{PackFault, PackText},
    ledger::entry::{ArchiveFault, archive, unarchive},
    pack::digest_of,
};

/// What an archive turns out to be.
#[derive(Clone, Debug)]
pub(super) enum Inspected {
    /// The one that was stored, to the byte, and this engine loads it.
    Whole,
    /// The texts and settings that were stored, and this engine does not load them: nobody changed them.
    NotLoaded(Vec<PackFault>),
    /// Not what was stored.
    Changed,
    /// This engine cannot read it far enough to tell.
    Unknown(&'static str),
}

/// What a digest is over.
#[derive(Deserialize)]
struct Digested {
    settings: BTreeMap<String, String>,
    texts: Vec<(String, String)>,
}

/// Holds an archive against the digest that it is kept under. Of one that does not load the digest is
/// made anew from texts and settings alone, so that what an engine cannot load is told from what was
/// changed.
pub(super) fn inspect(bytes: &[u8], digest: &str) -> Inspected {
    let faults = match unarchive(bytes) {
        // Of one pack there is one archive.
        Ok(pack) if pack.digest == digest && archive(&pack) == bytes => return Inspected::Whole,
        Ok(_) | Err(ArchiveFault::Broken(..) | ArchiveFault::Digest { .. }) => return Inspected::Changed,
        Err(ArchiveFault::Format(_)) => return Inspected::Unknown("it has a format that this version does not read"),
        Err(ArchiveFault::Faults { faults, .. }) => faults,
    };
    let Ok(Digested { settings, texts }) = serde_json::from_slice(bytes) else { return Inspected::Changed };
    let texts: Vec<PackText> = texts.into_iter().map(|(path, text)| PackText { path, text: Arc::from(text) }).collect();
    match digest_of(&texts, &settings) {
        Ok(again) if again == digest => Inspected::NotLoaded(faults),
        Ok(_) => Inspected::Changed,
        Err(_) => Inspected::Unknown("this version cannot read its pack.toml and settings"),
    }
}
