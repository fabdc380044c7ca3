//! One reader, several hands, one writer: batches are worked on all cores and land in the order of
//! the input, and no more than a fixed number of them is under way.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
};

/// Batches under way for each hand: enough that none waits, few enough that memory stays flat.
const BATCHES_PER_HAND: usize = 4;

/// Runs `read` and lets what it sends be worked by `threads` hands, this thread among them where it
/// is the only one, and landed in order. What `read` sends after `land` failed is thrown away; it
/// can tell by the switch that it is given.
///
/// # Errors
/// The first that `land` gives.
pub(super) fn run<B: Send, D: Send, E>(
    threads: usize,
    read: impl FnOnce(&AtomicBool, &mut dyn FnMut(B)) + Send,
    work: impl Fn(B) -> D + Sync,
    land: impl FnMut(D) -> Result<(), E>,
) -> Result<(), E> {
    if threads <= 1 { alone(read, work, land) } else { together(threads, read, work, land) }
}

fn alone<B, D, E>(
    read: impl FnOnce(&AtomicBool, &mut dyn FnMut(B)),
    work: impl Fn(B) -> D,
    mut land: impl FnMut(D) -> Result<(), E>,
) -> Result<(), E> {
    let halt = AtomicBool::new(false);
    let mut landed = Ok(());
    read(&halt, &mut |batch| {
        if landed.is_ok() {
            landed = land(work(batch));
            halt.store(landed.is_err(), Ordering::Relaxed);
        }
    });
    landed
}

/// What a hand reports: the number of a batch, and what came of it; `None` where the hand broke.
type Done<D> = (u64, Option<D>);

fn together<B: Send, D: Send, E>(
    threads: usize,
    read: impl FnOnce(&AtomicBool, &mut dyn FnMut(B)) + Send,
    work: impl Fn(B) -> D + Sync,
    mut land: impl FnMut(D) -> Result<(), E>,
) -> Result<(), E> {
    let under_way = threads * BATCHES_PER_HAND;
    let (give, take) = mpsc::sync_channel::<()>(under_way);
    let (send, jobs) = mpsc::sync_channel::<(u64, B)>(under_way);
    let (report, reports) = mpsc::sync_channel::<Done<D>>(under_way);
    let (jobs, halt) = (Mutex::new(jobs), AtomicBool::new(false));
    let (jobs, halt, work) = (&jobs, &halt, &work);
    thread::scope(|scope| {
        (0..under_way).for_each(|_| give.send(()).unwrap_or_default());
        scope.spawn(move || {
            let mut number = 0;
            read(halt, &mut |batch| {
                // Leave to go on comes back with each batch that landed; none comes once all broke.
                if take.recv().is_ok() && send.send((number, batch)).is_ok() {
                    number += 1;
                } else {
                    halt.store(true, Ordering::Relaxed);
                }
            });
        });
        for _ in 0..threads {
            let report = report.clone();
            scope.spawn(move || hand(jobs, work, &report));
        }
        drop(report);
        let mut give = Some(give);
        let mut early: BTreeMap<u64, D> = BTreeMap::new();
        let (mut next, mut landed) = (0, Ok(()));
        for (number, done) in reports {
            match done {
                Some(done) => drop(early.insert(number, done)),
                // The panic goes on when the scope ends; nobody waits for what does not come.
                None => give = None,
            }
            while let Some(done) = early.remove(&next) {
                next += 1;
                if landed.is_ok() {
                    landed = land(done);
                    halt.store(landed.is_err(), Ordering::Relaxed);
                }
                if let Some(give) = &give {
                    let _ = give.send(());
                }
            }
        }
        landed
    })
}

fn hand<B, D>(jobs: &Mutex<Receiver<(u64, B)>>, work: &impl Fn(B) -> D, report: &SyncSender<Done<D>>) {
    loop {
        let job = jobs.lock().ok().and_then(|jobs| jobs.recv().ok());
        let Some((number, batch)) = job else { return };
        let mut promise = Promise { report, number, is_kept: false };
        let done = work(batch);
        promise.is_kept = true;
        if report.send((number, Some(done))).is_err() {
            return;
        }
    }
}

/// Reports a batch as broken where its hand does not come to an end.
struct Promise<'a, D> {
    report: &'a SyncSender<Done<D>>,
    number: u64,
    is_kept: bool,
}

impl<D> Drop for Promise<'_, D> {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = self.report.send((self.number, None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(threads: usize, batches: u64, fails_at: Option<u64>) {
        let mut landed = Vec::new();
        let read = |halt: &AtomicBool, send: &mut dyn FnMut(u64)| {
            (0..batches).take_while(|_| !halt.load(Ordering::Relaxed)).for_each(send);
        };
        let work = |batch: u64| {
            // Some take longer than others.
            (0..(batch * 7_919) % 1_000).fold(0_u64, |sum, n| std::hint::black_box(sum ^ n));
            batch
        };
        let result = run(threads, read, work, |batch| {
            if Some(batch) == fails_at {
                return Err(batch);
            }
            landed.push(batch);
            Ok(())
        });
        assert_eq!(result.err(), fails_at);
        assert_eq!(landed, (0..fails_at.unwrap_or(batches)).collect::<Vec<_>>());
    }

    #[test]
    fn batches_land_in_order() {
        for threads in [1, 2, 5] {
            check(threads, 0, None);
            check(threads, 2_000, None);
            check(threads, 2_000, Some(700));
        }
    }

    #[test]
    fn a_hand_that_breaks_ends_the_run() {
        let read = |halt: &AtomicBool, send: &mut dyn FnMut(u64)| {
            (0..10_000).take_while(|_| !halt.load(Ordering::Relaxed)).for_each(send);
        };
        let work = |batch| assert_ne!(batch, 40, "as a rule would");
        let ended = std::panic::catch_unwind(|| run::<_, _, ()>(3, read, work, |()| Ok(())));
        assert!(ended.is_err());
    }
}
