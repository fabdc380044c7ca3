//! `claimgate rules diff`: every class of lines that a change of policy touches, before it goes
//! live. Exit 0 nothing changes, 4 something does, 1 broken.

mod json;
mod text;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::super::{
    Exit, complain, packs,
    screen::{Colour, Screen},
};
use crate::{
    case::Case,
    code::Code,
    fault::PackFault,
    pack::{
        Pack,
        shelf::{self, Settings, ShelfError},
    },
    proof::difference,
    request::Request,
};

/// Compare two packs: which lines get another verdict or reason, which, and a request for each
///
/// Exit code: 0 nothing changes, 4 something does, 1 broken.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// The pack as it was: its folder, or NAME or NAME@VERSION within --packs
    #[arg(value_name = "OLD")]
    old: String,
    /// The pack as it will be; OLD again to compare parameters
    #[arg(value_name = "NEW")]
    new: String,
    #[command(flatten)]
    packs: packs::PackArgs,
    /// Sets a parameter of the old pack alone; may be repeated
    #[arg(long = "old-param", value_name = "NAME=VALUE", value_parser = packs::setting)]
    old_parameters: Vec<(String, String)>,
    /// Sets a parameter of the new pack alone; may be repeated
    #[arg(long = "new-param", value_name = "NAME=VALUE", value_parser = packs::setting)]
    new_parameters: Vec<(String, String)>,
    /// How to tell it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// How a difference is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// One object, with the witness requests whole
    Json,
    /// For a page of a policy committee
    Markdown,
}

/// Compares and tells.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let with = |own: &[(String, String)]| -> Settings {
        let mut settings = args.packs.settings();
        settings.extend(own.iter().cloned());
        settings
    };
    let old = take(args, &args.old, &with(&args.old_parameters));
    let new = take(args, &args.new, &with(&args.new_parameters));
    let (Some(old), Some(new)) = (old, new) else { return Ok(Exit::Broken) };
    let used: Vec<Code> = [&old, &new].into_iter().flat_map(used).collect();
    let difference = match difference(&old, &new, &used) {
        Ok(difference) => difference,
        Err(error) => {
            complain(format_args!("the packs cannot be compared: {error}"), None);
            return Ok(Exit::Broken);
        }
    };
    let mut out = io::stdout().lock();
    match args.format {
        Format::Human => text::human(&mut out, Screen::of(&io::stdout(), args.color), &difference)?,
        Format::Markdown => text::markdown(&mut out, &difference)?,
        Format::Json => writeln!(out, "{}", json::value(&difference))?,
    }
    Ok(if difference.groups.is_empty() { Exit::Allowed } else { Exit::Findings })
}

/// A pack by its folder, its name, or its name and version; `None` where it is not to be had, and
/// then why was said on stderr.
fn take(args: &Args, wanted: &str, settings: &Settings) -> Option<Pack> {
    let taken = folder(&args.packs.folder(), wanted).and_then(|folder| shelf::take(&folder, settings));
    let taken = taken.and_then(|pack| match shelf::unused(&[&pack], settings) {
        faults if faults.is_empty() => Ok(pack),
        faults => Err(ShelfError::Faults(faults)),
    });
    taken.map_err(|error| args.packs.explain(&error, args.color)).ok()
}

/// The folder of a pack that is named by its folder, its name, or its name and version.
pub(in crate::cli) fn folder(packs: &Path, wanted: &str) -> Result<PathBuf, ShelfError> {
    let path = PathBuf::from(wanted);
    if path.join("pack.toml").is_file() {
        return Ok(path);
    }
    let (name, version) = wanted.split_once('@').map_or((wanted, None), |(name, version)| (name, Some(version)));
    let fault = |fault| ShelfError::Faults(vec![fault]);
    let folders = shelf::named(shelf::folders(packs)?, &[name.to_owned()]).map_err(fault)?;
    let versions: Vec<(PathBuf, Option<String>)> =
        folders.into_iter().map(|folder| (folder.clone(), shelf::version(&folder))).collect();
    let fits = |own: &Option<String>| version.is_none_or(|version| own.as_deref() == Some(version));
    let mut fitting = versions.iter().filter(|(_, own)| fits(own));
    match (fitting.next(), fitting.next()) {
        (Some((folder, _)), None) => Ok(folder.clone()),
        (found, _) => {
            let known: Vec<String> = versions.iter().filter_map(|(_, own)| own.clone()).collect();
            let message = match found {
                Some(_) => format!("there are several packs `{wanted}`"),
                None => format!("there is no pack `{wanted}`"),
            };
            let help = format!("name a folder, or one of {name}@{}", known.join(&format!(", {name}@")));
            Err(fault(PackFault::new("shelf::unknown_pack", message).help(help)))
        }
    }
}

/// The codes of a pack's worked cases: witnesses that have them read like claims.
fn used(pack: &Pack) -> Vec<Code> {
    let requests = pack.cases.iter().filter_map(|text| Case::read(&text.text).ok()?.request().ok());
    requests.flat_map(|request| codes(&request)).collect()
}

fn codes(request: &Request) -> Vec<Code> {
    let procedures = request.lines.iter().filter_map(|line| line.procedure.get().copied());
    let diagnoses = request.diagnoses.iter().filter_map(|diagnosis| diagnosis.code.get().copied());
    procedures.chain(diagnoses).collect()
}
