//! A service line: SV1 and SV2, their composite procedure, and the pointers.

use super::{
    segment::{Segment, Stand, is, text},
    values,
};
use crate::{
    code::{Code, System},
    exchange::codes,
    money::Cents,
    private::Private,
    request::{Given, Line, Pointers, Source, Sourced},
};

/// The most diagnoses that a line is taken to point to. SV107 has room for 4, a claim for 12.
const POINTERS_MAX: usize = 12;

/// The longest narrative that is kept, in bytes of text. NTE02 and SV101-7 have 80.
pub(super) const NARRATIVE_BYTES_MAX: usize = 4_096;

/// A line of which only its number is known.
pub(super) fn numbered(number: u32) -> Line {
    Line {
        number,
        procedure: Given::Absent,
        concept: Given::Absent,
        modifiers: Vec::new(),
        unread_modifier: None,
        pointers: Pointers::Unknown(Given::Absent),
        service_date: Given::Absent,
        units_milli: Given::Absent,
        charge: Given::Absent,
        place_of_service: None,
        purpose: Given::Absent,
        narrative: Given::Absent,
    }
}

/// The names of the elements that a professional and an institutional service differ in.
struct Names {
    composite: [&'static str; 6],
    charge: &'static str,
    units: &'static str,
}

const SV1: Names = Names {
    composite: ["SV101-2", "SV101-3", "SV101-4", "SV101-5", "SV101-6", "SV101-7"],
    charge: "SV102",
    units: "SV104",
};
const SV2: Names = Names {
    composite: ["SV202-2", "SV202-3", "SV202-4", "SV202-5", "SV202-6", "SV202-7"],
    charge: "SV203",
    units: "SV205",
};

/// Takes SV1 into `line`; what deserves a remark goes to `remark`.
pub(super) fn professional(line: &mut Line, segment: &Segment<'_>, stand: Stand, remark: &mut dyn FnMut(&str, Source)) {
    let [_, composite, charge, unit, units, place, _, pointers] = segment.elements();
    service(line, segment, composite, [charge, unit, units], (&SV1, stand), remark);
    if !place.is_empty() {
        let source = stand.element("SV105");
        let code = Code::parse(System::PlaceOfService, &text(place)).ok();
        if code.is_none() {
            remark("the place of service is no code and was left out", source.clone());
        }
        line.place_of_service = code.map(|code| Sourced::new(code, source));
    }
    line.pointers = self::pointers(segment, pointers, stand.element("SV107"));
}

/// Takes SV2 into `line`; it has no pointers. A line without a procedure is billed by its revenue
/// code alone, as room and board are: then that is what was done.
pub(super) fn institutional(
    line: &mut Line,
    segment: &Segment<'_>,
    stand: Stand,
    remark: &mut dyn FnMut(&str, Source),
) {
    let [_, revenue, composite, charge, unit, units] = segment.elements();
    service(line, segment, composite, [charge, unit, units], (&SV2, stand), remark);
    if line.procedure.is_absent()
        && let Ok(code) = Code::parse(System::Revenue, &text(revenue))
    {
        line.procedure = Given::value(code, stand.element("SV201"));
    }
}

fn service(
    line: &mut Line,
    segment: &Segment<'_>,
    composite: &[u8],
    [charge, unit, units]: [&[u8]; 3],
    (names, stand): (&Names, Stand),
    remark: &mut dyn FnMut(&str, Source),
) {
    let [qualifier, code, m1, m2, m3, m4, description] = segment.components(composite);
    let [code_name, m1_name, m2_name, m3_name, m4_name, description_name] = names.composite;
    line.procedure = procedure(qualifier, code, stand.element(code_name));
    let mut description = description;
    let full = ![m1, m2, m3, m4].contains(&b"".as_slice());
    let mut fifth = b"".as_slice();
    if full && description.len() == 2 {
        (fifth, description) = (description, b"");
        remark("a fifth modifier stands where the description belongs", stand.element(description_name));
    }
    let modifiers = [(m1, m1_name), (m2, m2_name), (m3, m3_name), (m4, m4_name), (fifth, description_name)];
    for (modifier, name) in modifiers {
        if modifier.is_empty() {
            continue;
        }
        match codes::modifier(&text(modifier)) {
            Some(code) => line.modifiers.push(Sourced::new(code, stand.element(name))),
            None => {
                remark("this is no modifier; the line may have any", stand.element(name));
                line.unread_modifier.get_or_insert(stand.element(name));
            }
        }
    }
    if !description.is_empty() && line.narrative.is_absent() {
        narrate(line, description, stand.element(description_name));
    }
    let source = stand.element(names.charge);
    line.charge = match Cents::parse(&text(charge)) {
        Ok(cents) => Given::value(cents, source),
        Err(_) => Given::unreadable("an amount that is not negative", source),
    };
    let source = stand.element(names.units);
    line.units_milli = match values::units_milli(units) {
        _ if units.is_empty() => Given::Absent,
        Some(milli) if unit.is_empty() || is(unit, "UN") => Given::value(milli, source),
        Some(_) | None => Given::unreadable("units of service (UN)", source),
    };
}

/// `HC` covers CPT and HCPCS; both have five characters. Other qualifiers name code sets that no
/// policy speaks of.
fn procedure(qualifier: &[u8], code: &[u8], source: Source) -> Given<Code> {
    if qualifier.is_empty() && code.is_empty() {
        return Given::Absent;
    }
    match codes::procedure(Some(System::Cpt), &text(code)).filter(|_| is(qualifier, "HC")) {
        Some(code) => Given::value(code, source),
        None => Given::unreadable("a CPT or HCPCS code of five characters under HC", source),
    }
}

/// 1-based places in the claim's diagnoses, as 0-based ones. Whether so many diagnoses are there is
/// known only when the claim is whole: see [`within`].
fn pointers<'a>(segment: &Segment<'a>, element: &'a [u8], source: Source) -> Pointers {
    let mut places = Vec::new();
    for pointer in segment.all_components(element).filter(|pointer| !pointer.is_empty()) {
        let place = text(pointer).parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        match place {
            Some(place) if places.contains(&place) => {}
            Some(place) if places.len() < POINTERS_MAX => places.push(place),
            Some(_) | None => return Pointers::Unknown(Given::unreadable(POINTERS, source)),
        }
    }
    if places.is_empty() { Pointers::Unknown(Given::Absent) } else { Pointers::To(places, source) }
}

const POINTERS: &str = "pointers to the claim's diagnoses, counted from 1";

/// Pointers of a claim that has `diagnoses`: none that points past the last is believed.
pub(super) fn within(pointers: Pointers, diagnoses: usize) -> Pointers {
    match pointers {
        Pointers::To(places, source) if places.iter().any(|place| *place >= diagnoses) => {
            Pointers::Unknown(Given::unreadable(POINTERS, source))
        }
        whole => whole,
    }
}

/// Adds `words` to the narrative of a line; false where there is no room for them.
pub(super) fn narrate(line: &mut Line, words: &[u8], source: Source) -> bool {
    let words = text(words);
    let (mut narrative, source) = match &line.narrative {
        Given::Value(before) => (format!("{} ", before.value.reveal()), before.source.clone()),
        Given::Absent | Given::Unreadable(_) => (String::new(), source),
    };
    if narrative.len() + words.len() > NARRATIVE_BYTES_MAX {
        return false;
    }
    narrative.push_str(&words);
    line.narrative = Given::value(Private::new(narrative), source);
    true
}
