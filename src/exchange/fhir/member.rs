//! Patient and Coverage → who it is for and which plan pays.

use super::{
    concept::says,
    condition::date,
    context::{Found, Scope, tail},
    resource::{Concept, Coverage, Identifier, Patient, Reference},
};
use crate::{
    exchange::filing,
    private::Private,
    request::{self, Given, LineOfBusiness, Sex, Source},
};

/// Source-of-payment typology (`https://nahdo.org/sopt`): the longest prefix wins. What it calls
/// Medicare without saying which (1, 19) is read as original Medicare; managed care of an unknown
/// payer (7) and unavailable (99) say nothing.
const PAYMENT_TYPOLOGY: &[(&str, Option<LineOfBusiness>)] = &[
    ("11", Some(LineOfBusiness::MedicareAdvantage)),
    ("14", Some(LineOfBusiness::MedicareAdvantage)),
    ("99", None),
    ("1", Some(LineOfBusiness::Medicare)),
    ("2", Some(LineOfBusiness::Medicaid)),
    ("5", Some(LineOfBusiness::Commercial)),
    ("6", Some(LineOfBusiness::Commercial)),
    ("7", None),
    ("3", Some(LineOfBusiness::Other)),
    ("4", Some(LineOfBusiness::Other)),
    ("8", Some(LineOfBusiness::Other)),
    ("9", Some(LineOfBusiness::Other)),
];

/// HL7 v3 ActCode and FHIR self-pay codes that tell a line of business. `HMO`, `PPO`, `POS`,
/// `MCPOL`, `EHCPOL`, `HIP` and `PUBLICPOL` name products that several lines of business sell.
const POLICY_TYPE: &[(&str, LineOfBusiness)] = &[
    ("AUTOPOL", LineOfBusiness::Other),
    ("WCBPOL", LineOfBusiness::Other),
    ("MILITARY", LineOfBusiness::Other),
    ("VET", LineOfBusiness::Other),
    ("CHAR", LineOfBusiness::Other),
    ("pay", LineOfBusiness::Other),
];

/// The native names, as a code of any system or as text.
const NATIVE: &[(&str, LineOfBusiness)] = &[
    ("commercial", LineOfBusiness::Commercial),
    ("medicare_advantage", LineOfBusiness::MedicareAdvantage),
    ("medicare", LineOfBusiness::Medicare),
    ("medicaid", LineOfBusiness::Medicaid),
    ("other", LineOfBusiness::Other),
];

/// The Coverage that `reference` names; without a reference the patient's only one.
pub(super) fn coverage_of<'s, 'a>(
    reference: Option<&Reference<'_>>,
    patient: Option<&str>,
    scope: &'s Scope<'_, 'a>,
) -> Found<'s, Coverage<'a>> {
    if let Some(reference) = reference.and_then(|reference| reference.reference.get()) {
        return scope.coverage(reference);
    }
    let active = |coverage: &Coverage<'_>| !coverage.status.is("cancelled") && !coverage.status.is("entered-in-error");
    let theirs = |coverage: &Coverage<'_>| {
        let beneficiary = coverage.beneficiary.get().and_then(|beneficiary| beneficiary.reference.get());
        match (beneficiary, patient) {
            (Some(beneficiary), Some(patient)) => scope.same_patient(beneficiary, patient),
            (None, _) => true,
            (Some(_), None) => false,
        }
    };
    match scope.outer.coverages.only() {
        Found::Here(_, coverage) if !active(coverage) || !theirs(coverage) => Found::Nothing,
        found => found,
    }
}

/// The plan of a Coverage.
pub(super) fn plan(coverage: &Found<'_, Coverage<'_>>) -> request::Coverage {
    let source = Source::field("Coverage.type");
    let line_of_business = match coverage {
        Found::Nothing => Given::Absent,
        Found::Broken => Given::unreadable("a Coverage that can be read", Source::field("Coverage")),
        Found::Here(_, coverage) => coverage.kind.get().map_or(Given::Absent, |kind| line_of_business(kind, source)),
    };
    request::Coverage { line_of_business, state: None, prior_authorization: Given::Absent }
}

