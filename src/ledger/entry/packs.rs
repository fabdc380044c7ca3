//! A pack as bytes, so that a ledger can decide again without any folder of rules: every text that
//! its digest is over, in order, and the parameters that were in force.
//!
//! What explains a pack (worked cases, its changelog) is not kept.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    fault::{PackFault, PackText},
    pack::{Pack, is_digested, load},
    script::ParameterValue,
};

/// The format of today.
const FORMAT: u64 = 1;

/// Why a pack cannot be had from its archive.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ArchiveFault {
    /// Not the bytes of an archive.
    #[error("the archived pack breaks at line {0}, column {1}")]
    Broken(usize, usize),
    /// Written by a later engine.
    #[error("the archived pack has format {0}; this engine reads format {FORMAT}")]
    Format(u64),
    /// This engine finds faults in it.
    #[error("`{name} {version}` ({digest}) does not load under this engine: {} faults, the first: {}", .faults.len(), first(.faults))]
    Faults {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// The digest it was stored under.
        digest: String,
        /// All of them.
        faults: Vec<PackFault>,
    },
    /// It loads, and is another pack than the one that was stored.
    #[error("`{name} {version}` was stored as {digest}, and loads as {loaded}")]
    Digest {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// The digest it was stored under.
        digest: String,
        /// The digest it has.
        loaded: String,
    },
}

impl ArchiveFault {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ArchiveFault::Broken(..) => "archive::broken",
            ArchiveFault::Format(_) => "archive::format",
            ArchiveFault::Faults { .. } => "archive::faults",
            ArchiveFault::Digest { .. } => "archive::digest",
        }
    }

    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            ArchiveFault::Broken(..) => {
                "it was changed after it was stored: verify the ledger, and take the pack from a copy"
            }
            ArchiveFault::Format(_) => "read it with the version of claimgate that stored it, or a later one",
            ArchiveFault::Faults { .. } | ArchiveFault::Digest { .. } => {
                "decide with the version of claimgate that the entries of this pack name"
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Archive {
    format: u64,
    name: String,
    version: String,
    digest: String,
    /// Every parameter, as a plan would set it.
    settings: BTreeMap<String, String>,
    /// Path and content, in the order of the digest.
    texts: Vec<(String, String)>,
}

/// The format alone; what else there is depends on it.
#[derive(Deserialize)]
struct Format {
    format: u64,
}

/// A pack as bytes: JSON. The same pack always gives the same ones.
pub fn archive(pack: &Pack) -> Vec<u8> {
    let settings = pack.parameters.iter().map(|(name, value)| (name.clone(), setting(value)));
    let texts = pack.texts.iter().filter(|text| is_digested(text));
    let archive = Archive {
        format: FORMAT,
        name: pack.manifest.name.clone(),
        version: pack.manifest.version.clone(),
        digest: pack.digest.clone(),
        settings: settings.collect(),
        texts: texts.map(|text| (text.path.clone(), text.text.to_string())).collect(),
    };
    // INVARIANT: every field is one that JSON has.
    serde_json::to_vec(&archive).unwrap_or_default()
}

/// The pack of an archive, explored and ready to decide. Its digest is the one it was stored under.
///
/// # Errors
/// See [`ArchiveFault`]; where a later engine explores otherwise or wants more of a pack, that is an
/// error here and never another decision.
pub fn unarchive(bytes: &[u8]) -> Result<Pack, ArchiveFault> {
    let broken = |error: serde_json::Error| ArchiveFault::Broken(error.line(), error.column());
    let Format { format } = serde_json::from_slice(bytes).map_err(broken)?;
    if format != FORMAT {
        return Err(ArchiveFault::Format(format));
    }
    let Archive { name, version, digest, settings, texts, .. } = serde_json::from_slice(bytes).map_err(broken)?;
    let texts = texts.into_iter().map(|(path, text)| PackText { path, text: Arc::from(text) }).collect();
    match load(texts, &settings) {
        Ok(pack) if pack.digest == digest => Ok(pack),
        Ok(pack) => Err(ArchiveFault::Digest { name, version, digest, loaded: pack.digest }),
        Err(faults) => Err(ArchiveFault::Faults { name, version, digest, faults }),
    }
}

/// A value as a plan writes it.
fn setting(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Choice(choice) => choice.clone(),
        ParameterValue::Choices(choices) => choices.join(","),
        ParameterValue::Flag(flag) => flag.to_string(),
        ParameterValue::Number(number) => number.to_string(),
        ParameterValue::Day(day) => day.to_string(),
    }
}

fn first(faults: &[PackFault]) -> String {
    faults.first().map(ToString::to_string).unwrap_or_default()
}
