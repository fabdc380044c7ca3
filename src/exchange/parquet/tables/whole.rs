//! The diagnoses of one claim, put at the places that pointers count.

use parquet::file::reader::ChunkReader;

use super::{super::source::fault, cursor::Cursor};
use crate::{
    exchange::{
        Fault,
        table::{CODES_MAX, SEPARATORS},
    },
    request::Source,
};

/// The diagnoses of a claim as a cell of the flat table holds them.
#[derive(Debug, Default)]
pub(super) struct Diagnoses {
    /// The codes with `|` between them; a place that no row has is blank.
    pub(super) text: String,
    /// Where each stands.
    pub(super) sources: Vec<Source>,
}

/// The diagnoses of `claim_id`, whose rows the cursor stands on, and why the claim cannot be read
/// if they are not whole.
pub(super) fn whole<R: ChunkReader + 'static>(cursor: &mut Cursor<R>, claim_id: &str) -> (Diagnoses, Option<Fault>) {
    let mut codes: Vec<Option<(String, Source)>> = Vec::new();
    let mut broken = None;
    while cursor.cell("claim_id") == Some(claim_id) {
        broken = broken.or_else(|| cursor.gap());
        cursor.take_gap();
        let place = cursor.cell("sequence").and_then(|text| text.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
        match place.filter(|place| *place < CODES_MAX) {
            Some(place) if codes.get(place).is_none_or(Option::is_none) => {
                // What would part the code is no code; neither is nothing.
                let code = cursor.cell("icd10_code").unwrap_or("?").replace(SEPARATORS, "?").replace('\n', "?");
                codes.resize_with(codes.len().max(place + 1), || None);
                if let Some(free) = codes.get_mut(place) {
                    *free = Some((code, cursor.source("icd10_code")));
                }
            }
            _ => {
                let message =
                    format!("expected a place of its own from 1 to {CODES_MAX} for each diagnosis of the claim");
                broken = broken.or_else(|| Some(fault("parquet::sequence", cursor.place("sequence"), message)));
            }
        }
        cursor.step();
    }
    let broken = broken.or_else(|| cursor.gap());
    let text = codes.iter().map(|code| code.as_ref().map_or("", |(code, _)| code)).collect::<Vec<_>>().join("|");
    let sources = codes.into_iter().map(|code| code.map_or(Source::Absent, |(_, source)| source)).collect();
    (Diagnoses { text, sources }, broken)
}
