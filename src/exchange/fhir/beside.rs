//! Claims with their patients, coverages and conditions in files beside them, as a Bulk Data export
//! has them: joined by the reference to the patient, a claim at a time.
//!
//! Deliberately knows no file: who keeps what lies beside, and where, is [`Beside`]'s.

use std::io::{self, BufRead};

use super::{
    LINE_BYTES_MAX, Next,
    context::tail,
    document::{self, Aside},
    fault::{Origin, parse},
    next_line,
    resource::Whose,
};
use crate::exchange::{Fault, Item, Reject};

/// What lies beside the claims of a file.
pub trait Beside: Send + Sync {
    /// The Patient of this id, and the Coverage and Condition resources that are theirs, as they
    /// stood.
    ///
    /// # Errors
    /// When they cannot be had.
    fn of_patient(&self, id: &str) -> io::Result<Vec<String>>;
}

/// Takes the id of the patient whose a resource is, and the resource as it stands; or what is wrong.
pub type Hand<'h> = dyn FnMut(Result<(&str, &str), Fault>) -> io::Result<()> + 'h;

/// A line, and where it stands; or what is wrong.
type Read<'r> = Result<(&'r str, Origin<'r>), Fault>;

/// Reads NDJSON as [`super::read_lines`] does; each claim and order finds what lies `beside` it.
///
/// # Errors
/// When the input, or what lies beside it, cannot be read further.
pub fn read_lines_beside(
    mut input: impl BufRead,
    file: &str,
    beside: &dyn Beside,
    each: &mut dyn FnMut(Item),
) -> io::Result<()> {
    let mut aside = Aside::default();
    lines(&mut input, file, &mut |line| {
        match line {
            Ok((text, origin)) => {
                let patient = whose(text, origin).ok().and_then(|whose| {
                    let named = whose.patient.get().or(whose.subject.get());
                    named.and_then(|patient| patient.reference.get()).map(|reference| tail(reference).to_owned())
                });
                let texts = patient.map_or(Ok(Vec::new()), |patient| beside.of_patient(&patient))?;
                document::read(text, &texts, origin, &mut aside, each);
            }
            Err(fault) => each(Item::Reject(Reject { request_id: None, lines: 0, fault })),
        }
        Ok(())
    })?;
    aside.tell(each);
    Ok(())
}

/// Reads a file of resources that lie beside claims: hands on the id of the patient whose each is,
/// and the resource as it stands. A line that is none of them, or names no patient, is a fault.
///
/// # Errors
/// When the input cannot be read further, or `each` fails.
pub fn beside(mut input: impl BufRead, file: &str, each: &mut Hand<'_>) -> io::Result<()> {
    lines(&mut input, file, &mut |line| {
        let (text, origin) = match line {
            Ok(line) => line,
            Err(fault) => return each(Err(fault)),
        };
        let whose = match whose(text, origin) {
            Ok(whose) => whose,
            Err(fault) => return each(Err(fault)),
        };
        let reference = match whose.resource_type.get().unwrap_or_default() {
            "Patient" => whose.id.get(),
            "Coverage" => whose.beneficiary.get().and_then(|patient| patient.reference.get()),
            "Condition" => whose.subject.get().and_then(|patient| patient.reference.get()),
            _ => {
                let message = "this is neither a Patient nor a Coverage nor a Condition and is left aside";
                return each(Err(origin.fault("fhir::left_aside", "resourceType", message)));
            }
        };
        match reference {
            Some(reference) => each(Ok((tail(reference), text))),
            None => each(Err(origin.fault("fhir::nobodys", "", "the resource does not say whose it is"))),
        }
    })
}

fn whose<'t>(text: &'t str, origin: Origin<'_>) -> Result<Whose<'t>, Fault> {
    parse(text, "resource", origin)
}

/// Hands on each line that is not blank, or why it cannot be read.
fn lines(input: &mut impl BufRead, file: &str, each: &mut dyn FnMut(Read<'_>) -> io::Result<()>) -> io::Result<()> {
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        number += 1;
        let origin = Origin { file, line: Some(number), entry: None };
        match next_line(input, &mut line)? {
            Next::End => return Ok(()),
            Next::Long => {
                let message = format!("the line has more than {LINE_BYTES_MAX} bytes");
                each(Err(origin.fault("fhir::line_too_long", "", message)))?;
            }
            Next::Line if line.trim_ascii().is_empty() => {}
            Next::Line => match std::str::from_utf8(&line) {
                Ok(text) => each(Ok((text.trim_start_matches('\u{FEFF}'), origin)))?,
                Err(error) => {
                    let message = format!("byte {} is not UTF-8", error.valid_up_to());
                    each(Err(origin.fault("fhir::not_utf8", "", message)))?;
                }
            },
        }
    }
}
