//! What the store promises, on either database: what is recorded is there, once, in one chain.

use claimgate::{
    ledger::{
        Access, Answer, Group, Ledger, Once, Place, Query, Recorded,
        verify::{Against, verify},
    },
    verdict::Verdict,
};

use crate::support::{Home, NOW_MS, group, holds, ids, kept, keys, record};

/// What is recorded is found again, by id and by everything it can be searched for.
pub fn what_is_recorded_is_found(home: &Home) {
    let ledger = home.open(Access::Record);
    for n in 0..20 {
        assert_eq!(ledger.wait(ledger.record(group(&[n]))), Ok(Recorded::New));
    }
    let expected = record(7);
    let found = ledger.wait(ledger.entry(expected.row.id)).unwrap().unwrap();
    assert_eq!((found.seq, &found.row, found.body.as_ref()), (8, &expected.row, Some(&expected.body)));
    assert_eq!(ledger.wait(ledger.entry(uuid::Uuid::nil())), Ok(None));
    let check = |query: Query, seqs: &[i64]| {
        let found = ledger.wait(ledger.search(Query { limit: 5, ..query.clone() })).unwrap();
        assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), seqs, "{query:?}");
    };
    let text = |text: &str| Some(text.to_owned());
    check(Query::default(), &[1, 2, 3, 4, 5]);
    check(Query { after: 18, ..Query::default() }, &[19, 20]);
    check(Query { verdict: Some(Verdict::Flag), ..Query::default() }, &[2, 5, 8, 11, 14]);
    check(Query { request_id: text("C-3"), ..Query::default() }, &[4]);
    check(Query { rule: text("rule-4"), ..Query::default() }, &[5, 10, 15, 20]);
    check(Query { rule: text("rule_4"), ..Query::default() }, &[]);
    check(Query { rule: text("%"), ..Query::default() }, &[]);
    check(Query { reason: text("reason-1"), after: 3, ..Query::default() }, &[4, 6, 8, 10, 12]);
    check(Query { pack: text("small"), after: 17, ..Query::default() }, &[18, 19, 20]);
    check(Query { pack: text("smal"), ..Query::default() }, &[]);
    let (from_ms, to_ms) = (Some(NOW_MS + 3000), Some(NOW_MS + 5000));
    check(Query { from_ms, to_ms, ..Query::default() }, &[4, 5]);
    holds(&ledger, 20);
}

/// A group is recorded whole, also where it is large, and packs are kept once.
pub fn groups_are_whole(home: &Home) {
    let ledger = home.open(Access::Record);
    let (_, pack) = kept();
    let all: Vec<u32> = (0..1500).collect();
    let whole = Group { packs: vec![pack.clone(), pack.clone()], ..group(&all) };
    assert_eq!(ledger.wait(ledger.record(whole)), Ok(Recorded::New));
    assert_eq!(ledger.wait(ledger.record(group(&[1500]))), Ok(Recorded::New));
    assert_eq!(ledger.wait(ledger.packs()), Ok(vec![pack.digest.clone()]));
    assert_eq!(ledger.wait(ledger.pack(pack.digest.clone())), Ok(Some(pack.archive.to_vec())));
    // An id that stands there already breaks the whole group, and only that.
    let twice = ledger.wait(ledger.record(group(&[1501, 1500])));
    assert_eq!(twice.unwrap_err().code(), "ledger::database");
    holds(&ledger, 1501);
    drop(ledger);
    // Opened again it goes on where it was.
    let ledger = home.open(Access::Record);
    assert_eq!(ledger.wait(ledger.record(group(&[1501]))), Ok(Recorded::New));
    holds(&ledger, 1502);
}

/// Many at once, from many threads: each is there once, and the chain is one.
pub fn many_at_once(home: &Home) {
    let (one, other) = (home.open(Access::Record), home.open(Access::Record));
    std::thread::scope(|scope| {
        for thread in 0..16_u32 {
            let ledger = if thread % 2 == 0 { &one } else { &other };
            scope.spawn(move || {
                for n in 0..50 {
                    assert_eq!(ledger.wait(ledger.record(group(&[thread * 1000 + n]))), Ok(Recorded::New));
                }
            });
        }
    });
    holds(&one, 800);
    assert_eq!(ids(&other).len(), 800);
}

