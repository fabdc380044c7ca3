//! `claimgate ledger replay`: every recorded decision made again from what the ledger holds.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    sync::Arc,
};

use super::{super::complain, Exit, LedgerArgs};
use crate::{
    ledger::{
        Access, Ledger, Stored,
        entry::{Entry, again, unarchive},
    },
    pack::Pack,
};

/// How many differences are told one by one; the rest is counted.
const TOLD_MAX: u64 = 20;

/// Decide every recorded decision again, from its stored facts and packs; all must be equal to the byte
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    ledger: LedgerArgs,
}

#[derive(Default)]
struct Count {
    equal: u64,
    different: u64,
    unreadable: u64,
    retired: u64,
}

/// Decides them again.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(ledger) = args.ledger.open(Access::Read) else { return Ok(Exit::Broken) };
    // The packs first: while entries stream, the ledger is asked for nothing else.
    let Some(packs) = packs_of(&ledger) else { return Ok(Exit::Broken) };
    let mut count = Count::default();
    let done = ledger.each(|stored| {
        count.take(stored, &packs);
        true
    });
    if let Err(error) = done {
        complain(&error, Some(error.help()));
        return Ok(Exit::Broken);
    }
    let Count { equal, different, unreadable, retired } = count;
    let all = equal + different + unreadable + retired;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{all} decisions = {equal} equal + {different} different + {unreadable} unreadable + {retired} retired"
    )?;
    Ok(if different + unreadable == 0 { Exit::Allowed } else { Exit::Findings })
}

impl Count {
    fn take(&mut self, stored: &Stored, packs: &BTreeMap<String, Arc<Pack>>) {
        let Some(body) = &stored.body else {
            self.retired += 1;
            return;
        };
        let entry = match Entry::decode(body) {
            Ok(entry) => entry,
            Err(fault) => {
                self.unreadable += 1;
                return self.tell(stored, &fault);
            }
        };
        let asked: Vec<Arc<Pack>> =
            entry.packs().iter().filter_map(|stamp| packs.get(&stamp.digest).cloned()).collect();
        match again(&entry, &asked) {
            Ok(()) => self.equal += 1,
            Err(differs) => {
                self.different += 1;
                self.tell(stored, &differs);
            }
        }
    }

    fn tell(&self, stored: &Stored, what: &dyn std::fmt::Display) {
        if self.different + self.unreadable <= TOLD_MAX {
            complain(format_args!("decision {} at place {}: {what}", stored.row.id, stored.seq), None);
        }
    }
}

/// Every pack that the ledger keeps, by digest; those that this engine cannot load are told and left
/// out, so that their decisions count as different.
fn packs_of(ledger: &Ledger) -> Option<BTreeMap<String, Arc<Pack>>> {
    let mut packs = BTreeMap::new();
    let digests = ledger.wait(ledger.packs()).map_err(|error| complain(&error, Some(error.help()))).ok()?;
    for digest in digests {
        let kept =
            ledger.wait(ledger.pack(digest.clone())).map_err(|error| complain(&error, Some(error.help()))).ok()?;
        match kept.as_deref().map(unarchive) {
            Some(Ok(pack)) => drop(packs.insert(digest, Arc::new(pack))),
            Some(Err(fault)) => complain(&fault, Some(fault.help())),
            None => complain(format_args!("the ledger does not hold pack {digest}"), None),
        }
    }
    Some(packs)
}
