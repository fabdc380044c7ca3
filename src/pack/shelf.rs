//! The shelf: where packs are read from disk. Nothing else here knows the disk.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Pack, load};
use crate::fault::{PackFault, PackText};

/// A file of a pack larger than this is no policy text.
const FILE_BYTES_MAX: u64 = 8 << 20;

/// Why packs could not be taken from the shelf.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The folder or a file could not be read.
    #[error("cannot read `{path}`: {cause}")]
    Disk {
        /// What could not be read.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// No folder with a `pack.toml`.
    #[error("there is no pack in `{0}`: a pack is a folder with a pack.toml")]
    Empty(PathBuf),
    /// Packs with faults: all of them.
    #[error("{} faults in the packs", .0.len())]
    Faults(Vec<PackFault>),
}

/// A plan's settings: parameter name to value, for every pack that has the parameter.
pub type Settings = BTreeMap<String, String>;

/// Reads and explores every pack in `folder`, or the one pack that `folder` is.
///
/// # Errors
/// See [`ShelfError`]; faults of all packs are reported together.
pub fn open(folder: &Path, settings: &Settings) -> Result<Vec<Pack>, ShelfError> {
    let (mut packs, mut faults) = (Vec::new(), Vec::new());
    for folder in &folders(folder)? {
        match take(folder, settings) {
            Ok(pack) => packs.push(pack),
            Err(ShelfError::Faults(more)) => faults.extend(more),
            Err(error) => return Err(error),
        }
    }
    if faults.is_empty() {
        faults = unused(&packs.iter().collect::<Vec<_>>(), settings);
    }
    if faults.is_empty() { Ok(packs) } else { Err(ShelfError::Faults(faults)) }
}

/// The folders of packs in `folder`, by name; `folder` itself where it is one.
///
/// # Errors
/// When it cannot be read, or no pack is there.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>, ShelfError> {
    let disk = |cause| ShelfError::Disk { path: folder.to_owned(), cause };
    if folder.join("pack.toml").is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(disk)? {
        let path = entry.map_err(disk)?.path();
        if path.join("pack.toml").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    if folders.is_empty() { Err(ShelfError::Empty(folder.to_owned())) } else { Ok(folders) }
}

/// The folders whose pack or whose own name is wanted; all, where nothing is.
///
/// # Errors
/// A name that no pack and no folder has.
pub fn named(folders: Vec<PathBuf>, wanted: &[String]) -> Result<Vec<PathBuf>, PackFault> {
    if wanted.is_empty() {
        return Ok(folders);
    }
    let names: Vec<(PathBuf, Vec<String>)> =
        folders.into_iter().map(|folder| (folder.clone(), names(&folder))).collect();
    let known = || names.iter().flat_map(|(_, names)| names).map(String::as_str);
    if let Some(unknown) = wanted.iter().find(|wanted| !known().any(|known| known == wanted.as_str())) {
        let fault = PackFault::new("shelf::unknown_pack", format!("there is no pack `{unknown}`"));
        let all: std::collections::BTreeSet<&str> = known().collect();
        return Err(match crate::fault::did_you_mean(unknown, known()) {
            Some(close) => fault.help(format!("did you mean `{close}`?")),
            None => fault.help(format!("there are {}", all.into_iter().collect::<Vec<_>>().join(", "))),
        });
    }
    let is_wanted = |names: &[String]| names.iter().any(|name| wanted.contains(name));
    Ok(names.into_iter().filter(|(_, names)| is_wanted(names)).map(|(folder, _)| folder).collect())
}

/// The version that the manifest in a folder gives, as far as it can be read.
pub fn version(folder: &Path) -> Option<String> {
    manifest(folder)?.get("version")?.as_str().map(str::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "the shelf is the one place that reads packs from disk")]
fn manifest(folder: &Path) -> Option<toml::Table> {
    fs::read_to_string(folder.join("pack.toml")).ok()?.parse().ok()
}

/// The folder's name, and the name that its manifest gives, as far as it can be read.
fn names(folder: &Path) -> Vec<String> {
    let own = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let given = manifest(folder).and_then(|manifest| manifest.get("name")?.as_str().map(str::to_owned));
    own.into_iter().chain(given).collect()
}

/// Reads and explores the one pack that `folder` is; settings of other packs are left aside.
///
/// # Errors
/// See [`ShelfError`].
pub fn take(folder: &Path, settings: &Settings) -> Result<Pack, ShelfError> {
    let mut texts = Vec::new();
    gather(folder, folder, &mut texts)?;
    load(texts, settings).map_err(ShelfError::Faults)
}

/// A fault for each setting that none of the packs has a parameter for.
pub fn unused(packs: &[&Pack], settings: &Settings) -> Vec<PackFault> {
    let has = |name: &String| packs.iter().any(|pack| pack.manifest.parameters.contains_key(name));
    let names = || packs.iter().flat_map(|pack| pack.manifest.parameters.keys()).map(String::as_str);
    settings
        .keys()
        .filter(|name| !packs.is_empty() && !has(name))
        .map(|name| {
            let fault = PackFault::new("pack::unknown_parameter", format!("no pack has a parameter `{name}`"));
            match crate::fault::did_you_mean(name, names()) {
                Some(close) => fault.help(format!("did you mean `{close}`?")),
                None => fault.help(format!("there are {}", names().collect::<Vec<_>>().join(", "))),
            }
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the shelf is the one place that reads packs from disk")]
fn gather(root: &Path, folder: &Path, texts: &mut Vec<PackText>) -> Result<(), ShelfError> {
    let disk = |path: &Path, cause| ShelfError::Disk { path: path.to_owned(), cause };
    let mut entries = fs::read_dir(folder)
        .and_then(|entries| entries.collect::<Result<Vec<_>, _>>())
        .map_err(|cause| disk(folder, cause))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kept = path.extension().is_some_and(|extension| matches!(extension.to_str(), Some("toml" | "rhai" | "md")));
        if path.is_dir() {
            gather(root, &path, texts)?;
        } else if kept {
            let size = entry.metadata().map_err(|cause| disk(&path, cause))?.len();
            if size > FILE_BYTES_MAX {
                return Err(disk(&path, io::Error::new(io::ErrorKind::FileTooLarge, "no policy text is so large")));
            }
            let text = fs::read_to_string(&path).map_err(|cause| disk(&path, cause))?;
            let parts: Vec<String> = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            texts.push(PackText { path: parts.join("/"), text: Arc::from(text) });
        }
    }
    Ok(())
}
