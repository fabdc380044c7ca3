//! What the log is told of a ledger that fails: each failure once, not once for every request that it
//! costs, and its end.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::LedgerError;

/// Which failures of a ledger go on.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// What was told since the last recording that went well; empty where nothing fails.
    recording: BTreeSet<&'static str>,
    /// How many groups could not be recorded since then.
    groups: u64,
    /// What was told since the last reading that went well.
    reading: BTreeSet<&'static str>,
}

impl Trouble {
    /// So many groups could not be recorded.
    pub(super) fn cannot_record(&self, error: &LedgerError, groups: usize) {
        let mut state = self.state();
        state.groups = state.groups.saturating_add(u64::try_from(groups).unwrap_or(u64::MAX));
        if state.recording.insert(error.code()) {
            tracing::error!(code = error.code(), groups, "the ledger could not record: {error}");
        }
    }

    /// Something was recorded, and no more waits than should.
    pub(super) fn records(&self) {
        let mut state = self.state();
        if !state.recording.is_empty() {
            tracing::info!(groups = state.groups, "the ledger records again; so many groups were refused");
            state.recording.clear();
            state.groups = 0;
        }
    }

    /// Tells how a reading went, and hands it on.
    pub(super) fn of_reading<T>(&self, read: Result<T, LedgerError>) -> Result<T, LedgerError> {
        let mut state = self.state();
        match &read {
            Ok(_) => state.reading.clear(),
            // Not the ledger fails but an entry: which one is worth an event each time.
            Err(error @ LedgerError::Damaged { .. }) => {
                tracing::error!(code = error.code(), "the ledger could not be read: {error}");
            }
            Err(error) => {
                if state.reading.insert(error.code()) {
                    tracing::error!(code = error.code(), "the ledger could not be read: {error}");
                }
            }
        }
        drop(state);
        read
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_is_remembered_until_it_ends() {
        let trouble = Trouble::default();
        let told = |trouble: &Trouble| {
            let state = trouble.state();
            (state.recording.len(), state.groups)
        };
        trouble.cannot_record(&LedgerError::Busy, 1);
        trouble.cannot_record(&LedgerError::TooSlow, 7);
        trouble.cannot_record(&LedgerError::Busy, 1);
        assert_eq!(told(&trouble), (2, 9));
        trouble.records();
        assert_eq!(told(&trouble), (0, 0));
        assert_eq!(trouble.of_reading::<()>(Err(LedgerError::TooSlow)), Err(LedgerError::TooSlow));
        assert_eq!((told(&trouble), trouble.state().reading.len()), ((0, 0), 1));
        assert_eq!((trouble.of_reading(Ok(1)), trouble.state().reading.len()), (Ok(1), 0));
    }
}
