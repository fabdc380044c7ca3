//! Where the boxes of a picture stand: layers from top to bottom, few crossings, short lines.
//!
//! The steps are Sugiyama's: each box one layer below the lowest that leads to it, lines through
//! the layers between, each layer put in the order of its neighbours' middles, then every box drawn
//! towards its neighbours as far as the others of its layer let it. Whole numbers only (hundredths
//! of a pixel), so that the same picture has the same bytes everywhere.

use std::collections::BTreeMap;

/// Hundredths of a pixel.
pub(super) type Length = i64;

/// Hundredths of a pixel in one.
pub(super) const PIXEL: Length = 100;
/// Between boxes of a layer.
const GAP: Length = 18 * PIXEL;
/// Between layers: room for the words on a line.
const LAYER_GAP: Length = 58 * PIXEL;
/// Round the picture.
const MARGIN: Length = 12 * PIXEL;
/// The width of a line on its way through a layer.
const LINE: Length = 10 * PIXEL;
/// Sweeps down and up while layers are ordered, and while boxes are drawn together. Pictures of
/// people's rules settle within a few.
const SWEEPS: usize = 24;
/// How much more a line between two questions pulls than one to an end: the trunk stays straight.
const TRUNK: i64 = 8;

/// A box to be placed. What leads to a box stands before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) width: Length,
    pub(super) height: Length,
    /// Whether it is the end of a path.
    pub(super) is_end: bool,
}

/// A line between two boxes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The width of the words on it.
    pub(super) words: Length,
}

/// What stands where.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Left and top of each box.
    pub(super) boxes: Vec<(Length, Length)>,
    /// The points of each line, from box to box; every second stretch is straight down.
    pub(super) lines: Vec<Vec<(Length, Length)>>,
    pub(super) width: Length,
    pub(super) height: Length,
}

/// A box, or a line on its way through a layer.
struct Cell {
    layer: usize,
    width: Length,
    middle: Length,
    above: Vec<(usize, i64)>,
    below: Vec<(usize, i64)>,
}

/// Places boxes and lines.
pub(super) fn lay(sizes: &[Size], lines: &[Line]) -> Layout {
    let layers_of = layers(sizes, lines);
    let mut cells: Vec<Cell> = sizes
        .iter()
        .zip(&layers_of)
        .map(|(size, layer)| Cell { layer: *layer, width: size.width, middle: 0, above: vec![], below: vec![] })
        .collect();
    let chains: Vec<Vec<usize>> = lines.iter().map(|line| chain(&mut cells, line, sizes)).collect();
    let mut layers: Vec<Vec<usize>> = Vec::new();
    for (id, cell) in cells.iter().enumerate() {
        if layers.len() <= cell.layer {
            layers.resize(cell.layer + 1, Vec::new());
        }
        if let Some(layer) = layers.get_mut(cell.layer) {
            layer.push(id);
        }
    }
    order(&mut layers, &cells);
    settle(&layers, &mut cells);
    finish(sizes, &layers, &cells, &chains, lines)
}

/// One below the lowest that leads there.
fn layers(sizes: &[Size], lines: &[Line]) -> Vec<usize> {
    let mut layers = vec![0usize; sizes.len()];
    for id in 0..sizes.len() {
        let above = lines.iter().filter(|line| line.to == id).filter_map(|line| layers.get(line.from));
        let lowest = above.max().map_or(0, |lowest| lowest + 1);
        if let Some(layer) = layers.get_mut(id) {
            *layer = lowest;
        }
    }
    layers
}

/// The cells a line goes through, ends included.
fn chain(cells: &mut Vec<Cell>, line: &Line, sizes: &[Size]) -> Vec<usize> {
    let layer = |cells: &[Cell], id: usize| cells.get(id).map_or(0, |cell| cell.layer);
    let (from, to) = (layer(cells, line.from), layer(cells, line.to));
    let is_end = sizes.get(line.to).is_some_and(|size| size.is_end);
    let pull = if is_end { 1 } else { TRUNK };
    let mut chain = vec![line.from];
    for between in from + 1..to {
        let width = if between == from + 1 { line.words.max(LINE) } else { LINE };
        cells.push(Cell { layer: between, width, middle: 0, above: vec![], below: vec![] });
        chain.push(cells.len() - 1);
    }
    chain.push(line.to);
    for pair in chain.windows(2) {
        let [upper, lower] = pair else { continue };
        if let Some(cell) = cells.get_mut(*upper) {
            cell.below.push((*lower, pull));
        }
        if let Some(cell) = cells.get_mut(*lower) {
            cell.above.push((*upper, pull));
        }
    }
    chain
}

