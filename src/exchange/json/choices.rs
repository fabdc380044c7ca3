//! The words of the native contract where only a few are allowed. The first word of a value is the
//! one we write.

use crate::{
    code::System,
    request::{Concept, Form, Frequency, Kind, LineOfBusiness, PainType, Purpose, Sex, Status, Verification},
};

pub(super) const KIND: &[(&str, Kind)] = &[("claim", Kind::Claim), ("order", Kind::Order)];

pub(super) const FORM: &[(&str, Form)] =
    &[("professional", Form::Professional), ("institutional", Form::Institutional), ("inpatient", Form::Inpatient)];

pub(super) const FREQUENCY: &[(&str, Frequency)] =
    &[("original", Frequency::Original), ("replacement", Frequency::Replacement), ("void", Frequency::Void)];

pub(super) const SEX: &[(&str, Sex)] = &[
    ("F", Sex::Female),
    ("M", Sex::Male),
    ("other", Sex::Other),
    ("female", Sex::Female),
    ("male", Sex::Male),
    ("unknown", Sex::Other),
    ("U", Sex::Other),
];

pub(super) const LINE_OF_BUSINESS: &[(&str, LineOfBusiness)] = &[
    ("commercial", LineOfBusiness::Commercial),
    ("medicare_advantage", LineOfBusiness::MedicareAdvantage),
    ("medicare", LineOfBusiness::Medicare),
    ("medicaid", LineOfBusiness::Medicaid),
    ("other", LineOfBusiness::Other),
];

pub(super) const PAIN_TYPE: &[(&str, PainType)] =
    &[("axial", PainType::Axial), ("radicular", PainType::Radicular), ("mixed", PainType::Mixed)];

pub(super) const SYSTEM: &[(&str, System)] = &[
    ("cpt", System::Cpt),
    ("hcpcs", System::Hcpcs),
    ("icd10pcs", System::Icd10Pcs),
    ("icd10cm", System::Icd10Cm),
    ("snomed", System::Snomed),
];

pub(super) const STATUS: &[(&str, Status)] = &[
    ("active", Status::Active),
    ("recurrence", Status::Active),
    ("relapse", Status::Active),
    ("inactive", Status::Past),
    ("remission", Status::Past),
    ("resolved", Status::Past),
];

pub(super) const VERIFICATION: &[(&str, Verification)] = &[
    ("confirmed", Verification::Confirmed),
    ("provisional", Verification::Unconfirmed),
    ("differential", Verification::Unconfirmed),
    ("unconfirmed", Verification::Unconfirmed),
    ("refuted", Verification::Refuted),
    ("entered-in-error", Verification::Refuted),
];

pub(super) const CONCEPT: &[(&str, Concept)] = &[
    ("drg-radiofrequency", Concept::DrgRadiofrequency),
    ("joint-radiofrequency", Concept::JointRadiofrequency),
    ("other", Concept::Other),
];

pub(super) const PURPOSE: &[(&str, Purpose)] =
    &[("diagnostic", Purpose::Diagnostic), ("therapeutic", Purpose::Therapeutic)];
