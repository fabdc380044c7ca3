//! Requests that show what was found in a diagram.

use super::{
    Conclusion, Literal, Space,
    witness::{Codes, Ground, witness},
};
use crate::{
    desk,
    pack::{Pack, Period},
    request::Request,
    tree::{FALSE, Graph, NodeId, TooLarge},
};

/// How many ways into a region are tried before it is said that no request was found. Facts hang
/// together in ways that the diagram does not know; the plainest way seldom fails.
const TRIES_MAX: usize = 24;

/// Where requests are looked for.
pub(super) struct Examples<'a> {
    space: &'a Space,
    first: &'a Pack,
    second: Option<&'a Pack>,
    /// The days on which one of the packs is in force.
    period: Period,
    codes: &'a Codes,
}

impl<'a> Examples<'a> {
    /// Requests of a pack's space, or of two packs'.
    pub(super) fn new(space: &'a Space, codes: &'a Codes, first: &'a Pack, second: Option<&'a Pack>) -> Examples<'a> {
        let one = &first.manifest.period;
        let two = second.map_or(one, |pack| &pack.manifest.period);
        let until = one.until.zip(two.until).map(|(one, two)| one.max(two));
        Examples { space, first, second, period: Period { from: one.from.min(two.from), until }, codes }
    }

    /// A request in `region` that `accepts`, plain ones first.
    ///
    /// # Errors
    /// The limit of nodes.
    pub(super) fn find(
        &self,
        graph: &mut Graph<'_>,
        region: NodeId,
        mut accepts: impl FnMut(&Request) -> bool,
    ) -> Result<Option<Request>, TooLarge> {
        let ground = Ground { book: &self.space.book, sets: &self.space.sets, period: &self.period, codes: self.codes };
        let mut left = region;
        for _ in 0..TRIES_MAX {
            let Some(path) = graph.plainest(left) else { break };
            let literals: Vec<Literal> =
                path.iter().flat_map(|(variable, value)| self.space.literals(*variable, *value)).collect();
            if let Some(request) = witness(&ground, &literals).filter(|request| accepts(request)) {
                return Ok(Some(request));
            }
            // Not this way again.
            let mut way = crate::tree::TRUE;
            for (variable, value) in path.iter().rev() {
                let one = graph.one_of(*variable, &[*value])?;
                way = graph.and(one, way)?;
            }
            left = graph.without(left, way)?;
            if left == FALSE {
                break;
            }
        }
        Ok(None)
    }

    /// A request that the first pack concludes `from` and the second `to`.
    ///
    /// # Errors
    /// The limit of nodes.
    pub(super) fn of_change(
        &self,
        graph: &mut Graph<'_>,
        region: NodeId,
        from: &Conclusion,
        to: &Conclusion,
    ) -> Result<Option<Request>, TooLarge> {
        self.find(graph, region, |request| {
            let second = self.second.unwrap_or(self.first);
            concluded(self.first, request).as_ref() == Some(from) && concluded(second, request).as_ref() == Some(to)
        })
    }
}

/// What the desk concludes of the first line of a request; a companion follows whatever there is.
pub(super) fn concluded(pack: &Pack, request: &Request) -> Option<Conclusion> {
    let line = desk::decide_with(pack, request).into_iter().next()?;
    let reason = line.findings.into_iter().next().map(|finding| finding.reason)?;
    let reason = if reason == "no-parent" { "follows-parent".to_owned() } else { reason };
    Some(Conclusion { verdict: line.verdict, reason })
}
