//! What a pack's folder holds, as far as a new rule must know it. The pack need not load: it may be
//! in the midst of being written.

use std::{fs, io, path::Path};

/// Why nothing was begun.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) help: String,
}

/// A stage: a folder of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StageFolder {
    /// `6-access`, `limit`.
    pub(super) folder: String,
    /// `access`, `limit`.
    pub(super) name: String,
    /// Its place among the stages; limits have none.
    pub(super) number: Option<u32>,
    /// The rules in it.
    pub(super) rules: Vec<String>,
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Refusal {
        Refusal { message: message.into(), help: help.into() }
    }

    pub(super) fn disk(what: &str, path: &Path, error: &io::Error) -> Refusal {
        Refusal::new(format!("cannot {what} `{}`: {error}", path.display()), "nothing else was changed from here on")
    }
}

impl StageFolder {
    /// Number and name of `6-access`.
    pub(super) fn read_name(folder: &str) -> Option<(u32, String)> {
        let (number, name) = folder.split_once('-')?;
        Some((number.parse().ok()?, name.to_owned()))
    }

    /// Whether its rules may only lower.
    pub(super) fn is_limit(&self) -> bool {
        self.name == "limit"
    }
}

/// The stages of a pack, in order.
pub(super) fn stages(root: &Path) -> Result<Vec<StageFolder>, Refusal> {
    let mut stages = Vec::new();
    for folder in names(root)? {
        let path = root.join(&folder);
        let (number, name) = match StageFolder::read_name(&folder) {
            Some((number, name)) => (Some(number), name),
            None if folder == "limit" => (None, folder.clone()),
            None => continue,
        };
        if path.is_dir() {
            let rules = names(&path)?.iter().filter_map(|file| file.strip_suffix(".rhai")).map(str::to_owned).collect();
            stages.push(StageFolder { folder, name, number, rules });
        }
    }
    stages.sort_by_key(|stage| stage.number.unwrap_or(u32::MAX));
    Ok(stages)
}

fn names(folder: &Path) -> Result<Vec<String>, Refusal> {
    let disk = |error| Refusal::disk("read", folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(disk)? {
        names.push(entry.map_err(disk)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
