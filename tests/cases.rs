//! Every worked case of every pack is a test.
#![expect(clippy::print_stderr, reason = "tests")]

use std::{collections::BTreeMap, path::Path};

use claimgate::{case, pack::shelf};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let packs = match shelf::open(Path::new("rules"), &BTreeMap::new()) {
        Ok(packs) => packs,
        Err(error) => {
            eprintln!("the packs do not load: {error}; run `claimgate rules check`");
            std::process::exit(1);
        }
    };
    let mut shelves = case::Shelves::new(Path::new("rules"));
    let mut trials = Vec::new();
    for pack in &packs {
        for text in &pack.cases {
            let result = shelves.run(&pack.manifest.name, text).map(|_| ());
            let name = format!("{}/{}", pack.manifest.name, text.path);
            trials.push(Trial::test(name, move || result.map_err(Failed::from)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
