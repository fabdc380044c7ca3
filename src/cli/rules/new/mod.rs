//! `claimgate rules new`: the beginnings of a rule, or of a pack. The only writer of packs.
//!
//! INVARIANT: nothing that is there is overwritten. What must still be filled in is written so that
//! `rules check` or the cases refuse it: a rule that nobody thought through cannot go live.

mod draft;
mod folder;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::super::{Exit, complain, packs};
use crate::fault::did_you_mean;
use folder::{Refusal, StageFolder};

/// Begin a rule in a pack, or a pack
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// The pack
    #[arg(value_name = "PACK")]
    pack: String,
    /// The rule, by what it finds; without one a pack is begun
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    /// The stage of the rule: one that is there, or NUMBER-NAME for a new one
    #[arg(long, value_name = "STAGE", requires = "rule")]
    stage: Option<String>,
    /// Folder of rule packs, or the pack [default: $CLAIMGATE_PACKS, else ./rules]
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
}

/// Writes the beginnings, and says what to do next.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let shelf = packs::folder_of(args.packs.clone());
    let made = match &args.rule {
        None => pack(&shelf, &args.pack),
        Some(rule) => self::rule(&shelf, &args.pack, rule, args.stage.as_deref()),
    };
    match made {
        Ok(told) => {
            io::stdout().lock().write_all(told.as_bytes())?;
            Ok(Exit::Allowed)
        }
        Err(refusal) => {
            complain(refusal.message, Some(&refusal.help));
            Ok(Exit::Broken)
        }
    }
}

/// Begins a pack; what was written and what to do next.
fn pack(shelf: &Path, name: &str) -> Result<String, Refusal> {
    kebab_case("pack", name)?;
    if shelf.join("pack.toml").is_file() {
        let message = format!("`{}` is a pack, and a pack holds no other", shelf.display());
        return Err(Refusal::new(message, "name a folder of packs with `--packs DIR`"));
    }
    if !shelf.is_dir() {
        let message = format!("there is no folder `{}`", shelf.display());
        return Err(Refusal::new(message, "make it, or name another with `--packs DIR`"));
    }
    let root = shelf.join(name);
    if root.exists() {
        let message = format!("there is `{}` already", root.display());
        return Err(Refusal::new(message, format!("`claimgate rules new {name} RULE` begins a rule in it")));
    }
    let files = draft::pack(name);
    for (path, text) in &files {
        write_new(&root.join(path), text)?;
    }
    let mut told = format!("{}\n", root.display());
    for (path, _) in &files {
        told.push_str(&format!("  wrote  {path}\n"));
    }
    told.push_str(&draft::after_pack(name));
    Ok(told)
}

/// Begins a rule; what was written and what to do next.
fn rule(shelf: &Path, pack: &str, name: &str, stage: Option<&str>) -> Result<String, Refusal> {
    kebab_case("rule", name)?;
    let root = find_pack(shelf, pack)?;
    let stages = folder::stages(&root)?;
    if let Some(other) = stages.iter().find(|stage| stage.rules.iter().any(|rule| rule == name)) {
        let message = format!("the stage `{}` has a rule `{name}` already", other.name);
        return Err(Refusal::new(message, format!("`claimgate rules show {name}` shows it")));
    }
    let stage = choose_stage(&stages, stage)?;
    // Everything is read before anything is written.
    let reasons = read(&root.join("reasons.toml"))?;
    let changelog = read(&root.join("CHANGELOG.md"))?;
    let with_reason = draft::with_reason(&reasons, name);
    let with_change = draft::with_change(&changelog, name, &stage.name);
    let script = format!("{}/{name}.rhai", stage.folder);
    let mut told = format!("{}\n", root.display());
    let mut wrote = |what: &str, path: &str| told.push_str(&format!("  {what}  {path}\n"));
    write_new(&root.join(&script), &draft::script(name, stage.is_limit()))?;
    wrote("wrote", &script);
    match with_reason {
        Some(text) => {
            replace(&root.join("reasons.toml"), &text)?;
            wrote("added", &format!("reasons.toml, [{name}]"));
        }
        None => wrote("kept ", &format!("reasons.toml, where [{name}] is already")),
    }
    for (file, text) in draft::cases(name, stage.is_limit()) {
        let path = format!("cases/{name}/{file}");
        if root.join(&path).exists() {
            wrote("kept ", &path);
        } else {
            write_new(&root.join(&path), &text)?;
            wrote("wrote", &path);
        }
    }
    replace(&root.join("CHANGELOG.md"), &with_change)?;
    wrote("added", "CHANGELOG.md, a line under Next");
    told.push_str(&draft::after_rule(name, &script));
    Ok(told)
}

/// Names are kebab-case: they are files, anchors and reasons for ever.
fn kebab_case(what: &str, name: &str) -> Result<(), Refusal> {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let begins = name.chars().next().is_some_and(|first| first.is_ascii_lowercase());
    if begins && name.split('-').all(is_word) {
        return Ok(());
    }
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let close = words.join("-");
    let help = if close.starts_with(|c: char| c.is_ascii_lowercase()) {
        format!("write `{close}`")
    } else {
        "write lower-case words with hyphens between them: `joint-injection`".to_owned()
    };
    Err(Refusal::new(format!("`{name}` is no name of a {what}: it is not kebab-case"), help))
}

