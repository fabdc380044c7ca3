//! NDJSON read by several hands: each takes a block of lines, and what they hold is handed on in the
//! order of the input.

use std::{
    io::{self, BufRead},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use super::pipeline;
use crate::exchange::{Block, Item, LineReader, Lined, Opened, fhir::Beside};

/// Bytes of lines that one hand reads at once.
const BLOCK_BYTES: usize = 64 * 1024;
/// Bytes of lines that are under way at once, where they are more than one block: a Bundle on a line
/// has up to 16 MB, and some times that once it is read.
const UNDER_WAY_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Reads an input of lines with `threads` hands; one thread does all. In FHIR, each claim and order
/// finds what lies `beside` it.
///
/// # Errors
/// When the input, or what lies beside it, cannot be read further; what stood before was handed on.
pub fn read_lines(
    threads: usize,
    lined: Lined,
    input: Opened<impl BufRead + Send>,
    (file, beside): (&str, Option<&dyn Beside>),
    each: &mut dyn FnMut(Item),
) -> io::Result<()> {
    let mut cut = Ok(());
    let under_way = Arc::new(UnderWay::default());
    let source = |_: &AtomicBool, send: &mut dyn FnMut((Block, Share))| {
        cut = input.cut(lined, BLOCK_BYTES, &mut |block| {
            let share = Share::take(&under_way, block.bytes());
            send((block, share));
        });
    };
    let work = |(block, share): (Block, Share)| {
        let (mut reader, mut items) = (LineReader::new(lined, file, beside), Vec::new());
        let read = reader.read(&block, &mut |item| items.push(item));
        (reader, items, read, share)
    };
    let mut whole = LineReader::new(lined, file, beside);
    pipeline::run(threads, source, work, |(reader, items, read, _share)| {
        items.into_iter().for_each(&mut *each);
        whole.join(reader);
        read
    })?;
    cut?;
    whole.tell(each);
    Ok(())
}

/// How many bytes are under way.
#[derive(Default)]
struct UnderWay {
    bytes: Mutex<usize>,
    freed: Condvar,
}

/// Bytes that are under way until it is dropped, whatever becomes of them.
struct Share {
    of: Arc<UnderWay>,
    bytes: usize,
}

impl UnderWay {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Waits until there is room for so many bytes more; a block alone always has it.
    fn take(of: &Arc<UnderWay>, bytes: usize) -> Share {
        let is_full = |now: &mut usize| *now > 0 && now.saturating_add(bytes) > UNDER_WAY_BYTES_MAX;
        let now = of.freed.wait_while(of.lock(), is_full);
        *now.unwrap_or_else(PoisonError::into_inner) += bytes;
        Share { of: Arc::clone(of), bytes }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        *self.of.lock() -= self.bytes;
        self.of.freed.notify_one();
    }
}
