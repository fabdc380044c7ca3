//! Texts that are codes, held against the shape of their system.
//!
//! [`Code::parse`] drops blanks and hyphens, so that `62323-50` or "back pain" would become codes
//! that no value set knows, and a line would be judged as no concern of any policy. What has not
//! the shape of its system is unreadable instead. Whether a code of the right shape exists is not
//! asked here.

use crate::code::{Code, System};

/// What is expected where a service is named.
pub(crate) const PROCEDURE: &str = "a CPT, HCPCS or ICD-10-PCS code";

/// What is expected where a diagnosis is named.
pub(crate) const DIAGNOSIS: &str = "an ICD-10-CM code";

/// What is expected where a diagnosis is named in SNOMED CT.
pub(crate) const CONCEPT: &str = "a SNOMED CT identifier";

/// A procedure of a named `system`, or of the one its shape tells: a letter and four digits is
/// HCPCS, four digits and a digit or letter CPT, seven characters ICD-10-PCS. CPT and HCPCS share
/// one qualifier in practice (X12 `HC`), so that between them the shape decides.
pub(crate) fn procedure(system: Option<System>, text: &str) -> Option<Code> {
    let told = || one_word(System::of_procedure(text), text).filter(is_level_one_or_two);
    let inpatient = || one_word(System::Icd10Pcs, text).filter(is_inpatient);
    if text.contains('.') {
        return None;
    }
    match system {
        None => told().or_else(inpatient),
        Some(System::Cpt | System::Hcpcs) => told(),
        Some(System::Icd10Pcs) => inpatient(),
        Some(_) => None,
    }
}

/// A diagnosis of ICD-10-CM or SNOMED CT; other systems carry none that a policy could know.
pub(crate) fn diagnosis(system: System, text: &str) -> Option<Code> {
    let code = one_word(system, text)?;
    let text = code.text().as_bytes();
    let shaped = match system {
        System::Icd10Cm => {
            matches!(text, [letter, digit, _, ..] if letter.is_ascii_alphabetic() && digit.is_ascii_digit())
                && text.len() <= 7
        }
        System::Snomed => (6..=18).contains(&text.len()) && text.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    shaped.then_some(code)
}

/// A CPT or HCPCS modifier: two characters.
pub(crate) fn modifier(text: &str) -> Option<Code> {
    of_length(System::Modifier, text, 2)
}

/// A CMS place of service: two characters.
pub(crate) fn place_of_service(text: &str) -> Option<Code> {
    of_length(System::PlaceOfService, text, 2)
}

/// An NUBC condition code: two characters.
pub(crate) fn condition_code(text: &str) -> Option<Code> {
    of_length(System::ConditionCode, text, 2)
}

fn of_length(system: System, text: &str, length: usize) -> Option<Code> {
    Code::parse(system, text).ok().filter(|code| code.text().len() == length)
}

/// A code without blanks or hyphens inside it: those part words, or modifiers from their procedure.
fn one_word(system: System, text: &str) -> Option<Code> {
    let text = text.trim();
    if text.contains([' ', '\t', '-']) { None } else { Code::parse(system, text).ok() }
}

/// Seven characters, a digit among them, never the letters I and O.
fn is_inpatient(code: &Code) -> bool {
    let text = code.text();
    text.len() == 7 && !text.contains(['I', 'O']) && text.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_level_one_or_two(code: &Code) -> bool {
    let text = code.text().as_bytes();
    match code.system() {
        System::Hcpcs => matches!(text, [_, digits @ ..] if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit)),
        _ => matches!(text, [digits @ .., _] if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn procedures_have_the_shape_of_their_system() {
        let check = |system: Option<System>, text: &str, expected: Option<(System, &str)>| {
            let code = procedure(system, text);
            assert_eq!(code.as_ref().map(|code| (code.system(), code.text())), expected, "{text}");
        };
        check(None, " 62323 ", Some((System::Cpt, "62323")));
        check(None, "0216t", Some((System::Cpt, "0216T")));
        check(None, "g0260", Some((System::Hcpcs, "G0260")));
        check(Some(System::Cpt), "G0260", Some((System::Hcpcs, "G0260")));
        check(None, "3E0R33Z", Some((System::Icd10Pcs, "3E0R33Z")));
        check(Some(System::Icd10Pcs), "62323", None);
        check(Some(System::Snomed), "18286008", None);
        for text in ["", "6232", "62323-50", "G026", "back pain", "steroid", "back 12", "M54.16", "abcde"] {
            check(None, text, None);
        }
    }

    #[test]
    fn diagnoses_and_small_codes_have_theirs() {
        let check = |system, text: &str, expected: Option<&str>| {
            assert_eq!(diagnosis(system, text).as_ref().map(Code::text), expected, "{text}");
        };
        check(System::Icd10Cm, "m54.16", Some("M5416"));
        check(System::Icd10Cm, "S39.012A", Some("S39012A"));
        check(System::Icd10Cm, "back pain", None);
        check(System::Icd10Cm, "L5 disc", None);
        check(System::Icd10Cm, "724.2", None);
        check(System::Icd10Cm, "M5", None);
        check(System::Snomed, "2415007", Some("2415007"));
        check(System::Snomed, "M5416", None);
        check(System::Cpt, "62323", None);
        assert!(modifier("kx").is_some() && modifier("K").is_none() && modifier("50 LT").is_none());
        assert!(place_of_service("11").is_some() && condition_code("30").is_some());
    }
}
