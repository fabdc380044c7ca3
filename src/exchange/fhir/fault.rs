//! What is wrong and where, in words that never repeat what stood there.
//!
//! serde's own messages quote the value they did not like, which may be a name: only what was
//! expected is taken from them.

use std::fmt;

use serde::Deserialize;
use serde_json::error::Category;

use super::shape::One;
use crate::exchange::{Fault, Reject};

/// Where a resource stood.
#[derive(Clone, Copy, Debug)]
pub(in crate::exchange) struct Origin<'o> {
    /// The file's name; empty where there is none.
    pub(in crate::exchange) file: &'o str,
    /// The 1-based line of an NDJSON file.
    pub(in crate::exchange) line: Option<u64>,
    /// The list it stood in and its 0-based place: `Bundle.entry`, 3.
    pub(in crate::exchange) entry: Option<(&'static str, usize)>,
}

impl<'o> Origin<'o> {
    /// The same file and line, at a place of a list.
    pub(in crate::exchange) fn at(self, list: &'static str, index: usize) -> Origin<'o> {
        Origin { entry: Some((list, index)), ..self }
    }

    /// A fault at `path`.
    pub(in crate::exchange) fn fault(self, code: &'static str, path: &str, message: impl Into<String>) -> Fault {
        let place = [self.to_string(), path.to_owned()];
        let place: Vec<String> = place.into_iter().filter(|part| !part.is_empty()).collect();
        Fault { code, place: place.join(": "), message: message.into(), help: None }
    }
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file)?;
        let mut between = if self.file.is_empty() { "" } else { ": " };
        if let Some(line) = self.line {
            write!(f, "{between}line {line}")?;
            between = ": ";
        }
        self.entry.map_or(Ok(()), |(list, index)| write!(f, "{between}{list}[{index}]"))
    }
}

/// Reads `text` as a resource of type `name`.
///
/// # Errors
/// A fault with the path of the first element that is not what FHIR has there, or the line and
/// column where the JSON breaks off.
pub(in crate::exchange) fn parse<'a, T: Deserialize<'a>>(
    text: &'a str,
    name: &str,
    origin: Origin<'_>,
) -> Result<T, Fault> {
    match serde_json::from_str::<One<T>>(text).map(One::into_inner) {
        Ok(Some(resource)) => Ok(resource),
        Ok(None) => Err(wrong_type(name, "expected an object, found null".into(), origin)),
        Err(error) => Err(match error.classify() {
            Category::Data => {
                let at = path_of::<T>(text);
                let between = if at.is_empty() || at.starts_with('[') { "" } else { "." };
                wrong_type(&format!("{name}{between}{at}"), described(&error), origin)
            }
            Category::Io | Category::Syntax | Category::Eof => broken(&error, origin),
        }),
    }
}

fn wrong_type(path: &str, message: String, origin: Origin<'_>) -> Fault {
    let mut fault = origin.fault("fhir::wrong_type", path, message);
    fault.help = Some(format!("send what FHIR R4 has at `{path}`"));
    fault
}

/// The fault of a text that is no JSON.
pub(in crate::exchange) fn broken(error: &serde_json::Error, origin: Origin<'_>) -> Fault {
    let mut fault = origin.fault(
        "fhir::broken_json",
        &format!("line {}, column {}", error.line(), error.column()),
        format!("this is not JSON: {}", without_place(&error.to_string())),
    );
    if fault.message.contains("trailing characters") {
        fault.help = Some("several resources go into one Bundle, or one a line as NDJSON".into());
    }
    fault
}

/// A reject of a resource that could not be read, with what can still be told of it.
pub(in crate::exchange) fn reject(text: &str, fault: Fault) -> Reject {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let member = |name: &str| value.get(name);
    let id = member("id").or_else(|| member("identifier")?.get(0)?.get("value"));
    let lines = match member("resourceType").and_then(|kind| kind.as_str()) {
        Some("Claim") => member("item").and_then(|item| item.as_array()).map_or(0, Vec::len),
        Some("ServiceRequest") => 1,
        Some(_) | None => 0,
    };
    Reject {
        request_id: id.and_then(|id| id.as_str()).map(str::to_owned),
        lines: u32::try_from(lines).unwrap_or(u32::MAX),
        fault,
    }
}

