//! Errors as FHIR has them: OperationOutcome.

use serde_json::{Value, json};

/// Why a call cannot be answered. Holds no value of the call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OutcomeError {
    /// HTTP status.
    pub status: u16,
    /// FHIR `issue-type`: `structure`, `required`, `value`, `not-found`, `too-long`, …
    pub code: &'static str,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The element: `context.patientId`.
    pub path: Option<String>,
}

impl OutcomeError {
    /// A call that breaks the rules of CDS Hooks: 400.
    pub fn bad_call(code: &'static str, path: &str, message: impl Into<String>) -> OutcomeError {
        OutcomeError { status: 400, code, message: message.into(), path: Some(path.to_owned()) }
    }
}

/// The body of an error answer on the FHIR and CDS Hooks paths.
pub fn operation_outcome(error: &OutcomeError) -> Value {
    let mut issue = json!({"severity": "error", "code": error.code, "details": {"text": error.message}});
    if let (Some(path), Some(issue)) = (&error.path, issue.as_object_mut()) {
        issue.insert("expression".into(), json!([path]));
    }
    json!({"resourceType": "OperationOutcome", "issue": [issue]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_names_the_element() {
        let error = OutcomeError::bad_call("required", "context.patientId", "the call names no patient");
        let outcome = operation_outcome(&error);
        assert_eq!(outcome["issue"][0]["expression"][0], "context.patientId");
        assert_eq!(outcome["issue"][0]["code"], "required");
        let bare = operation_outcome(&OutcomeError { path: None, ..error });
        assert_eq!(bare["issue"][0].get("expression"), None);
    }
}
