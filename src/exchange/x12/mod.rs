//! X12 837 professional and institutional claims (005010X222, 005010X223), read as a stream.
//!
//! Bytes become segments ([`segments`]), segments stand in envelopes ([`envelope`]) and
//! transaction sets ([`set`]), which tells its claims apart ([`block`]); each is put together loop by
//! loop ([`claim`]), by whoever has a hand free.
//!
//! INVARIANT: every CLM segment of an 837 ends as exactly one request or one reject, whatever
//! stands around it, and memory is bounded by one buffer and one block. Delimiters are those of
//! each ISA, never assumed. This room knows no policy, and it does not validate: what a claim does
//! not need to be decided is passed over, whether it is right or wrong.

mod block;
mod claim;
mod delimiters;
mod diagnoses;
mod envelope;
mod hierarchy;
mod line;
mod report;
mod segment;
mod segments;
mod set;
#[cfg(test)]
mod tests;
mod values;
mod window;
pub mod write;

use std::io;

use crate::exchange::Item;
pub use block::Block;

/// Reads every interchange of `input` and hands each claim, reject and fault to `each`, in the
/// order of the input; `file` names the input in faults.
///
/// # Errors
/// Only those of `input` itself. Whatever is wrong with what it holds becomes an [`Item`]; what was
/// handed over before the error stands, and the claim that was being read is rejected.
///
/// ```
/// use claimgate::exchange::{Item, x12};
/// let mut codes = Vec::new();
/// x12::read("GS*HC~ST*837~CLM*C-1*10~".as_bytes(), "claims.x12", &mut |item| match item {
///     Item::Fault(fault) => codes.push(fault.code),
///     Item::Reject(reject) => codes.push(reject.fault.code),
///     Item::Request(_) | Item::Answered(..) => codes.push("request"),
/// })?;
/// assert_eq!(codes, ["x12::outside_interchange", "x12::claim_outside_interchange"]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read(input: impl io::Read, file: &str, each: &mut dyn FnMut(Item)) -> io::Result<()> {
    cut(input, file, 0, &mut |block| block.read(file, each))
}

/// Tells the claims of `input` apart and hands them out in blocks of some `block_bytes`, a claim each
/// where that is zero; what [`Block::read`] then finds is what [`read`] finds.
///
/// # Errors
/// Those of [`read`].
pub fn cut(input: impl io::Read, file: &str, block_bytes: usize, each: &mut dyn FnMut(Block)) -> io::Result<()> {
    let mut segments = segments::Segments::new(input);
    let mut envelope = envelope::Envelope::new(report::Report::new(file, block_bytes, each));
    loop {
        match segments.next() {
            Ok(Some(piece)) => envelope.take(&piece),
            Ok(None) => {
                envelope.end();
                return Ok(());
            }
            Err(error) => {
                envelope.end();
                return Err(error);
            }
        }
    }
}
