//! NDJSON: a resource a line, each by itself, so that several hands can read at once.

use std::io::{self, BufRead};

use super::{
    Beside, LINE_BYTES_MAX,
    beside::patient_of,
    document::{self, Aside},
    fault::Origin,
};
use crate::exchange::{
    Fault, Item, Reject,
    lines::{Text, each_line},
};

/// Reads lines of one file.
pub(in crate::exchange) struct Lines<'r> {
    file: &'r str,
    beside: Option<&'r dyn Beside>,
}

impl<'r> Lines<'r> {
    /// Reads lines of `file`; each claim and order finds what lies `beside` it.
    pub(in crate::exchange) fn new(file: &'r str, beside: Option<&'r dyn Beside>) -> Lines<'r> {
        Lines { file, beside }
    }

    /// Reads one line; a bad one is one reject, and what is left aside is counted.
    ///
    /// # Errors
    /// When what lies beside it cannot be had.
    pub(in crate::exchange) fn read(
        &self,
        number: u64,
        line: Text<'_>,
        aside: &mut Aside,
        each: &mut dyn FnMut(Item),
    ) -> io::Result<()> {
        let origin = Origin { file: self.file, line: Some(number), entry: None };
        match text_of(line, origin) {
            Ok(text) => match self.beside {
                Some(beside) if is_claim(text) => each(document::claim_beside(text, beside, origin)?),
                Some(beside) => {
                    let texts = patient_of(text, origin).map_or(Ok(Vec::new()), |id| beside.of_patient(&id))?;
                    document::read(text, &texts, origin, aside, each);
                }
                None => document::read(text, &[], origin, aside, each),
            },
            Err(fault) => each(Item::Reject(Reject { request_id: None, lines: 0, fault })),
        }
        Ok(())
    }
}

/// Reads NDJSON: a resource a line, each by itself. A bad line is one reject, and the next goes on.
///
/// # Errors
/// When the input cannot be read further.
pub fn read_lines(input: impl BufRead, file: &str, each: &mut dyn FnMut(Item)) -> io::Result<()> {
    let (lines, mut aside) = (Lines::new(file, None), Aside::default());
    each_line(input, LINE_BYTES_MAX, |number, line| lines.read(number, line, &mut aside, each))?;
    aside.tell(each);
    Ok(())
}

/// Whether a line is a claim by itself.
fn is_claim(text: &str) -> bool {
    document::kind_of(text).is_ok_and(|kind| kind == "Claim")
}

/// The text of a line, or why it cannot be read.
pub(super) fn text_of<'t>(line: Text<'t>, origin: Origin<'_>) -> Result<&'t str, Fault> {
    match line {
        Text::TooLong => {
            let mut fault =
                origin.fault("fhir::line_too_long", "", format!("the line has more than {LINE_BYTES_MAX} bytes"));
            fault.help = Some("send one resource a line".into());
            Err(fault)
        }
        Text::Whole(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.trim_start_matches('\u{FEFF}')),
            Err(error) => {
                let message = format!("byte {} is not UTF-8", error.valid_up_to());
                Err(origin.fault("fhir::not_utf8", "", message))
            }
        },
    }
}
