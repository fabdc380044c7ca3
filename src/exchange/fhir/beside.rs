//! Claims with their patients, coverages and conditions in files beside them, as a Bulk Data export
//! has them: joined by the reference to the patient, a claim at a time.
//!
//! Deliberately knows no file: who keeps what lies beside, and where, is [`Beside`]'s.

use std::io::{self, BufRead};

use super::{
    LINE_BYTES_MAX,
    context::tail,
    fault::{Origin, parse},
    lines::text_of,
    resource::Whose,
};
use crate::exchange::{Fault, lines::each_line};

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

/// Reads a file of resources that lie beside claims: hands on the id of the patient whose each is,
/// and the resource as it stands. A line that is none of them, or names no patient, is a fault.
///
/// # Errors
/// When the input cannot be read further, or `each` fails.
pub fn beside(input: impl BufRead, file: &str, each: &mut Hand<'_>) -> io::Result<()> {
    each_line(input, LINE_BYTES_MAX, |number, line| {
        let origin = Origin { file, line: Some(number), entry: None };
        let text = match text_of(line, origin) {
            Ok(text) => text,
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

/// The id of the patient that a claim or an order names.
pub(super) fn patient_of(text: &str, origin: Origin<'_>) -> Option<String> {
    let whose = whose(text, origin).ok()?;
    let named = whose.patient.get().or(whose.subject.get());
    named.and_then(|patient| patient.reference.get()).map(|reference| tail(reference).to_owned())
}

fn whose<'t>(text: &'t str, origin: Origin<'_>) -> Result<Whose<'t>, Fault> {
    parse(text, "resource", origin)
}
