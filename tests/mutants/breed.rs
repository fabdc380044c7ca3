//! How mutants are bred from the texts of a pack.

use std::{
    fs,
    path::{Path, PathBuf},
};

use claimgate::fault::PackText;

/// A pack with one small fault.
pub struct Mutant {
    /// What was done, and where.
    pub name: String,
    /// Every text of the pack.
    edit: Edit,
}

enum Edit {
    /// In the text at this place, these bytes become that.
    Replace { text: usize, start: usize, len: usize, with: String },
    /// Without the text at this place.
    Drop { text: usize },
    /// Two folders of stages change places.
    Swap { one: String, other: String },
}

impl Mutant {
    /// Whether a value set was changed.
    pub fn is_of_values(&self) -> bool {
        self.name.starts_with("values/")
    }

    /// Its name without the place in the file, which moves with every edit.
    pub fn key(&self) -> String {
        let (place, what) = self.name.split_once(' ').unwrap();
        format!("{} {what}", place.split(':').next().unwrap())
    }

    /// The pack's texts with the fault in them.
    pub fn texts(&self, whole: &[PackText]) -> Vec<PackText> {
        let mut texts = whole.to_vec();
        match &self.edit {
            Edit::Replace { text, start, len, with } => {
                let old = &whole[*text].text;
                let new = format!("{}{with}{}", &old[..*start], &old[start + len..]);
                texts[*text] = PackText { path: whole[*text].path.clone(), text: new.into() };
            }
            Edit::Drop { text } => drop(texts.remove(*text)),
            Edit::Swap { one, other } => {
                for text in &mut texts {
                    let Some((stage, rule)) = text.path.split_once('/') else { continue };
                    let number = |name: &str| name.split_once('-').unwrap().0.to_owned();
                    let bare = |name: &str| name.split_once('-').unwrap().1.to_owned();
                    let moved = match stage {
                        stage if stage == one => format!("{}-{}/{rule}", number(other), bare(one)),
                        stage if stage == other => format!("{}-{}/{rule}", number(one), bare(other)),
                        _ => continue,
                    };
                    *text = PackText { path: moved, text: text.text.clone() };
                }
            }
        }
        texts
    }
}

/// Every file of a pack, in the order of their paths.
pub fn texts_of(folder: &Path) -> Vec<PackText> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, files) } else { files.push(path) }
        }
    }
    let mut files = Vec::new();
    walk(folder, &mut files);
    files.sort();
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| PackText { path: name(path), text: fs::read_to_string(path).unwrap().into() }).collect()
}

/// Words of scripts and what an analyst could have written instead.
const SCRIPT: &[(&str, &str)] = &[
    (" >= ", " > "),
    (" < ", " <= "),
    (" == ", " != "),
    (" != ", " == "),
    (" && ", " || "),
    (" || ", " && "),
    ("!(", "("),
    ("!is_", "is_"),
    ("!line.", "line."),
    ("!same_day.", "same_day."),
    ("!points_", "points_"),
    ("deny(", "flag("),
    ("flag(", "deny("),
    ("flag(", "allow("),
    ("allow(", "flag("),
    ("return true", "return false"),
    ("return false", "return true"),
    (" 3", " 4"),
    (" 18", " 19"),
    (" 0", " 1"),
];

/// Every mutant, in the order of the texts.
pub fn breed(texts: &[PackText]) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (place, text) in texts.iter().enumerate() {
        if text.path.ends_with(".rhai") {
            of_script(place, text, &mut mutants);
            if text.path.contains('/') {
                mutants.push(Mutant { name: format!("{} dropped", text.path), edit: Edit::Drop { text: place } });
            }
        } else if text.path.starts_with("values/") {
            of_values(place, text, &mut mutants);
        }
    }
    of_stages(texts, &mut mutants);
    mutants
}

fn of_script(place: usize, text: &PackText, mutants: &mut Vec<Mutant>) {
    for (number, start, line) in lines(&text.text) {
        if line.trim_start().starts_with("//") {
            continue;
        }
        let mut push = |at: usize, len: usize, with: &str, what: String| {
            let name = format!("{}:{number}:{} {what}", text.path, at - start + 1);
            mutants.push(Mutant { name, edit: Edit::Replace { text: place, start: at, len, with: with.to_owned() } });
        };
        for (from, to) in SCRIPT {
            for (at, _) in line.match_indices(from) {
                push(start + at, from.len(), to, format!("`{}` for `{}`", to.trim(), from.trim()));
            }
        }
        if line.trim_start().starts_with("if ") && line.trim_end().ends_with('}') {
            push(start, line.len(), "", "without the line".to_owned());
        }
    }
}

/// Rows of sets lose their first code, unions each member; the first prefix of a row widens by its
/// last character.
fn of_values(place: usize, text: &PackText, mutants: &mut Vec<Mutant>) {
    for (number, start, line) in lines(&text.text) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        for key in ["prefix = [", "code = [", "phrase = [", "union = ["] {
            let Some(list) = line.find(key).map(|at| at + key.len()) else { continue };
            let end = line[list..].find(']').map_or(line.len(), |end| list + end);
            let all = members(&line[list..end]);
            let tried = if key == "union = [" { all.len() } else { 1 };
            for (at, len) in all.into_iter().take(tried) {
                let (at, member) = (list + at, &line[list + at..list + at + len]);
                let mut push = |from: usize, to: usize, with: String, what: &str| {
                    let name = format!("{}:{number} {what} {member}", text.path);
                    let edit = Edit::Replace { text: place, start: start + from, len: to - from, with };
                    mutants.push(Mutant { name, edit });
                };
                let past = line[at + len..end].strip_prefix(", ").map_or(at + len, |_| at + len + 2);
                push(at, past, String::new(), "without");
                if key == "prefix = [" && len > 5 {
                    push(at, at + len, format!("{}\"", member[..len - 2].trim_end_matches('.')), "wider than");
                }
            }
        }
    }
}

/// Where the quoted members of a list stand: byte and length, quotes included.
fn members(list: &str) -> Vec<(usize, usize)> {
    let quotes: Vec<usize> = list.match_indices('"').map(|(at, _)| at).collect();
    quotes.chunks_exact(2).map(|pair| (pair[0], pair[1] - pair[0] + 1)).collect()
}

fn of_stages(texts: &[PackText], mutants: &mut Vec<Mutant>) {
    let mut stages: Vec<(u32, String)> = Vec::new();
    for text in texts {
        let Some((stage, _)) = text.path.split_once('/') else { continue };
        let Some(number) = stage.split_once('-').and_then(|(number, _)| number.parse().ok()) else { continue };
        if !stages.contains(&(number, stage.to_owned())) {
            stages.push((number, stage.to_owned()));
        }
    }
    stages.sort();
    for pair in stages.windows(2) {
        let (one, other) = (pair[0].1.clone(), pair[1].1.clone());
        mutants.push(Mutant { name: format!("{one} after {other}"), edit: Edit::Swap { one, other } });
    }
}

/// The lines of a text: 1-based number, first byte, the line without its end.
fn lines(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut start = 0;
    text.split('\n').enumerate().map(move |(number, line)| {
        let begins = start;
        start += line.len() + 1;
        (number + 1, begins, line)
    })
}
