//! CodeableConcept → codes: of several codings that say the same, the one that policies speak.
//!
//! A concept of unknown systems or of words only is unreadable, never guessed.

use super::{
    resource::{Coding, Concept},
    shape::Text,
};
use crate::{
    code::{Code, System},
    exchange::codes,
    request::{self, Given, PainType, Purpose, Source},
};

/// System of a structured concept of a procedure that has no code of its own.
const PROCEDURE_CONCEPT: &str = "urn:claimgate:procedure-concept";
/// System of what an order is for.
const PURPOSE: &str = "urn:claimgate:purpose";
/// System of the pain type that an order states.
const PAIN_TYPE: &str = "urn:claimgate:pain-type";

/// Systems of procedures.
const PROCEDURES: &[System] = &[System::Cpt, System::Hcpcs, System::Icd10Pcs];
/// Systems of diagnoses, the one that claims are paid by first.
const DIAGNOSES: &[System] = &[System::Icd10Cm, System::Snomed, System::Icd9Cm];
/// What is expected where a diagnosis is named.
const DIAGNOSIS: &str = "an ICD-10-CM or SNOMED CT code";

/// What a concept says of a procedure.
#[derive(Debug)]
pub(super) struct Procedure {
    /// The code.
    pub(super) code: Given<Code>,
    /// Modifiers that stood behind it, as in `64493-KX`.
    pub(super) modifiers: Vec<Code>,
    /// Whether something else stood behind it.
    pub(super) unread_modifier: bool,
    /// A structured concept.
    pub(super) concept: Given<request::Concept>,
}

/// The codes of a diagnosis: every code of the most wanted system, for a problem list maps one
/// problem to several ICD-10-CM codes that only together say it. A code that says nothing is read, and
/// so is what stands beside it. Empty where nothing was given.
pub(super) fn diagnoses(concept: &Concept<'_>, source: &Source) -> Vec<Given<Code>> {
    let mut read: Vec<Given<Code>> = Vec::new();
    for system in DIAGNOSES {
        let mut codes: Vec<Code> = Vec::new();
        let mut unread = false;
        for text in texts_of(&concept.coding, *system) {
            match diagnosis(*system, text) {
                Some(code) if codes.contains(&code) => {}
                Some(code) => codes.push(code),
                None => unread = true,
            }
        }
        if !codes.is_empty() {
            let says_something = !codes.iter().all(says_nothing);
            read.extend(codes.into_iter().map(|code| Given::value(code, source.clone())));
            read.extend(unread.then(|| Given::unreadable(DIAGNOSIS, source.clone())));
            if says_something || unread {
                return read;
            }
        }
    }
    let is_said = match read.is_empty() {
        true => says_something(&concept.coding, &concept.text),
        // Of a code that says nothing, other codes and other words say what is meant.
        false => {
            concept.coding.iter().any(|coding| coding.code.get().is_none_or(|text| !is_nothing(text)))
                || concept.text.get().is_some_and(says_more)
        }
    };
    read.extend(is_said.then(|| Given::unreadable(DIAGNOSIS, source.clone())));
    read
}

/// Illness, unspecified: what a problem without a map to ICD-10-CM is given.
const UNSPECIFIED: &str = "R69";

/// Words that say no more than it.
const UNSPECIFIED_WORDS: &[&str] = &["", "illness", "illness, unspecified", "unspecified illness", "unknown"];

/// Whether a code is that one; what is written below it is no code at all.
fn says_nothing(code: &Code) -> bool {
    code.system() == System::Icd10Cm && code.text().starts_with(UNSPECIFIED)
}

fn says_more(words: &str) -> bool {
    !UNSPECIFIED_WORDS.iter().any(|known| known.eq_ignore_ascii_case(words.trim()))
}

fn is_nothing(text: &str) -> bool {
    diagnosis(System::Icd10Cm, text).is_some_and(|code| says_nothing(&code))
}

fn diagnosis(system: System, text: &str) -> Option<Code> {
    match system {
        System::Icd9Cm => Code::parse(system, text).ok(),
        _ => codes::diagnosis(system, text),
    }
}

