//! Sets of values of one variable.

/// Values of a variable, a bit each. Those of one word are kept without allocating.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueMask {
    first: u64,
    /// The values from 64 on; empty, or with a last word that `rest` does not say already.
    more: Vec<u64>,
    /// Whether the values past all words are in it.
    rest: bool,
}

/// Values of one word.
const WORD: usize = 64;

impl ValueMask {
    /// Any value at all.
    pub const ANY: ValueMask = ValueMask { first: u64::MAX, more: Vec::new(), rest: true };
    /// No value.
    pub const NONE: ValueMask = ValueMask { first: 0, more: Vec::new(), rest: false };

    /// The first `count` values.
    pub fn first(count: usize) -> ValueMask {
        let low = |count: usize| if count >= WORD { u64::MAX } else { (1 << count) - 1 };
        let more = (1..count.div_ceil(WORD)).map(|word| low(count - word * WORD)).collect();
        ValueMask { first: low(count), more, rest: false }
    }

    /// One value.
    pub fn one(value: usize) -> ValueMask {
        if value < WORD {
            return ValueMask::from(1 << value);
        }
        let mut mask = ValueMask::NONE;
        mask.insert(value);
        mask
    }

    /// Adds a value.
    pub fn insert(&mut self, value: usize) {
        let bit = 1 << (value % WORD);
        match (value / WORD).checked_sub(1) {
            None => self.first |= bit,
            Some(word) if word < self.more.len() || !self.rest => {
                if self.more.len() <= word {
                    self.more.resize(word + 1, 0);
                }
                if let Some(word) = self.more.get_mut(word) {
                    *word |= bit;
                }
            }
            Some(_) => {}
        }
        self.trim();
    }

    /// Whether a value is in it.
    pub fn contains(&self, value: usize) -> bool {
        self.word(value / WORD) >> (value % WORD) & 1 == 1
    }

    /// Whether no value is in it.
    pub fn is_empty(&self) -> bool {
        self.first == 0 && self.more.is_empty() && !self.rest
    }

    /// Whether some value is in both.
    pub fn meets(&self, other: &ValueMask) -> bool {
        let words = self.more.len().max(other.more.len()) + 1;
        self.rest && other.rest || (0..words).any(|word| self.word(word) & other.word(word) != 0)
    }

    /// The values of both.
    pub fn and(&self, other: &ValueMask) -> ValueMask {
        let words = self.more.len().max(other.more.len()) + 1;
        let mut both = ValueMask {
            first: self.first & other.first,
            more: (1..words).map(|word| self.word(word) & other.word(word)).collect(),
            rest: self.rest && other.rest,
        };
        both.trim();
        both
    }

    /// Its values as the bits of one word; `None` where one has none of them all.
    pub fn word_alone(&self) -> Option<u64> {
        (self.more.is_empty() && !self.rest).then_some(self.first)
    }

    /// The same among the first `count` values.
    pub fn cut_to(self, count: usize) -> ValueMask {
        let is_within = !self.rest && self.more.is_empty() && (count >= WORD || self.first >> count == 0);
        if is_within { self } else { self.and(&ValueMask::first(count)) }
    }

    /// The lowest value; none where there is none.
    pub fn lowest(&self) -> Option<usize> {
        let in_word = |word: usize| Some(self.word(word)).filter(|bits| *bits != 0);
        let found = (0..=self.more.len())
            .find_map(|word| in_word(word).map(|bits| word * WORD + bits.trailing_zeros() as usize));
        found.or_else(|| self.rest.then_some((self.more.len() + 1) * WORD))
    }

    /// The value, where there is only one.
    pub fn only(&self) -> Option<usize> {
        let bits = self.more.iter().fold(self.first.count_ones(), |bits, word| bits + word.count_ones());
        if bits == 1 && !self.rest { self.lowest() } else { None }
    }

    fn word(&self, word: usize) -> u64 {
        let past = if self.rest { u64::MAX } else { 0 };
        match word.checked_sub(1) {
            None => self.first,
            Some(word) => self.more.get(word).copied().unwrap_or(past),
        }
    }

    fn trim(&mut self) {
        let past = if self.rest { u64::MAX } else { 0 };
        while self.more.last() == Some(&past) {
            self.more.pop();
        }
    }
}

impl FromIterator<bool> for ValueMask {
    /// The values for which *true* stands.
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> ValueMask {
        let mut bits = bits.into_iter();
        let first = bits.by_ref().take(WORD).zip(0..).fold(0, |word, (bit, value)| word | u64::from(bit) << value);
        let mut mask = ValueMask::from(first);
        bits.zip(WORD..).filter(|(bit, _)| *bit).for_each(|(_, value)| mask.insert(value));
        mask
    }
}

impl From<u64> for ValueMask {
    /// From the bits of the first 64 values.
    fn from(first: u64) -> ValueMask {
        ValueMask { first, more: Vec::new(), rest: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[usize]) -> ValueMask {
        let mut mask = ValueMask::NONE;
        values.iter().for_each(|value| mask.insert(*value));
        mask
    }

    #[test]
    fn a_mask_says_what_a_list_says() {
        let lists: [&[usize]; 7] =
            [&[], &[0], &[63], &[64], &[0, 63, 64, 200], &[1, 64, 127, 128], &[2, 3, 5, 64, 300, 4_000]];
        for one in lists {
            let mask = of(one);
            assert_eq!(mask.is_empty(), one.is_empty());
            assert_eq!(mask.lowest(), one.first().copied());
            assert_eq!(mask.only(), one.first().copied().filter(|_| one.len() == 1));
            assert!((0..5_000).all(|value| mask.contains(value) == one.contains(&value)));
            for count in [0, 1, 3, 64, 65, 300] {
                assert_eq!(mask.clone().cut_to(count), mask.and(&ValueMask::first(count)));
            }
            assert_eq!(mask.and(&ValueMask::ANY), mask);
            assert_eq!((0..5_000).map(|value| one.contains(&value)).collect::<ValueMask>(), mask);
            for two in lists {
                let both: Vec<usize> = one.iter().copied().filter(|value| two.contains(value)).collect();
                assert_eq!(mask.and(&of(two)), of(&both));
                assert_eq!(mask.meets(&of(two)), !both.is_empty());
            }
        }
    }

    #[test]
    fn the_first_values_are_those() {
        for count in [0, 1, 2, 63, 64, 65, 127, 128, 129, 1_000] {
            let mask = ValueMask::first(count);
            assert!((0..2_000).all(|value| mask.contains(value) == (value < count)), "of {count}");
            assert_eq!(mask, (0..count).map(|_| true).collect(), "of {count}");
        }
        assert!(ValueMask::ANY.contains(9_999) && ValueMask::ANY.meets(&ValueMask::one(9_999)));
        assert_eq!(ValueMask::ANY.only(), None);
    }
}
