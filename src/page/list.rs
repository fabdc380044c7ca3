//! Decision lists: of all rows that would be true next, the shortest, until one end is left
//! (Rivest 1987). A row may leave out whatever the rows before it have settled, so a few short rows
//! say what hundreds of paths say.

use std::collections::BTreeSet;

use super::{
    atlas::{Atlas, Known},
    chart::{Chart, Spot, SpotId, Subject},
    region::{ALL, NONE, Region, Regions, TooLarge},
    table::{About, Condition, Literal, Row},
};
use crate::{
    fact::{FactId, Test},
    script::Returned,
    verdict::Outcome,
};

/// Paths that are looked at for each row; beyond them a shorter row may be missed, never a line.
const PATHS_MAX: usize = 400;
/// Rows of a list; beyond them a list is no shorter to read than the paths, and slow to make.
const ROWS_MAX: usize = 150;
/// Alternatives within one condition, of several things each; alternatives of one thing are a list.
const ALTERNATIVES_MAX: usize = 4;
/// As many paths are looked at afresh for each row.
const FRESH_PATHS_MAX: usize = 60;

/// What a path says, in the order it was asked.
pub(super) type Parts = Vec<(About, Literal)>;

/// A path, or as much of it as a row needs.
#[derive(Clone, Debug)]
struct Cube {
    parts: Parts,
    end: Returned,
}

/// The shortest list for a chart; none where the lines it tells apart are too many.
pub(super) fn shortest(atlas: &Atlas<'_>, chart: &Chart) -> Option<Vec<Row>> {
    let regions = atlas.regions(chart)?;
    Maker::new(atlas, chart, regions).and_then(|mut maker| best(&mut maker)).ok()
}

/// Of the lists made with more and less liking for rows that find something, the shortest.
fn best(maker: &mut Maker<'_, '_>) -> Result<Vec<Row>, TooLarge> {
    const PLAIN_COSTS: [i64; 4] = [1, 5, 1_000, -8];
    let can_be_plain = maker.ends.iter().any(|(end, _)| is_plain(end));
    let mut best: Option<(usize, Vec<Row>)> = None;
    for plain_cost in PLAIN_COSTS.into_iter().take(if can_be_plain { PLAIN_COSTS.len() } else { 1 }) {
        let rows = match maker.list(plain_cost).and_then(|rows| maker.without_waste(rows)) {
            Ok(rows) => rows,
            Err(TooLarge) if best.is_some() => break,
            Err(TooLarge) => return Err(TooLarge),
        };
        let cost = list_cost(maker.atlas, &rows, can_be_plain);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, rows));
        }
    }
    Ok(best.map(|(_, rows)| rows).unwrap_or_default())
}

/// What a reader takes for granted where nothing is said.
fn is_plain(end: &Returned) -> bool {
    matches!(end, Returned::Outcome(Outcome::Pass) | Returned::YesNo(false))
}

/// What a list costs a reader: its rows, each change of what comes of them, and an end that is not
/// what he takes for granted.
fn list_cost(atlas: &Atlas<'_>, rows: &[Row], can_be_plain: bool) -> usize {
    let rows_cost = |row: &Row| ROW_COST + row.conditions.iter().map(|one| cost(atlas, one)).sum::<usize>();
    let changes = rows.windows(2).filter(|pair| pair.first().map(|row| &row.end) != pair.last().map(|row| &row.end));
    let is_odd = can_be_plain && !rows.last().is_some_and(|row| is_plain(&row.end));
    rows.iter().map(rows_cost).sum::<usize>() + CHANGE_COST * changes.count() + if is_odd { ODD_END_COST } else { 0 }
}

/// What a row, a fact or definition within it, and each thing said of it cost a reader. A *no* is
/// harder to read than a *yes*.
const ROW_COST: usize = 8;
const SUBJECT_COST: usize = 4;
const YES_COST: usize = 2;
const NO_COST: usize = 3;
const CHANGE_COST: usize = 3;
const ODD_END_COST: usize = 16;

