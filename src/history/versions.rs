//! Which claims of a member stand, and which are versions of one another.
//!
//! A void and a replacement take out the claim they name, wherever it stands in the input, and are
//! not brought back by what becomes of them later. A corrected claim that keeps its number names
//! itself; of such the last one stands. Where nothing is named, claims of one number are versions of
//! one another where they are of the same days.

use std::collections::BTreeMap;

use super::note::Note;

/// The claims of one member, by their place among its notes.
pub(super) struct Versions<'n> {
    notes: &'n [Note],
    /// Of each claim identifier, the places of the claims that take it out.
    taken_out: BTreeMap<&'n str, Vec<usize>>,
    /// Of each claim, the first of those it is a version of.
    roots: Vec<usize>,
}

impl<'n> Versions<'n> {
    pub(super) fn of(notes: &'n [Note]) -> Versions<'n> {
        let mut taken_out: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, note) in notes.iter().enumerate() {
            if let Some(name) = note.takes_out.as_deref() {
                taken_out.entry(name).or_default().push(place);
            }
        }
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        let mut numbered: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut roots: Vec<usize> = (0..notes.len()).collect();
        for (place, note) in notes.iter().enumerate() {
            let own = Some(note.claim_id.as_str());
            for name in [own.filter(|own| taken_out.contains_key(own)), note.takes_out.as_deref()].into_iter().flatten()
            {
                let other = *named.entry(name).or_insert(place);
                join(&mut roots, other, place);
            }
            // A number alone does not make two claims one: it is often that of the patient's account.
            // Of those that have the same days the first is enough: one claim may come very many times.
            let others = numbered.entry(note.claim_id.as_str()).or_default();
            match others.iter().find(|other| notes.get(**other).is_some_and(|other| other.has_days_of(note))) {
                Some(other) => join(&mut roots, *other, place),
                None => others.push(place),
            }
        }
        for place in 0..roots.len() {
            let root = root(&roots, place);
            roots.iter_mut().skip(place).take(1).for_each(|own| *own = root);
        }
        Versions { notes, taken_out, roots }
    }

    /// Whether the claim is not taken out by another.
    pub(super) fn stands(&self, place: usize) -> bool {
        let Some(note) = self.notes.get(place) else { return false };
        let Some(by) = self.taken_out.get(note.claim_id.as_str()) else { return true };
        let names_itself = note.takes_out.as_ref() == Some(&note.claim_id);
        !by.iter().any(|other| *other != place && (!names_itself || *other > place))
    }

    /// Whether two claims are versions of one.
    pub(super) fn is_same(&self, one: usize, other: usize) -> bool {
        self.roots.get(one) == self.roots.get(other)
    }

    /// Whether some claim other than `own` takes out the claim of this identifier.
    pub(super) fn is_taken_out(&self, claim_id: &str, own: Option<usize>) -> bool {
        self.taken_out.get(claim_id).is_some_and(|by| by.iter().any(|place| Some(*place) != own))
    }
}

fn root(roots: &[usize], mut place: usize) -> usize {
    while let Some(above) = roots.get(place).copied().filter(|above| *above != place) {
        place = above;
    }
    place
}

fn join(roots: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(roots, one), root(roots, other));
    if let Some(place) = roots.get_mut(one.max(other)) {
        *place = one.min(other);
    }
}
