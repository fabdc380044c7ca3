//! Files as they come in: opened more than once, named in messages, known by a digest.

use std::{
    io::{self, BufReader, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};

use crate::exchange::{Fault, Format, Item, fhir, read_any};

/// Bytes read at once.
const BUFFER_BYTES: usize = 128 * 1024;

/// The bytes of a file.
pub type Bytes = Box<dyn Read + Send>;

/// A file of claims.
pub struct Input {
    /// Its name in sources and faults, without folders.
    pub name: Arc<str>,
    /// Its path, as it was found.
    pub path: String,
    /// `sha256:` and the digest of its bytes as they lie on the disk.
    pub digest: String,
    /// Bytes on the disk.
    pub bytes: u64,
    /// The format to take it for; told from its content where none is named.
    pub format: Option<Format>,
    /// Opens it, unpacked where it was packed.
    pub open: Box<dyn Fn() -> io::Result<Bytes> + Send + Sync>,
    /// FHIR resources that lie beside its claims.
    pub beside: Option<Arc<dyn fhir::Beside>>,
    /// What is wrong with those.
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
    pub(super) fn each(&self, halt: &AtomicBool, hand: &mut dyn FnMut(Item)) {
        self.faults.iter().cloned().for_each(|fault| hand(Item::Fault(fault)));
        let read = (self.open)().and_then(|bytes| {
            let bytes = BufReader::with_capacity(BUFFER_BYTES, Haltable { bytes, halt });
            match &self.beside {
                Some(beside) => fhir::read_lines_beside(bytes, &self.name, &**beside, hand),
                None => read_any(bytes, &self.name, self.format, hand),
            }
        });
        if let Err(error) = read
            && !halt.load(Ordering::Relaxed)
        {
            hand(Item::Fault(Fault {
                code: "replay::unread",
                place: self.name.to_string(),
                message: format!("the file cannot be read to its end: {error}"),
                help: None,
            }));
        }
    }
}

/// An input that ends in an error once nobody wants the rest.
struct Haltable<'h> {
    bytes: Bytes,
    halt: &'h AtomicBool,
}

impl Read for Haltable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.halt.load(Ordering::Relaxed) {
            return Err(io::Error::other("the rest is not wanted"));
        }
        self.bytes.read(buffer)
    }
}
