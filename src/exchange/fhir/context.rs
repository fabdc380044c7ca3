//! What was sent beside a claim or an order: Patient, Coverage, Condition, and how references find
//! them: by `fullUrl`, then by `Type/id`, then contained.
//!
//! A reference that fits two different servers' resources finds none: another patient's birth
//! date must never count.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use serde::Deserialize;

use super::{
    fault::{Origin, parse, salvaged_id},
    resource::{Condition, Coverage, Patient},
    shape::Text,
};
use crate::exchange::Fault;

/// The resources that claims and orders refer to.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Context<'a> {
    pub(super) patients: Shelf<Patient<'a>>,
    pub(super) coverages: Shelf<Coverage<'a>>,
    pub(super) conditions: Shelf<Condition<'a>>,
    /// The `urn:` names of what is no Condition: such a name does not say of what it is.
    others: HashSet<String>,
}

/// Resources of one type.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    kind: &'static str,
    all: Vec<Held<T>>,
    by_url: HashMap<String, usize>,
    by_id: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Held<T> {
    /// `None` where it stood there and could not be read.
    resource: Option<T>,
    /// The server it came from.
    base: Option<String>,
}

/// What a reference found.
#[derive(Debug)]
pub(super) enum Found<'s, T> {
    /// Nothing of that name was sent.
    Nothing,
    /// It was sent and could not be read.
    Broken,
    /// The resource and its place among those of its type; a contained one has none.
    Here(Option<usize>, &'s T),
}

/// The context of one claim or order, with what it contains and the server it came from.
#[derive(Debug)]
pub(super) struct Scope<'s, 'a> {
    pub(super) outer: &'s Context<'a>,
    contained: Context<'a>,
    /// The ids of what is contained and is no Condition, once they are asked for.
    others: OnceCell<HashSet<String>>,
    /// What is contained and is no Condition.
    texts: Vec<&'a str>,
    base: Option<String>,
}

/// A reference taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Target<'r> {
    base: Option<&'r str>,
    kind: Option<&'r str>,
    id: &'r str,
}

impl<'a> Context<'a> {
    /// Keeps a resource of type `kind`; others are left aside. A broken one is kept as broken.
    ///
    /// # Errors
    /// The fault of a resource that could not be read.
    pub(in crate::exchange) fn add(
        &mut self,
        kind: &str,
        full_url: Option<&str>,
        text: &'a str,
        origin: Origin<'_>,
    ) -> Result<(), Fault> {
        match kind {
            "Patient" => self.patients.add(full_url, text, |patient: &Patient<'_>| id_of(&patient.id), origin),
            "Coverage" => self.coverages.add(full_url, text, |coverage: &Coverage<'_>| id_of(&coverage.id), origin),
            "Condition" => {
                self.conditions.add(full_url, text, |condition: &Condition<'_>| id_of(&condition.id), origin)
            }
            _ => Ok(()),
        }
    }

    /// Something else than a Condition was sent under this name.
    pub(super) fn add_name(&mut self, full_url: &str) {
        if full_url.starts_with("urn:") {
            self.others.insert(full_url.to_owned());
        }
    }

    /// The patient's Conditions could not be fetched: whichever they are, they may say anything.
    pub(in crate::exchange) fn lose_conditions(&mut self) {
        self.conditions.all.push(Held { resource: None, base: None });
    }
}

impl<T> Shelf<T> {
    fn new(kind: &'static str) -> Shelf<T> {
        Shelf { kind, all: Vec::new(), by_url: HashMap::new(), by_id: HashMap::new() }
    }

    /// Every resource in the order it was sent; `None` for one that could not be read.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, Option<&T>)> {
        self.all.iter().map(|held| held.resource.as_ref()).enumerate()
    }

    /// The only resource, where there is exactly one.
    pub(super) fn only(&self) -> Found<'_, T> {
        match self.all.as_slice() {
            [held] => held.resource.as_ref().map_or(Found::Broken, |resource| Found::Here(Some(0), resource)),
            _ => Found::Nothing,
        }
    }

    fn add<'a>(
        &mut self,
        full_url: Option<&str>,
        text: &'a str,
        id: impl Fn(&T) -> Option<String>,
        origin: Origin<'_>,
    ) -> Result<(), Fault>
    where
        T: Deserialize<'a>,
    {
        let (resource, fault) = match parse::<T>(text, self.kind, origin) {
            Ok(resource) => (Some(resource), Ok(())),
            Err(fault) => (None, Err(fault)),
        };
        let place = self.all.len();
        let url = full_url.and_then(target);
        let id = resource.as_ref().map_or_else(|| salvaged_id(text), id).or_else(|| url.map(|url| url.id.to_owned()));
        if let Some(id) = id {
            self.by_id.entry(id).or_default().push(place);
        }
        if let Some(full_url) = full_url {
            self.by_url.entry(full_url.to_owned()).or_insert(place);
        }
        self.all.push(Held { resource, base: url.and_then(|url| url.base).map(str::to_owned) });
        fault
    }

