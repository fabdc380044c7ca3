//! Pages: rules and packs for people who would rather look than read.
//!
//! A rule is shown as it was written: what it asks at its own level, a definition under its name. Of
//! that an [`atlas`] keeps the [`chart`]s, a [`table`] says one in few rows, [`words`] say a row in
//! sentences. INVARIANT: the same pack gives the same bytes, and whatever a pack's author wrote is
//! text on a page, never markup. Knows no request, no disk and no terminal.

pub mod article;
pub mod atlas;
pub mod chart;
mod codes;
pub mod flow;
pub mod front;
mod html;
pub mod impact;
mod layout;
mod list;
mod markdown;
pub mod picture;
mod region;
pub mod table;
mod text;
pub mod whole;
pub mod words;