/// The patient whom `reference` names, known to the plan by their Coverage.
pub(super) fn patient(
    reference: Option<&str>,
    coverage: &Found<'_, Coverage<'_>>,
    scope: &Scope<'_, '_>,
) -> request::Patient {
    let found = reference.map_or(Found::Nothing, |reference| scope.patient(reference));
    let broken = |field| Source::field(field);
    let (birth_date, sex) = match &found {
        Found::Nothing => (Given::Absent, Given::Absent),
        Found::Broken => (
            Given::unreadable("a Patient that can be read", broken("Patient.birthDate")),
            Given::unreadable("a Patient that can be read", broken("Patient.gender")),
        ),
        Found::Here(_, patient) => (birth_date(patient), sex(patient)),
    };
    let member_id = member_id(&found, coverage).or_else(|| reference.map(|reference| tail(reference).to_owned()));
    request::Patient { member_id: member_id.map(Private::new), birth_date, sex }
}

fn birth_date(patient: &Patient<'_>) -> Given<Private<crate::date::DateSpan>> {
    match date(&patient.birth_date, Source::field("Patient.birthDate")) {
        Given::Absent => Given::Absent,
        Given::Value(sourced) => Given::value(Private::new(sourced.value), sourced.source),
        Given::Unreadable(sourced) => Given::Unreadable(sourced),
    }
}

fn sex(patient: &Patient<'_>) -> Given<Sex> {
    let source = Source::field("Patient.gender");
    match patient.gender.get() {
        None => Given::Absent,
        Some("female") => Given::value(Sex::Female, source),
        Some("male") => Given::value(Sex::Male, source),
        Some("other" | "unknown") => Given::value(Sex::Other, source),
        Some(_) => Given::unreadable("female, male, other or unknown", source),
    }
}

/// A member number (type `MB`); else the subscriber's, which a family shares: with the dependent's
/// number, or alone where the patient is the subscriber; else the patient's id.
fn member_id(patient: &Found<'_, Patient<'_>>, coverage: &Found<'_, Coverage<'_>>) -> Option<String> {
    let of_patient = |patient: &Patient<'_>| member_number(&patient.identifier);
    let of_coverage = |coverage: &Coverage<'_>| {
        member_number(&coverage.identifier).or_else(|| {
            let subscriber = coverage.subscriber_id.get()?;
            match (coverage.dependent.get(), coverage.relationship.get()) {
                (Some(dependent), _) => Some(format!("{subscriber}-{dependent}")),
                (None, relationship) if relationship.is_none() || says(relationship, "self") => {
                    Some(subscriber.to_owned())
                }
                (None, _) => None,
            }
        })
    };
    let here = match coverage {
        Found::Here(_, coverage) => of_coverage(coverage),
        Found::Nothing | Found::Broken => None,
    };
    match patient {
        Found::Here(_, patient) => here.or_else(|| of_patient(patient)).or_else(|| patient.id.get().map(str::to_owned)),
        Found::Nothing | Found::Broken => here,
    }
}

fn member_number(identifiers: &[Identifier<'_>]) -> Option<String> {
    let member = identifiers.iter().find(|identifier| says(identifier.kind.get(), "MB"))?;
    member.value.get().map(str::to_owned)
}

/// What the codings of `Coverage.type` agree on; its text where they say nothing.
fn line_of_business(kind: &Concept<'_>, source: Source) -> Given<LineOfBusiness> {
    let codings =
        kind.coding.iter().filter_map(|coding| Some((coding.system.get().unwrap_or_default(), coding.code.get()?)));
    let mut read: Vec<LineOfBusiness> = codings.clone().filter_map(|(system, code)| coded(system, code)).collect();
    if read.is_empty() {
        read.extend(kind.text.get().and_then(native));
    }
    let given = codings.clone().next().is_some() || kind.text.get().is_some();
    match read.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Given::value(*first, source),
        [] if !given => Given::Absent,
        [_, ..] => Given::unreadable("one line of business", source),
        [] => Given::unreadable("a type of coverage that tells the line of business", source),
    }
}

