//! Rows of a value set as people write them.

use super::{Entry, Pattern};
use crate::code::Code;

impl Entry {
    /// What it matches, as people write it: codes of ICD-10-CM with their dot.
    pub fn written(&self) -> String {
        let code =
            |text: &str| Code::parse(self.system, text).map_or_else(|_| text.to_owned(), |code| code.to_string());
        match &self.pattern {
            Pattern::Code(text) | Pattern::Prefix(text) => code(text),
            Pattern::Range(from, to) => format!("{} to {}", code(from), code(to)),
            Pattern::Phrase(text) => text.clone(),
        }
    }
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.pattern {
            Pattern::Code(_) => "code",
            Pattern::Prefix(_) => "prefix",
            Pattern::Range(..) => "range",
            Pattern::Phrase(_) => "phrase",
        };
        write!(f, "{kind} {}", self.written())?;
        if let Some(sevenths) = &self.seventh {
            write!(f, " with seventh character {sevenths}")?;
        }
        match self.period {
            (None, None) => Ok(()),
            (Some(from), None) => write!(f, " from {from}"),
            (None, Some(until)) => write!(f, " until {until}"),
            (Some(from), Some(until)) => write!(f, " from {from} until {until}"),
        }
    }
}
