//! Chance that a seed decides, alike on every machine and under every version of the generator's
//! crate: only its stream of numbers is used, and what is made of them is written here.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

/// A stream of chance.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of one member of a seed; no other stream overlaps it.
    pub(super) fn of(seed: u64, stream: u64) -> Chance {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Chance(generator)
    }

    /// A whole number from 0, below `end`; 0 where `end` is 0. Even enough: `end` is small.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(end);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// A whole number from `first` to `last`, both included.
    pub(super) fn between(&mut self, first: i32, last: i32) -> i32 {
        let span = u32::try_from(last.saturating_sub(first)).unwrap_or(0).saturating_add(1);
        first.saturating_add(i32::try_from(self.below(span)).unwrap_or(0))
    }

    /// Whether something happens that happens `percent` times of a hundred.
    pub(super) fn is(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of several, each as likely; the list is not empty.
    pub(super) fn pick<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        let place = self.below(u32::try_from(list.len()).unwrap_or(u32::MAX));
        list.get(usize::try_from(place).unwrap_or(0))
    }

    /// One of several texts, each as likely.
    pub(super) fn text(&mut self, list: &[&'static str]) -> &'static str {
        self.pick(list).copied().unwrap_or_default()
    }

    /// One of several, each as likely as its weight among all.
    pub(super) fn weigh<T: Copy>(&mut self, list: &[(u32, T)], otherwise: T) -> T {
        let mut left = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, one) in list {
            if left < *weight {
                return *one;
            }
            left -= weight;
        }
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_their_own_and_stay() {
        let draw = |seed, stream| {
            let mut chance = Chance::of(seed, stream);
            [chance.below(1000), chance.below(1000), chance.below(1000)]
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert!(draw(1, 0) != draw(1, 1) && draw(1, 0) != draw(2, 0));
    }

    #[test]
    fn numbers_stay_within_and_reach_both_ends() {
        let mut chance = Chance::of(7, 7);
        let drawn: Vec<i32> = (0..1000).map(|_| chance.between(-1, 1)).collect();
        assert!([-1, 0, 1].iter().all(|number| drawn.contains(number)) && drawn.iter().all(|n| (-1..=1).contains(n)));
        let weighed: Vec<u8> = (0..1000).map(|_| chance.weigh(&[(1, 1), (0, 2), (9, 3)], 4)).collect();
        assert!(weighed.contains(&1) && weighed.contains(&3) && !weighed.contains(&2) && !weighed.contains(&4));
        assert_eq!((chance.below(0), chance.pick::<u8>(&[])), (0, None));
    }
}