/// The procedure of a concept. Two different codes of one system are none: which one will be
/// billed is not known.
pub(super) fn procedure(coding: &[Coding<'_>], text: &Text<'_>, source: &Source) -> Procedure {
    let concept =
        word(coding, PROCEDURE_CONCEPT, "drg-radiofrequency, joint-radiofrequency or other", source, |code| {
            Some(match code {
                "drg-radiofrequency" => request::Concept::DrgRadiofrequency,
                "joint-radiofrequency" => request::Concept::JointRadiofrequency,
                "other" => request::Concept::Other,
                _ => return None,
            })
        });
    for system in PROCEDURES {
        let mut found = coded(coding, *system);
        let Some((code, modifiers)) = found.next() else { continue };
        let code = match found.all(|(other, _)| other == code) {
            true => Given::value(code, source.clone()),
            false => Given::unreadable("one CPT, HCPCS or ICD-10-PCS code", source.clone()),
        };
        let unread_modifier = modifiers.iter().any(Option::is_none);
        return Procedure { code, modifiers: modifiers.into_iter().flatten().collect(), unread_modifier, concept };
    }
    let ours = |coding: &&Coding<'_>| !coding.system.is(PROCEDURE_CONCEPT);
    let given = text.get().is_some() || coding.iter().filter(ours).any(|coding| coding.code.get().is_some());
    let code = match given {
        true => Given::unreadable("a CPT, HCPCS or ICD-10-PCS code", source.clone()),
        false => Given::Absent,
    };
    Procedure { code, modifiers: Vec::new(), unread_modifier: false, concept }
}

/// What an order is for.
pub(super) fn purpose(coding: &[Coding<'_>], source: &Source) -> Given<Purpose> {
    word(coding, PURPOSE, "diagnostic or therapeutic", source, |code| match code {
        "diagnostic" => Some(Purpose::Diagnostic),
        "therapeutic" => Some(Purpose::Therapeutic),
        _ => None,
    })
}

/// The pain type that an order states.
pub(super) fn pain_type(coding: &[Coding<'_>], source: &Source) -> Given<PainType> {
    word(coding, PAIN_TYPE, "axial, radicular or mixed", source, |code| match code {
        "axial" => Some(PainType::Axial),
        "radicular" => Some(PainType::Radicular),
        "mixed" => Some(PainType::Mixed),
        _ => None,
    })
}

/// Place of service, under whichever spelling of its system.
pub(super) fn place_of_service(concept: &Concept<'_>) -> Option<Code> {
    let known = |coding: &&Coding<'_>| {
        let system = coding.system.get().unwrap_or_default();
        System::from_uri(system) == System::PlaceOfService
            || system.to_ascii_lowercase().contains("place-of-service-codes")
    };
    let text = concept.coding.iter().filter(known).find_map(|coding| coding.code.get())?;
    Code::parse(System::PlaceOfService, text).ok()
}

/// A modifier: its element says what it is, so its system does not count.
pub(super) fn modifier(concept: &Concept<'_>) -> Option<Code> {
    concept.coding.iter().find_map(|coding| codes::modifier(coding.code.get()?))
}

/// Whether one of the codings says `code`, of whatever system.
pub(super) fn says(concept: Option<&Concept<'_>>, code: &str) -> bool {
    concept.is_some_and(|concept| concept.coding.iter().any(|coding| coding.code.is(code)))
}

/// The codes that a concept gives in `system`.
pub(super) fn texts_of<'c>(coding: &'c [Coding<'_>], system: System) -> impl Iterator<Item = &'c str> {
    coding.iter().filter_map(move |coding| {
        let text = coding.code.get()?;
        (System::from_uri(coding.system.get()?) == system).then_some(text)
    })
}

/// Every code of `system` with what stands behind it, `None` where that is no modifier. CPT and HCPCS travel under each other's
/// URI: their shape tells which it is.
fn coded(coding: &[Coding<'_>], system: System) -> impl Iterator<Item = (Code, Vec<Option<Code>>)> {
    coding.iter().filter_map(move |coding| {
        let text = coding.code.get()?;
        let mut parts = text.split('-');
        let head = parts.next()?;
        let named = match System::from_uri(coding.system.get()?) {
            System::Cpt | System::Hcpcs => System::of_procedure(head),
            other => other,
        };
        let code = codes::procedure(Some(system), head).filter(|_| named == system)?;
        Some((code, parts.map(codes::modifier).collect()))
    })
}

fn word<T: PartialEq>(
    coding: &[Coding<'_>],
    system: &str,
    expected: &'static str,
    source: &Source,
    read: impl Fn(&str) -> Option<T>,
) -> Given<T> {
    let mut words =
        coding.iter().filter(|coding| coding.system.is(system)).map(|coding| coding.code.get().and_then(&read));
    match words.next() {
        None => Given::Absent,
        Some(Some(value)) if words.all(|other| other.as_ref() == Some(&value)) => Given::value(value, source.clone()),
        Some(_) => Given::unreadable(expected, source.clone()),
    }
}

fn says_something(coding: &[Coding<'_>], text: &Text<'_>) -> bool {
    text.get().is_some() || coding.iter().any(|coding| coding.code.get().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPT: &str = "http://www.ama-assn.org/go/cpt";
    const HCPCS: &str = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
    const PCS: &str = "http://www.cms.gov/Medicare/Coding/ICD10";
    const ICD: &str = "http://hl7.org/fhir/sid/icd-10-cm";
    const SNOMED: &str = "http://snomed.info/sct";

    fn concept(codings: &[(&str, &str)], text: &str) -> String {
        let coding: Vec<_> =
            codings.iter().map(|(system, code)| serde_json::json!({"system": system, "code": code})).collect();
        serde_json::json!({"coding": coding, "text": text}).to_string()
    }

    fn check(kind: &str, codings: &[(&str, &str)], text: &str, expected: &str) {
        let json = concept(codings, text);
        let concept: Concept<'_> = serde_json::from_str(&json).unwrap();
        let source = Source::field("here");
        let show = |given: &Given<Code>| match given {
            Given::Absent => "absent".to_owned(),
            Given::Value(sourced) => format!("{:?}", sourced.value),
            Given::Unreadable(sourced) => format!("not {}", sourced.value),
        };
        let read = match kind {
            "diagnosis" => diagnoses(&concept, &source).iter().map(show).collect(),
            _ => {
                let read = procedure(&concept.coding, &concept.text, &source);
                let mut all = vec![show(&read.code)];
                all.extend(read.modifiers.iter().map(|modifier| modifier.text().to_owned()));
                all.extend(read.concept.get().map(|concept| format!("{concept:?}")));
                all
            }
        };
        assert_eq!(read.join(" "), expected, "{json}");
    }

    #[test]
    fn diagnoses_prefer_icd10cm_then_snomed() {
        check("diagnosis", &[(SNOMED, "279039007"), (ICD, "m54.16")], "", "icd10cm:M54.16");
        check("diagnosis", &[(SNOMED, "279039007"), ("urn:x", "9")], "", "snomed:279039007");
        check("diagnosis", &[("http://hl7.org/fhir/sid/icd-9-cm", "724.2")], "", "icd9cm:724.2");
        check("diagnosis", &[(ICD, "E11.9"), (ICD, "Z79.4"), (ICD, "E119")], "", "icd10cm:E11.9 icd10cm:Z79.4");
        check("diagnosis", &[(ICD, "M54:16"), (SNOMED, "279039007")], "", "snomed:279039007");
        check("diagnosis", &[("urn:x", "9")], "", "not an ICD-10-CM or SNOMED CT code");
        check("diagnosis", &[("", "M54.16")], "", "not an ICD-10-CM or SNOMED CT code");
        check("diagnosis", &[], "back pain", "not an ICD-10-CM or SNOMED CT code");
        check("diagnosis", &[("", "")], " ", "");
    }

    #[test]
    fn what_stands_beside_a_diagnosis_that_says_nothing_is_read() {
        let unread = "icd10cm:R69 not an ICD-10-CM or SNOMED CT code";
        check("diagnosis", &[(ICD, "R69"), (SNOMED, "254637007")], "", "icd10cm:R69 snomed:254637007");
        check("diagnosis", &[(SNOMED, "254637007"), (ICD, "R69"), ("urn:x", "9")], "", "icd10cm:R69 snomed:254637007");
        check(
            "diagnosis",
            &[(ICD, "R69"), ("http://hl7.org/fhir/sid/icd-9-cm", "724.2")],
            "",
            "icd10cm:R69 icd9cm:724.2",
        );
        check("diagnosis", &[(ICD, "R69"), (SNOMED, "25:4")], "", unread);
        check("diagnosis", &[(ICD, "R69"), ("urn:x", "9")], "", unread);
        check("diagnosis", &[(ICD, "R69"), (ICD, "M54:16"), (SNOMED, "279039007")], "", unread);
        check("diagnosis", &[(ICD, "R69")], "illness", "icd10cm:R69");
        check("diagnosis", &[(ICD, "R69")], "Illness, unspecified ", "icd10cm:R69");
        check("diagnosis", &[(ICD, "R69")], "Chordoma of sacrum", unread);
        check("diagnosis", &[(ICD, "R69.0"), (SNOMED, "254637007")], "", "icd10cm:R69.0 snomed:254637007");
        check("diagnosis", &[(ICD, "R69"), ("urn:x", "R69")], "", "icd10cm:R69");
        // Beside what says something it is one of several that only together say it.
        check("diagnosis", &[(ICD, "R69"), (ICD, "M54.16"), (SNOMED, "254637007")], "", "icd10cm:R69 icd10cm:M54.16");
    }

    #[test]
    fn procedures_prefer_cpt_then_hcpcs_then_icd10pcs() {
        check("procedure", &[(PCS, "3E0R33Z"), (HCPCS, "G0260"), (CPT, "62323")], "", "cpt:62323");
        check("procedure", &[(PCS, "3E0R33Z"), (HCPCS, "G0260")], "", "hcpcs:G0260");
        check("procedure", &[(PCS, "3E0R33Z")], "", "icd10pcs:3E0R33Z");
        check("procedure", &[(HCPCS, "62323")], "", "cpt:62323");
        check("procedure", &[(CPT, "g0260")], "", "hcpcs:G0260");
        check("procedure", &[(CPT, "64493-KX-50")], "", "cpt:64493 KX 50");
        check("procedure", &[(CPT, "62323"), (CPT, "62323")], "", "cpt:62323");
        check("procedure", &[(CPT, "62321"), (CPT, "62323")], "", "not one CPT, HCPCS or ICD-10-PCS code");
        check("procedure", &[(CPT, "6232")], "", "not a CPT, HCPCS or ICD-10-PCS code");
        check("procedure", &[(SNOMED, "359962006")], "", "not a CPT, HCPCS or ICD-10-PCS code");
        check("procedure", &[], "epidural", "not a CPT, HCPCS or ICD-10-PCS code");
        check("procedure", &[("", "")], "", "absent");
        check(
            "procedure",
            &[(CPT, "64999"), (PROCEDURE_CONCEPT, "drg-radiofrequency")],
            "",
            "cpt:64999 DrgRadiofrequency",
        );
        check("procedure", &[(CPT, "64999"), (PROCEDURE_CONCEPT, "new")], "", "cpt:64999");
        check("procedure", &[(PROCEDURE_CONCEPT, "other")], "", "absent Other");
    }

    #[test]
    fn purposes_and_pain_types_are_words_of_our_own_systems() {
        let json = concept(&[(PURPOSE, "diagnostic"), (PAIN_TYPE, "axial"), (PAIN_TYPE, "mixed")], "");
        let concept: Concept<'_> = serde_json::from_str(&json).unwrap();
        let here = Source::field("here");
        assert_eq!(purpose(&concept.coding, &here).get(), Some(&Purpose::Diagnostic));
        assert!(matches!(pain_type(&concept.coding, &here), Given::Unreadable(_)));
        assert!(pain_type(&[], &here).is_absent());
    }
}