fn cost(atlas: &Atlas<'_>, condition: &Condition) -> usize {
    SUBJECT_COST + condition.any.iter().flatten().map(|literal| literal_cost(atlas, literal)).sum::<usize>()
}

fn literal_cost(atlas: &Atlas<'_>, literal: &Literal) -> usize {
    match literal {
        Literal::Returned(results) => YES_COST * results.len(),
        Literal::Asked(_, answer) => {
            if *answer || is_span(atlas, literal) {
                YES_COST
            } else {
                NO_COST
            }
        }
    }
}

/// Whether it is of a quantity or a day, of which `< 3` reads as well as `≥ 3`.
fn is_span(atlas: &Atlas<'_>, literal: &Literal) -> bool {
    let Literal::Asked(question, _) = literal else { return false };
    atlas.book.get(*question).is_some_and(|question| matches!(question.test, Test::AtLeast(_)))
}

struct Maker<'m, 'a> {
    atlas: &'m Atlas<'a>,
    chart: &'m Chart,
    regions: Regions,
    known: Known,
    ends: Vec<(Returned, Region)>,
}

impl<'m, 'a> Maker<'m, 'a> {
    fn new(atlas: &'m Atlas<'a>, chart: &'m Chart, mut regions: Regions) -> Result<Maker<'m, 'a>, TooLarge> {
        let mut known = Known::default();
        let ends = atlas.ends(&mut regions, &mut known, chart)?;
        Ok(Maker { atlas, chart, regions, known, ends })
    }

    /// Rows until one end is left.
    fn list(&mut self, plain_cost: i64) -> Result<Vec<Row>, TooLarge> {
        let (mut rows, mut left, mut cubes): (Vec<Row>, Region, Vec<Cube>) = (Vec::new(), ALL, Vec::new());
        loop {
            if let Some(end) = self.only_end(left)? {
                rows.push(Row { conditions: Vec::new(), end });
                return Ok(rows);
            }
            let before = rows.last().map(|row| row.end.clone());
            cubes = self.cubes(left, cubes)?;
            let price = |row: &Row| {
                let own: usize = row.conditions.iter().map(|one| cost(self.atlas, one)).sum();
                let own = i64::try_from(own).unwrap_or(i64::MAX);
                let own = if is_plain(&row.end) { own.saturating_add(plain_cost) } else { own };
                (own, before.as_ref() != Some(&row.end))
            };
            let candidates: Vec<Row> = cubes.iter().map(|cube| row_of(&cube.parts, &cube.end)).collect();
            let best = candidates.iter().min_by_key(|row| price(row)).cloned();
            let Some(best) = best.filter(|_| rows.len() < ROWS_MAX) else { return Err(TooLarge) };
            let row = self.widened(best, &candidates, left)?;
            let settled = self.of_row(&row)?;
            left = self.regions.less(left, settled)?;
            rows.push(row);
        }
    }

    /// The one end that is left, where one is.
    fn only_end(&mut self, left: Region) -> Result<Option<Returned>, TooLarge> {
        let mut only = None;
        for (end, region) in self.ends.clone() {
            if self.regions.and(left, region)? != NONE && only.replace(end).is_some() {
                return Ok(None);
            }
        }
        Ok(only)
    }

    /// The paths that still matter, each with only what it needs. Where they are many, what was
    /// needed `before` is looked at again instead, as long as some of it is left.
    fn cubes(&mut self, left: Region, before: Vec<Cube>) -> Result<Vec<Cube>, TooLarge> {
        let mut paths = Vec::new();
        self.paths(self.chart.root(), left, &mut Vec::new(), &mut paths)?;
        if paths.len() > FRESH_PATHS_MAX && !before.is_empty() {
            let mut kept = Vec::new();
            for cube in before {
                let row = self.of_row(&row_of(&cube.parts, &cube.end))?;
                if self.regions.and(left, row)? != NONE {
                    kept.push(cube);
                }
            }
            if !kept.is_empty() {
                paths = kept;
            }
        }
        let (mut cubes, mut seen) = (Vec::new(), BTreeSet::new());
        for path in paths {
            let forwards = self.needed(path.clone(), left, false)?;
            let backwards = self.needed(path, left, true)?;
            for cube in [forwards, backwards] {
                if seen.insert(format!("{:?}", cube.parts)) {
                    cubes.push(cube);
                }
            }
        }
        Ok(cubes)
    }

