//! Somebody who can write the database changes the past: each change is named.

use std::sync::atomic::{AtomicU32, Ordering};

use claimgate::{
    fault::PackText,
    ledger::{
        Access, Ledger, PackArchive, Place,
        entry::archive,
        head::{Head, Signed},
        hex,
        verify::{Against, verify},
    },
    pack::digest_of,
    private::Private,
};
use serde_json::Value;
use sqlx::Connection as _;
use sqlx_core::any::{AnyConnection, driver::install_drivers};

use crate::support::{Home, NOW_MS, group, kept, keys, pack, until};

/// Every change that one can think of, on a ledger of 50 entries with a head taken at 40.
pub fn every_change_is_named(home: &Home) {
    let ledger = home.open(Access::Record);
    ledger.wait(ledger.record(group(&(0..40).collect::<Vec<_>>()))).unwrap();
    let head = ledger.wait(ledger.checkpoint(keys(), NOW_MS)).unwrap();
    ledger.wait(ledger.record(group(&(40..50).collect::<Vec<_>>()))).unwrap();
    drop(ledger);
    let tried = Tried { home, head, is_server: home.is_server() };
    tried.columns();
    tried.places();
    tried.ends();
    tried.signatures();
    tried.packs();
}

/// A pack that an engine does not load was not changed by anybody: it is told, and no fault.
pub fn a_pack_that_does_not_load_is_no_change(home: &Home) {
    let (mut stamp, kept) = kept();
    let text = String::from_utf8(kept.archive.to_vec()).unwrap().replacen("in(cancer)", "in(cancers)", 1);
    let archive: Value = serde_json::from_str(&text).unwrap();
    let texts: Vec<PackText> = serde_json::from_value::<Vec<(String, String)>>(archive["texts"].clone())
        .unwrap()
        .into_iter()
        .map(|(path, text)| PackText { path, text: text.into() })
        .collect();
    let settings = serde_json::from_value(archive["settings"].clone()).unwrap();
    // What an engine that knows `cancers` would have stored.
    let digest = digest_of(&texts, &settings).unwrap_or_else(|faults| panic!("{faults:?}"));
    let archive = text.replace(&stamp.digest, &digest).into_bytes().into();
    stamp.digest = digest.clone();
    let ledger = home.open(Access::Record);
    let mut whole = group(&[0, 1]);
    whole.records.iter_mut().for_each(|record| record.row.packs = vec![stamp.clone()]);
    whole.packs = vec![PackArchive { digest, archive }];
    ledger.wait(ledger.record(whole)).unwrap();
    ledger.wait(ledger.record(group(&[2]))).unwrap();
    let report = verify(&ledger, &Against::default()).unwrap();
    assert_eq!((report.count, report.packs, report.faults.as_slice()), (3, 2, &[][..]));
    let [note] = &report.notes[..] else { panic!("{:?}", report.notes) };
    assert_eq!((note.seq, note.code), (Some(1), "ledger::pack_not_loaded"));
    assert!(
        note.message.starts_with("`small 1.0.0` (sha256:") && note.message.contains("`cancers`"),
        "{}",
        note.message
    );
}

struct Tried<'h> {
    home: &'h Home,
    head: Signed<Head>,
    is_server: bool,
}

