//! NDJSON read by several hands: each takes a block of lines, and what they hold is handed on in the
//! order of the input.

use std::{
    io::{self, BufRead},
    sync::atomic::AtomicBool,
};

use super::pipeline;
use crate::exchange::{Block, Item, LineReader, Lined, Opened, fhir::Beside};

/// Bytes of lines that one hand reads at once.
const BLOCK_BYTES: usize = 64 * 1024;

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
    let source = |_: &AtomicBool, send: &mut dyn FnMut(Block)| cut = input.cut(lined, BLOCK_BYTES, send);
    let work = |block: Block| {
        let (mut reader, mut items) = (LineReader::new(lined, file, beside), Vec::new());
        let read = reader.read(&block, &mut |item| items.push(item));
        (reader, items, read)
    };
    let mut whole = LineReader::new(lined, file, beside);
    pipeline::run(threads, source, work, |(reader, items, read)| {
        items.into_iter().for_each(&mut *each);
        whole.join(reader);
        read
    })?;
    cut?;
    whole.tell(each);
    Ok(())
}
