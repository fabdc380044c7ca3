//! The log: where events of `tracing` go and in what form.
//!
//! INVARIANT: what is logged is chosen where it is logged, field by field; nothing here ever sees
//! a request. Lines go to standard error, so that standard output stays the program's answer.

mod gathered;

use std::{io, sync::OnceLock};

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, fmt::MakeWriter, fmt::format::FmtSpan, layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::config::{LogConfig, LogFormat};
use gathered::Gathered;

/// The process's log, once it was started.
static LOG: OnceLock<Gathered> = OnceLock::new();

/// Why the log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("`{filter}` is no log filter: {cause}")]
    Filter {
        /// As it was set.
        filter: String,
        /// Why.
        cause: String,
    },
    /// A log was started before.
    #[error("the log was started twice")]
    Twice,
    /// No thread can be begun that writes it.
    #[error("the log cannot be written: {0}")]
    Thread(io::Error),
}

/// Starts the process's log on standard error. A panic, should there ever be one, is told by its
/// place in the source alone: its message may hold what was being read.
///
/// # Errors
/// See [`TelemetryError`].
pub fn start(config: &LogConfig) -> Result<(), TelemetryError> {
    let gathered = Gathered::begin(Box::new(io::stderr())).map_err(TelemetryError::Thread)?;
    subscriber(config, gathered.clone())?.try_init().map_err(|_| TelemetryError::Twice)?;
    let _ = LOG.set(gathered);
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(place = panic.location().map(tracing::field::display), "panicked");
    }));
    Ok(())
}

/// Writes what of the log still waits: before the process ends.
pub fn flush() {
    if let Some(gathered) = LOG.get() {
        gathered.flush();
    }
}

/// A log that writes where `writer` says.
///
/// # Errors
/// When the filter cannot be read.
pub fn subscriber<W>(config: &LogConfig, writer: W) -> Result<Box<dyn Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&config.filter)
        .map_err(|cause| TelemetryError::Filter { filter: config.filter.clone(), cause: cause.to_string() })?;
    let lines = tracing_subscriber::fmt::layer::<Registry>().with_writer(writer).with_span_events(FmtSpan::NONE);
    let layer = match config.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
        LogFormat::Human => lines.with_ansi(false).boxed(),
    };
    Ok(Box::new(Registry::default().with(layer.with_filter(filter))))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What a log writes of one event at `info`.
    fn check(format: LogFormat, filter: &str, holds: &[&str]) {
        #[derive(Clone, Default)]
        struct Lines(Arc<Mutex<Vec<u8>>>);
        impl io::Write for Lines {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let lines = Lines::default();
        let writer = lines.clone();
        let config = LogConfig { format, filter: filter.to_owned() };
        let log = subscriber(&config, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(log, || tracing::info!(status = 200, "request"));
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(holds.iter().all(|part| text.contains(part)) && text.is_empty() == holds.is_empty(), "{text}");
    }

    #[test]
    fn events_are_written_in_either_form() {
        check(LogFormat::Json, "info", &["\"status\":200", "\"message\":\"request\""]);
        check(LogFormat::Human, "info", &["request status=200"]);
        check(LogFormat::Human, "warn", &[]);
        let config = LogConfig { format: LogFormat::Json, filter: "claimgate=loud".to_owned() };
        assert!(matches!(subscriber(&config, io::sink).err(), Some(TelemetryError::Filter { .. })));
    }
}
