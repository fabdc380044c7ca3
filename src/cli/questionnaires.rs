//! What goes out and comes back beside the decisions: questionnaires into a folder, and answers out
//! of files.

use std::{
    cell::Cell,
    fmt::Write as _,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::input;
use crate::{
    exchange::{DOCUMENT_BYTES_MAX, Fault, fhir},
    questionnaire::Questionnaire,
};

/// How long a file's name may be before its ending: file systems take 255 bytes.
const NAME_BYTES_MAX: usize = 230;

/// The folder that questionnaires are written to.
pub(super) struct Folder {
    path: PathBuf,
    written: u64,
}

impl Folder {
    /// The folder, made where it was not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn open(path: &Path) -> io::Result<Folder> {
        fs::create_dir_all(path)?;
        Ok(Folder { path: path.to_owned(), written: 0 })
    }

    /// Writes the questionnaire of a request. One that an earlier run wrote is written over; a file
    /// that is no questionnaire of ours is left as it is.
    ///
    /// # Errors
    /// A fault that says why it was not written.
    pub(super) fn write(&mut self, asked: &Questionnaire) -> Result<(), Fault> {
        let name = file_name(&asked.request_id);
        let path = self.path.join(&name);
        let fault = |message: String, help: &str| Fault {
            code: "questionnaire::not_written",
            place: path.display().to_string(),
            message,
            help: Some(help.to_owned()),
        };
        if name.len() > NAME_BYTES_MAX + ENDING.len() {
            let message = "the request's identifier is too long for the name of a file".to_owned();
            return Err(fault(message, "ask for this questionnaire over HTTP: POST /v1/questionnaire"));
        }
        if path.exists() && !is_ours(&path) {
            let message = "there is a file of this name that is no questionnaire of ours".to_owned();
            return Err(fault(message, "name another folder, or move the file away"));
        }
        let text = fhir::questionnaire_text(asked).map_err(io::Error::from);
        let written = text.and_then(|text| fs::write(&path, text));
        written
            .map_err(|error| fault(format!("it cannot be written: {error}"), "make room, or name another folder"))?;
        self.written += 1;
        Ok(())
    }

    /// How many were written, for the summary.
    pub(super) fn summary(&self) -> String {
        let s = if self.written == 1 { "" } else { "s" };
        format!("{} questionnaire{s} written to {}", self.written, self.path.display())
    }
}

const ENDING: &str = ".questionnaire.json";

/// Everything but letters, digits, `-`, `.` and `_` is percent-encoded, so that two requests never
/// share a file.
fn file_name(request_id: &str) -> String {
    let mut name = String::new();
    for byte in request_id.bytes() {
        match byte {
            b'-' | b'.' | b'_' => name.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => name.push(char::from(byte)),
            _ => drop(write!(name, "%{byte:02X}")),
        }
    }
    name + ENDING
}

fn is_ours(path: &Path) -> bool {
    let halt = Cell::new(false);
    let read = input::open(path, &halt).and_then(|input| whole(input, path));
    let value: Option<Value> = read.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.is_some_and(|value| fhir::is_ours(&value))
}

/// The answers of the files that the caller names, each used once its request comes.
pub(super) struct Answered {
    responses: Vec<fhir::Response>,
}

impl Answered {
    /// Reads the files; what is no answer to a questionnaire of ours is a fault.
    ///
    /// # Errors
    /// The file that could not be read, and why.
    pub(super) fn read(files: &[PathBuf]) -> Result<(Answered, Vec<Fault>), (PathBuf, io::Error)> {
        let (mut responses, mut faults) = (Vec::new(), Vec::new());
        for file in files {
            let halt = Cell::new(false);
            let bytes = input::open(file, &halt).and_then(|input| whole(input, file));
            let bytes = bytes.map_err(|error| (file.clone(), error))?;
            fhir::responses(&bytes, &input::name(file), &mut |read| match read {
                Ok(response) => responses.push(response),
                Err(fault) => faults.push(fault),
            });
        }
        Ok((Answered { responses }, faults))
    }

    /// The answers for a request, taken out.
    pub(super) fn take(&mut self, request_id: &str) -> Vec<fhir::Response> {
        self.responses.extract_if(.., |response| response.is_for(request_id)).collect()
    }

    /// Faults for the answers whose request never came.
    pub(super) fn unmatched(&self) -> Vec<Fault> {
        self.responses.iter().map(fhir::Response::unmatched).collect()
    }
}

fn whole(input: impl io::Read, file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    input.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let why = format!("`{}` has more than {DOCUMENT_BYTES_MAX} bytes", file.display());
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_requests_never_share_a_file() {
        let check = |id: &str, expected: &str| assert_eq!(file_name(id), format!("{expected}{ENDING}"), "{id}");
        check("C-1001", "C-1001");
        check("C/1", "C%2F1");
        check("C_1", "C_1");
        check("../é", "..%2F%C3%A9");
        check("%2F", "%252F");
    }
}
