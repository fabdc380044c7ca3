//! `claimgate rules show`: a rule or a pack to be looked at.

mod json;
mod text;

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use clap::ValueEnum;

use super::super::{
    Exit, complain, packs,
    screen::{Colour, Screen},
};
use crate::{
    fault::did_you_mean,
    pack::{Pack, Rule, Stage, shelf},
    page::{
        article::Proven,
        atlas::Atlas,
        flow,
        picture::{self, SPOTS_MAX, Setting},
        table::Table,
        whole,
    },
};

/// Show a rule or a pack: as a table, a picture or a page
///
/// A rule is told by its name; by `STAGE/RULE`, `PACK/RULE` or `PACK/STAGE/RULE` where several have it.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// A rule or a pack
    #[arg(value_name = "RULE|PACK")]
    name: String,
    #[command(flatten)]
    packs: packs::PackArgs,
    /// As what
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Write to a file instead of stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// As what it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// One self-contained page
    Html,
    /// A picture
    Svg,
    /// For programs
    Json,
}

/// What a name stands for.
enum Shown<'a> {
    Pack(&'a Pack),
    Rule(&'a Pack, &'a Stage, &'a Rule),
}

/// Shows it.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let Some(packs) = args.packs.load(args.color) else { return Ok(Exit::Broken) };
    let shown = match find(&packs, &args.name) {
        Ok(shown) => shown,
        Err((message, help)) => {
            complain(message, Some(&help));
            return Ok(Exit::Broken);
        }
    };
    let Some(content) = content(&shown, args)? else { return Ok(Exit::Broken) };
    match &args.out {
        None => io::stdout().lock().write_all(&content)?,
        Some(path) => {
            if let Err(error) = fs::write(path, &content) {
                complain(format_args!("cannot write `{}`: {error}", path.display()), None);
                return Ok(Exit::Broken);
            }
        }
    }
    Ok(Exit::Allowed)
}

/// What is written; `None` where it cannot be shown so, and then why was said.
fn content(shown: &Shown<'_>, args: &Args) -> io::Result<Option<Vec<u8>>> {
    let proven = if args.format == Format::Html { proven(shown, args) } else { Proven::default() };
    let screen = match &args.out {
        None => Screen::of(&io::stdout(), args.color),
        Some(_) => Screen::of_file(args.color),
    };
    let mut out = Vec::new();
    match (shown, args.format) {
        (Shown::Pack(pack), Format::Text) => text::pack(&mut out, screen, &Atlas::of(pack))?,
        (Shown::Pack(pack), Format::Html) => out = whole::pack(&Atlas::of(pack), &proven).into_bytes(),
        (Shown::Pack(pack), Format::Json) => out = json::pack(&Atlas::of(pack)),
        (Shown::Pack(pack), Format::Svg) => {
            let title = format!("The stages of {}", pack.manifest.name);
            out =
                flow::of(&Atlas::of(pack), Setting { title: &title, id: "stages", is_within_page: false }).into_bytes();
        }
        (Shown::Rule(pack, stage, rule), format) => {
            let atlas = Atlas::of_rules(pack, std::iter::once(*rule));
            match format {
                Format::Text => text::rule(&mut out, screen, &atlas, stage, rule)?,
                Format::Html => out = whole::rule(&atlas, stage, rule, &proven).into_bytes(),
                Format::Json => out = json::rule(&atlas, stage, rule),
                Format::Svg => return Ok(picture_of(&atlas, rule).map(String::into_bytes)),
            }
        }
    }
    Ok(Some(out))
}

/// What worked cases cover of a pack; nothing where its folder is not to be read again.
fn proven(shown: &Shown<'_>, args: &Args) -> Proven {
    let (Shown::Pack(pack) | Shown::Rule(pack, ..)) = shown;
    let settings = args.packs.settings();
    let folders = shelf::folders(&args.packs.folder()).unwrap_or_default();
    let folder =
        shelf::named(folders, std::slice::from_ref(&pack.manifest.name)).unwrap_or_default().into_iter().next();
    let taken = folder.and_then(|folder| shelf::take(&folder, &settings).ok().map(|pack| (folder, pack)));
    let percent = taken.map(|(folder, pack)| super::test::percent_of_branches(&folder, pack, settings));
    Proven { coverage_percent: percent.unwrap_or_default() }
}

fn picture_of(atlas: &Atlas<'_>, rule: &Rule) -> Option<String> {
    let chart = atlas.rule(rule)?;
    let table = Table::of(atlas, chart);
    let svg = picture::of(atlas, chart, table, Setting { title: &rule.name, id: "rule", is_within_page: false });
    if svg.is_none() {
        complain(
            format_args!("the picture of `{}` would have {} boxes, more than {SPOTS_MAX}", rule.name, chart.len()),
            Some("its table says all of it: `--format html`; a definition for what belongs together makes it smaller"),
        );
    }
    svg
}

/// What a name stands for, or what is wrong with it and what to write instead.
fn find<'a>(packs: &'a [Pack], name: &str) -> Result<Shown<'a>, (String, String)> {
    if let Some(pack) = packs.iter().find(|pack| pack.manifest.name == name) {
        return Ok(Shown::Pack(pack));
    }
    let all = || packs.iter().flat_map(|pack| pack.rules().map(move |(stage, rule)| (pack, stage, rule)));
    let (places, bare) = name.rsplit_once('/').unwrap_or(("", name));
    let found: Vec<(&Pack, &Stage, &Rule)> = all()
        .filter(|(pack, stage, rule)| {
            let is_there = |place: &str| place.is_empty() || pack.manifest.name == place || stage.name == place;
            rule.name == bare && places.split('/').all(is_there)
        })
        .collect();
    match found.as_slice() {
        [(pack, stage, rule)] => Ok(Shown::Rule(pack, stage, rule)),
        [] => Err(unknown(packs, name)),
        several => {
            let places: Vec<String> = several
                .iter()
                .map(|(pack, stage, rule)| {
                    let own = &pack.manifest.name;
                    let is_alone =
                        all().filter(|(other, _, also)| other.manifest.name == *own && also.name == bare).count() == 1;
                    let stage = if is_alone { String::new() } else { format!("{}/", stage.name) };
                    format!("`{own}/{stage}{}`", rule.name)
                })
                .collect();
            Err((format!("several rules are called `{name}`"), format!("write {}", places.join(" or "))))
        }
    }
}

fn unknown(packs: &[Pack], name: &str) -> (String, String) {
    let bare = name.rsplit('/').next().unwrap_or(name);
    let rules = || packs.iter().flat_map(|pack| pack.rules().map(|(_, rule)| rule.name.as_str()));
    let names = packs.iter().map(|pack| pack.manifest.name.as_str()).chain(rules());
    let message = format!("there is no rule and no pack `{name}`");
    match did_you_mean(bare, names) {
        Some(close) => (message, format!("did you mean `{close}`?")),
        None => (message, "`claimgate rules show PACK` lists the rules of a pack".to_owned()),
    }
}
