//! Code systems and the names they travel under.

use std::fmt;

/// A code system.
///
/// URIs and aliases: FHIR R4 terminology, CMS and NUBC registrations, and the spellings that
/// CMS Blue Button emits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum System {
    /// CPT (Current Procedural Terminology), numbers only.
    Cpt,
    /// HCPCS Level II.
    Hcpcs,
    /// ICD-10-CM diagnoses.
    Icd10Cm,
    /// ICD-10-PCS inpatient procedures.
    Icd10Pcs,
    /// ICD-9-CM, for services before October 2015.
    Icd9Cm,
    /// SNOMED CT.
    Snomed,
    /// CPT and HCPCS modifiers.
    Modifier,
    /// NUBC condition codes of an institutional claim.
    ConditionCode,
    /// CMS place of service.
    PlaceOfService,
    /// NUBC revenue codes.
    Revenue,
    /// LOINC.
    Loinc,
    /// RxNorm.
    RxNorm,
    /// National Drug Codes.
    Ndc,
    /// A system this program does not know.
    Other,
}

/// Each system, the name the native format uses, the URI we emit, and what else we accept.
const NAMES: &[(System, &str, &str, &[&str])] = &[
    (System::Cpt, "cpt", "http://www.ama-assn.org/go/cpt", &["urn:oid:2.16.840.1.113883.6.12"]),
    (
        System::Hcpcs,
        "hcpcs",
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        &[
            "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
            "urn:oid:2.16.840.1.113883.6.285",
            "https://bluebutton.cms.gov/resources/codesystem/hcpcs",
        ],
    ),
    (
        System::Icd10Cm,
        "icd10cm",
        "http://hl7.org/fhir/sid/icd-10-cm",
        &["http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.90"],
    ),
    (
        System::Icd10Pcs,
        "icd10pcs",
        "http://www.cms.gov/Medicare/Coding/ICD10",
        &["https://www.cms.gov/Medicare/Coding/ICD10", "urn:oid:2.16.840.1.113883.6.4"],
    ),
    (System::Icd9Cm, "icd9cm", "http://hl7.org/fhir/sid/icd-9-cm", &["urn:oid:2.16.840.1.113883.6.103"]),
    (System::Snomed, "snomed", "http://snomed.info/sct", &["urn:oid:2.16.840.1.113883.6.96"]),
    (System::Modifier, "modifier", "urn:claimgate:modifier", &[]),
    (System::ConditionCode, "condition_code", "https://www.nubc.org/CodeSystem/ConditionCodes", &[]),
    (
        System::PlaceOfService,
        "place_of_service",
        "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set",
        &["http://terminology.hl7.org/CodeSystem/ex-serviceplace"],
    ),
    (System::Revenue, "revenue", "https://www.nubc.org/CodeSystem/RevenueCodes", &["urn:oid:2.16.840.1.113883.13.18"]),
    (System::Loinc, "loinc", "http://loinc.org", &[]),
    (System::RxNorm, "rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm", &[]),
    (System::Ndc, "ndc", "http://hl7.org/fhir/sid/ndc", &[]),
];

impl System {
    /// The system a URI or one of its aliases stands for; [`System::Other`] where none does.
    pub fn from_uri(uri: &str) -> System {
        let uri = uri.trim().trim_end_matches('/');
        NAMES
            .iter()
            .find(|(_, _, emit, also)| *emit == uri || also.contains(&uri))
            .map_or(System::Other, |(system, ..)| *system)
    }

    /// The system a native name (`cpt`, `icd10cm`, …) stands for.
    pub fn from_name(name: &str) -> Option<System> {
        NAMES.iter().find(|(_, native, ..)| *native == name).map(|(system, ..)| *system)
    }

    /// Every native name, for messages.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name, ..)| *name)
    }

    /// The native name.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(system, ..)| *system == self).map_or("other", |(_, name, ..)| name)
    }

    /// The name in a sentence: of systems of diagnoses as the field writes it.
    pub fn title(self) -> &'static str {
        match self {
            System::Icd10Cm => "ICD-10-CM",
            System::Icd9Cm => "ICD-9-CM",
            System::Snomed => "SNOMED CT",
            _ => self.name(),
        }
    }

    /// The URI to emit.
    pub fn uri(self) -> &'static str {
        NAMES.iter().find(|(system, ..)| *system == self).map_or("urn:claimgate:other", |(_, _, uri, _)| uri)
    }

    /// Whether there is a table of all its codes here. A code of such a system that a pack does not
    /// list is known to be something else; one of another system may mean anything.
    pub fn has_table(self) -> bool {
        self == System::Icd10Cm
    }

    /// CPT or HCPCS, told from a procedure's shape: four digits and a digit or F, T, U, M is CPT,
    /// a letter and four digits is HCPCS Level II (X12 837 `HC` covers both).
    pub fn of_procedure(text: &str) -> System {
        let mut bytes = text.trim().bytes();
        match bytes.next() {
            Some(first) if first.is_ascii_alphabetic() => System::Hcpcs,
            _ => System::Cpt,
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_and_names_find_their_system() {
        let check = |uri: &str, expected| assert_eq!(System::from_uri(uri), expected, "{uri}");
        check("http://www.ama-assn.org/go/cpt", System::Cpt);
        check("urn:oid:2.16.840.1.113883.6.285", System::Hcpcs);
        check("http://hl7.org/fhir/sid/icd-10", System::Icd10Cm);
        check("http://snomed.info/sct/", System::Snomed);
        check("http://example.org/x", System::Other);
        assert_eq!(System::from_name("icd10pcs"), Some(System::Icd10Pcs));
        assert_eq!(System::of_procedure("62323"), System::Cpt);
        assert_eq!(System::of_procedure("0216T"), System::Cpt);
        assert_eq!(System::of_procedure("g0260"), System::Hcpcs);
    }
}
