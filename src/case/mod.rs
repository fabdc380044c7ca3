//! Worked cases: a request, and what the pack must say of it. Data that analysts add without Rust.
//!
//! A case that hangs on other parameters than the defaults names them; packs under such settings
//! are loaded once each ([`Shelves`]). A *draft* is a case whose verdict nobody has confirmed: it
//! expects `?`, and never passes.

mod shelves;
mod write;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    desk::Desk,
    exchange::json,
    pack::shelf::Settings,
    request::Request,
    verdict::{Decision, LineDecision},
};

pub use shelves::{Shelves, Tried};
pub use write::{Draft, draft, write};

/// Stands for a verdict or a reason that a person has yet to confirm.
pub const UNCONFIRMED: &str = "?";

/// A worked case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub says: String,
    /// The scenario it stands for, where it does.
    pub scenario: Option<String>,
    /// The reading it settles, where it does.
    pub reading: Option<String>,
    /// The plan's settings, where they are not the defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, toml::Value>,
    /// The request, in the native format.
    pub request: toml::Value,
    /// What must come out.
    pub expect: Expected,
}

/// What a case expects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The request's verdict.
    pub verdict: String,
    /// Its lines.
    pub lines: Vec<ExpectedLine>,
}

/// What a case expects of a line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedLine {
    /// The line's number.
    pub number: u32,
    /// Its verdict.
    pub verdict: String,
    /// Its main reason.
    pub reason: String,
    /// Exactly the facts it needs, in any order.
    pub needs: Option<Vec<String>>,
}

impl Case {
    /// Reads a case file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(text: &str) -> Result<Case, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// The settings it is judged under.
    pub fn settings(&self) -> Settings {
        let words = |value: &toml::Value| match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(all) => all.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        };
        self.parameters.iter().map(|(name, value)| (name.clone(), words(value))).collect()
    }

    /// Its request.
    ///
    /// # Errors
    /// Every fault of the request, each a line.
    pub fn request(&self) -> Result<Request, String> {
        let value = serde_json::to_value(&self.request).map_err(|error| error.to_string())?;
        json::request_of_value(&value).map_err(|reject| {
            let fault = reject.fault;
            let help = fault.help.map(|help| format!(" ({help})")).unwrap_or_default();
            format!("the request is rejected: {}: {}{help}", fault.place, fault.message)
        })
    }

    /// Whether a person has yet to confirm a verdict or a reason.
    pub fn is_draft(&self) -> bool {
        let lines = self.expect.lines.iter().flat_map(|line| [&line.verdict, &line.reason]);
        std::iter::once(&self.expect.verdict).chain(lines).any(|expected| expected == UNCONFIRMED)
    }

    /// Judges the case.
    ///
    /// # Errors
    /// How the decision differs from what is expected, every difference a line.
    pub fn check(&self, desk: &Desk) -> Result<Decision, String> {
        let decision = desk.decide(&self.request()?);
        let mut differences = Vec::new();
        if decision.verdict.name() != self.expect.verdict {
            differences.push(format!("verdict {}, expected {}", decision.verdict, self.expect.verdict));
        }
        for expected in &self.expect.lines {
            match decision.lines.iter().find(|line| line.number == expected.number) {
                Some(line) => differences.extend(expected.differs(line)),
                None => differences.push(format!("line {} is not in the decision", expected.number)),
            }
        }
        if differences.is_empty() { Ok(decision) } else { Err(differences.join("\n")) }
    }
}

impl ExpectedLine {
    fn differs(&self, line: &LineDecision) -> Option<String> {
        let reason = line.findings.first().map_or("", |finding| finding.reason.as_str());
        let mut needs: Vec<&str> = line.needs.iter().map(|need| need.fact.as_str()).collect();
        needs.sort_unstable();
        let mut wanted: Vec<&str> = self.needs.iter().flatten().map(String::as_str).collect();
        wanted.sort_unstable();
        let same_needs = self.needs.is_none() || needs == wanted;
        (line.verdict.name() != self.verdict || reason != self.reason || !same_needs).then(|| {
            format!(
                "line {}: {} because {reason} (needs {needs:?}), expected {} because {} (needs {wanted:?})",
                self.number, line.verdict, self.verdict, self.reason
            )
        })
    }
}