/// The folder of a pack on the shelf.
fn find_pack(shelf: &Path, name: &str) -> Result<PathBuf, Refusal> {
    let folders = crate::pack::shelf::folders(shelf)
        .map_err(|error| Refusal::new(error.to_string(), "name the folder of the packs with `--packs DIR`"))?;
    let name_of = |folder: &PathBuf| {
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
        folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let names: Vec<String> = folders.iter().map(name_of).collect();
    if let Some((folder, _)) = folders.iter().zip(&names).find(|(_, own)| *own == name) {
        return Ok(folder.clone());
    }
    let help = match did_you_mean(name, names.iter().map(String::as_str)) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there is {}; `claimgate rules new {name}` without a rule begins a pack", names.join(", ")),
    };
    Err(Refusal::new(format!("there is no pack `{name}` in `{}`", shelf.display()), help))
}

/// The stage of a name, or a new one.
fn choose_stage(stages: &[StageFolder], wanted: Option<&str>) -> Result<StageFolder, Refusal> {
    let names: Vec<&str> = stages.iter().map(|stage| stage.folder.as_str()).collect();
    let offered = if names.is_empty() {
        "the pack has no stage yet: `--stage 1-scope` makes one".to_owned()
    } else {
        format!("one of {}; or NUMBER-NAME for a new one", names.join(", "))
    };
    let Some(wanted) = wanted else {
        return Err(Refusal::new(
            "in which stage is the rule asked?",
            format!("say it with `--stage STAGE`: {offered}"),
        ));
    };
    if let Some(found) = stages.iter().find(|stage| stage.name == wanted || stage.folder == wanted) {
        return Ok(found.clone());
    }
    if wanted == "limit" {
        return Ok(StageFolder { folder: wanted.to_owned(), name: wanted.to_owned(), number: None, rules: Vec::new() });
    }
    let Some((number, name)) = StageFolder::read_name(wanted) else {
        let known = stages.iter().flat_map(|stage| [stage.name.as_str(), stage.folder.as_str()]);
        let help = did_you_mean(wanted, known).map_or(offered, |close| format!("did you mean `{close}`?"));
        return Err(Refusal::new(format!("the pack has no stage `{wanted}`"), help));
    };
    kebab_case("stage", &name)?;
    if let Some(other) = stages.iter().find(|stage| stage.number == Some(number) || stage.name == name) {
        let message = format!("`{wanted}` would stand beside the stage `{}`", other.folder);
        return Err(Refusal::new(message, format!("take that one, or another number and name: {offered}")));
    }
    Ok(StageFolder { folder: wanted.to_owned(), name, number: Some(number), rules: Vec::new() })
}

#[expect(clippy::disallowed_methods, reason = "a text of a pack that is about to be added to")]
fn read(path: &Path) -> Result<String, Refusal> {
    fs::read_to_string(path).map_err(|error| Refusal::disk("read", path, &error))
}

/// Writes a file that is not there yet, and the folders above it.
fn write_new(path: &Path, text: &str) -> Result<(), Refusal> {
    let disk = |error| Refusal::disk("write", path, &error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(disk)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(disk)?;
    file.write_all(text.as_bytes()).map_err(disk)
}

/// Writes a text to which something was added: beside it first, so that a full disk loses nothing.
fn replace(path: &Path, text: &str) -> Result<(), Refusal> {
    let beside = path.with_extension("new~");
    write_new(&beside, text)?;
    fs::rename(&beside, path).map_err(|error| Refusal::disk("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case() {
        let check = |name: &str, help: Option<&str>| {
            let found = kebab_case("rule", name).err().map(|refusal| refusal.help);
            assert_eq!(found.as_deref(), help, "{name:?}");
        };
        check("joint-injection", None);
        check("under-18", None);
        check("Joint Injection", Some("write `joint-injection`"));
        check("joint_injection", Some("write `joint-injection`"));
        check("joint--injection", Some("write `joint-injection`"));
        check("../../x", Some("write `x`"));
        check("18", Some("write lower-case words with hyphens between them: `joint-injection`"));
        check("", Some("write lower-case words with hyphens between them: `joint-injection`"));
    }

    #[test]
    fn stages_are_chosen_or_made() {
        let stage = |folder: &str| {
            let (number, name) = StageFolder::read_name(folder).unwrap();
            StageFolder { folder: folder.to_owned(), name, number: Some(number), rules: Vec::new() }
        };
        let stages = [stage("1-scope"), stage("6-access")];
        let check = |wanted: Option<&str>, expected: Result<&str, &str>| {
            let found = choose_stage(&stages, wanted);
            let found = found.as_ref().map(|stage| stage.folder.as_str()).map_err(|refusal| refusal.help.as_str());
            match expected {
                Ok(folder) => assert_eq!(found, Ok(folder), "{wanted:?}"),
                Err(part) => assert!(found.is_err_and(|help| help.contains(part)), "{wanted:?}: {found:?}"),
            }
        };
        check(Some("access"), Ok("6-access"));
        check(Some("6-access"), Ok("6-access"));
        check(Some("7-safety"), Ok("7-safety"));
        check(Some("limit"), Ok("limit"));
        check(None, Err("one of 1-scope, 6-access"));
        check(Some("acces"), Err("did you mean `access`?"));
        check(Some("6-safety"), Err("another number and name"));
        check(Some("7-access"), Err("another number and name"));
        check(Some("7-Safety"), Err("write `safety`"));
    }
}
