//! `claimgate rules check`: whether packs hold.

use std::{
    io::{self, Write as _},
    time::Instant,
};

use super::super::{
    Exit, packs,
    screen::{Colour, Ink, Screen},
};
use crate::pack::{
    Pack,
    shelf::{self, ShelfError},
};

/// Load every pack, and tell all their faults
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    packs: packs::PackArgs,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

/// Loads one pack after the other; those that hold are told on stdout, faults on stderr.
#[expect(clippy::disallowed_methods, reason = "the time a pack takes to load is part of the answer")]
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let folders = match shelf::folders(&args.packs.folder()) {
        Ok(folders) => folders,
        Err(error) => {
            args.packs.explain(&error, args.color);
            return Ok(Exit::Broken);
        }
    };
    let (mut faults, mut packs, settings) = (Vec::new(), Vec::new(), args.packs.settings());
    for folder in &folders {
        let start = Instant::now();
        match shelf::take(folder, &settings) {
            Ok(pack) => {
                tell(&pack, start.elapsed().as_millis(), args.color)?;
                packs.push(pack);
            }
            Err(ShelfError::Faults(more)) => faults.extend(more),
            Err(error) => {
                args.packs.explain(&error, args.color);
                return Ok(Exit::Broken);
            }
        }
    }
    faults.extend(shelf::unused(&packs, &settings));
    if faults.is_empty() {
        return Ok(Exit::Allowed);
    }
    packs::show(&faults, args.color);
    Ok(Exit::Broken)
}

fn tell(pack: &Pack, load_ms: u128, colour: Colour) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let screen = Screen::of(&out, colour);
    let (mut rules, mut paths) = (0u64, 0u64);
    for (_, rule) in pack.rules() {
        rules += 1;
        paths = paths.saturating_add(pack.forest.paths(rule.root));
    }
    writeln!(out, "{} {}", screen.ink(Ink::Bold, &pack.manifest.name), pack.manifest.version)?;
    writeln!(
        out,
        "  {} stages, {rules} rules, {paths} paths, {} questions, {} diagram nodes, loaded in {load_ms} ms",
        pack.stages.len(),
        pack.book.questions().len(),
        pack.diagram.len(),
    )?;
    writeln!(out, "  {}", pack.digest)
}