/// Puts every layer in the order of its neighbours' middles, and keeps the order with the fewest
/// crossings.
fn order(layers: &mut Vec<Vec<usize>>, cells: &[Cell]) {
    let mut best = (crossings(layers, cells), layers.clone());
    for sweep in 0..SWEEPS {
        let is_down = sweep % 2 == 0;
        let count = layers.len();
        let way: Vec<usize> = if is_down { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
        for at in way {
            let fixed = if is_down { at - 1 } else { at + 1 };
            let places: BTreeMap<usize, i64> = layers.get(fixed).into_iter().flatten().copied().zip(0i64..).collect();
            let Some(layer) = layers.get_mut(at) else { continue };
            let mut keyed: Vec<(i64, usize)> = layer
                .iter()
                .zip(0i64..)
                .map(|(id, own)| {
                    let near = cells.get(*id).map_or(&[][..], |cell| if is_down { &cell.above } else { &cell.below });
                    let places: Vec<i64> = near.iter().filter_map(|(other, _)| places.get(other)).copied().collect();
                    let count = i64::try_from(places.len()).unwrap_or(1);
                    (if places.is_empty() { own * 1_000 } else { places.iter().sum::<i64>() * 1_000 / count }, *id)
                })
                .collect();
            keyed.sort_by_key(|(middle, _)| *middle);
            *layer = keyed.into_iter().map(|(_, id)| id).collect();
        }
        let found = crossings(layers, cells);
        if found < best.0 {
            best = (found, layers.clone());
        }
    }
    *layers = best.1;
}

fn crossings(layers: &[Vec<usize>], cells: &[Cell]) -> usize {
    let mut found = 0;
    for pair in layers.windows(2) {
        let [upper, lower] = pair else { continue };
        let places: BTreeMap<usize, usize> = lower.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let mut before: Vec<usize> = Vec::new();
        for id in upper {
            let below = cells.get(*id).map_or(&[][..], |cell| &cell.below);
            let ends: Vec<usize> = below.iter().filter_map(|(other, _)| places.get(other)).copied().collect();
            found += ends.iter().map(|end| before.iter().filter(|other| *other > end).count()).sum::<usize>();
            before.extend(ends);
        }
    }
    found
}

/// Draws every cell towards its neighbours, as far as the others of its layer let it.
fn settle(layers: &[Vec<usize>], cells: &mut [Cell]) {
    for layer in layers {
        place(layer, cells, |_| 0);
    }
    for sweep in 0..SWEEPS {
        let is_down = sweep % 2 == 0;
        let way: Vec<&Vec<usize>> = if is_down { layers.iter().collect() } else { layers.iter().rev().collect() };
        for layer in way {
            let wanted: BTreeMap<usize, Length> = layer
                .iter()
                .filter_map(|id| {
                    let cell = cells.get(*id)?;
                    let near = if is_down { &cell.above } else { &cell.below };
                    let weight: i64 = near.iter().map(|(_, pull)| pull).sum();
                    let sum: i64 = near.iter().filter_map(|(other, pull)| Some(cells.get(*other)?.middle * pull)).sum();
                    Some((*id, if weight == 0 { cell.middle } else { sum / weight }))
                })
                .collect();
            place(layer, cells, |id| wanted.get(&id).copied().unwrap_or(0));
        }
    }
}

/// Cells that stand side by side without room between them.
struct Block {
    ids: Vec<usize>,
    /// The left edges that its first cell should have for each of them, by weight.
    sum: Length,
    weight: i64,
    width: Length,
}

impl Block {
    fn left(&self) -> Length {
        self.sum / self.weight.max(1)
    }
}

/// Places the cells of a layer in order, each as near as possible to where it is wanted: cells that
/// would overlap stand side by side round the mean of what they want.
fn place(layer: &[usize], cells: &mut [Cell], wanted: impl Fn(usize) -> Length) {
    let mut blocks: Vec<Block> = Vec::new();
    for id in layer {
        let Some(cell) = cells.get(*id) else { continue };
        let weight = cell.above.iter().chain(&cell.below).map(|(_, pull)| *pull).max().unwrap_or(1);
        let mut block =
            Block { ids: vec![*id], sum: (wanted(*id) - cell.width / 2) * weight, weight, width: cell.width };
        while let Some(before) = blocks.pop() {
            if before.left() + before.width + GAP <= block.left() {
                blocks.push(before);
                break;
            }
            let shift = before.width + GAP;
            block = Block {
                ids: [before.ids, block.ids].concat(),
                sum: before.sum + block.sum - shift * block.weight,
                weight: before.weight + block.weight,
                width: shift + block.width,
            };
        }
        blocks.push(block);
    }
    for block in blocks {
        let mut left = block.left();
        for id in block.ids {
            if let Some(cell) = cells.get_mut(id) {
                cell.middle = left + cell.width / 2;
                left += cell.width + GAP;
            }
        }
    }
}

/// Moves all into view, and draws the lines.
fn finish(sizes: &[Size], layers: &[Vec<usize>], cells: &[Cell], chains: &[Vec<usize>], lines: &[Line]) -> Layout {
    let left = cells.iter().map(|cell| cell.middle - cell.width / 2).min().unwrap_or(0);
    let right = cells.iter().map(|cell| cell.middle + cell.width / 2).max().unwrap_or(0);
    let shift = MARGIN - left;
    let heights: Vec<Length> = layers
        .iter()
        .map(|layer| layer.iter().filter_map(|id| sizes.get(*id)).map(|size| size.height).max().unwrap_or(0))
        .collect();
    let mut tops = Vec::new();
    let mut top = MARGIN;
    for height in &heights {
        tops.push(top);
        top += height + LAYER_GAP;
    }
    let height = top - LAYER_GAP + MARGIN;
    let top_of = |layer: usize| tops.get(layer).copied().unwrap_or(0);
    let boxes: Vec<(Length, Length)> = sizes
        .iter()
        .zip(cells)
        .map(|(size, cell)| (cell.middle - size.width / 2 + shift, top_of(cell.layer)))
        .collect();
    let ports = Ports::of(sizes, cells, chains, lines);
    let drawn = chains
        .iter()
        .enumerate()
        .map(|(line, chain)| {
            let mut points = Vec::new();
            for (place, id) in chain.iter().enumerate() {
                let Some(cell) = cells.get(*id) else { continue };
                let (top, full) = (top_of(cell.layer), heights.get(cell.layer).copied().unwrap_or(0));
                let own = sizes.get(*id).map_or(full, |size| size.height);
                let (is_first, is_last) = (place == 0, place + 1 == chain.len());
                if is_last {
                    points.push((ports.into.get(&line).copied().unwrap_or(cell.middle) + shift, top));
                } else {
                    let port = ports.out.get(&line).copied().filter(|_| is_first);
                    let x = port.unwrap_or(cell.middle) + shift;
                    points.push((x, if is_first { top + own } else { top }));
                    points.push((x, top + full));
                }
            }
            points
        })
        .collect();
    Layout { boxes, lines: drawn, width: right - left + 2 * MARGIN, height }
}

/// Where lines leave and enter boxes: side by side, in the order of where they lead.
struct Ports {
    out: BTreeMap<usize, Length>,
    into: BTreeMap<usize, Length>,
}

impl Ports {
    fn of(sizes: &[Size], cells: &[Cell], chains: &[Vec<usize>], lines: &[Line]) -> Ports {
        let middle = |id: Option<&usize>| id.and_then(|id| cells.get(*id)).map_or(0, |cell| cell.middle);
        let next: Vec<Length> = chains.iter().map(|chain| middle(chain.get(1))).collect();
        let before: Vec<Length> = chains.iter().map(|chain| middle(chain.iter().rev().nth(1))).collect();
        let mut ports = Ports { out: BTreeMap::new(), into: BTreeMap::new() };
        for (id, size) in sizes.iter().enumerate() {
            let own = middle(Some(&id));
            let leaving = lines.iter().enumerate().filter(|(_, line)| line.from == id).map(|(place, _)| place);
            ports.out.extend(spread(leaving.collect(), &next, own, size.width));
            let entering = lines.iter().enumerate().filter(|(_, line)| line.to == id).map(|(place, _)| place);
            ports.into.extend(spread(entering.collect(), &before, own, size.width));
        }
        ports
    }
}

fn spread(mut lines: Vec<usize>, towards: &[Length], middle: Length, width: Length) -> Vec<(usize, Length)> {
    lines.sort_by_key(|line| towards.get(*line).copied().unwrap_or(0));
    let count = i64::try_from(lines.len()).unwrap_or(1);
    let step = width / (count + 1);
    lines.into_iter().zip(1i64..).map(|(line, place)| (line, middle - width / 2 + step * place)).collect()
}
