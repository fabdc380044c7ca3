//! Cases judged, each under the settings it names; every pack is loaded once a setting.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::Case;
use crate::{
    desk::Desk,
    fault::PackText,
    pack::{
        Pack,
        shelf::{self, Settings, ShelfError},
    },
    request::Request,
    verdict::Decision,
};

/// Desks by pack and settings, each loaded once.
pub struct Shelves {
    folder: PathBuf,
    plan: Settings,
    desks: BTreeMap<(PathBuf, Settings), Result<Desk, String>>,
}

/// What came of a case.
#[derive(Debug)]
pub enum Tried {
    /// It was decided as it expects.
    Passes {
        /// Its request.
        request: Box<Request>,
        /// What was decided.
        decision: Box<Decision>,
        /// The settings it names.
        settings: Settings,
    },
    /// It was not, or cannot be judged: every difference a line.
    Fails(String),
    /// Nobody has confirmed yet what it expects.
    Draft,
}

impl Shelves {
    /// Packs are read from `folder`.
    pub fn new(folder: &Path) -> Shelves {
        Shelves::under(folder, Settings::new())
    }

    /// Packs are read from `folder`, under a plan's settings where a case names no other.
    pub fn under(folder: &Path, plan: Settings) -> Shelves {
        Shelves { folder: folder.to_owned(), plan, desks: BTreeMap::new() }
    }

    /// Runs the case in `text`, which belongs to `pack`.
    ///
    /// # Errors
    /// The file's fault, how the decision differs, or that it is a draft.
    pub fn run(&mut self, pack: &str, text: &PackText) -> Result<Decision, String> {
        match self.try_case(&self.folder.join(pack), text) {
            Tried::Passes { decision, .. } => Ok(*decision),
            Tried::Fails(differences) => Err(differences),
            Tried::Draft => Err("a draft: put the verdict and the reason that the policy wants for `?`".to_owned()),
        }
    }

    /// Runs the case in `text`, which belongs to the pack in `folder`.
    pub fn try_case(&mut self, folder: &Path, text: &PackText) -> Tried {
        let case = match Case::read(&text.text) {
            Ok(case) => case,
            Err(fault) => return Tried::Fails(fault),
        };
        let settings = case.settings();
        let desk = match self.desk(folder, &settings) {
            Ok(desk) => desk,
            Err(fault) => {
                return Tried::Fails(format!("the pack does not load under these parameters: {fault}"));
            }
        };
        // A draft's request must be sound too.
        match case.request() {
            Err(fault) => Tried::Fails(fault),
            Ok(_) if case.is_draft() => Tried::Draft,
            Ok(request) => match case.check(desk) {
                Ok(decision) => Tried::Passes { request: Box::new(request), decision: Box::new(decision), settings },
                Err(differences) => Tried::Fails(differences),
            },
        }
    }

    /// Takes a pack that was loaded from `folder` under the plan's settings.
    pub fn put(&mut self, folder: &Path, pack: Pack) {
        self.desks.insert((folder.to_owned(), Settings::new()), Ok(Desk::new(vec![pack])));
    }

    /// The desk of the pack in `folder` under the settings of a case that was run.
    pub fn get(&self, folder: &Path, settings: &Settings) -> Option<&Desk> {
        self.desks.get(&(folder.to_owned(), settings.clone()))?.as_ref().ok()
    }

    fn desk(&mut self, folder: &Path, settings: &Settings) -> Result<&Desk, &String> {
        let Shelves { plan, desks, .. } = self;
        let load = || {
            let all: Settings =
                plan.iter().chain(settings).map(|(name, value)| (name.clone(), value.clone())).collect();
            let pack = shelf::take(folder, &all).map_err(words)?;
            let packs = vec![pack];
            // The plan may set what other packs have; the case names its own.
            let unused = shelf::unused(&packs.iter().collect::<Vec<_>>(), settings);
            if unused.is_empty() { Ok(Desk::new(packs)) } else { Err(words(ShelfError::Faults(unused))) }
        };
        desks.entry((folder.to_owned(), settings.clone())).or_insert_with(load).as_ref()
    }
}

fn words(error: ShelfError) -> String {
    match error {
        ShelfError::Faults(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}
