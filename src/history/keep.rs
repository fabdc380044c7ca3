//! A keep: byte strings under keys, put in any order and had back by key, in bounded memory.
//!
//! As long as they are few they stay in memory. Beyond that they are dealt by key to parts on
//! paper; each part is then sorted by key, and a fence every few kilobytes finds a key in one short
//! reading.

use std::{
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    ops::Range,
    sync::Mutex,
};

use super::lock;

/// Parts on paper. Each is sorted in memory by itself.
const PARTS: usize = 64;
/// Of a key, how many bits are below those that name its part.
const PART_SHIFT: u32 = 128 - PARTS.trailing_zeros();
/// Bytes written to a part at once.
const BUFFER_BYTES: usize = 16 * 1024;
/// Bytes between two fences.
const FENCE_BYTES: u64 = 4 * 1024;
/// Bytes before a value: its key and its length.
const HEAD_BYTES: usize = 16 + 4;

/// Somewhere to write that can be read back.
pub trait Paper: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Paper for T {}

/// Where paper comes from: a temporary folder, or memory in tests. What is written is thrown away
/// with the sheet.
pub trait Scratch: Send + Sync {
    /// A new, empty sheet.
    ///
    /// # Errors
    /// When none can be had.
    fn sheet(&self) -> io::Result<Box<dyn Paper>>;
}

/// A keep while it is filled.
pub struct Filling {
    bytes_max: usize,
    scratch: Box<dyn Scratch>,
    held: Held,
    parts: Vec<BufWriter<Box<dyn Paper>>>,
}

/// A keep that is full.
pub enum Keep {
    /// In memory.
    Held(Held),
    /// On paper.
    Parted(Vec<Part>),
}

/// Values in memory.
#[derive(Default)]
pub struct Held {
    bytes: Vec<u8>,
    /// By key once the keep is full.
    places: Vec<(u128, Range<usize>)>,
}

/// Values on paper, by key.
pub struct Part {
    paper: Mutex<Box<dyn Paper>>,
    /// A key and where the first of its values stands, every few kilobytes.
    fences: Vec<(u128, u64)>,
    end: u64,
}

impl Filling {
    /// An empty keep that holds `bytes_max` bytes before it goes to paper.
    pub fn new(bytes_max: usize, scratch: Box<dyn Scratch>) -> Filling {
        Filling { bytes_max, scratch, held: Held::default(), parts: Vec::new() }
    }

    /// Adds a value.
    ///
    /// # Errors
    /// When the paper fails, or a value has 4 GiB.
    pub fn put(&mut self, key: u128, value: &[u8]) -> io::Result<()> {
        if !self.parts.is_empty() {
            return write(&mut self.parts, key, value);
        }
        self.held.put(key, value);
        if self.held.size() > self.bytes_max {
            let held = std::mem::take(&mut self.held);
            for _ in 0..PARTS {
                self.parts.push(BufWriter::with_capacity(BUFFER_BYTES, self.scratch.sheet()?));
            }
            for (key, place) in held.places {
                write(&mut self.parts, key, held.bytes.get(place).unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// Ends the filling.
    ///
    /// # Errors
    /// When the paper fails.
    pub fn close(mut self) -> io::Result<Keep> {
        if self.parts.is_empty() {
            self.held.places.sort_by_key(|(key, _)| *key);
            return Ok(Keep::Held(self.held));
        }
        let mut parts = Vec::with_capacity(PARTS);
        for part in self.parts {
            let mut paper = part.into_inner().map_err(io::IntoInnerError::into_error)?;
            let held = Held::read(&mut *paper)?;
            drop(paper);
            parts.push(held.written(self.scratch.sheet()?)?);
        }
        Ok(Keep::Parted(parts))
    }
}

impl Keep {
    /// Hands on every value of a key, in the order in which they were put.
    ///
    /// # Errors
    /// When the paper fails.
    pub fn each(&self, key: u128, hand: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        match self {
            Keep::Held(held) => {
                held.each(key, hand);
                Ok(())
            }
            Keep::Parted(parts) => parts.get(part_of(key)).map_or(Ok(()), |part| part.each(key, hand)),
        }
    }

    /// Hands on the first value of each key.
    ///
    /// # Errors
    /// When the paper fails.
    pub fn firsts(&self, hand: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        match self {
            Keep::Held(held) => held.firsts(hand),
            Keep::Parted(parts) => {
                for part in parts {
                    Held::read(&mut **lock(&part.paper))?.firsts(hand);
                }
            }
        }
        Ok(())
    }
}

impl Held {
    fn put(&mut self, key: u128, value: &[u8]) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.places.push((key, from..self.bytes.len()));
    }

    fn size(&self) -> usize {
        self.bytes.len() + self.places.len() * size_of::<(u128, Range<usize>)>()
    }

    fn each(&self, key: u128, hand: &mut dyn FnMut(&[u8])) {
        let from = self.places.partition_point(|(other, _)| *other < key);
        let own = self.places.iter().skip(from).take_while(|(other, _)| *other == key);
        own.for_each(|(_, place)| hand(self.bytes.get(place.clone()).unwrap_or_default()));
    }

    fn firsts(&self, hand: &mut dyn FnMut(&[u8])) {
        for (_, place) in self.places.chunk_by(|(one, _), (other, _)| one == other).filter_map(|same| same.first()) {
            hand(self.bytes.get(place.clone()).unwrap_or_default());
        }
    }

    /// All of a paper, by key.
    fn read(paper: &mut dyn Paper) -> io::Result<Held> {
        let mut held = Held::default();
        paper.seek(SeekFrom::Start(0))?;
        paper.read_to_end(&mut held.bytes)?;
        let mut at = 0;
        while let Some((key, value)) = entry(&held.bytes, at) {
            at = value.end;
            held.places.push((key, value));
        }
        if at != held.bytes.len() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a note breaks off"));
        }
        held.places.sort_by_key(|(key, _)| *key);
        Ok(held)
    }

    /// Writes all of it, in its order.
    fn written(self, paper: Box<dyn Paper>) -> io::Result<Part> {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, paper);
        let (mut fences, mut end): (Vec<(u128, u64)>, u64) = (Vec::new(), 0);
        for (key, place) in &self.places {
            if fences.last().is_none_or(|(_, fence)| end - fence >= FENCE_BYTES) {
                fences.push((*key, end));
            }
            end += put_entry(&mut out, *key, self.bytes.get(place.clone()).unwrap_or_default())?;
        }
        let paper = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Part { paper: Mutex::new(paper), fences, end })
    }
}

