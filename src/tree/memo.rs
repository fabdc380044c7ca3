//! What was worked out of a line's values before, found again by asking for them in the same order.
//!
//! Whoever works something out asks for one value after the other, and which it asks for next hangs on
//! those before alone. So what came of it is kept at the end of a path of values, and whoever has the
//! same values is led there without working it out. INVARIANT: nothing is kept but what hangs on the
//! key and the values that were asked for.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Open, ValueMask};
use crate::{
    fact::FactId,
    verdict::{Verdict, WouldChange},
};

/// Places that are kept; past them what is new is worked out each time.
const PLACES_MAX: usize = 100_000;

/// What was worked out before.
pub struct Memo<T> {
    /// The first is where all paths begin, once there is one.
    places: RwLock<Vec<Place<T>>>,
}

enum Place<T> {
    /// What is asked for next, and where each answer leads. Most have one, and it stands here, so that a
    /// path lies in one piece.
    Ask { variable: u16, first: Leads, more: Vec<Leads> },
    /// What came of it.
    Done(Arc<T>),
}

/// An answer, a bit a value, and the place that it leads to.
type Leads = (u64, u32);

/// Stands for the key where a variable is asked for.
const KEY: u16 = u16::MAX;

/// What each answer would give; `None` while other facts still matter.
pub type Answered = Vec<(String, Option<Verdict>)>;

/// What a line lacks under a pack.
pub struct Lacks {
    /// What is left of the pack's diagram.
    pub open: Open,
    /// Each fact that the verdict hangs on, with the verdict that each answer would give.
    pub answers: Vec<(FactId, Answered)>,
    /// Whether a denial hangs on the pack's period.
    pub hangs_on_period: bool,
}

/// What was worked out of a pack's lines before.
#[derive(Default)]
pub struct Memos {
    /// What lines lack.
    pub lacks: Memo<Lacks>,
    /// What documentation would change.
    pub changes: Memo<Vec<WouldChange>>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo { places: RwLock::new(Vec::new()) }
    }
}

impl<T> Memo<T> {
    /// What comes of a key and of the values that `work_out` asks for.
    pub fn of(
        &self,
        key: u64,
        values: &mut dyn FnMut(u16) -> ValueMask,
        work_out: impl FnOnce(&mut dyn FnMut(u16) -> ValueMask) -> T,
    ) -> Arc<T> {
        if let Some(known) = self.known(key, values) {
            return known;
        }
        // What was asked for, in order, and one more than the place of each variable among it.
        let (mut path, mut known) = (vec![(KEY, ValueMask::from(key))], Vec::<usize>::new());
        let done = Arc::new(work_out(&mut |variable| {
            let place = usize::from(variable);
            let before = known.get(place).and_then(|known| known.checked_sub(1));
            if let Some((_, mask)) = before.and_then(|before| path.get(before)) {
                return mask.clone();
            }
            let mask = values(variable);
            path.push((variable, mask.clone()));
            if known.len() <= place {
                known.resize(place + 1, 0);
            }
            if let Some(known) = known.get_mut(place) {
                *known = path.len();
            }
            mask
        }));
        let words = path.iter().map(|(variable, mask)| Some((*variable, mask.word_alone()?)));
        // Of more values than a word has nothing is kept.
        if let Some(words) = words.collect::<Option<Vec<(u16, u64)>>>() {
            self.keep(&words, &done);
        }
        done
    }

    fn known(&self, key: u64, values: &mut dyn FnMut(u16) -> ValueMask) -> Option<Arc<T>> {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        let mut at = 0;
        loop {
            match places.get(at)? {
                Place::Done(done) => return Some(Arc::clone(done)),
                Place::Ask { variable, first, more } => {
                    let word = if *variable == KEY { key } else { values(*variable).word_alone()? };
                    at = leads_to(word, first, more)? as usize;
                }
            }
        }
    }

    fn keep(&self, path: &[(u16, u64)], done: &Arc<T>) {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        if places.len() + path.len() >= PLACES_MAX {
            return;
        }
        // As far as the path is known; what is asked for next hangs on what was answered, and were it not
        // so, nothing is kept.
        let (mut at, mut known) = (0, 0);
        for (asked, word) in path {
            match places.get(at) {
                Some(Place::Ask { variable, .. }) if variable != asked => return,
                Some(Place::Ask { first, more, .. }) => match leads_to(*word, first, more) {
                    Some(next) => (at, known) = (next as usize, known + 1),
                    None => break,
                },
                Some(Place::Done(_)) => return,
                None => break,
            }
        }
        let end = u32::try_from(places.len()).unwrap_or(u32::MAX);
        let mut rest = path.iter().skip(known);
        if let (Some(Place::Ask { more, .. }), Some((_, word))) = (places.get_mut(at), rest.clone().next()) {
            more.push((*word, end));
            rest.next();
        } else if !places.is_empty() {
            // Somebody else has kept it meanwhile.
            return;
        }
        for ((variable, word), next) in rest.zip(end + 1..) {
            places.push(Place::Ask { variable: *variable, first: (*word, next), more: Vec::new() });
        }
        places.push(Place::Done(Arc::clone(done)));
    }
}

fn leads_to(word: u64, first: &Leads, more: &[Leads]) -> Option<u32> {
    std::iter::once(first).chain(more).find(|(known, _)| *known == word).map(|(_, place)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// Works out a sum that asks for the second value only where the first is odd.
    fn sum(memo: &Memo<u32>, key: u64, line: [usize; 3], worked_out: &Cell<u32>) -> u32 {
        let mut values = |variable: u16| ValueMask::one(line[usize::from(variable)]);
        let of = |mask: ValueMask| u32::try_from(mask.only().unwrap()).unwrap();
        let done = memo.of(key, &mut values, |values| {
            worked_out.set(worked_out.get() + 1);
            let first = of(values(0));
            let more = if first % 2 == 1 { of(values(1)) } else { of(values(2)) };
            u32::try_from(key).unwrap() * 1_000 + first + more + of(values(0))
        });
        *done
    }

    #[test]
    fn what_was_worked_out_is_found_again() {
        let (memo, worked_out) = (Memo::default(), Cell::new(0));
        let mut counts = [0, 0];
        for count in &mut counts {
            for key in 0..2 {
                for (first, second, third) in (0..70).flat_map(|n| [(n, n % 3, 5), (n, 4, n % 2)]) {
                    let more = if first % 2 == 1 { second } else { third };
                    let expected = u32::try_from(key).unwrap() * 1_000 + u32::try_from(2 * first + more).unwrap();
                    assert_eq!(sum(&memo, key, [first, second, third], &worked_out), expected);
                }
            }
            *count = worked_out.get();
        }
        // Of values past a word nothing is kept: 64 to 69, two lines each, two keys.
        assert_eq!(counts, [2 * 70 * 2, 2 * 70 * 2 + 24]);
        // A value that is not asked for makes no other path.
        sum(&memo, 1, [1, 4, 9], &worked_out);
        assert_eq!(worked_out.get(), counts[1]);
        sum(&memo, 2, [1, 4, 9], &worked_out);
        assert_eq!(worked_out.get(), counts[1] + 1);
    }

    #[test]
    fn a_full_one_goes_on_working_out() {
        let (memo, worked_out) = (Memo::default(), Cell::new(0));
        for key in 0..PLACES_MAX as u64 {
            assert_eq!(u64::from(sum(&memo, key % 50_000, [2, 0, 3], &worked_out)), key % 50_000 * 1_000 + 7);
        }
        assert!(memo.places.read().unwrap().len() <= PLACES_MAX);
        assert!(worked_out.get() > 50_000);
    }
}
