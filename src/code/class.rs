//! Classes of codes, and sets of classes.

/// A class of codes that no set of the pack tells apart; class 0 is every code in no set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(pub u16);

impl ClassId {
    /// The class of every code in no set.
    pub const NO_SET: ClassId = ClassId(0);
}

/// A set of classes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ClassMask(Vec<u64>);

impl ClassMask {
    /// The empty mask.
    pub fn none() -> &'static ClassMask {
        static NONE: ClassMask = ClassMask(Vec::new());
        &NONE
    }

    /// The mask of one class.
    pub fn one(class: ClassId) -> ClassMask {
        let mut mask = ClassMask::default();
        mask.insert(class);
        mask
    }

    /// The class of every code in no set.
    pub fn of_no_set() -> ClassMask {
        ClassMask::one(ClassId::NO_SET)
    }

    /// The first `count` classes.
    pub fn first(count: u16) -> ClassMask {
        let (words, bits) = (usize::from(count) / 64, count % 64);
        let mut all = vec![u64::MAX; words];
        all.extend((bits > 0).then(|| (1 << bits) - 1));
        ClassMask(all)
    }

    /// Adds a class.
    pub fn insert(&mut self, class: ClassId) {
        let (word, bit) = (usize::from(class.0) / 64, class.0 % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << bit;
        }
    }

    /// Whether the class is in it.
    pub fn contains(&self, class: ClassId) -> bool {
        let (word, bit) = (usize::from(class.0) / 64, class.0 % 64);
        self.0.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }

    /// Whether no class is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The classes of both.
    pub fn and(&self, other: &ClassMask) -> ClassMask {
        ClassMask(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect()).trimmed()
    }

    /// The classes of either.
    pub fn or(&self, other: &ClassMask) -> ClassMask {
        let (long, short) = if self.0.len() >= other.0.len() { (self, other) } else { (other, self) };
        let mut words = long.0.clone();
        for (word, more) in words.iter_mut().zip(&short.0) {
            *word |= more;
        }
        ClassMask(words).trimmed()
    }

    /// The classes of this and not of the other.
    pub fn without(&self, other: &ClassMask) -> ClassMask {
        let mut words = self.0.clone();
        for (word, less) in words.iter_mut().zip(&other.0) {
            *word &= !less;
        }
        ClassMask(words).trimmed()
    }

    /// Whether every class of this is in the other.
    pub fn is_within(&self, other: &ClassMask) -> bool {
        let theirs = other.0.iter().copied().chain(std::iter::repeat(0));
        self.0.iter().zip(theirs).all(|(own, their)| own & !their == 0)
    }

    /// Whether some class is in both.
    pub fn meets(&self, other: &ClassMask) -> bool {
        self.0.iter().zip(&other.0).any(|(own, their)| own & their != 0)
    }

    /// The classes, in order.
    pub fn iter(&self) -> impl Iterator<Item = ClassId> + '_ {
        let held = |(place, word): (usize, &u64)| (*word != 0).then_some((place, *word));
        self.0.iter().enumerate().filter_map(held).flat_map(|(place, word)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.filter_map(move |bit| u16::try_from(place * 64 + bit).ok().map(ClassId))
        })
    }

    fn trimmed(mut self) -> ClassMask {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }
}

impl FromIterator<ClassId> for ClassMask {
    fn from_iter<I: IntoIterator<Item = ClassId>>(classes: I) -> ClassMask {
        let mut mask = ClassMask::default();
        classes.into_iter().for_each(|class| mask.insert(class));
        mask
    }
}