impl Part {
    fn each(&self, key: u128, hand: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        // Values of the key may begin behind the last fence of a lower key.
        let mut place = self.fences.partition_point(|(fence, _)| *fence < key).saturating_sub(1);
        let mut bytes = Vec::new();
        while let Some((first, from)) = self.fences.get(place).copied().filter(|(first, _)| *first <= key) {
            place += 1;
            debug_assert!(first <= key);
            let to = self.fences.get(place).map_or(self.end, |(_, next)| *next);
            bytes.resize(usize::try_from(to - from).unwrap_or(usize::MAX), 0);
            {
                let mut paper = lock(&self.paper);
                paper.seek(SeekFrom::Start(from))?;
                paper.read_exact(&mut bytes)?;
            }
            let mut at = 0;
            while let Some((other, value)) = entry(&bytes, at) {
                at = value.end;
                if other == key {
                    hand(bytes.get(value).unwrap_or_default());
                }
            }
        }
        Ok(())
    }
}

fn part_of(key: u128) -> usize {
    usize::try_from(key >> PART_SHIFT).unwrap_or(0)
}

fn write(parts: &mut [BufWriter<Box<dyn Paper>>], key: u128, value: &[u8]) -> io::Result<()> {
    parts.get_mut(part_of(key)).map_or(Ok(0), |part| put_entry(part, key, value)).map(drop)
}

/// Writes a value; how many bytes it takes.
fn put_entry(out: &mut impl Write, key: u128, value: &[u8]) -> io::Result<u64> {
    let length = u32::try_from(value.len()).map_err(|_| io::Error::other("a note has more than 4 GiB"))?;
    out.write_all(&key.to_le_bytes())?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(value)?;
    Ok(HEAD_BYTES as u64 + u64::from(length))
}

/// The entry at `at`: its key, and where its value stands.
fn entry(bytes: &[u8], at: usize) -> Option<(u128, Range<usize>)> {
    let rest = bytes.get(at..)?;
    let (key, rest) = rest.split_first_chunk::<16>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    rest.get(..length)?;
    let from = at + HEAD_BYTES;
    Some((u128::from_le_bytes(*key), from..from + length))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{collections::BTreeMap, io::Cursor};

    use super::*;

    /// Paper in memory.
    pub(crate) struct Memory;

    impl Scratch for Memory {
        fn sheet(&self) -> io::Result<Box<dyn Paper>> {
            Ok(Box::new(Cursor::new(Vec::new())))
        }
    }

    fn check(bytes_max: usize, entries: u64, keys: u64) {
        let mut filling = Filling::new(bytes_max, Box::new(Memory));
        let mut expected: BTreeMap<u128, Vec<Vec<u8>>> = BTreeMap::new();
        let mut state = 7_u64;
        for number in 0..entries {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = u128::from((state >> 33) % keys).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            let value = number.to_string().repeat(usize::try_from(state % 50).unwrap()).into_bytes();
            filling.put(key, &value).unwrap();
            expected.entry(key).or_default().push(value);
        }
        let keep = filling.close().unwrap();
        assert_eq!(matches!(keep, Keep::Held(_)), bytes_max == usize::MAX || entries == 0);
        let (mut firsts, mut all): (Vec<Vec<u8>>, _) =
            (Vec::new(), expected.values().map(|of| of[0].clone()).collect::<Vec<_>>());
        keep.firsts(&mut |value| firsts.push(value.to_vec())).unwrap();
        firsts.sort();
        all.sort();
        assert_eq!(firsts, all);
        for (key, values) in &expected {
            let mut found = Vec::new();
            keep.each(*key, &mut |value| found.push(value.to_vec())).unwrap();
            assert_eq!(&found, values, "{key}");
        }
        keep.each(u128::MAX - 1, &mut |_| panic!("nothing was put there")).unwrap();
    }

    #[test]
    fn values_come_back_by_key_and_in_order() {
        for bytes_max in [usize::MAX, 0, 5_000] {
            check(bytes_max, 3_000, 400);
            check(bytes_max, 3_000, 3);
        }
        check(usize::MAX, 0, 1);
    }
}