/// What is expected of `verify`.
type Named<'a> = &'a [(Option<i64>, &'a str)];

impl Tried<'_> {
    fn columns(&self) {
        self.check("nothing", &[], &[]);
        let changed = |set: &str, code: &str| {
            self.check(set, &[&format!("UPDATE claimgate_entries SET {set} WHERE seq = 17")], &[(Some(17), code)]);
        };
        let (zero, text) = if self.is_server {
            ("'\\x00'::bytea", "convert_to('the body of 1x', 'UTF8')")
        } else {
            ("X'00'", "CAST('the body of 1x' AS BLOB)")
        };
        changed(&format!("body = {text}"), "ledger::changed_body");
        changed(&format!("request_id = {}", text.replace("the body of 1x", "C-99")), "ledger::changed_body");
        changed(&format!("member = {}", self.digest(9)), "ledger::changed_body");
        changed(&format!("id = substr({}, 1, 16)", self.digest(9)), "ledger::changed_index");
        changed("kind = 1 - kind", "ledger::changed_index");
        changed("received_ms = received_ms + 1", "ledger::changed_index");
        changed("decided_ms = decided_ms - 1", "ledger::changed_index");
        changed("expedited = 1 - expedited", "ledger::changed_index");
        changed("verdict = 2 - verdict + (CASE verdict WHEN 1 THEN 1 ELSE 0 END)", "ledger::changed_index");
        changed("packs = REPLACE(packs, '1.0.0', '1.0.1')", "ledger::changed_index");
        changed("findings = REPLACE(findings, 'reason-0', 'reason-9')", "ledger::changed_index");
        changed("findings = ''", "ledger::changed_index");
        changed("packs = 'spine'", "ledger::unreadable");
        changed("verdict = 7", "ledger::unreadable");
        if !self.is_server {
            // SQLite takes anything anywhere.
            changed("packs = X'00'", "ledger::unreadable");
            changed("received_ms = 'yesterday'", "ledger::unreadable");
        }
        changed(&format!("hash = {}", self.digest(9)), "ledger::changed_hash");
        changed(&format!("previous = {}", self.digest(9)), "ledger::out_of_order");
        changed(&format!("index_leaf = {}", self.digest(9)), "ledger::changed_index");
        changed(&format!("body_leaf = {}", self.digest(9)), "ledger::changed_body");
        changed(&format!("hash = {zero}"), "ledger::unreadable");
        // A body that is gone without a mark, or under one that was never set.
        changed("retired = 3", "ledger::unreadable");
        let empty = zero.replace("00", "");
        let set = format!("body = {empty}, request_id = {empty}, member = {empty}");
        changed(&set, "ledger::changed_body");
        changed(&format!("{set}, retired = 3"), "ledger::missing_body");
    }

    fn places(&self) {
        let delete = "DELETE FROM claimgate_entries WHERE seq = 17";
        self.check("a middle one is gone", &[delete], &[(Some(17), "ledger::missing_entry")]);
        let first = "DELETE FROM claimgate_entries WHERE seq = 1";
        self.check("the first is gone", &[first], &[(Some(1), "ledger::missing_entry")]);
        let close = "UPDATE claimgate_entries SET seq = -seq WHERE seq > 17";
        let up = "UPDATE claimgate_entries SET seq = -seq - 1 WHERE seq < 0";
        let closed = "the gap is closed";
        self.check(closed, &[delete, close, up], &[(Some(17), "ledger::out_of_order")]);
        let swap = ["SET seq = -17 WHERE seq = 17", "SET seq = 17 WHERE seq = 18", "SET seq = 18 WHERE seq = -17"];
        let swap = swap.map(|step| format!("UPDATE claimgate_entries {step}"));
        let swap: Vec<&str> = swap.iter().map(String::as_str).collect();
        self.check("two are swapped", &swap, &[(Some(17), "ledger::out_of_order")]);
        let rest = "kind, request_id, received_ms, decided_ms, expedited, verdict, member, packs, findings, body, retired, \
                    previous, index_leaf, body_leaf, hash";
        let again = |seq: &str| {
            format!(
                "INSERT INTO claimgate_entries (seq, id, {rest}) SELECT {seq}, id, {rest} FROM claimgate_entries WHERE seq = 17"
            )
        };
        let free = "DROP INDEX claimgate_entries_id";
        self.check("one stands at the end again", &[free, &again("51")], &[(Some(51), "ledger::out_of_order")]);
        let before = "UPDATE claimgate_entries SET seq = -seq WHERE seq > 17";
        let after = "UPDATE claimgate_entries SET seq = -seq + 1 WHERE seq < 0";
        let inserted = [free, before, after, &again("18")];
        self.check("one is there twice", &inserted, &[(Some(18), "ledger::out_of_order")]);
    }

    fn ends(&self) {
        let cut = |count: i64| format!("DELETE FROM claimgate_entries WHERE seq > {count}");
        let named = [(Some(46), "ledger::cut_off")];
        self.check("the end is gone", &[&cut(45)], &named);
        // Whoever also changes the head leaves no trace after the last checkpoint …
        let head = |count: i64| {
            format!(
                "UPDATE claimgate_head SET count = {count}, hash = (SELECT hash FROM claimgate_entries WHERE seq = {count})"
            )
        };
        self.check("the end after the last checkpoint is gone", &[&cut(45), &head(45)], &[]);
        // … and before it must take the checkpoint away too, and then a head from elsewhere shows it.
        let named = [(Some(36), "ledger::cut_off"), (Some(36), "ledger::cut_off")];
        self.check("the end before it is gone", &[&cut(35), &head(35)], &named);
        let all = [cut(35), head(35), "DELETE FROM claimgate_heads".to_owned()];
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        self.check("its checkpoint too", &all, &[(Some(36), "ledger::cut_off")]);
        let past = "UPDATE claimgate_head SET count = 49";
        self.check("more than the head says", &[past], &[(Some(50), "ledger::past_head")]);
        let other = format!("UPDATE claimgate_head SET hash = {}", self.digest(9));
        self.check("the head is another", &[&other], &[(Some(50), "ledger::other_head")]);
    }

    fn signatures(&self) {
        let other = format!("UPDATE claimgate_heads SET hash = {}", self.digest(9));
        self.check("a forged checkpoint", &[&other], &[(None, "ledger::forged_checkpoint")]);
        let mark = format!(
            "INSERT INTO claimgate_marks (number, before_ms, made_ms, public_key, signature) VALUES (3, {}, 0, {}, {})",
            i64::MAX,
            self.digest(9),
            self.bytes(9, 64)
        );
        self.check("a forged mark", &[&mark], &[(None, "ledger::forged_mark")]);
        let short = mark.replace(&self.bytes(9, 64), &self.bytes(9, 1));
        self.check("a mark without signature", &[&short], &[(None, "ledger::unreadable")]);
        let gone = "DELETE FROM claimgate_head";
        self.check("no head", &[gone], &[(None, "ledger::unreadable")]);
    }

    /// The archives of packs, which the chain holds by their digests.
    fn packs(&self) {
        let changed = |what: &str, from: &str, to: &str, code: &str| {
            let text = if self.is_server { "convert_from(archive, 'UTF8')" } else { "CAST(archive AS TEXT)" };
            let text = format!("REPLACE({text}, '{from}', '{to}')");
            let bytes =
                if self.is_server { format!("convert_to({text}, 'UTF8')") } else { format!("CAST({text} AS BLOB)") };
            self.check(what, &[&format!("UPDATE claimgate_packs SET archive = {bytes}")], &[(Some(1), code)]);
        };
        let changed_pack = "ledger::changed_pack";
        changed("a sentence", "Radicular pain is not treated so.", "Radicular pain is treated so.", changed_pack);
        changed("a rule that then does not load", "in(cancer)", "in(cancers)", changed_pack);
        changed("a setting", "\"strict\":\"false\"", "\"strict\":\"true\"", changed_pack);
        changed("a version beside the texts", "\"version\":\"1.0.0\"", "\"version\":\"1.0.1\"", changed_pack);
        changed("a blank", "\"format\":1,", "\"format\":1, ", changed_pack);
        changed("a brace", "{\"format\"", "\"format\"", changed_pack);
        changed("a later format", "\"format\":1", "\"format\":2", "ledger::unknown_pack");
        changed("a setting that cannot be", "\"strict\":\"false\"", "\"strict\":\"x\"", "ledger::unknown_pack");
        let other = hex(&archive(&pack(&[("strict", "true")])));
        let other = if self.is_server { format!("decode('{other}', 'hex')") } else { format!("X'{other}'") };
        let other = format!("UPDATE claimgate_packs SET archive = {other}");
        self.check("another pack", &[&other], &[(Some(1), changed_pack)]);
        let missing = (Some(1), "ledger::missing_pack");
        self.check("a pack is gone", &["DELETE FROM claimgate_packs"], &[missing]);
        let renamed = "UPDATE claimgate_packs SET digest = 'sha256:00'";
        self.check("a pack under another digest", &[renamed], &[(None, changed_pack), missing]);
        if !self.is_server {
            let blob = "UPDATE claimgate_packs SET digest = X'00'";
            self.check("a digest that is no text", &[blob], &[(None, "ledger::unreadable"), missing]);
        }
    }

    /// A digest as the database writes it.
    fn digest(&self, byte: u8) -> String {
        self.bytes(byte, 32)
    }

    fn bytes(&self, byte: u8, count: usize) -> String {
        let digits = format!("{byte:02x}").repeat(count);
        if self.is_server { format!("decode('{digits}', 'hex')") } else { format!("X'{digits}'") }
    }

    /// Changes the ledger, holds it against its head, and puts it back as it was.
    fn check(&self, what: &str, statements: &[&str], expected: Named<'_>) {
        let copy = self.copy();
        for statement in statements {
            change(&copy, statement);
        }
        let ledger = Ledger::open(copy.clone(), Access::Read, None).unwrap();
        let against = Against { heads: vec![("head.json".to_owned(), self.head)], public_key: None };
        let report = verify(&ledger, &against).unwrap();
        let named: Vec<(Option<i64>, &str)> = report.faults.iter().map(|fault| (fault.seq, fault.code)).collect();
        // Where the chain breaks before the head, that is said too.
        let not_reached = (None, "ledger::not_reached");
        let named: Vec<_> = named.into_iter().filter(|found| *found != not_reached).collect();
        assert_eq!(named, expected, "{what}");
    }

    /// The ledger once more, to be changed.
    fn copy(&self) -> Place {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("copy{}", COUNT.fetch_add(1, Ordering::Relaxed));
        match self.home.place() {
            Place::File(file) => {
                let copy = self.home.folder().join(name);
                std::fs::copy(file, &copy).unwrap();
                Place::File(copy)
            }
            Place::Server(url) => {
                let (server, database) = url.reveal().rsplit_once('/').unwrap();
                let other = format!("{server}/postgres");
                let create = format!("CREATE DATABASE {database}{name} TEMPLATE {database}");
                // The ledger's own connections are closed in the background.
                until("a copy of the database", || sql(&other, &create).is_ok());
                Place::Server(Private::new(format!("{server}/{database}{name}")))
            }
        }
    }
}

/// Changes a ledger as whoever can write its database.
pub fn change(place: &Place, statement: &str) {
    let url = match place {
        Place::File(file) => format!("sqlite://{}", file.display()),
        Place::Server(url) => url.reveal().clone(),
    };
    sql(&url, statement).unwrap();
}

/// Runs a statement as whoever can write the database.
fn sql(url: &str, statement: &str) -> sqlx::Result<()> {
    let _ = install_drivers(&[sqlx_postgres::any::DRIVER, sqlx_sqlite::any::DRIVER]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = AnyConnection::connect(url).await?;
        sqlx::query(statement).execute(&mut connection).await?;
        connection.close().await
    })
}
