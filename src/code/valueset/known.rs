//! Classes of codes that were asked for before.
//!
//! A code of up to seven characters and its class fit one word, so that a table of words is read and
//! written by all threads without a lock. It forgets: a code has two places, and whoever comes later
//! takes the first.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;

use crate::code::{ClassId, Code};

/// Pairs of places: codes of a policy's procedures and of common diagnoses are some thousands.
const PAIRS: usize = 8_192;
/// Long codes that are kept: a stream of invented codes cannot grow it further.
const LONG_MAX: usize = 200_000;
/// The bits of a word that hold the class.
const CLASS_BITS: u32 = 16;
/// Says that a word holds a code.
const IS_TAKEN: u64 = 1 << 63;

/// What was asked for before.
pub(super) struct KnownClasses {
    pairs: Box<[[AtomicU64; 2]]>,
    /// Codes that do not fit a word.
    long: DashMap<Code, ClassId>,
}

impl KnownClasses {
    pub(super) fn new() -> KnownClasses {
        let none = || [AtomicU64::new(0), AtomicU64::new(0)];
        KnownClasses { pairs: std::iter::repeat_with(none).take(PAIRS).collect(), long: DashMap::new() }
    }

    /// The class of a code, where it is known.
    pub(super) fn get(&self, code: &Code) -> Option<ClassId> {
        let Some(packed) = code.packed() else { return self.long.get(code).map(|class| *class) };
        let wanted = (packed << CLASS_BITS) | IS_TAKEN;
        self.pair(packed)?.iter().find_map(|place| {
            let word = place.load(Ordering::Relaxed);
            // What is left of a word of this code is its class.
            u16::try_from(word ^ wanted).ok().map(ClassId)
        })
    }

    /// Keeps the class of a code.
    pub(super) fn keep(&self, code: &Code, class: ClassId) {
        let Some(packed) = code.packed() else {
            if self.long.len() < LONG_MAX {
                self.long.insert(*code, class);
            }
            return;
        };
        let Some([first, second]) = self.pair(packed) else { return };
        let before = first.swap((packed << CLASS_BITS) | IS_TAKEN | u64::from(class.0), Ordering::Relaxed);
        if before != 0 {
            second.store(before, Ordering::Relaxed);
        }
    }

    fn pair(&self, packed: u64) -> Option<&[AtomicU64; 2]> {
        // The upper bits of a product hang on all bits of its factors (Fibonacci hashing).
        let place = packed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - PAIRS.trailing_zeros());
        self.pairs.get(usize::try_from(place).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::System;

    /// A class that is told of a code is the one that was kept of it, however many came between.
    #[test]
    fn no_code_has_the_class_of_another() {
        let known = KnownClasses::new();
        let code = |number: u32| Code::parse(System::Icd10Cm, &format!("{number:07}")).unwrap();
        let class = |number: u32| ClassId((number % 65_536) as u16);
        for number in 0..100_000 {
            known.keep(&code(number), class(number));
            assert_eq!(known.get(&code(number)), Some(class(number)));
        }
        let told = (0..100_000).filter_map(|number| known.get(&code(number)).map(|told| (number, told)));
        let told: Vec<(u32, ClassId)> = told.collect();
        assert!(told.len() > PAIRS);
        assert!(told.iter().all(|(number, told)| *told == class(*number)));
        let long = Code::parse(System::Snomed, "254637007").unwrap();
        assert_eq!(known.get(&long), None);
        known.keep(&long, ClassId(3));
        assert_eq!(known.get(&long), Some(ClassId(3)));
    }
}
