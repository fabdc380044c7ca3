//! What the reader says: claims, rejects and faults with their place, gathered into blocks.

use std::sync::Arc;

use super::{
    block::{Block, Hand, Opening, Step},
    hierarchy::Holder,
    segment::{At, Segment},
    set::Guide,
};
use crate::exchange::{Fault, Item, Reject};

/// The longest claim identifier that is echoed. X12 allows CLM01 38 characters; more than this is
/// no identifier but a lost delimiter, and may hold anything.
pub(super) const CLAIM_ID_BYTES_MAX: usize = 200;

/// How long a claim's segments may be, in bytes, to be read later: some thousand lines. A longer one is
/// read as it comes, for it may be the rest of the file.
const CLAIM_BYTES_MAX: usize = 256 * 1024;

/// Steps of a block, and of a claim that is kept, at most: segments of few bytes take more room than they
/// have, and faults have none.
const STEPS_MAX: usize = 8 * 1024;

/// The file and the interchange that faults name.
pub(super) struct Origin<'f> {
    file: &'f str,
    interchange: Option<Arc<str>>,
}

impl<'f> Origin<'f> {
    pub(super) fn new(file: &'f str) -> Origin<'f> {
        Origin { file, interchange: None }
    }

    /// Names the interchange that faults stand in from now on.
    pub(super) fn enter(&mut self, control: Option<Arc<str>>) {
        self.interchange = control;
    }

    /// A fault at a segment of the current interchange.
    pub(super) fn fault(&self, at: At, code: &'static str, message: impl Into<String>, help: &str) -> Fault {
        let At { segment, byte } = at;
        let place = match &self.interchange {
            Some(control) => format!("{}: interchange {control}, segment {segment}, byte {byte}", self.file),
            None => format!("{}: segment {segment}, byte {byte}", self.file),
        };
        Fault { code, place, message: message.into(), help: Some(help.to_owned()).filter(|help| !help.is_empty()) }
    }
}

/// Gathers claims and what is said between them into blocks, and hands these out.
pub(super) struct Report<'r> {
    origin: Origin<'r>,
    block: Block,
    /// The claim that stands open.
    claim: Open<'r>,
    block_bytes: usize,
    each: &'r mut dyn FnMut(Block),
}

/// Whether a claim stands open.
enum Open<'r> {
    No,
    /// Its segments go to the block, which had so many bytes and steps before it.
    Gathered(usize, usize),
    /// It is too long for that.
    Long(Box<Hand<'r>>),
}

impl<'r> Report<'r> {
    /// Hands out blocks of some `block_bytes`, but for a claim that is longer; of a claim each, where it
    /// is zero.
    pub(super) fn new(file: &'r str, block_bytes: usize, each: &'r mut dyn FnMut(Block)) -> Report<'r> {
        Report { origin: Origin::new(file), block: Block::default(), claim: Open::No, block_bytes, each }
    }

    /// Names the interchange that faults stand in from now on.
    pub(super) fn enter(&mut self, control: Option<String>) {
        self.origin.enter(control.map(Arc::from));
    }

    /// A fault at a segment of the current interchange.
    pub(super) fn fault(&self, at: At, code: &'static str, message: impl Into<String>, help: &str) -> Fault {
        self.origin.fault(at, code, message, help)
    }

    pub(super) fn say(&mut self, fault: Fault) {
        self.step(Step::Say(Box::new(Item::Fault(fault))));
    }

    pub(super) fn reject(&mut self, request_id: Option<String>, lines: u32, fault: Fault) {
        self.step(Step::Say(Box::new(Item::Reject(Reject { request_id, lines, fault }))));
    }

    /// Begins a claim with its CLM.
    pub(super) fn open(&mut self, guide: Guide, holder: Holder, segment: &Segment<'_>) {
        self.claim = Open::Gathered(self.block.bytes(), self.block.steps());
        let interchange = self.origin.interchange.clone();
        let opening = Opening { guide, delimiters: segment.delimiters(), interchange, holder };
        self.block.open(opening, segment);
    }

    pub(super) fn has_claim(&self) -> bool {
        !matches!(self.claim, Open::No)
    }

    /// A segment of the claim that stands open.
    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        match &mut self.claim {
            Open::No => {}
            Open::Gathered(..) => {
                self.block.segment(segment);
                self.shorten();
            }
            Open::Long(hand) => hand.segment(segment),
        }
    }

    /// Gives up the claim that stands open.
    pub(super) fn refuse(&mut self, fault: Fault) {
        self.step(Step::Refuse(Box::new(fault)));
    }

    /// Gives up the claim that stands open, of whose CLM only the beginning is there.
    pub(super) fn refuse_part(&mut self, fault: Fault, is_named: bool) {
        self.step(Step::RefusePart(Box::new(fault), is_named));
    }

    /// Ends the claim that stands open, if any; `cut` says why it was cut off.
    pub(super) fn close(&mut self, cut: Option<&'static str>) {
        if self.has_claim() {
            self.step(Step::Close(cut));
            self.claim = Open::No;
            self.hand_out();
        }
    }

    /// Hands out what is left.
    pub(super) fn end(mut self) {
        self.close(None);
        if self.block.steps() > 0 {
            (self.each)(self.block);
        }
    }

    fn step(&mut self, step: Step) {
        match (&mut self.claim, step) {
            (Open::Long(hand), step) => {
                let block = &mut self.block;
                hand.take(step, &[], &mut || None, &mut |item| block.push(Step::Say(Box::new(item))));
            }
            (_, step) => {
                self.block.push(step);
                self.shorten();
            }
        }
        self.hand_out();
    }

    /// Reads the claim that stands open so far, where too much of it is kept, and its rest as it comes.
    fn shorten(&mut self) {
        let Open::Gathered(bytes, steps) = self.claim else { return };
        if self.block.bytes() - bytes > CLAIM_BYTES_MAX || self.block.steps() - steps > STEPS_MAX {
            self.claim = Open::Long(Box::new(self.block.split_off(bytes, self.origin.file)));
        }
    }

    /// Hands out the block, where it is full and ends with a claim.
    fn hand_out(&mut self) {
        let is_full = self.block.bytes() >= self.block_bytes || self.block.steps() >= STEPS_MAX;
        if is_full && !matches!(self.claim, Open::Gathered(..)) && self.block.steps() > 0 {
            let another = self.block.another();
            (self.each)(std::mem::replace(&mut self.block, another));
        }
    }
}

/// A control number or version as messages may show it: letters, digits and blanks between, and no
/// longer than either can be.
pub(super) fn shown(element: &[u8]) -> Option<&str> {
    std::str::from_utf8(element)
        .ok()
        .filter(|text| (1..=14).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A claim's identifier; none where it is blank or longer than any.
pub(super) fn claim_id(element: &[u8]) -> Option<String> {
    (!element.is_empty() && element.len() <= CLAIM_ID_BYTES_MAX).then(|| super::segment::text(element).into_owned())
}
