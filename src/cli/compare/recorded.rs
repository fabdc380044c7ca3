//! The decisions of a ledger, held against two versions of packs.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use super::{
    super::{
        Exit, complain,
        ledger::{Kinds, LedgerArgs, moment},
        replay::{explain, record::member_of, watch::Watch},
    },
    Args, prove,
};
use crate::{
    desk::Desk,
    exchange::{Fault, Reject},
    ledger::{
        Access, Ledger, LedgerError, Query, Stored,
        entry::{Entry, Least, NOT_RECORDED, unarchive},
    },
    replay::{
        Folder as _,
        compare::{CompareRecorded, Recorded, RecordedRequest, of_requests},
    },
    verdict::PackStamp,
};

/// How many entries are read and compared together.
const PAGE: i64 = 128;
/// How many entries that cannot be read are told one by one; the rest is counted.
const TOLD_MAX: u64 = 20;

/// Which recorded decisions are compared.
#[derive(clap::Args)]
pub(super) struct RecordArgs {
    /// Compare the decisions of this ledger, instead of files: SQLite file or postgres://…
    #[arg(long, value_name = "FILE|URL", conflicts_with_all = ["inputs", "input_format", "no_history", "history_ledger"])]
    pub(super) ledger: Option<String>,
    /// Of a ledger: what was decided on this day or at this time, UTC, or later
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "inputs")]
    from: Option<i64>,
    /// Of a ledger: what was decided before this day or time, UTC
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "inputs")]
    to: Option<i64>,
    /// Of a ledger: which requests
    #[arg(long, value_name = "KIND", default_value = "all", conflicts_with = "inputs")]
    kind: Kinds,
}

/// Compares what a ledger holds.
pub(super) fn run(args: &Args, named: &str) -> io::Result<Exit> {
    if args.packs.is_none() && !(args.parameters.is_empty() && args.old_parameters.is_empty()) {
        let help = "name them with `--packs OLD`, or set parameters of the new packs alone with `--new-param`";
        complain("the packs that a ledger recorded have their parameters", Some(help));
        return Ok(Exit::Broken);
    }
    let new_name = args.against.as_deref().or(args.packs.as_deref());
    let Some(new) = args.take(new_name, &args.new_parameters) else { return Ok(Exit::Broken) };
    let old = match args.packs.as_deref().map(|old| args.take(Some(old), &args.old_parameters)) {
        Some(None) => return Ok(Exit::Broken),
        Some(Some(old)) => Some(Arc::new(Desk::new(old))),
        None => None,
    };
    let Some(ledger) = LedgerArgs::named(named).open(Access::Read) else { return Ok(Exit::Broken) };
    let Some((place, folder)) = args.folder() else { return Ok(Exit::Broken) };
    let new = Arc::new(Desk::new(new));
    let reading = match Reading::begin(&ledger, args, old.clone(), new.clone()) {
        Ok(reading) => reading,
        Err(error) => return Ok(failed(&error)),
    };
    let proof = reading.old.as_ref().filter(|_| args.proof_seconds > 0).map(|old| prove(old, &new));
    let Some(mut changed) = args.changed(&place) else { return Ok(Exit::Broken) };
    let compare = CompareRecorded {
        old: old.as_ref().map_or(&[], |old| old.packs()),
        new: &new,
        threads: args.running.threads(),
        not_recorded: NOT_RECORDED,
    };
    let mut watch = Watch::of_entries(reading.read.clone(), u64::try_from(reading.last).unwrap_or(0));
    let mut ended = Ok(());
    let source = |halt: &AtomicBool, send: &mut dyn FnMut(Vec<Stored>)| ended = reading.each(halt, send);
    let entry = |stored: Stored| reading.entry(&stored);
    let compared =
        of_requests(&compare, source, entry, folder.scratch(), &mut changed, &mut |progress| watch.saw(&progress));
    watch.end();
    match (compared, ended) {
        (Ok(comparison), Ok(())) => args.finish(&folder, changed, proof, &comparison),
        (Err(error), _) => {
            explain(&error, &place);
            Ok(Exit::Broken)
        }
        (_, Err(error)) => Ok(failed(&error)),
    }
}

fn failed(error: &LedgerError) -> Exit {
    complain(error, Some(error.help()));
    Exit::Broken
}

/// The entries of a ledger as they are compared.
struct Reading<'a> {
    ledger: &'a Ledger,
    args: &'a RecordArgs,
    /// The last entry, when it began: a server may record more meanwhile.
    last: i64,
    /// Who decides as it was, where that is one desk for all.
    old: Option<Arc<Desk>>,
    /// Whether that is who decided in truth.
    is_own: bool,
    new: Arc<Desk>,
    /// Packs that decided together, by their digests.
    desks: Mutex<BTreeMap<Vec<String>, Arc<Together>>>,
    /// Up to which entry it is read.
    read: Arc<AtomicU64>,
    unread: AtomicU64,
}

/// Packs that decided together.
struct Together {
    /// Their desk; none where this engine cannot load one of them.
    desk: Option<Arc<Desk>>,
    /// Facts that were not recorded and cannot be unknown, by what was left out.
    untold: Mutex<BTreeMap<LeftOut, Arc<BTreeSet<String>>>>,
}

