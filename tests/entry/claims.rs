//! Requests that people wrote: worked cases, examples, and the corpus.

use std::{collections::BTreeMap, fs::File, hint::black_box, io::BufReader, path::Path, time::Instant};

use claimgate::{
    case::{Shelves, Tried},
    desk::decide,
    exchange::{Item, read_any},
    ledger::entry::{Entry, Key, least},
    pack::{Pack, shelf},
    private::Private,
    request::Request,
};

use crate::{
    Outcome,
    check::{DECIDED_MS, MEMBER, RECEIVED_MS, check, entry},
    packs,
};

pub fn worked_cases() -> Outcome {
    let mut tried = 0usize;
    for folder in ["rules/bmj-2025-chronic-spine-pain", "tests/packs/small"].map(Path::new) {
        let cases = shelf::take(folder, &BTreeMap::new()).map_err(|error| error.to_string())?.cases;
        let mut shelves = Shelves::new(folder);
        for case in &cases {
            let Tried::Passes { mut request, settings, .. } = shelves.try_case(folder, case) else {
                return Err(format!("{} does not pass", case.path).into());
            };
            request.patient.member_id = Some(Private::new(MEMBER.to_owned()));
            check(shelves.get(folder, &settings).unwrap().packs(), &request);
            tried += 1;
        }
    }
    println!("{tried} worked cases");
    assert!(tried > 200, "the cases are there");
    Ok(())
}

pub fn examples() -> Outcome {
    let pack = packs::spine();
    let mut tried = 0usize;
    for file in std::fs::read_dir("examples")? {
        let path = file?.path();
        for request in requests(&path)? {
            check(&[&pack], &request);
            tried += 1;
        }
    }
    assert!(tried >= 4, "the examples are there");
    Ok(())
}

pub fn requests(path: &Path) -> Result<Vec<Request>, String> {
    let (mut requests, mut refused) = (Vec::new(), Vec::new());
    let file = File::open(path).map_err(|error| error.to_string())?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = read_any(BufReader::new(file), &name, None, &mut |item| match item {
        Item::Request(request) | Item::Answered(request, _) => requests.push(*request),
        Item::Reject(_) | Item::Fault(_) => refused.push(format!("{item:?}")),
    });
    read.map_err(|error| error.to_string())?;
    if refused.is_empty() { Ok(requests) } else { Err(refused.join("\n")) }
}

/// 2,000 claims; also how long their entries are and what making them costs.
pub fn spine_claims(path: &Path) -> Outcome {
    let pack = packs::spine();
    let requests = requests(path)?;
    assert_eq!(requests.len(), 2_000);
    let (mut bytes, mut answers, mut dates) = (0, 0, 0usize);
    for request in &requests {
        bytes += check(&[&pack], request).len();
        let (_, entry) = entry(&[&pack], request);
        answers += entry.answer().len();
        dates += usize::from(crate::check::birth_date(request, &entry).is_some());
    }
    let received: usize = std::fs::metadata(path)?.len().try_into()?;
    println!(
        "{}: {} bytes an entry, {} of them the answer; the claim itself has {}; {dates} birth dates looked for",
        path.display(),
        bytes / 2_000,
        answers / 2_000,
        received / 2_000
    );
    assert!(dates > 1_500, "birth dates are looked for");
    costs(&pack, &requests);
    Ok(())
}

fn costs(pack: &Pack, requests: &[Request]) {
    let key = Key::new(&[7; 32]);
    let decided: Vec<_> = requests.iter().map(|request| decide(&[pack], request)).collect();
    let all = || requests.iter().zip(&decided);
    let new = |(request, decision): (&Request, &_)| {
        Entry::new(RECEIVED_MS, DECIDED_MS, false, [5; 32], request, decision, &[pack], &key)
    };
    let entries: Vec<Entry> = all().map(new).collect();
    let encoded: Vec<Vec<u8>> = entries.iter().map(Entry::encode).collect();
    let micros = |work: &mut dyn FnMut()| {
        work();
        let start = Instant::now();
        (0..3).for_each(|_| work());
        start.elapsed().as_nanos() / 3 / 100 / requests.len() as u128
    };
    let told = [
        ("decide", micros(&mut || requests.iter().for_each(|request| drop(black_box(decide(&[pack], request)))))),
        ("least", micros(&mut || requests.iter().for_each(|request| drop(black_box(least(request, &[pack])))))),
        ("Entry::new, the answer's text included", micros(&mut || all().for_each(|one| drop(black_box(new(one)))))),
        ("encode", micros(&mut || entries.iter().for_each(|entry| drop(black_box(entry.encode()))))),
        ("decode", micros(&mut || encoded.iter().for_each(|bytes| drop(black_box(Entry::decode(bytes)))))),
    ];
    for (what, tenths) in told {
        println!("  {:>4}.{} µs a claim: {what}", tenths / 10, tenths % 10);
    }
}
