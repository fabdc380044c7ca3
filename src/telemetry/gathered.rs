//! Lines of the log, gathered for a moment and written together.
//!
//! A line a request, each with a call of the system that wakes whoever reads it, took a fifth of a
//! server's time. No line is ever dropped: where many wait, whoever adds one writes all of them.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others. A server that is killed loses the lines of that time.
const GATHERING_TIME: Duration = Duration::from_millis(10);
/// Bytes that wait at most.
const WAITING_BYTES_MAX: usize = 256 * 1024;

/// Where lines are gathered.
#[derive(Clone)]
pub(super) struct Gathered(Arc<Inner>);

struct Inner {
    waiting: Mutex<Vec<u8>>,
    /// Told when the first line waits.
    begun: Condvar,
    /// Whoever has it writes, so that lines stay in their order.
    out: Mutex<Box<dyn Write + Send>>,
}

/// Writes one line.
pub(super) struct Line<'l> {
    gathered: &'l Gathered,
    is_urgent: bool,
}

impl Gathered {
    /// Gathers lines for `out`, and begins a thread that writes them.
    ///
    /// # Errors
    /// When no thread can be begun.
    pub(super) fn begin(out: Box<dyn Write + Send>) -> io::Result<Gathered> {
        let inner = Inner { waiting: Mutex::default(), begun: Condvar::new(), out: Mutex::new(out) };
        let gathered = Gathered(Arc::new(inner));
        let writer = gathered.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || writer.write_always())?;
        Ok(gathered)
    }

    /// Writes what waits. Whoever reads the log may have gone; then there is nobody to tell.
    pub(super) fn flush(&self) {
        let mut out = self.0.out.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = std::mem::take(&mut *self.waiting());
        let _ = out.write_all(&lines).and_then(|()| out.flush());
    }

    fn write_always(&self) {
        loop {
            let begun = self.0.begun.wait_while(self.waiting(), |waiting| waiting.is_empty());
            drop(begun.unwrap_or_else(PoisonError::into_inner));
            thread::sleep(GATHERING_TIME);
            self.flush();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8], is_urgent: bool) {
        let mut waiting = self.waiting();
        let is_first = waiting.is_empty();
        waiting.extend_from_slice(line);
        let is_full = waiting.len() > WAITING_BYTES_MAX;
        drop(waiting);
        if is_urgent || is_full {
            self.flush();
        } else if is_first {
            self.0.begun.notify_one();
        }
    }
}

impl<'l> MakeWriter<'l> for Gathered {
    type Writer = Line<'l>;

    fn make_writer(&'l self) -> Line<'l> {
        Line { gathered: self, is_urgent: true }
    }

    /// Warnings and errors are written at once.
    fn make_writer_for(&'l self, meta: &Metadata<'_>) -> Line<'l> {
        Line { gathered: self, is_urgent: *meta.level() <= Level::WARN }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.gathered.add(line, self.is_urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was written, and in how many pieces.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<(String, usize)>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut written = self.0.lock().unwrap();
            written.0.push_str(std::str::from_utf8(bytes).unwrap());
            written.1 += 1;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn numbers(text: &str, of: usize) -> Vec<usize> {
        let numbers = text.lines().filter_map(|line| line.split_once(' ').unwrap().1.parse().ok().zip(Some(line)));
        numbers.filter(|(_, line)| line.starts_with(&format!("{of} "))).map(|(number, _)| number).collect()
    }

    #[test]
    fn no_line_is_lost_and_each_stays_behind_those_before_it() {
        let written = Written::default();
        let gathered = Gathered::begin(Box::new(written.clone())).unwrap();
        thread::scope(|scope| {
            for of in 0..4 {
                let gathered = &gathered;
                scope.spawn(move || {
                    for number in 0..20_000 {
                        gathered.add(format!("{of} {number}\n").as_bytes(), number % 997 == 0);
                    }
                });
            }
        });
        gathered.flush();
        let (text, pieces) = written.0.lock().unwrap().clone();
        for of in 0..4 {
            assert_eq!(numbers(&text, of), (0..20_000).collect::<Vec<_>>());
        }
        assert!(pieces < 20_000, "{pieces} pieces");
    }

    #[test]
    fn a_line_alone_is_written_soon_and_a_warning_at_once() {
        let written = Written::default();
        let gathered = Gathered::begin(Box::new(written.clone())).unwrap();
        let config = crate::config::LogConfig { format: crate::config::LogFormat::Human, filter: "info".to_owned() };
        let log = crate::telemetry::subscriber(&config, gathered).unwrap();
        let has = |word: &str| written.0.lock().unwrap().0.contains(word);
        tracing::subscriber::with_default(log, || {
            tracing::warn!("careful");
            assert!(has("careful"));
            tracing::info!("soon");
            while !has("soon") {
                thread::yield_now();
            }
        });
    }
}