/// What was left out of a request, and how many months of earlier services are whole.
type LeftOut = (BTreeSet<&'static str>, Option<i64>);

impl<'a> Reading<'a> {
    fn begin(
        ledger: &'a Ledger,
        args: &'a Args,
        old: Option<Arc<Desk>>,
        new: Arc<Desk>,
    ) -> Result<Reading<'a>, LedgerError> {
        let (last, _) = ledger.wait(ledger.head())?;
        let mut reading = Reading {
            ledger,
            args: &args.record,
            last,
            is_own: old.is_none(),
            old,
            new,
            desks: Mutex::default(),
            read: Arc::default(),
            unread: AtomicU64::new(0),
        };
        let kept = ledger.wait(ledger.packs())?;
        if reading.is_own && kept.len() == 1 {
            // All was decided by one pack, so that the proof can stand beside the comparison.
            reading.old = reading.together(&kept).desk.clone();
        }
        Ok(reading)
    }

    /// Hands on the entries that are asked for, page by page.
    fn each(&self, halt: &AtomicBool, send: &mut dyn FnMut(Vec<Stored>)) -> Result<(), LedgerError> {
        let RecordArgs { from, to, kind, .. } = self.args;
        let mut after = 0;
        while after < self.last && !halt.load(Ordering::Relaxed) {
            let query = Query { after, from_ms: *from, to_ms: *to, limit: PAGE, ..Query::default() };
            let mut page = self.ledger.wait(self.ledger.search(query))?;
            let Some(end) = page.last().map(|stored| stored.seq) else { break };
            after = end;
            page.retain(|stored| stored.seq <= self.last && kind.has(stored.row.kind));
            self.read.store(u64::try_from(end).unwrap_or(0), Ordering::Relaxed);
            send(page);
        }
        Ok(())
    }

    fn entry(&self, stored: &Stored) -> Recorded {
        let Some(body) = &stored.body else { return Recorded::Retired };
        let entry = match Entry::decode(body) {
            Ok(entry) => entry,
            Err(fault) => return self.reject(stored, 0, fault.code(), fault.to_string(), fault.help()),
        };
        let lines = entry.least.request.lines.len();
        let together = self.together(&digests(entry.packs()));
        let Some(old) = (if self.is_own { &together.desk } else { &self.old }) else {
            let message = "this engine does not load the packs that decided it".to_owned();
            let help = "`--packs OLD` names packs to hold it against";
            return self.reject(stored, lines, "archive::faults", message, help);
        };
        let facts = together.untold(&entry.least, |least, recorded| {
            let asked = old.packs().iter().filter(|_| !self.is_own).chain(self.new.packs());
            asked.flat_map(|pack| least.untold(pack, recorded)).collect()
        });
        if !facts.is_empty() {
            return Recorded::Untold { lines: lines.try_into().unwrap_or(u64::MAX), facts };
        }
        let member = entry.member.as_ref().map(member_of);
        Recorded::Request(Box::new(RecordedRequest { request: entry.least.request, member, old: old.clone() }))
    }

    fn reject(&self, stored: &Stored, lines: usize, code: &'static str, message: String, help: &str) -> Recorded {
        let place = format!("decision {} at place {}", stored.row.id, stored.seq);
        if self.unread.fetch_add(1, Ordering::Relaxed) < TOLD_MAX {
            complain(format_args!("{place}: {message}"), Some(help));
        }
        let fault = Fault { code, place, message, help: Some(help.to_owned()) };
        Recorded::Reject(Reject {
            request_id: Some(stored.row.request_id.clone()),
            lines: lines.try_into().unwrap_or(u32::MAX),
            fault,
        })
    }

    /// The packs of these digests, loaded once.
    fn together(&self, digests: &[String]) -> Arc<Together> {
        let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = desks.get(digests) {
            return known.clone();
        }
        let packs: Option<Vec<_>> = digests.iter().map(|digest| self.pack(digest)).collect();
        let desk = packs.map(|packs| Arc::new(Desk::new(packs)));
        let together = Arc::new(Together { desk, untold: Mutex::default() });
        desks.insert(digests.to_vec(), together.clone());
        together
    }

    /// A pack from the ledger; `None` where it cannot be had, and then that was said.
    fn pack(&self, digest: &str) -> Option<crate::pack::Pack> {
        match self.ledger.wait(self.ledger.pack(digest.to_owned())) {
            Ok(Some(archive)) => unarchive(&archive).map_err(|fault| complain(&fault, Some(fault.help()))).ok(),
            Ok(None) => {
                complain(format_args!("the ledger does not hold pack {digest}"), None);
                None
            }
            Err(error) => {
                complain(&error, Some(error.help()));
                None
            }
        }
    }
}

impl Together {
    /// The facts that `of` finds for what was left out, found once for all requests that lack the same.
    fn untold(
        &self,
        least: &Least,
        of: impl FnOnce(&Least, &[crate::pack::Pack]) -> BTreeSet<String>,
    ) -> Arc<BTreeSet<String>> {
        let left_out = (least.left_out.clone(), least.history_months);
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        // Packs that are not to be had are taken to have asked for no phrase: no narrative is whole.
        let packs = self.desk.as_ref().map_or(&[][..], |desk| desk.packs());
        untold.entry(left_out).or_insert_with(|| Arc::new(of(least, packs))).clone()
    }
}

fn digests(packs: &[PackStamp]) -> Vec<String> {
    packs.iter().map(|pack| pack.digest.clone()).collect()
}
