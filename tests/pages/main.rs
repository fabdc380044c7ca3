//! Pages: tables say what the trees say, pictures are well-formed, a page holds everything of its
//! pack.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod markup;
mod pictures;
mod tables;
mod whole;

use std::{collections::BTreeMap, path::Path};

use claimgate::pack::{
    Pack,
    shelf::{self, Settings},
};

/// The packs of this repository under a plan's settings.
fn packs(settings: &[(&str, &str)]) -> Vec<Pack> {
    let settings: Settings =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    shelf::open(&folder, &settings).map_err(|error| error.to_string()).unwrap()
}