    fn paths(&mut self, at: SpotId, left: Region, parts: &mut Parts, found: &mut Vec<Cube>) -> Result<(), TooLarge> {
        if left == NONE || found.len() >= PATHS_MAX {
            return Ok(());
        }
        let chart = self.chart;
        match chart.spot(at) {
            Spot::End(end) => found.push(Cube { parts: parts.clone(), end: end.clone() }),
            Spot::Fork(subject, branches) => {
                for (results, to) in branches {
                    let branch = self.atlas.where_is(&mut self.regions, &mut self.known, subject, results)?;
                    let left = self.regions.and(left, branch)?;
                    parts.push(part(self.atlas, subject, results));
                    self.paths(*to, left, parts, found)?;
                    parts.pop();
                }
            }
        }
        Ok(())
    }

    /// Leaves out what is not needed for the end: whole facts and definitions first, then single
    /// literals, negative ones before others.
    fn needed(&mut self, mut cube: Cube, left: Region, backwards: bool) -> Result<Cube, TooLarge> {
        let mut abouts: Vec<About> = Vec::new();
        for (about, _) in &cube.parts {
            if !abouts.contains(about) {
                abouts.push(about.clone());
            }
        }
        if backwards {
            abouts.reverse();
        }
        for about in abouts {
            let fewer: Vec<_> = cube.parts.iter().filter(|(other, _)| *other != about).cloned().collect();
            if self.leads_to(&fewer, &cube.end, left)? {
                cube.parts = fewer;
            }
        }
        for positive in [false, true] {
            let mut place = cube.parts.len();
            while place > 0 {
                place -= 1;
                let is_positive = !matches!(cube.parts.get(place), Some((_, Literal::Asked(_, false))));
                let mut fewer = cube.parts.clone();
                fewer.remove(place);
                if is_positive == positive && self.leads_to(&fewer, &cube.end, left)? {
                    cube.parts = fewer;
                }
            }
        }
        Ok(cube)
    }

    /// Whether everything left that the parts fit comes to the end.
    fn leads_to(&mut self, parts: &[(About, Literal)], end: &Returned, left: Region) -> Result<bool, TooLarge> {
        let mut region = left;
        for (about, literal) in parts {
            let part = self.of_literal(about, literal)?;
            region = self.regions.and(region, part)?;
        }
        let right = self.ends.iter().find(|(other, _)| other == end).map_or(NONE, |(_, region)| *region);
        Ok(self.regions.less(region, right)? == NONE)
    }

    /// The row, each of its conditions widened by what candidates about the same things say there, as
    /// far as it still leads to its end and more lines fit.
    fn widened(&mut self, mut row: Row, candidates: &[Row], left: Region) -> Result<Row, TooLarge> {
        let right = self.ends.iter().find(|(end, _)| *end == row.end).map_or(NONE, |(_, region)| *region);
        let alike = |other: &&Row| {
            let same = |(one, two): (&Condition, &Condition)| one.about == two.about;
            other.end == row.end
                && other.conditions.len() == row.conditions.len()
                && other.conditions.iter().zip(&row.conditions).all(same)
        };
        for other in candidates.iter().filter(alike).cloned().collect::<Vec<_>>() {
            for (place, condition) in other.conditions.iter().enumerate() {
                let mut wider = row.clone();
                let Some(own) = wider.conditions.get_mut(place) else { continue };
                if !self.may_be_joined(own, condition) {
                    continue;
                }
                own.any.extend(condition.any.iter().cloned());
                let (before, after) = (self.of_row(&row)?, self.of_row(&wider)?);
                let after = self.regions.and(left, after)?;
                let is_right = self.regions.less(after, right)? == NONE;
                if is_right && self.regions.less(after, before)? != NONE {
                    row = wider;
                }
            }
        }
        Ok(row)
    }