/// The id of a resource that could not be read as what it is.
pub(in crate::exchange) fn salvaged_id(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    value.get("id")?.as_str().map(str::to_owned)
}

fn path_of<'a, T: Deserialize<'a>>(text: &'a str) -> String {
    let mut json = serde_json::Deserializer::from_str(text);
    let path = serde_path_to_error::deserialize::<_, One<T>>(&mut json).err().map(|error| error.path().to_string());
    path.filter(|path| path != ".").unwrap_or_default()
}

/// What was expected, and the kind of what stood there.
fn described(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = without_place(&text);
    let Some((found, expected)) = text.rsplit_once(", expected ") else {
        // Our own words, or a member that stands twice; neither holds a value.
        return if text.starts_with("invalid") { "this cannot be read".into() } else { text.to_owned() };
    };
    let expected = match expected {
        "u32" => "a whole number, not below zero",
        other => other,
    };
    let kind = found.split_once(": ").map_or(found, |(_, kind)| kind).split([' ', '`']).next();
    let found = match kind {
        Some("string") => "a text",
        Some("integer" | "floating") => "another number",
        Some("boolean") => "true or false",
        Some("map") => "an object",
        Some("sequence") => "a list",
        Some("null") => "null",
        Some(_) | None => "something else",
    };
    format!("expected {expected}, found {found}")
}

fn without_place(text: &str) -> &str {
    text.rsplit_once(" at line ").map_or(text, |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::fhir::resource::{Claim, ServiceRequest};

    const HERE: Origin<'static> = Origin { file: "claims.json", line: None, entry: None };

    fn check<'a, T: Deserialize<'a> + fmt::Debug>(name: &str, json: &'a str, place: &str, message: &str) {
        let fault = parse::<T>(json, name, HERE).unwrap_err();
        assert_eq!((fault.place.as_str(), fault.message.as_str()), (place, message), "{json}");
    }

    #[test]
    fn a_wrong_type_names_its_path_and_no_value() {
        check::<Claim<'_>>(
            "Claim",
            r#"{"item":[{},{"quantity":{"value":"Jane Roe, expected x"}}]}"#,
            "claims.json: Claim.item[1].quantity.value",
            "expected a number",
        );
        check::<Claim<'_>>(
            "Claim",
            r#"{"patient":"Jane Roe, expected nobody"}"#,
            "claims.json: Claim.patient",
            "expected an object, found a text",
        );
        check::<Claim<'_>>(
            "Claim",
            r#"{"item":[{"diagnosisSequence":[-1]}]}"#,
            "claims.json: Claim.item[0].diagnosisSequence[0]",
            "expected a whole number, not below zero, found another number",
        );
        check::<ServiceRequest<'_>>(
            "ServiceRequest",
            r#"{"code":[{"text":"x"}]}"#,
            "claims.json: ServiceRequest.code",
            "expected an object, found a list",
        );
        check::<Claim<'_>>("Claim", r#"{"id":"a","id":"b"}"#, "claims.json: Claim", "duplicate field `id`");
    }

    #[test]
    fn broken_json_names_line_and_column() {
        check::<Claim<'_>>(
            "Claim",
            "{\"id\":\"C-1\",\n \"item\": [}",
            "claims.json: line 2, column 11",
            "this is not JSON: expected value",
        );
        let deep = format!("{{\"item\":{}", "[".repeat(100_000));
        let fault = parse::<Claim<'_>>(&deep, "Claim", HERE).unwrap_err();
        assert_eq!(fault.code, "fhir::wrong_type");
    }

    #[test]
    fn a_reject_still_counts_its_lines() {
        let fault = HERE.fault("x", "", "y");
        let read = reject(r#"{"resourceType":"Claim","id":"C-1","item":[{},{}]}"#, fault.clone());
        assert_eq!((read.request_id.as_deref(), read.lines), (Some("C-1"), 2));
        assert_eq!(reject("{", fault).request_id, None);
    }
}