    fn place(&self, reference: &str, from: Option<&str>) -> Option<usize> {
        if let Some(place) = self.by_url.get(reference) {
            return Some(*place);
        }
        let target = target(reference)?;
        if target.kind.is_some_and(|kind| kind != self.kind) {
            return None;
        }
        let base = target.base.or(from);
        let base_of = |place: &usize| self.all.get(*place).and_then(|held| held.base.as_deref());
        let places = self.by_id.get(target.id)?;
        let same = places.iter().find(|place| base.is_some() && base_of(place) == base);
        let mut baseless = places.iter().filter(|place| base_of(place).is_none());
        let anywhere = || {
            // Relative, and nobody says from where: whichever, if all come from one server.
            let first = places.first()?;
            let agree = places.iter().all(|place| base_of(place) == base_of(first));
            (agree && target.base.is_none()).then_some(first)
        };
        same.or_else(|| baseless.next()).or_else(anywhere).copied()
    }

    fn find(&self, reference: &str, from: Option<&str>) -> Found<'_, T> {
        let held = self.place(reference, from).and_then(|place| Some((place, self.all.get(place)?)));
        match held {
            None => Found::Nothing,
            Some((_, Held { resource: None, .. })) => Found::Broken,
            Some((place, Held { resource: Some(resource), .. })) => Found::Here(Some(place), resource),
        }
    }
}

impl<T> Default for Shelf<T>
where
    T: Kinded,
{
    fn default() -> Self {
        Shelf::new(T::KIND)
    }
}

/// A resource with a type name.
pub(super) trait Kinded {
    /// `Patient`.
    const KIND: &'static str;
}

impl Kinded for Patient<'_> {
    const KIND: &'static str = "Patient";
}

impl Kinded for Coverage<'_> {
    const KIND: &'static str = "Coverage";
}

impl Kinded for Condition<'_> {
    const KIND: &'static str = "Condition";
}

impl<'s, 'a> Scope<'s, 'a> {
    /// The scope of a resource sent as `full_url` that contains `contained`.
    pub(super) fn new(
        outer: &'s Context<'a>,
        full_url: Option<&str>,
        contained: impl Iterator<Item = &'a str>,
        origin: Origin<'_>,
    ) -> Scope<'s, 'a> {
        let (mut own, mut texts) = (Context::default(), Vec::new());
        for text in contained {
            let Ok(kind) = super::kind_of(text) else { continue };
            // A broken one stays in `own` as broken, which says more than a fault beside the claim.
            let _ = own.add(&kind, None, text, origin);
            if kind != Condition::KIND {
                texts.push(text);
            }
        }
        let base = full_url.and_then(target).and_then(|target| target.base).map(str::to_owned);
        Scope { outer, contained: own, others: OnceCell::new(), texts, base }
    }

    pub(super) fn patient(&self, reference: &str) -> Found<'_, Patient<'a>> {
        self.find(reference, &self.contained.patients, &self.outer.patients)
    }

    pub(super) fn coverage(&self, reference: &str) -> Found<'_, Coverage<'a>> {
        self.find(reference, &self.contained.coverages, &self.outer.coverages)
    }

    pub(super) fn condition(&self, reference: &str) -> Found<'_, Condition<'a>> {
        self.find(reference, &self.contained.conditions, &self.outer.conditions)
    }

    /// Whether a reference that finds no Condition may mean one that was not sent: it says so, or says
    /// nothing, and nothing else was sent under its name.
    pub(super) fn may_mean_condition(&self, reference: &str) -> bool {
        if let Some(id) = reference.strip_prefix('#') {
            let ids = || self.texts.iter().filter_map(|text| salvaged_id(text)).collect();
            return !id.is_empty() && !self.others.get_or_init(ids).contains(id);
        }
        if reference.starts_with("urn:") {
            return !self.outer.others.contains(reference);
        }
        reference.split(['/', '?']).any(|part| part == Condition::KIND)
    }

    /// Whether two references mean one patient.
    pub(super) fn same_patient(&self, one: &str, other: &str) -> bool {
        let place = |reference: &str| match self.patient(reference) {
            Found::Here(place, _) => place,
            Found::Nothing | Found::Broken => None,
        };
        match (place(one), place(other), target(one), target(other)) {
            (Some(one), Some(other), ..) => one == other,
            (_, _, Some(one), Some(other)) => {
                let bases = one.base.zip(other.base);
                one.id == other.id && bases.is_none_or(|(one, other)| one == other)
            }
            _ => one == other,
        }
    }

