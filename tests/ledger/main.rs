//! The ledger, on SQLite and on PostgreSQL: what is recorded is there, once, and nobody can change it
//! unseen; also where disks are full and databases go away, and where two servers share one database.
//! Servers with a file are killed in `tests/recording.rs`.
//!
//! PostgreSQL is started by the tests from $CLAIMGATE_POSTGRES_BIN or Debian's folder; where there is
//! none, its tests report themselves ignored, and so does the one that mounts a small disk where none
//! may be mounted.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::panic,
    reason = "tests may fail loudly, look at the clock, the environment and the disk"
)]

mod export;
mod servers;
#[path = "../support/serving.rs"]
mod serving;
mod store;
mod support;
mod tamper;
mod trouble;

use std::{
    panic::AssertUnwindSafe,
    process::ExitCode,
    sync::{Arc, Mutex},
};

use libtest_mimic::{Arguments, Trial};
use support::{Home, Postgres};

/// A name, and what is tried on a ledger of its own.
type Trying = (&'static str, fn(&Home));

/// A name, and what is tried on a PostgreSQL server of its own.
type Away = (&'static str, fn(&mut Postgres));

/// What holds on either database.
const BOTH: [Trying; 11] = [
    ("what_is_recorded_is_found", store::what_is_recorded_is_found),
    ("groups_are_whole", store::groups_are_whole),
    ("many_at_once", store::many_at_once),
    ("a_key_happens_once", store::a_key_happens_once),
    ("bodies_are_retired", store::bodies_are_retired),
    ("checkpoints_are_signed", store::checkpoints_are_signed),
    ("what_is_not_there_is_said", store::what_is_not_there_is_said),
    ("every_change_is_named", tamper::every_change_is_named),
    ("a_pack_that_does_not_load_is_no_change", tamper::a_pack_that_does_not_load_is_no_change),
    ("both_formats_hold_the_same", export::both_formats_hold_the_same),
    ("a_failing_ledger_is_told_once", servers::a_failing_ledger_is_told_once),
];

/// What concerns several servers on one database.
const SERVERS: [Trying; 1] = [("two_servers_write_one_chain", servers::two_servers_write_one_chain)];

/// What concerns files.
const FILES: [Trying; 3] = [
    ("a_closed_ledger_is_one_file", trouble::a_closed_ledger_is_one_file),
    ("a_file_that_cannot_be_written_is_said", trouble::a_file_that_cannot_be_written_is_said),
    ("a_file_is_for_its_owner_alone", trouble::a_file_is_for_its_owner_alone),
];

/// What happens while a database is away.
const AWAY: [Away; 2] = [
    ("a_database_goes_and_comes_back", trouble::a_database_goes_and_comes_back),
    ("a_server_outlives_its_database", servers::a_server_outlives_its_database),
];

fn main() -> ExitCode {
    let programs = Postgres::programs();
    let server: Arc<Mutex<Option<Postgres>>> = Arc::default();
    let mut trials = Vec::new();
    for (name, test) in BOTH.into_iter().chain(FILES) {
        trials.push(Trial::test(format!("sqlite::{name}"), move || {
            test(&Home::file());
            Ok(())
        }));
    }
    let full = || {
        trouble::a_full_disk_is_said_and_got_over(&Home::file());
        Ok(())
    };
    let full = Trial::test("sqlite::a_full_disk_is_said_and_got_over", full);
    trials.push(full.with_ignored_flag(!trouble::may_mount()));
    for (name, test) in BOTH.into_iter().chain(SERVERS) {
        let (programs, server) = (programs.clone(), server.clone());
        let ignored = programs.is_none();
        let run = move || {
            let Some(programs) = programs else { return Ok(()) };
            let home = {
                let mut server = server.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                Home::database(server.get_or_insert_with(|| Postgres::start(&programs)))
            };
            test(&home);
            Ok(())
        };
        trials.push(Trial::test(format!("postgres::{name}"), run).with_ignored_flag(ignored));
    }
    // These stop the database, so each has its own.
    for (name, test) in AWAY {
        let (programs, ignored) = (programs.clone(), programs.is_none());
        let run = move || {
            programs.iter().for_each(|programs| test(&mut Postgres::start(programs)));
            Ok(())
        };
        trials.push(Trial::test(format!("postgres::{name}"), run).with_ignored_flag(ignored));
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    // The server ends with the tests, however they end.
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| drop(server.lock().map(|mut server| server.take()))));
    if ended.is_err() { ExitCode::FAILURE } else { conclusion.exit_code() }
}
