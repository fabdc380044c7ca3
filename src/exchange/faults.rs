//! The faults of one request, gathered so that a sender hears of all of them at once, and names
//! that nearly match.
//!
//! Knows no format. What stands in a message is a place, a name of ours, or a name the sender used
//! where it looks like a name; never a value.

use super::{Fault, Reject};

/// How many faults of one request are told in words; the rest is counted.
const FAULTS_TOLD_MAX: usize = 12;

/// How long a name of the sender's may be to be repeated or compared.
const NAME_CHARS_MAX: usize = 40;

/// How alike two names must be (Jaro–Winkler, 0 to 1) to ask "did you mean".
const ALIKE_MIN: f64 = 0.85;

/// How long a known name must be to be meant by a name that holds it.
const PART_CHARS_MIN: usize = 5;

/// The faults of one request, in the order of the input.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    told: Vec<Fault>,
    count: usize,
}

impl Faults {
    /// Adds a fault.
    pub(crate) fn push(&mut self, fault: Fault) {
        self.count += 1;
        if self.told.len() < FAULTS_TOLD_MAX {
            self.told.push(fault);
        }
    }

    /// One reject that tells of every fault: alone as it is, several as a list under the first
    /// one's code and place. `None` where nothing is wrong.
    pub(crate) fn into_reject(self, request_id: Option<String>, lines: u32) -> Option<Reject> {
        let first = self.told.first()?;
        if self.count == 1 {
            return Some(Reject { request_id, lines, fault: first.clone() });
        }
        let told: Vec<String> = self.told.iter().map(sentence).collect();
        let more = match self.count - told.len() {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let message = format!("{} faults: {}{more}", self.count, told.join("; "));
        let fault = Fault { code: first.code, place: first.place.clone(), message, help: None };
        Some(Reject { request_id, lines, fault })
    }
}

fn sentence(fault: &Fault) -> String {
    match &fault.help {
        Some(help) => format!("{}: {} ({help})", fault.place, fault.message),
        None => format!("{}: {}", fault.place, fault.message),
    }
}

/// The `known` name that is most like `name`, or part of it, where one is like enough. Case,
/// hyphens and underscores do not count: `birthDate` is `birth_date`.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if name.len() > NAME_CHARS_MAX {
        return None;
    }
    let plain = |name: &str| name.replace(['_', '-', ' '], "").to_ascii_lowercase();
    let name = plain(name);
    let alike = known.into_iter().map(|known| {
        let part = plain(known);
        let alike = strsim::jaro_winkler(&name, &part);
        (if part.len() >= PART_CHARS_MIN && name.contains(&part) { alike.max(ALIKE_MIN) } else { alike }, known)
    });
    alike.filter(|(alike, _)| *alike >= ALIKE_MIN).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

/// A name the sender used, as it may be repeated: what does not look like a name (a value that
/// slipped into its place may be a patient's) becomes `…`.
pub(crate) fn shown(name: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ');
    let letter = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    if letter && name.len() <= NAME_CHARS_MAX && name.bytes().all(plain) { name } else { "…" }
}

/// Whether `text` can be a sender's identifier of a claim: short enough to be echoed in every
/// answer and without characters that a terminal would obey.
pub(crate) fn is_request_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= super::REQUEST_ID_BYTES_MAX && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(place: &str, help: Option<&str>) -> Fault {
        Fault { code: "json::x", place: place.into(), message: "is wrong".into(), help: help.map(Into::into) }
    }

    #[test]
    fn one_fault_stands_alone_and_several_are_listed() {
        let check = |faults: Vec<Fault>, message: &str, help: Option<&str>| {
            let mut all = Faults::default();
            faults.into_iter().for_each(|fault| all.push(fault));
            let reject = all.into_reject(None, 1).unwrap();
            assert_eq!((reject.fault.message.as_str(), reject.fault.help.as_deref()), (message, help));
        };
        check(vec![fault("a", Some("so"))], "is wrong", Some("so"));
        check(vec![fault("a", Some("so")), fault("b", None)], "2 faults: a: is wrong (so); b: is wrong", None);
        let mut many = Faults::default();
        (0..FAULTS_TOLD_MAX + 3).for_each(|_| many.push(fault("a", None)));
        assert!(many.into_reject(None, 1).unwrap().fault.message.ends_with("; and 3 more"));
        assert_eq!(Faults::default().into_reject(None, 1), None);
    }

    #[test]
    fn near_names_are_found_and_values_are_not_repeated() {
        let known = ["procedure", "birth_date", "diagnoses", "lines"];
        let check = |name: &str, expected: Option<&str>| assert_eq!(nearest(name, known), expected, "{name}");
        check("procedre", Some("procedure"));
        check("birthDate", Some("birth_date"));
        check("procedure_code", Some("procedure"));
        check("service_lines", Some("lines"));
        check("payer", None);
        check(&"x".repeat(1000), None);
        assert_eq!(shown("claim_line_number"), "claim_line_number");
        assert_eq!(shown("123-45-6789"), "…");
        assert_eq!(shown("Zoë"), "…");
    }
}
