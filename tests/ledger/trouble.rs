//! Full disks, files that cannot be written, databases that go away.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use claimgate::ledger::{Access, Group, Ledger, Place, Record, Recorded};

use crate::support::{Home, NOW_MS, Postgres, group, holds, keys, record, until};

/// Where no space is left, nothing is recorded and it is said; once there is, recording goes on.
pub fn a_full_disk_is_said_and_got_over(home: &Home) {
    let disk = home.folder().join("disk");
    std::fs::create_dir(&disk).unwrap();
    assert!(mount(&disk));
    let filler = disk.join("filler");
    std::fs::write(&filler, vec![0; 1_000_000]).unwrap();
    let ledger = Ledger::open(Place::File(disk.join("claims.ledger")), Access::Record, None).unwrap();
    let large = |nth: u32| Group { records: vec![Record { body: vec![1; 100_000], ..record(nth) }], ..group(&[nth]) };
    let (mut count, mut nth) = (0, 0);
    let error = loop {
        nth += 1;
        match ledger.wait(ledger.record(large(nth))) {
            Ok(outcome) => assert_eq!(outcome, Recorded::New),
            Err(error) => break error,
        }
        count += 1;
        assert!(count < 20, "2 MB are full by now");
    };
    assert_eq!(error.code(), "ledger::full", "{error}");
    assert_eq!(ledger.wait(ledger.record(large(nth))).unwrap_err().code(), "ledger::full");
    holds(&ledger, count);
    std::fs::remove_file(filler).unwrap();
    assert_eq!(ledger.wait(ledger.record(large(nth))), Ok(Recorded::New));
    holds(&ledger, count + 1);
    drop(ledger);
    until("the disk is let go", || umount(&disk));
}

/// Whether a file system of the tests' own may be mounted here.
pub fn may_mount() -> bool {
    let home = Home::file();
    mount(home.folder()) && umount(home.folder())
}

/// A file system of 2 MB at a folder.
fn mount(folder: &Path) -> bool {
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(folder).output();
    mounted.is_ok_and(|mounted| mounted.status.success())
}

fn umount(folder: &Path) -> bool {
    Command::new("umount").arg(folder).output().is_ok_and(|done| done.status.success())
}

/// A ledger that nobody has open is one file, however it was closed.
pub fn a_closed_ledger_is_one_file(home: &Home) {
    for nth in 0..50 {
        let ledger = home.open(Access::Record);
        ledger.wait(ledger.record(group(&[nth]))).unwrap();
        ledger.wait(ledger.checkpoint(keys(), NOW_MS)).unwrap();
        drop(ledger);
        assert_eq!(std::fs::read_dir(home.folder()).unwrap().count(), 1, "closed {nth} times");
    }
}

/// A ledger that may only be read can be read, and says so when it is to be written.
pub fn a_file_that_cannot_be_written_is_said(home: &Home) {
    let ledger = home.open(Access::Record);
    ledger.wait(ledger.record(group(&[0, 1, 2]))).unwrap();
    drop(ledger);
    let reader = home.open(Access::Read);
    let error = reader.wait(reader.record(group(&[3]))).unwrap_err();
    assert_eq!(error.code(), "ledger::read_only", "{error}");
    assert_eq!(reader.wait(reader.is_writable(NOW_MS)).unwrap_err().code(), "ledger::read_only");
    holds(&reader, 3);
}

/// A new ledger, and what the database keeps beside it, is for its owner alone.
pub fn a_file_is_for_its_owner_alone(home: &Home) {
    let ledger = home.open(Access::Record);
    ledger.wait(ledger.record(group(&[0]))).unwrap();
    let mut seen = 0;
    for file in std::fs::read_dir(home.folder()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
        seen += 1;
    }
    assert!(seen >= 2, "the ledger and its log");
}

/// A database that goes away is said within seconds, and recording goes on when it is back.
pub fn a_database_goes_and_comes_back(server: &mut Postgres) {
    let home = Home::database(server);
    let ledger = home.open(Access::Record);
    ledger.wait(ledger.record(group(&[0]))).unwrap();
    server.stop();
    let began = Instant::now();
    let error = ledger.wait(ledger.record(group(&[1]))).unwrap_err();
    assert!(matches!(error.code(), "ledger::unreachable" | "ledger::too_slow"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert!(ledger.wait(ledger.is_writable(NOW_MS)).is_err());
    server.run();
    until("a ledger that records", || ledger.wait(ledger.record(group(&[2]))).is_ok());
    // What failed may be tried again; it was not recorded.
    assert_eq!(ledger.wait(ledger.record(group(&[1]))), Ok(Recorded::New));
    holds(&ledger, 3);
    // Nobody there at the start.
    server.stop();
    let error = Ledger::open(home.place(), Access::Record, None).unwrap_err();
    assert_eq!(error.code(), "ledger::unreachable", "{error}");
    server.run();
}
