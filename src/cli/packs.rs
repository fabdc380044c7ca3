//! Which packs a command works with, and how faults of packs are shown.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    path::PathBuf,
};

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::{
    complain,
    screen::{Colour, Screen},
};
use crate::{
    fault::PackFault,
    pack::{
        Pack,
        shelf::{self, Settings, ShelfError},
    },
};

/// Names the folder of packs where no `--packs` does.
const FOLDER_VARIABLE: &str = "CLAIMGATE_PACKS";
/// The folder of packs where nothing names one.
const FOLDER: &str = "rules";

/// Which packs, and with which parameters.
#[derive(clap::Args)]
pub(super) struct PackArgs {
    /// Folder of rule packs, or one pack [default: $CLAIMGATE_PACKS, else ./rules]
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Sets a parameter of the packs; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = setting)]
    parameters: Vec<(String, String)>,
}

impl PackArgs {
    /// The packs; `None` where there are none or they have faults, and then all was said on stderr.
    pub(super) fn load(&self, colour: Colour) -> Option<Vec<Pack>> {
        shelf::open(&self.folder(), &self.settings()).map_err(|error| self.explain(&error, colour)).ok()
    }

    /// The folder the packs are in.
    pub(super) fn folder(&self) -> PathBuf {
        folder_of(self.packs.clone())
    }

    /// The plan's settings; the last of a name counts.
    pub(super) fn settings(&self) -> Settings {
        self.parameters.iter().cloned().collect::<BTreeMap<_, _>>()
    }

    /// Says on stderr why packs could not be taken from the shelf.
    pub(super) fn explain(&self, error: &ShelfError, colour: Colour) {
        match error {
            ShelfError::Faults(faults) => show(&faults.iter().collect::<Vec<_>>(), colour),
            ShelfError::Disk { .. } | ShelfError::Empty(_) => complain(error, Some(&self.whence())),
        }
    }

    /// Who named the folder, and how to name another.
    pub(super) fn whence(&self) -> String {
        if self.packs.is_some() {
            return "`--packs` names this folder; it should hold rule packs".to_owned();
        }
        if folder_by_environment().is_some() {
            return format!("${FOLDER_VARIABLE} names this folder; `--packs DIR` names another");
        }
        format!(
            "name the folder of the rule packs with `--packs DIR` or ${FOLDER_VARIABLE}; neither was given, so ./{FOLDER} was tried"
        )
    }
}

/// The folder of packs: the one that was named, else the environment's, else ./rules.
pub(super) fn folder_of(named: Option<PathBuf>) -> PathBuf {
    named.or_else(folder_by_environment).unwrap_or_else(|| PathBuf::from(FOLDER))
}

fn folder_by_environment() -> Option<PathBuf> {
    std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// `name=value`.
pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a parameter is set as name=value")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Shows every fault on stderr, underlined in the author's text, and how many there are.
pub(super) fn show(faults: &[&PackFault], colour: Colour) {
    let stderr = io::stderr();
    let report = rendered(faults, &Screen::of(&stderr, colour));
    let _ = stderr.lock().write_all(report.as_bytes());
    match faults.len() {
        1 => complain("the packs have a fault", None),
        count => complain(format_args!("the packs have {count} faults"), None),
    }
}

/// Every fault, underlined in the author's text.
pub(super) fn rendered(faults: &[&PackFault], screen: &Screen) -> String {
    let theme = if screen.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(screen.columns);
    let mut report = String::new();
    for fault in faults {
        // Formatting into a string does not fail.
        let _ = handler.render_report(&mut report, *fault);
        report.push('\n');
    }
    report
}

#[cfg(test)]
mod tests {
    use super::setting;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(setting(text).ok(), expected, "{text:?}");
    }

    #[test]
    fn a_parameter_is_set_as_name_and_value() {
        check("m46_1=mechanical", Some(("m46_1", "mechanical")));
        check("capped_lines_of_business=", Some(("capped_lines_of_business", "")));
        check(" a = b=c", Some(("a", "b=c")));
        check("m46_1", None);
    }
}