    /// Every Condition that was sent, with its place among those that are not contained; `None` in the
    /// place of one that cannot be read.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (Option<usize>, Option<&Condition<'a>>)> {
        let outer = self.outer.conditions.all().map(|(place, condition)| (Some(place), condition));
        outer.chain(self.contained.conditions.all().map(|(_, condition)| (None, condition)))
    }

    fn find<'f, T>(&'f self, reference: &str, contained: &'f Shelf<T>, outer: &'f Shelf<T>) -> Found<'f, T> {
        match reference.strip_prefix('#') {
            None => outer.find(reference, self.base.as_deref()),
            Some(id) => match contained.find(id, None) {
                Found::Here(_, resource) => Found::Here(None, resource),
                other => other,
            },
        }
    }
}

/// The id at the end of a reference: `Patient/1` → `1`.
pub(super) fn tail(reference: &str) -> &str {
    target(reference).map_or(reference, |target| target.id)
}

fn id_of(id: &Text<'_>) -> Option<String> {
    id.get().map(str::to_owned)
}

fn target(reference: &str) -> Option<Target<'_>> {
    let reference = reference.split_once("/_history/").map_or(reference, |(head, _)| head);
    if reference.is_empty() || reference.contains('?') {
        return None;
    }
    if reference.starts_with("urn:") {
        return Some(Target { base: None, kind: None, id: reference.rsplit(':').next()? });
    }
    let mut parts = reference.rsplitn(3, '/');
    let id = parts.next().filter(|id| !id.is_empty())?;
    Some(Target { kind: parts.next(), base: parts.next().filter(|base| !base.is_empty()), id })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Origin<'static> = Origin { file: "", line: None, entry: None };

    fn found(context: &Context<'_>, from: Option<&str>, reference: &str) -> String {
        let scope =
            Scope::new(context, from, std::iter::once(r#"{"resourceType":"Patient","id":"in","gender":"in"}"#), HERE);
        match scope.patient(reference) {
            Found::Nothing => "nothing".into(),
            Found::Broken => "broken".into(),
            Found::Here(_, patient) => patient.gender.get().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn references_find_their_resource_or_none() {
        let mut context = Context::default();
        let mut add = |url: Option<&str>, text: &'static str| context.add("Patient", url, text, HERE).is_ok();
        assert!(add(Some("http://a/Patient/1"), r#"{"id":"1","gender":"a1"}"#));
        assert!(add(Some("http://b/Patient/1"), r#"{"id":"1","gender":"b1"}"#));
        assert!(add(Some("urn:uuid:77"), r#"{"id":"2","gender":"u2"}"#));
        assert!(add(None, r#"{"id":"3","gender":"n3"}"#));
        assert!(add(Some("http://a/Patient/4"), r#"{"gender":"a4"}"#));
        assert!(!add(Some("http://a/Patient/5"), r#"{"birthDate":5}"#));
        let check = |from: Option<&str>, reference: &str, expected: &str| {
            assert_eq!(found(&context, from, reference), expected, "{from:?} {reference}");
        };
        check(None, "http://a/Patient/1", "a1");
        check(None, "http://b/Patient/1/_history/2", "b1");
        check(None, "http://c/Patient/1", "nothing");
        check(None, "Patient/1", "nothing");
        check(Some("http://b/Claim/9"), "Patient/1", "b1");
        check(None, "urn:uuid:77", "u2");
        check(None, "Patient/2", "u2");
        check(None, "urn:uuid:3", "n3");
        check(None, "http://c/Patient/3", "n3");
        check(None, "Patient/4", "a4");
        check(None, "Patient/5", "broken");
        check(None, "Organization/3", "nothing");
        check(None, "#in", "in");
        check(None, "#out", "nothing");
        check(None, "Patient?identifier=x", "nothing");
        check(None, "", "nothing");
    }

    #[test]
    fn one_patient_under_two_names() {
        let mut context = Context::default();
        context.add("Patient", Some("urn:uuid:77"), r#"{"id":"2"}"#, HERE).unwrap();
        let scope = Scope::new(&context, None, std::iter::empty(), HERE);
        let check =
            |one: &str, other: &str, same: bool| assert_eq!(scope.same_patient(one, other), same, "{one} {other}");
        check("urn:uuid:77", "Patient/2", true);
        check("Patient/9", "http://a/Patient/9", true);
        check("http://b/Patient/9", "http://a/Patient/9", false);
        check("Patient/9", "Patient/2", false);
    }
}
