//! How the request of an entry is written: its shapes, out and in. Values stand under `is`, where
//! they stood under `at`; what was not given is left out, what could not be read has no `is`.

mod read;
mod write;

pub(super) use read::RequestIn;
pub(super) use write::RequestOut;