/// A key happens once: at the same time, later, and in another process.
pub fn a_key_happens_once(home: &Home) {
    let ledger = home.open(Access::Record);
    let once = |key: u8, body: u8, n: u32, now_ms: i64| {
        let answer = Answer { media: "application/json".to_owned(), bytes: format!("answer {n}").into_bytes() };
        Group { once: Some(Once { key: [key; 32], body: [body; 32], answer }), now_ms, ..group(&[n]) }
    };
    let outcomes: Vec<Recorded> = std::thread::scope(|scope| {
        let ledger = &ledger;
        let tries: Vec<_> =
            (0..16).map(|n| scope.spawn(move || ledger.wait(ledger.record(once(1, 1, n, NOW_MS))).unwrap())).collect();
        tries.into_iter().map(|tried| tried.join().unwrap()).collect()
    });
    let new: Vec<usize> = (0..16).filter(|n| outcomes[*n] == Recorded::New).collect();
    assert_eq!(new.len(), 1);
    let answer = Answer { media: "application/json".to_owned(), bytes: format!("answer {}", new[0]).into_bytes() };
    let earlier = Recorded::Earlier(answer);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == earlier).count(), 15);
    drop(ledger);
    let ledger = home.open(Access::Record);
    let check = |group: Group, expected: Recorded| assert_eq!(ledger.wait(ledger.record(group)), Ok(expected));
    check(once(1, 1, 20, NOW_MS + 1000), earlier);
    check(once(1, 2, 21, NOW_MS + 1000), Recorded::OtherBody);
    check(once(2, 2, 22, NOW_MS + 1000), Recorded::New);
    // A day later the key is free.
    check(once(1, 2, 23, NOW_MS + 24 * 60 * 60 * 1000 + 1), Recorded::New);
    holds(&ledger, 3);
}

/// Bodies are retired by date; everything that counts and chains stays.
pub fn bodies_are_retired(home: &Home) {
    let ledger = home.open(Access::Record);
    let all: Vec<u32> = (0..2500).collect();
    ledger.wait(ledger.record(group(&all))).unwrap();
    let head = ledger.wait(ledger.checkpoint(keys(), NOW_MS)).unwrap();
    drop(ledger);
    let ledger = home.open(Access::Change);
    let before_ms = NOW_MS + 2_000_000;
    let (mark, count) = ledger.wait(ledger.retire(keys(), before_ms, NOW_MS + 9)).unwrap();
    assert_eq!((mark.what.number, count), (1, 2000));
    let (_, count) = ledger.wait(ledger.retire(keys(), before_ms + 1000, NOW_MS + 9)).unwrap();
    assert_eq!(count, 1);
    let entry = ledger.wait(ledger.entry(record(5).row.id)).unwrap().unwrap();
    assert_eq!((entry.body, entry.row.request_id.as_str(), entry.row.member), (None, "", None));
    assert_eq!((entry.row.verdict, entry.row.findings), (record(5).row.verdict, record(5).row.findings));
    let against = Against { heads: vec![("head.json".to_owned(), head)], public_key: Some(keys().public()) };
    let report = verify(&ledger, &against).unwrap();
    assert_eq!((report.count, report.faults.as_slice()), (2500, &[][..]));
    assert_eq!(report.retired, [(1, 2000), (2, 1)].into());
    // A key that does not count vouches for nothing.
    let other = Against { heads: Vec::new(), public_key: Some([1; 32]) };
    let codes: Vec<&str> = verify(&ledger, &other).unwrap().faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["ledger::forged_mark", "ledger::forged_mark", "ledger::missing_body"]);
}

/// The writer signs checkpoints as entries come.
pub fn checkpoints_are_signed(home: &Home) {
    let ledger = Ledger::open(home.place(), Access::Record, Some(keys())).unwrap();
    ledger.wait(ledger.record(group(&[0]))).unwrap();
    ledger.wait(ledger.record(group(&[1]))).unwrap();
    ledger.wait(ledger.record(group(&[100]))).unwrap();
    let counts: Vec<i64> =
        ledger.wait(ledger.checkpoints(0)).unwrap().iter().map(|checkpoint| checkpoint.what.count).collect();
    assert_eq!(counts, [1, 3], "one for the first, one a minute later");
    let report = verify(&ledger, &Against::default()).unwrap();
    assert_eq!((report.checkpoints, report.signers), (2, [keys().public()].into()));
}

/// What is not there, or something else, is said.
pub fn what_is_not_there_is_said(home: &Home) {
    for access in [Access::Read, Access::Change] {
        let error = Ledger::open(home.place(), access, None).unwrap_err();
        assert_eq!(error.code(), "ledger::missing", "{error}");
    }
    if let Place::File(file) = home.place() {
        std::fs::write(&file, "claims, and no ledger ".repeat(100)).unwrap();
        for access in [Access::Read, Access::Change, Access::Record] {
            let error = Ledger::open(home.place(), access, None).unwrap_err();
            assert_eq!(error.code(), "ledger::not_ours", "{error}");
        }
    }
}
