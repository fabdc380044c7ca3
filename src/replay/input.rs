//! Files as they come in: opened more than once, named in messages, known by a digest.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};

use crate::exchange::{Fault, Item, Part, fhir::Beside};

/// Bytes read at once.
const BUFFER_BYTES: usize = 128 * 1024;

/// Hands on all that a file holds, in parts, until it is told that nobody wants the rest. The same file
/// makes the same parts.
pub type Reading = dyn Fn(&(dyn Fn() -> bool + Sync), &mut dyn FnMut(Part)) -> io::Result<()> + Send + Sync;

/// A file of claims, or a folder of tables of them.
pub struct Input {
    /// Its name in sources and faults, without folders.
    pub name: Arc<str>,
    /// Its path, as it was found.
    pub path: String,
    /// `sha256:` and the digest of its bytes as they lie on the disk; several, where what lies beside
    /// it counts.
    pub digest: String,
    /// Bytes on the disk.
    pub bytes: u64,
    /// Reads it. It is read twice where claims are history of one another.
    pub reading: Box<Reading>,
    /// What lies beside it, where its claims find something there.
    pub beside: Option<Arc<dyn Beside>>,
    /// What is wrong with what lies beside it.
    pub faults: Vec<Fault>,
    /// How many of its bytes were read, as they lie on the disk, in all readings.
    pub read: Arc<AtomicU64>,
}

/// The digest of everything that `bytes` gives.
///
/// # Errors
/// When it cannot be read to its end.
pub fn digest(mut bytes: impl Read) -> io::Result<String> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; BUFFER_BYTES]);
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => hash.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("sha256:{hex}"))
}

impl Input {
    /// Hands on all that it holds; what cannot be read to its end is a fault behind the rest.
    pub(super) fn each(&self, halt: &AtomicBool, hand: &mut dyn FnMut(Part)) {
        if !self.faults.is_empty() {
            hand(Part::Items(self.faults.iter().cloned().map(Item::Fault).collect()));
        }
        let read = (self.reading)(&|| halt.load(Ordering::Relaxed), hand);
        if let Err(error) = read
            && !halt.load(Ordering::Relaxed)
        {
            hand(Part::Items(vec![Item::Fault(Fault {
                code: "replay::unread",
                place: self.name.to_string(),
                message: format!("the file cannot be read to its end: {error}"),
                help: None,
            })]));
        }
    }
}
