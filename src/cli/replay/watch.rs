//! How far a run has come: a bar on a terminal, a plain line every few seconds elsewhere.

use std::{
    fmt,
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::replay::{Input, Progress};

/// Seconds between two plain lines.
const LINE_SECONDS: u64 = 10;
/// Between two looks of the bar.
const LOOK: Duration = Duration::from_millis(100);

/// Watches a run.
pub(in crate::cli) struct Watch {
    begun: Instant,
    looked: Instant,
    told: Instant,
    /// Bytes read of each input, in all readings; or entries of a ledger.
    read: Vec<Arc<AtomicU64>>,
    /// Of so many.
    whole: u64,
    claims: u64,
    bar: Option<ProgressBar>,
}

/// How long a run took, and how fast it was.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Took {
    claims: u64,
    time: Duration,
}

#[expect(clippy::disallowed_methods, reason = "a door may look at the clock, and no decision hangs on it")]
fn now() -> Instant {
    Instant::now()
}

impl Watch {
    /// Watches a run over `inputs`, which are read twice where there `is_twice`.
    pub(in crate::cli) fn new(inputs: &[Input], is_twice: bool) -> Watch {
        let readings = if is_twice { 2 } else { 1 };
        let bytes = inputs.iter().map(|input| input.bytes).sum::<u64>() * readings;
        let read = inputs.iter().map(|input| input.read.clone()).collect();
        Watch::over(read, bytes, "{bytes} of {total_bytes}")
    }

    /// Watches a run over so many entries of a ledger, of which so many are `read`.
    pub(in crate::cli) fn of_entries(read: Arc<AtomicU64>, entries: u64) -> Watch {
        Watch::over(vec![read], entries, "{pos} of {len} entries")
    }

    fn over(read: Vec<Arc<AtomicU64>>, whole: u64, part: &str) -> Watch {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(whole);
            let template = format!("{{bar:30}} {{percent:>3}} %  {part}  {{msg}}  {{eta}} left");
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
            bar
        });
        let begun = now();
        Watch { begun, looked: begun, told: begun, read, whole, claims: 0, bar }
    }

    /// The run came further.
    pub(in crate::cli) fn saw(&mut self, progress: &Progress<'_>) {
        let (doing, claims) = match progress {
            Progress::Noting(claims) => ("noted", *claims),
            Progress::Deciding(tally) => {
                self.claims = tally.claims.came;
                ("decided", self.claims)
            }
        };
        let now = now();
        if now.duration_since(self.looked) < LOOK {
            return;
        }
        self.looked = now;
        let read: u64 = self.read.iter().map(|read| read.load(Ordering::Relaxed)).sum();
        match &self.bar {
            Some(bar) => {
                bar.set_position(read.min(self.whole));
                bar.set_message(format!("{claims} claims {doing}"));
            }
            None if now.duration_since(self.told).as_secs() >= LINE_SECONDS => {
                self.told = now;
                let percent = (read.min(self.whole) * 100).checked_div(self.whole).unwrap_or(100);
                let seconds = now.duration_since(self.begun).as_secs();
                let _ = writeln!(io::stderr(), "{percent:>3} %  {claims} claims {doing}  {seconds} s");
            }
            None => {}
        }
    }

    /// The run ended.
    pub(in crate::cli) fn end(self) -> Took {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        Took { claims: self.claims, time: now().duration_since(self.begun) }
    }
}

impl fmt::Display for Took {
    /// `12.3 s, 8123 claims/s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = u64::try_from(self.time.as_millis()).unwrap_or(u64::MAX).max(1);
        write!(
            f,
            "{}.{} s, {} claims/s",
            millis / 1_000,
            millis % 1_000 / 100,
            self.claims.saturating_mul(1_000) / millis
        )
    }
}
