//! Parts of the inputs on their way to the hands: numbered, bounded, and where what they hold stands.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, atomic::AtomicBool};

use super::{Input, ReplayError};
use crate::{
    exchange::{Item, Part, fhir::Aside},
    history::Place,
};

/// Bytes of parts that are under way at once, where they are more than one part: a Bundle on a line has
/// up to 16 MB, and some times that once it is read.
const UNDER_WAY_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Some of an input, not read yet.
pub(super) struct Batch {
    /// The place of the input among the inputs.
    pub(super) input: u32,
    /// Its number among the batches of all inputs.
    number: u64,
    part: Part,
    /// Whether an earlier run has done it, so that only what is left aside counts.
    pub(super) is_done: bool,
    /// Whether nothing of the input comes behind it.
    pub(super) is_last: bool,
    /// What it takes up of the bytes that may be under way.
    _share: Share,
}

/// Reads the inputs in their order and sends what they hold in batches, each input's last one empty; how
/// many there are in all. The first `done` of them were done before. The same inputs make the same batches.
pub(super) fn read(inputs: &[Input], done: u64, halt: &AtomicBool, send: &mut dyn FnMut(Batch)) -> u64 {
    let under_way = Arc::new(UnderWay::default());
    let mut number = 0;
    for (input, from) in (0u32..).zip(inputs) {
        let mut send = |part: Part, is_last| {
            let is_done = number < done;
            let part = if is_done && !part.counts_aside() { Part::Items(Vec::new()) } else { part };
            let share = Share::take(&under_way, part.bytes());
            send(Batch { input, number, part, is_done, is_last, _share: share });
            number += 1;
        };
        from.each(halt, &mut |part| send(part, false));
        send(Part::Items(Vec::new()), true);
    }
    number
}

impl Batch {
    /// Reads what it holds: hands each item to `take` with its place, unless it was done before; counts what
    /// is left aside.
    ///
    /// # Errors
    /// When what lies beside the input cannot be had, or the first that `take` gives; when it holds more or fewer
    /// claims than were told apart.
    pub(super) fn each(
        self,
        inputs: &[Input],
        aside: &mut Aside,
        take: &mut dyn FnMut(Place, Item) -> Result<(), ReplayError>,
    ) -> Result<(), ReplayError> {
        let Some(input) = inputs.get(self.input as usize) else { return Ok(()) };
        let mut place = Place { input: self.input, number: self.number << ITEM_BITS };
        let (mut taken, mut claims, told) = (Ok(()), 0, self.part.claims());
        let read = self.part.read(&input.name, input.beside.as_deref(), aside, &mut |item| {
            claims += usize::from(item.is_claim());
            if taken.is_ok() && !self.is_done {
                taken = take(place, item);
                place.number += 1;
            }
        });
        taken.and(read.map_err(ReplayError::Beside))?;
        // What was told apart and what was read are counted by themselves: nothing may get lost between.
        if told.is_none_or(|told| told == claims) { Ok(()) } else { Err(ReplayError::Lost(input.name.to_string())) }
    }
}

/// Bits of a place's number that count the items of one batch.
const ITEM_BITS: u32 = 28;

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
    /// Waits until there is room for so many bytes more; a part alone always has it.
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