    /// Whether a reader can take in both as one: what is added says as much as what is there (spans
    /// of a quantity aside), and there are few alternatives of several things each.
    fn may_be_joined(&self, own: &Condition, more: &Condition) -> bool {
        let is_span = |all: &Vec<Literal>| all.iter().all(|one| is_span(self.atlas, one));
        let price = |all: &Vec<Literal>| all.iter().map(|one| literal_cost(self.atlas, one)).sum::<usize>();
        let dearest = own.any.iter().map(price).max().unwrap_or(0);
        let long = own.any.iter().map(Vec::len).max().unwrap_or(0);
        let several = own.any.iter().chain(&more.any).filter(|all| all.len() > 1).count();
        let is_new = more.any.iter().all(|all| !own.any.contains(all));
        let is_alike = |all: &Vec<Literal>| is_span(all) || (all.len() == long && price(all) <= dearest);
        is_new && several <= ALTERNATIVES_MAX && more.any.iter().all(is_alike)
    }

    /// The rows without those that the rows after them say too.
    fn without_waste(&mut self, mut rows: Vec<Row>) -> Result<Vec<Row>, TooLarge> {
        let mut place = rows.len().saturating_sub(1);
        while place > 0 {
            place -= 1;
            let mut fewer = rows.clone();
            fewer.remove(place);
            if self.is_exact(&fewer)? {
                rows = fewer;
            }
        }
        Ok(rows)
    }

    /// Whether rows say of every line what the chart says.
    fn is_exact(&mut self, rows: &[Row]) -> Result<bool, TooLarge> {
        let mut left = ALL;
        for row in rows {
            let fits = self.of_row(row)?;
            let fits = self.regions.and(left, fits)?;
            let right = self.ends.iter().find(|(end, _)| *end == row.end).map_or(NONE, |(_, region)| *region);
            if self.regions.less(fits, right)? != NONE {
                return Ok(false);
            }
            left = self.regions.less(left, fits)?;
        }
        Ok(left == NONE)
    }

    fn of_row(&mut self, row: &Row) -> Result<Region, TooLarge> {
        let mut region = ALL;
        for condition in &row.conditions {
            let mut any = NONE;
            for all in &condition.any {
                let mut one = ALL;
                for literal in all {
                    let part = self.of_literal(&condition.about, literal)?;
                    one = self.regions.and(one, part)?;
                }
                any = self.regions.or(any, one)?;
            }
            region = self.regions.and(region, any)?;
        }
        Ok(region)
    }

    fn of_literal(&mut self, about: &About, literal: &Literal) -> Result<Region, TooLarge> {
        let (subject, results) = match (about, literal) {
            (_, Literal::Asked(question, answer)) => (Subject::Question(*question), vec![Returned::YesNo(*answer)]),
            (About::Call(call), Literal::Returned(results)) => (Subject::Call(call.clone()), results.clone()),
            (About::Fact(_), Literal::Returned(_)) => return Ok(NONE),
        };
        self.atlas.where_is(&mut self.regions, &mut self.known, &subject, &results)
    }
}

/// A row with a condition for each fact and each definition that a path speaks of.
pub(super) fn row_of(parts: &[(About, Literal)], end: &Returned) -> Row {
    let mut conditions: Vec<Condition> = Vec::new();
    for (about, literal) in parts {
        match conditions.iter_mut().find(|condition| condition.about == *about) {
            Some(condition) => condition.any.iter_mut().for_each(|all| all.push(literal.clone())),
            None => conditions.push(Condition { about: about.clone(), any: vec![vec![literal.clone()]] }),
        }
    }
    Row { conditions, end: end.clone() }
}

/// What a branch of a spot says.
pub(super) fn part(atlas: &Atlas<'_>, subject: &Subject, results: &[Returned]) -> (About, Literal) {
    match subject {
        Subject::Question(id) => {
            let fact = atlas.book.get(*id).map_or(FactId(u16::MAX), |question| question.fact);
            (About::Fact(fact), Literal::Asked(*id, results.contains(&Returned::YesNo(true))))
        }
        Subject::Call(call) => (About::Call(call.clone()), Literal::Returned(results.to_vec())),
    }
}