fn coded(system: &str, code: &str) -> Option<LineOfBusiness> {
    let within =
        |table: &[(&str, LineOfBusiness)]| table.iter().find(|(name, _)| *name == code).map(|(_, found)| *found);
    if system.contains("nahdo.org/sopt") || system == "urn:oid:2.16.840.1.113883.3.221.5" {
        return PAYMENT_TYPOLOGY.iter().find(|(prefix, _)| code.starts_with(prefix)).and_then(|(_, found)| *found);
    }
    if system.ends_with("/005010/1032") {
        return filing::line_of_business(code);
    }
    if system.ends_with("/v3-ActCode") || system.ends_with("/coverage-selfpay") {
        return within(POLICY_TYPE);
    }
    native(code)
}

fn native(name: &str) -> Option<LineOfBusiness> {
    let name = name.to_ascii_lowercase().replace([' ', '-'], "_");
    NATIVE.iter().find(|(native, _)| *native == name).map(|(_, found)| *found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::fhir::{context::Context, fault::Origin};

    fn lob(kind: &str) -> String {
        let json = format!(r#"{{"type":{kind}}}"#);
        let coverage: Coverage<'_> = serde_json::from_str(&json).unwrap();
        match plan(&Found::Here(None, &coverage)).line_of_business {
            Given::Absent => "absent".into(),
            Given::Value(sourced) => format!("{:?}", sourced.value),
            Given::Unreadable(sourced) => format!("not {}", sourced.value),
        }
    }

    #[test]
    fn line_of_business_of_every_vocabulary() {
        let check = |system: &str, code: &str, expected: &str| {
            let kind = format!(r#"{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#);
            assert_eq!(lob(&kind), expected, "{system} {code}");
        };
        let unclear = "not a type of coverage that tells the line of business";
        let sopt = "https://nahdo.org/sopt";
        check(sopt, "111", "MedicareAdvantage");
        check(sopt, "121", "Medicare");
        check(sopt, "1", "Medicare");
        check(sopt, "21", "Medicaid");
        check(sopt, "512", "Commercial");
        check(sopt, "611", "Commercial");
        check(sopt, "71", unclear);
        check(sopt, "95", "Other");
        check(sopt, "99", unclear);
        let v3 = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
        check(v3, "HMO", unclear);
        check(v3, "PUBLICPOL", unclear);
        check(v3, "WCBPOL", "Other");
        let filing = "https://codesystem.x12.org/005010/1032";
        check(filing, "16", "MedicareAdvantage");
        check(filing, "MC", "Medicaid");
        check(filing, "HM", unclear);
        check("", "MEDICARE", "Medicare");
        check("http://plan.example/lob", "Medicare-Advantage", "MedicareAdvantage");
        assert_eq!(lob(r#"{"text":"Commercial"}"#), "Commercial");
        assert_eq!(lob(r#"{"text":"gold plan"}"#), unclear);
        assert_eq!(lob(r#"{"coding":[{}]}"#), "absent");
        let two = r#"{"coding":[{"code":"medicaid"},{"code":"commercial"}]}"#;
        assert_eq!(lob(two), "not one line of business");
    }

    #[test]
    fn a_member_is_not_their_family() {
        let check = |coverage: &str, expected: Option<&str>| {
            let context = Context::default();
            let origin = Origin { file: "", line: None, entry: None };
            let scope = Scope::new(&context, None, std::iter::empty(), origin);
            let read: Coverage<'_> = serde_json::from_str(coverage).unwrap();
            let patient = patient(Some("Patient/7"), &Found::Here(None, &read), &scope);
            assert_eq!(patient.member_id.as_ref().map(|id| id.reveal().as_str()), expected, "{coverage}");
        };
        check("{}", Some("7"));
        check(r#"{"subscriberId":"S1"}"#, Some("S1"));
        check(r#"{"subscriberId":"S1","dependent":"2"}"#, Some("S1-2"));
        check(r#"{"subscriberId":"S1","relationship":{"coding":[{"code":"self"}]}}"#, Some("S1"));
        check(r#"{"subscriberId":"S1","relationship":{"coding":[{"code":"child"}]}}"#, Some("7"));
        let number = r#""identifier":[{"type":{"coding":[{"code":"MB"}]},"value":"M1"}]"#;
        check(&format!(r#"{{"subscriberId":"S1",{number}}}"#), Some("M1"));
    }
}
