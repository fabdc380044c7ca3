//! What becomes of a mutant.

use std::collections::BTreeMap;

use claimgate::{
    case::Case,
    desk::Desk,
    fault::PackText,
    pack::{self, Pack, shelf::Settings},
    proof::differs,
};

use crate::breed::Mutant;

/// What became of a mutant.
#[derive(Default)]
pub enum Fate {
    /// It does not load: the analyst is told at once.
    #[default]
    Refused,
    /// Nothing changes by it under any settings that a case names, and no case fails.
    Equivalent,
    /// This case fails, and the difference says that something changes.
    Killed,
    /// Something changes under these settings, and no case fails.
    Survived(Settings),
    /// This case fails, and the difference says that nothing changes: the difference is wrong.
    Missed(String),
}

impl Fate {
    /// Its place in a count: refused, equivalent, killed, survived.
    pub fn place(&self) -> usize {
        match self {
            Fate::Refused => 0,
            Fate::Equivalent => 1,
            Fate::Killed | Fate::Missed(_) => 2,
            Fate::Survived(_) => 3,
        }
    }
}

/// Where mutants are tried: the sound pack and its cases, by the settings that they name.
pub struct Ground {
    texts: Vec<PackText>,
    sound: BTreeMap<Settings, (Pack, Vec<(String, Case)>)>,
}

impl Ground {
    /// The pack of these texts, and its cases.
    pub fn new(rules: Vec<PackText>, texts: &[PackText]) -> Ground {
        let mut cases: BTreeMap<Settings, Vec<(String, Case)>> = BTreeMap::new();
        cases.insert(Settings::new(), Vec::new());
        for text in texts {
            let case = Case::read(&text.text).unwrap();
            cases.entry(case.settings()).or_default().push((text.path.clone(), case));
        }
        let load =
            |settings: &Settings| pack::load(rules.clone(), settings).unwrap_or_else(|faults| panic!("{faults:?}"));
        let sound = cases.into_iter().map(|(settings, cases)| (settings.clone(), (load(&settings), cases))).collect();
        Ground { texts: rules, sound }
    }

    /// Tries a mutant on every case, and holds it against the sound pack.
    pub fn try_mutant(&self, mutant: &Mutant) -> Fate {
        let texts: Vec<PackText> = mutant.texts(&self.texts);
        let mut packs = Vec::new();
        for (settings, (sound, cases)) in &self.sound {
            let Ok(pack) = pack::load(texts.clone(), settings) else { return Fate::Refused };
            let desk = Desk::new(vec![pack]);
            let differs = || differs(sound, &desk.packs()[0]).unwrap();
            if let Some((name, _)) = cases.iter().find(|(_, case)| case.check(&desk).is_err()) {
                return if differs() { Fate::Killed } else { Fate::Missed(name.clone()) };
            }
            packs.push((settings, sound, desk));
        }
        // Where it changes something by default, the other settings need not be asked.
        let changed = packs.iter().find(|(_, sound, desk)| differs(sound, &desk.packs()[0]).unwrap());
        changed.map_or(Fate::Equivalent, |(settings, ..)| Fate::Survived((*settings).clone()))
    }
}
