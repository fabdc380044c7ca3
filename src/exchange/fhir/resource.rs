//! The FHIR R4 resources as they travel: only the elements that are read, each may be missing.
//!
//! Choice types stand as separate elements. Knows nothing of what the elements mean here.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::shape::{Anything, Many, Number, One, Text, Values};

/// Declares resources and their parts: every element borrowed, every element optional.
macro_rules! elements {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $kind:ty = $element:literal),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, bound(deserialize = "'de: 'a"))]
        pub(in crate::exchange) struct $name<'a> {
            $(#[serde(rename = $element)] pub(in crate::exchange) $field: $kind,)*
        }
    )*};
}

elements! {
    /// What kind of resource it is.
    Kind { resource_type: Text<'a> = "resourceType" }

    /// Coding: a code of a system.
    Coding { system: Text<'a> = "system", code: Text<'a> = "code" }

    /// CodeableConcept: codings that say the same, or a text.
    Concept { coding: Many<Coding<'a>> = "coding", text: Text<'a> = "text" }

    /// Reference.
    Reference {
        reference: Text<'a> = "reference",
        kind: Text<'a> = "type",
        identifier: One<Identifier<'a>> = "identifier",
        display: Text<'a> = "display",
    }

    /// Identifier.
    Identifier { system: Text<'a> = "system", kind: One<Concept<'a>> = "type", value: Text<'a> = "value" }

    /// Period.
    Period { start: Text<'a> = "start", end: Text<'a> = "end" }

    /// Quantity.
    Quantity { value: Option<Number<'a>> = "value" }

    /// Money.
    Money { value: Option<Number<'a>> = "value", currency: Text<'a> = "currency" }

    /// Bundle.
    Bundle { entry: Many<Entry<'a>> = "entry" }

    /// `Bundle.entry`.
    Entry { full_url: Text<'a> = "fullUrl", resource: Option<&'a RawValue> = "resource" }

    /// Patient.
    Patient {
        id: Text<'a> = "id",
        identifier: Many<Identifier<'a>> = "identifier",
        birth_date: Text<'a> = "birthDate",
        gender: Text<'a> = "gender",
    }

    /// Coverage.
    Coverage {
        id: Text<'a> = "id",
        identifier: Many<Identifier<'a>> = "identifier",
        status: Text<'a> = "status",
        kind: One<Concept<'a>> = "type",
        subscriber_id: Text<'a> = "subscriberId",
        beneficiary: One<Reference<'a>> = "beneficiary",
        dependent: Text<'a> = "dependent",
        relationship: One<Concept<'a>> = "relationship",
    }

    /// Condition.
    Condition {
        id: Text<'a> = "id",
        clinical_status: One<Concept<'a>> = "clinicalStatus",
        verification_status: One<Concept<'a>> = "verificationStatus",
        code: One<Concept<'a>> = "code",
        subject: One<Reference<'a>> = "subject",
        onset_date_time: Text<'a> = "onsetDateTime",
        onset_period: One<Period<'a>> = "onsetPeriod",
        onset_age: One<Quantity<'a>> = "onsetAge",
        onset_range: One<Whatever<'a>> = "onsetRange",
        onset_string: Text<'a> = "onsetString",
    }

    /// Any resource, to see whose it is.
    Whose {
        resource_type: Text<'a> = "resourceType",
        id: Text<'a> = "id",
        patient: One<Reference<'a>> = "patient",
        subject: One<Reference<'a>> = "subject",
        beneficiary: One<Reference<'a>> = "beneficiary",
    }

    /// An object of which only its presence counts.
    Whatever { id: Text<'a> = "id" }

    /// Claim.
    Claim {
        id: Text<'a> = "id",
        contained: Values<&'a RawValue> = "contained",
        identifier: Many<Identifier<'a>> = "identifier",
        status: Text<'a> = "status",
        kind: One<Concept<'a>> = "type",
        sub_type: One<Concept<'a>> = "subType",
        purpose: Text<'a> = "use",
        patient: One<Reference<'a>> = "patient",
        provider: One<Reference<'a>> = "provider",
        billable_period: One<Period<'a>> = "billablePeriod",
        created: Text<'a> = "created",
        related: Many<Related<'a>> = "related",
        supporting_info: Many<SupportingInfo<'a>> = "supportingInfo",
        diagnosis: Many<ClaimDiagnosis<'a>> = "diagnosis",
        procedure: Many<Whatever<'a>> = "procedure",
        insurance: Many<Insurance<'a>> = "insurance",
        item: Many<ClaimItem<'a>> = "item",
    }

    /// `Claim.related`.
    Related {
        claim: One<Reference<'a>> = "claim",
        relationship: One<Concept<'a>> = "relationship",
        reference: One<Identifier<'a>> = "reference",
    }

    /// `Claim.supportingInfo`.
    SupportingInfo {
        category: One<Concept<'a>> = "category",
        code: One<Concept<'a>> = "code",
        timing_date: Text<'a> = "timingDate",
        timing_period: One<Period<'a>> = "timingPeriod",
        value_reference: One<Reference<'a>> = "valueReference",
    }

    /// `Claim.diagnosis`.
    ClaimDiagnosis {
        sequence: Option<u32> = "sequence",
        concept: One<Concept<'a>> = "diagnosisCodeableConcept",
        reference: One<Reference<'a>> = "diagnosisReference",
    }

    /// `Claim.insurance`.
    Insurance {
        focal: Option<bool> = "focal",
        coverage: One<Reference<'a>> = "coverage",
        pre_auth_ref: Values<Text<'a>> = "preAuthRef",
    }

    /// `Claim.item`.
    ClaimItem {
        sequence: Option<u32> = "sequence",
        diagnosis_sequence: Values<u32> = "diagnosisSequence",
        product_or_service: One<Concept<'a>> = "productOrService",
        modifier: Many<Concept<'a>> = "modifier",
        serviced_date: Text<'a> = "servicedDate",
        serviced_period: One<Period<'a>> = "servicedPeriod",
        location: One<Concept<'a>> = "locationCodeableConcept",
        quantity: One<Quantity<'a>> = "quantity",
        unit_price: One<Money<'a>> = "unitPrice",
        factor: Option<Number<'a>> = "factor",
        net: One<Money<'a>> = "net",
        detail: Values<Anything> = "detail",
    }

    /// ServiceRequest.
    ServiceRequest {
        id: Text<'a> = "id",
        contained: Values<&'a RawValue> = "contained",
        identifier: Many<Identifier<'a>> = "identifier",
        status: Text<'a> = "status",
        do_not_perform: Option<bool> = "doNotPerform",
        code: One<OrderCode<'a>> = "code",
        order_detail: Many<Concept<'a>> = "orderDetail",
        quantity: One<Quantity<'a>> = "quantityQuantity",
        subject: One<Reference<'a>> = "subject",
        occurrence_date_time: Text<'a> = "occurrenceDateTime",
        occurrence_period: One<Period<'a>> = "occurrencePeriod",
        occurrence_timing: One<Timing<'a>> = "occurrenceTiming",
        authored_on: Text<'a> = "authoredOn",
        reason_code: Many<Concept<'a>> = "reasonCode",
        reason_reference: Many<Reference<'a>> = "reasonReference",
        supporting_info: Many<Reference<'a>> = "supportingInfo",
        insurance: Many<Reference<'a>> = "insurance",
    }

    /// QuestionnaireResponse.
    WireResponse {
        identifier: One<Identifier<'a>> = "identifier",
        questionnaire: Text<'a> = "questionnaire",
        status: Text<'a> = "status",
        item: Many<ResponseItem<'a>> = "item",
    }

    /// `QuestionnaireResponse.item`, with further items within it.
    ResponseItem {
        link_id: Text<'a> = "linkId",
        answer: Many<ResponseAnswer<'a>> = "answer",
        item: Many<ResponseItem<'a>> = "item",
    }

    /// `QuestionnaireResponse.item.answer`, with further items within it.
    ResponseAnswer {
        value_boolean: Option<bool> = "valueBoolean",
        value_decimal: Option<Number<'a>> = "valueDecimal",
        value_integer: Option<Number<'a>> = "valueInteger",
        value_date: Text<'a> = "valueDate",
        value_date_time: Text<'a> = "valueDateTime",
        value_time: Text<'a> = "valueTime",
        value_string: Text<'a> = "valueString",
        value_uri: Text<'a> = "valueUri",
        value_coding: One<Coding<'a>> = "valueCoding",
        value_quantity: One<Quantity<'a>> = "valueQuantity",
        value_reference: One<Reference<'a>> = "valueReference",
        value_attachment: One<Whatever<'a>> = "valueAttachment",
        item: Many<ResponseItem<'a>> = "item",
    }

    /// Timing.
    Timing { event: Values<Text<'a>> = "event", repeat: One<Repeat<'a>> = "repeat" }

    /// `Timing.repeat`.
    Repeat { bounds_period: One<Period<'a>> = "boundsPeriod" }

    /// `ServiceRequest.code`, with the billing codes it may become (Da Vinci CRD).
    OrderCode {
        extension: Many<BillingOption<'a>> = "extension",
        coding: Many<Coding<'a>> = "coding",
        text: Text<'a> = "text",
    }

    /// An extension; only `ext-billing-options` is read.
    BillingOption { url: Text<'a> = "url", concept: One<Concept<'a>> = "valueCodeableConcept" }
}
