//! `Claim.item` → service line.

use super::{
    amount::Decimal,
    claim::Sequences,
    concept::{modifier, place_of_service, procedure},
    condition::{date, start},
    resource::{ClaimItem, Money},
};
use crate::{
    date::DateSpan,
    money::Cents,
    private::Private,
    request::{Form, Given, Line, Pointers, Source, Sourced},
};

/// What a line takes from its claim.
pub(super) struct Header<'h> {
    pub(super) form: Form,
    pub(super) sequences: &'h Sequences,
    /// How many diagnoses the request has, those that nobody points to included.
    pub(super) diagnoses: usize,
    /// The claim's first day, for a line without its own.
    pub(super) service_date: Given<DateSpan>,
}

/// Reads the `index`-th item.
pub(super) fn line(
    item: &ClaimItem<'_>,
    index: usize,
    header: &Header<'_>,
    remarks: &mut Vec<Sourced<String>>,
) -> Line {
    let source = |field| Source::member("Claim.item", index, field);
    let (coding, text) =
        item.product_or_service.get().map(|concept| (&*concept.coding, concept.text.clone())).unwrap_or_default();
    let procedure = procedure(coding, &text, &source("productOrService"));
    let mut modifiers: Vec<_> =
        procedure.modifiers.iter().map(|code| Sourced::new(*code, source("productOrService"))).collect();
    let mut unread = procedure.unread_modifier.then(|| source("productOrService"));
    for (part, concept) in item.modifier.iter().enumerate() {
        let source = Source::part("Claim.item", index, "modifier", part);
        match modifier(concept) {
            Some(code) => modifiers.push(Sourced::new(code, source)),
            None if concept.text.get().is_some() || !concept.coding.is_empty() => {
                const REMARK: &str = "this is no modifier; the line may have any";
                unread.get_or_insert(source.clone());
                remarks.push(Sourced::new(REMARK.to_owned(), source));
            }
            None => {}
        }
    }
    if !item.detail.is_empty() {
        remarks.push(Sourced::new("details of an item are no lines of their own".to_owned(), source("detail")));
    }
    let narrative = text.get().map(|text| Given::value(Private::new(text.to_owned()), source("productOrService.text")));
    let place = item.location.get().and_then(place_of_service);
    Line {
        number: item.sequence.or_else(|| u32::try_from(index + 1).ok()).unwrap_or(u32::MAX),
        procedure: procedure.code,
        concept: procedure.concept,
        modifiers,
        unread_modifier: unread,
        pointers: pointers(item, index, header),
        service_date: service_date(item, index, header),
        units_milli: units(item.quantity.get().and_then(|quantity| quantity.value), source("quantity")),
        charge: charge(item, index),
        place_of_service: place.map(|code| Sourced::new(code, source("locationCodeableConcept"))),
        purpose: Given::Absent,
        narrative: narrative.unwrap_or(Given::Absent),
    }
}

/// Units in thousandths.
pub(super) fn units(value: Option<super::shape::Number<'_>>, source: Source) -> Given<i64> {
    let Some(value) = value else { return Given::Absent };
    let units = Decimal::of(&value).filter(|units| !units.is_negative()).and_then(|units| units.scaled(3));
    match units {
        Some(units) => Given::value(units, source),
        None => Given::unreadable("units, not below zero, with at most three decimals", source),
    }
}

/// A line points at diagnosis sequences, not at places. An institutional line has all diagnoses of
/// its claim, and none of those that were only sent along.
fn pointers(item: &ClaimItem<'_>, index: usize, header: &Header<'_>) -> Pointers {
    let own = header.sequences.count();
    if header.form != Form::Professional {
        return match own {
            0 => Pointers::Unknown(Given::Absent),
            own if own == header.diagnoses => Pointers::All,
            own => Pointers::To((0..own).collect(), Source::field("Claim.diagnosis")),
        };
    }
    let source = Source::member("Claim.item", index, "diagnosisSequence");
    let mut places: Vec<usize> = Vec::new();
    for (part, sequence) in item.diagnosis_sequence.iter().enumerate() {
        let Some(found) = header.sequences.places(*sequence).filter(|found| !found.is_empty()) else {
            let source = Source::part("Claim.item", index, "diagnosisSequence", part);
            return Pointers::Unknown(Given::unreadable("the sequence of one diagnosis of the claim", source));
        };
        for place in found {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    if places.is_empty() { Pointers::Unknown(Given::Absent) } else { Pointers::To(places, source) }
}

fn service_date(item: &ClaimItem<'_>, index: usize, header: &Header<'_>) -> Given<DateSpan> {
    let source = |field| Source::member("Claim.item", index, field);
    match date(&item.serviced_date, source("servicedDate")) {
        Given::Absent => match start(&item.serviced_period, source("servicedPeriod.start")) {
            Given::Absent => header.service_date.clone(),
            given => given,
        },
        given => given,
    }
}

/// Net, else unit price × quantity × factor, exact to the cent.
fn charge(item: &ClaimItem<'_>, index: usize) -> Given<Cents> {
    let given = |money: Option<&Money<'_>>| money.is_some_and(|money| money.value.is_some());
    let (money, source, factors) = if given(item.net.get()) {
        (item.net.get(), Source::member("Claim.item", index, "net"), [None, None])
    } else {
        let quantity = item.quantity.get().and_then(|quantity| quantity.value);
        (item.unit_price.get(), Source::member("Claim.item", index, "unitPrice"), [quantity, item.factor])
    };
    let Some((money, value)) = money.and_then(|money| Some((money, money.value?))) else { return Given::Absent };
    if money.currency.get().is_some_and(|currency| currency != "USD") {
        return Given::unreadable("an amount in US dollars", source);
    }
    let factors = factors.iter().flatten();
    let amount = factors.fold(Decimal::of(&value), |amount, factor| amount?.times(Decimal::of(factor)?));
    match amount.filter(|amount| !amount.is_negative()).and_then(|amount| amount.scaled(2)) {
        Some(cents) => Given::value(Cents(cents), source),
        None => Given::unreadable("an amount in whole cents, not below zero", source),
    }
}
