//! Every rule has a picture, well-formed, with its boxes apart from one another.

use std::collections::BTreeSet;

use claimgate::page::{
    atlas::Atlas,
    chart::{Chart, Spot},
    flow,
    picture::{self, Setting},
    table::Table,
};

use super::{
    markup::{Element, elements},
    packs,
};

const ALONE: Setting<'static> = Setting { title: "a rule", id: "rule", is_within_page: false };

/// Left, top, right and bottom of the boxes, in hundredths of a pixel.
fn boxes(elements: &[Element]) -> Vec<(i64, i64, i64, i64)> {
    let number = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        whole.parse::<i64>().unwrap() * 100 + format!("{part:0<2}").parse::<i64>().unwrap()
    };
    let value = |element: &Element, name: &str| {
        element.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    };
    let is_box = |element: &&Element| value(element, "class").is_some_and(|class| class.starts_with("box"));
    let of_rect = |element: &Element| {
        let at = |name: &str| number(&value(element, name).unwrap());
        (at("x"), at("y"), at("x") + at("width"), at("y") + at("height"))
    };
    let of_polygon = |element: &Element| {
        let points = value(element, "points").unwrap();
        let (xs, ys): (Vec<i64>, Vec<i64>) =
            points.split(' ').map(|point| point.split_once(',').unwrap()).map(|(x, y)| (number(x), number(y))).unzip();
        (*xs.iter().min().unwrap(), *ys.iter().min().unwrap(), *xs.iter().max().unwrap(), *ys.iter().max().unwrap())
    };
    elements.iter().filter(is_box).map(|one| if one.name == "rect" { of_rect(one) } else { of_polygon(one) }).collect()
}

fn check(name: &str, atlas: &Atlas<'_>, chart: &Chart) {
    let table = Table::of(atlas, chart);
    let svg = picture::of(atlas, chart, table, ALONE).unwrap_or_else(|| panic!("{name} has no picture"));
    let elements = elements(&svg);
    assert_eq!(elements[0].name, "svg");
    assert!(elements.iter().any(|one| one.name == "title") && elements.iter().any(|one| one.name == "desc"), "{name}");
    assert!(elements.iter().all(|one| !matches!(one.name.as_str(), "script" | "image" | "a" | "use")), "{name}");
    let forks = chart.spots().filter(|(_, spot)| matches!(spot, Spot::Fork(..))).count();
    let branches: usize =
        chart.spots().map(|(_, spot)| if let Spot::Fork(_, branches) = spot { branches.len() } else { 0 }).sum();
    let lines = svg.matches("<path class=\"line").count();
    assert_eq!(lines, branches, "{name}: a line a branch");
    let apart: BTreeSet<(i64, i64, i64, i64)> = boxes(&elements).into_iter().collect();
    assert!(apart.len() >= forks, "{name}: every fork is drawn");
    for one in &apart {
        for two in &apart {
            let is_inside = one.0 >= two.0 && one.1 >= two.1 && one.2 <= two.2 && one.3 <= two.3;
            let is_apart = one.2 <= two.0 || two.2 <= one.0 || one.3 <= two.1 || two.3 <= one.1;
            // The double frame of a definition stands within itself.
            let is_frame = is_inside || (two.0 >= one.0 && two.1 >= one.1 && two.2 <= one.2 && two.3 <= one.3);
            assert!(is_apart || is_frame, "{name}: {one:?} and {two:?} overlap");
        }
    }
}

#[test]
fn every_rule_and_definition_has_a_well_formed_picture() {
    for pack in packs(&[]) {
        let atlas = Atlas::of(&pack);
        for (_, rule) in pack.rules() {
            let chart = atlas.rule(rule).unwrap();
            check(&rule.name, &atlas, chart);
            for call in atlas.calls_of(chart) {
                check(&call, &atlas, atlas.call(&call).unwrap());
            }
            // The tree itself, without names for definitions, is a picture too where it is small.
            let whole = Table::of(&atlas, chart);
            assert!(picture::of(&atlas, chart, whole, ALONE).is_some());
        }
        let svg = flow::of(&atlas, ALONE);
        elements(&svg);
        assert!(pack.rules().all(|(_, rule)| svg.contains(&format!(" {}</text>", rule.name))));
    }
}

#[test]
fn yes_and_no_and_the_outcomes_differ_without_colour() {
    for pack in packs(&[]) {
        let atlas = Atlas::of(&pack);
        let (_, rule) = pack.rules().find(|(_, rule)| rule.name == "joint-injection").unwrap();
        let chart = atlas.rule(rule).unwrap();
        let svg = picture::of(&atlas, chart, Table::of(&atlas, chart), ALONE).unwrap();
        for part in
            ["class=\"line no\"", ">no</text>", ">yes</text>", ">✗ deny</text>", ">! flag</text>", ">· pass</text>"]
        {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert!(svg.contains("@media (prefers-color-scheme: dark)") && svg.contains("@media print"));
    }
}
