//! Hashing of node ids, which nobody outside chooses: no keyed hash is needed.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

use super::NodeId;

/// The place of a node in the table of nodes, before it is cut to its size.
pub(super) fn hash(variable: u16, values: &[NodeId]) -> usize {
    let mut quick = Quick::default();
    quick.write_u16(variable);
    values.iter().for_each(|value| quick.write_u32(value.0));
    // Bits above the width of a `usize` are as good as any other.
    (quick.finish() >> 20) as usize
}

/// A map by node ids, which nobody outside chooses: no keyed hash is needed.
pub(in crate::tree) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// A set of node ids.
pub(in crate::tree) type QuickSet<K> = HashSet<K, BuildHasherDefault<Quick>>;

/// A multiplicative hash of small numbers (the one of the Rust compiler's own tables).
#[derive(Default)]
pub(in crate::tree) struct Quick(u64);

impl Quick {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.add(u64::from(*byte)));
    }

    fn write_u16(&mut self, word: u16) {
        self.add(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.add(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    fn write_usize(&mut self, word: usize) {
        self.add(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
