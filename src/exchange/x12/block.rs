//! Claims that were told apart and are still to be read: their segments as they stood, and what the
//! loops around each say of it.
//!
//! Where a segment ends, and whose claim it is of, hangs on all that stands before. What a claim says
//! hangs on its own segments and its [`Opening`] alone. So one hand tells claims apart, and several read.

use std::sync::Arc;

use super::{
    claim::Claim,
    delimiters::Delimiters,
    hierarchy::Holder,
    report::Origin,
    segment::{At, Segment},
    set::Guide,
};
use crate::exchange::{Fault, Item};

/// Claims that follow one another, not read yet, and what is to be said between them.
#[derive(Default)]
pub struct Block {
    /// The segments of all claims, one behind the other, without terminators.
    bytes: Vec<u8>,
    steps: Vec<Step>,
    /// What stands around each claim, in the order of their CLM.
    openings: Vec<Opening>,
}

/// What stands around a claim.
pub(super) struct Opening {
    pub(super) guide: Guide,
    pub(super) delimiters: Delimiters,
    pub(super) interchange: Option<Arc<str>>,
    pub(super) holder: Holder,
}

/// What comes next.
pub(super) enum Step {
    /// A claim begins with this CLM.
    Open(Cut),
    /// A segment of the claim.
    Segment(Cut),
    /// The claim is given up.
    Refuse(Box<Fault>),
    /// The claim is given up, for of its CLM only the beginning is there; whether CLM01 is.
    RefusePart(Box<Fault>, bool),
    /// The claim ends; why, where it was cut off.
    Close(Option<&'static str>),
    /// Something else is said.
    Say(Box<Item>),
}

/// A segment of a block: the next `len` of its bytes.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    len: u32,
    at: At,
}

impl Block {
    /// An empty block with room for as much as this one has.
    pub(super) fn another(&self) -> Block {
        Block {
            bytes: Vec::with_capacity(self.bytes.len()),
            steps: Vec::with_capacity(self.steps.len()),
            openings: Vec::with_capacity(self.openings.len()),
        }
    }

    /// How many bytes its segments have.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Reads its claims: hands each request, reject and fault to `each`, in the order of the input.
    /// `file` names the input in faults.
    pub fn read(self, file: &str, each: &mut dyn FnMut(Item)) {
        self.read_on(file, each);
    }

    /// Reads its claims; the last may stand open still.
    fn read_on<'f>(self, file: &'f str, each: &mut dyn FnMut(Item)) -> Hand<'f> {
        let (mut rest, mut openings) = (self.bytes.as_slice(), self.openings.into_iter());
        let mut hand = Hand::new(file);
        for step in self.steps {
            let bytes = match &step {
                Step::Open(cut) | Step::Segment(cut) => {
                    let (bytes, behind) = rest.split_at_checked(cut.len as usize).unwrap_or_default();
                    rest = behind;
                    bytes
                }
                _ => &[],
            };
            hand.take(step, bytes, &mut || openings.next(), each);
        }
        hand
    }

    /// About how much memory it takes, in bytes.
    pub fn weight(&self) -> usize {
        self.bytes.len() + self.steps.len() * size_of::<Step>() + self.openings.len() * size_of::<Opening>()
    }

    /// How many claims and rejects come of it.
    pub fn claims(&self) -> usize {
        let is_claim = |step: &&Step| match step {
            Step::Open(_) => true,
            Step::Say(item) => item.is_claim(),
            _ => false,
        };
        self.steps.iter().filter(is_claim).count()
    }

    pub(super) fn steps(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Begins a claim with its CLM.
    pub(super) fn open(&mut self, opening: Opening, segment: &Segment<'_>) {
        let cut = self.cut(segment);
        self.openings.push(opening);
        self.steps.push(Step::Open(cut));
    }

    /// Adds a segment to the claim that stands open.
    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        let cut = self.cut(segment);
        self.steps.push(Step::Segment(cut));
    }

    /// Takes out the claim that stands open, whose bytes begin at `from`, and reads it so far; what was
    /// said since stays.
    pub(super) fn split_off<'f>(&mut self, from: usize, file: &'f str) -> Hand<'f> {
        let opened = self.steps.iter().rposition(|step| matches!(step, Step::Open(_)));
        let steps = self.steps.split_off(opened.unwrap_or(self.steps.len()));
        let claim =
            Block { bytes: self.bytes.split_off(from), steps, openings: self.openings.pop().into_iter().collect() };
        claim.read_on(file, &mut |item| self.steps.push(Step::Say(Box::new(item))))
    }

    fn cut(&mut self, segment: &Segment<'_>) -> Cut {
        self.bytes.extend_from_slice(segment.bytes());
        // A segment is no longer than 64 KiB.
        Cut { len: u32::try_from(segment.bytes().len()).unwrap_or(u32::MAX), at: segment.at }
    }
}

/// Reads claims step by step.
pub(super) struct Hand<'f> {
    origin: Origin<'f>,
    /// The claim that stands open, and how its segments are taken apart.
    claim: Option<(Claim, Delimiters)>,
}

impl<'f> Hand<'f> {
    pub(super) fn new(file: &'f str) -> Hand<'f> {
        Hand { origin: Origin::new(file), claim: None }
    }

    /// Takes a segment of the claim that stands open.
    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        if let Some((claim, _)) = &mut self.claim {
            claim.take(segment, &self.origin);
        }
    }

    /// Takes the next step; `bytes` are those of its segment, and `opening` gives what stands around
    /// the next claim.
    pub(super) fn take(
        &mut self,
        step: Step,
        bytes: &[u8],
        opening: &mut dyn FnMut() -> Option<Opening>,
        each: &mut dyn FnMut(Item),
    ) {
        match (step, &mut self.claim) {
            (Step::Open(cut), _) => {
                let Some(Opening { guide, delimiters, interchange, holder }) = opening() else { return };
                self.origin.enter(interchange);
                let segment = Segment::new(bytes, delimiters, cut.at);
                self.claim = Some((Claim::open(&segment, guide, holder, &self.origin), delimiters));
            }
            (Step::Segment(cut), Some((claim, delimiters))) => {
                claim.take(&Segment::new(bytes, *delimiters, cut.at), &self.origin);
            }
            (Step::Refuse(fault), Some((claim, _))) => claim.refuse(*fault),
            (Step::RefusePart(fault, is_named), Some((claim, _))) => claim.refuse_part(*fault, is_named),
            (Step::Close(cut), Some(_)) => {
                if let Some((claim, _)) = self.claim.take() {
                    each(claim.close(cut, &self.origin));
                }
            }
            (Step::Say(item), _) => each(*item),
            (_, None) => {}
        }
    }
}
