//! The words of the native contract where only a few are allowed. The first word of a value is the
//! one we write.

use crate::{
    code::System,
    request::{Concept, Form, Frequency, Kind, LineOfBusiness, PainType, Purpose, Sex, Status, Verification},
};

pub(crate) const KIND: &[(&str, Kind)] = &[("claim", Kind::Claim), ("order", Kind::Order)];

pub(crate) const FORM: &[(&str, Form)] =
    &[("professional", Form::Professional), ("institutional", Form::Institutional), ("inpatient", Form::Inpatient)];

pub(crate) const FREQUENCY: &[(&str, Frequency)] =
    &[("original", Frequency::Original), ("replacement", Frequency::Replacement), ("void", Frequency::Void)];

pub(crate) const SEX: &[(&str, Sex)] = &[
    ("F", Sex::Female),
    ("M", Sex::Male),
    ("other", Sex::Other),
    ("female", Sex::Female),
    ("male", Sex::Male),
    ("unknown", Sex::Other),
    ("U", Sex::Other),
];

pub(crate) const LINE_OF_BUSINESS: &[(&str, LineOfBusiness)] = &[
    ("commercial", LineOfBusiness::Commercial),
    ("medicare_advantage", LineOfBusiness::MedicareAdvantage),
    ("medicare", LineOfBusiness::Medicare),
    ("medicaid", LineOfBusiness::Medicaid),
    ("other", LineOfBusiness::Other),
];

pub(crate) const PAIN_TYPE: &[(&str, PainType)] =
    &[("axial", PainType::Axial), ("radicular", PainType::Radicular), ("mixed", PainType::Mixed)];

pub(crate) const SYSTEM: &[(&str, System)] = &[
    ("cpt", System::Cpt),
    ("hcpcs", System::Hcpcs),
    ("icd10pcs", System::Icd10Pcs),
    ("icd10cm", System::Icd10Cm),
    ("snomed", System::Snomed),
];

pub(crate) const STATUS: &[(&str, Status)] = &[
    ("active", Status::Active),
    ("recurrence", Status::Active),
    ("relapse", Status::Active),
    ("inactive", Status::Past),
    ("remission", Status::Past),
    ("resolved", Status::Past),
];

pub(crate) const VERIFICATION: &[(&str, Verification)] = &[
    ("confirmed", Verification::Confirmed),
    ("provisional", Verification::Unconfirmed),
    ("differential", Verification::Unconfirmed),
    ("unconfirmed", Verification::Unconfirmed),
    ("refuted", Verification::Refuted),
    ("entered-in-error", Verification::Refuted),
];

pub(crate) const CONCEPT: &[(&str, Concept)] = &[
    ("drg-radiofrequency", Concept::DrgRadiofrequency),
    ("joint-radiofrequency", Concept::JointRadiofrequency),
    ("other", Concept::Other),
];

pub(crate) const PURPOSE: &[(&str, Purpose)] =
    &[("diagnostic", Purpose::Diagnostic), ("therapeutic", Purpose::Therapeutic)];

/// The word we write for a choice.
pub(crate) fn word<T: PartialEq>(choices: &[(&'static str, T)], value: &T) -> Option<&'static str> {
    choices.iter().find(|(_, choice)| choice == value).map(|(word, _)| *word)
}

/// The choice of a word.
pub(crate) fn of_word<T: Copy>(choices: &[(&'static str, T)], word: &str) -> Option<T> {
    choices.iter().find(|(known, _)| *known == word).map(|(_, choice)| *choice)
}
