//! Words and phrases of free texts.

/// The words of a text in lower case; `*` counts as a letter, for phrases end in it. What a letter
/// has beside it in lower case (the dot of İ) is left out, so that a word is one word again.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '*';
    let lower = |word: &str| {
        let mut lower = word.to_lowercase();
        lower.retain(is_letter);
        lower
    };
    text.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty()).map(lower).collect()
}

/// Whether a word is what a part of a phrase asks for.
fn matches(word: &str, part: &str) -> bool {
    match part.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == part,
    }
}

/// Whether the words of a phrase stand side by side among `words`.
pub(super) fn contains_phrase(words: &[String], phrase: &[String]) -> bool {
    let is_here = |window: &[String]| window.iter().zip(phrase).all(|(word, part)| matches(word, part));
    !phrase.is_empty() && words.windows(phrase.len()).any(is_here)
}

/// A text that holds the phrases that `text` holds, and nothing else of it; `None` where it has no
/// word. Of `phrases`, in order and each once, it holds exactly the same.
pub(super) fn reduced(text: &str, phrases: &[&[String]]) -> Option<String> {
    let words = words_of(text);
    if words.is_empty() {
        return None;
    }
    let parts = || phrases.iter().flat_map(|phrase| phrase.iter());
    let mark = mark(parts());
    if parts().any(|part| part == "*") {
        // A phrase asks for any word at all, so places count: every word stays where it stood, as
        // what phrases can tell of it.
        let told: Vec<String> = words.iter().map(|word| as_told(word, parts(), mark)).collect();
        return Some(told.join(" "));
    }
    // The mark is no part of any phrase, so that none reaches across it.
    let mut reduced = mark.to_string();
    for phrase in phrases.iter().filter(|phrase| contains_phrase(&words, phrase)) {
        for part in *phrase {
            reduced.push(' ');
            reduced.push_str(part.strip_suffix('*').unwrap_or(part));
            reduced.extend(part.ends_with('*').then_some(mark));
        }
        reduced.push(' ');
        reduced.push(mark);
    }
    Some(reduced)
}

/// A word of which phrases can tell what they can tell of `word`: itself where one names it, else
/// the longest beginning that one names, and the mark.
fn as_told<'p>(word: &str, parts: impl Iterator<Item = &'p String> + Clone, mark: char) -> String {
    if parts.clone().any(|part| part == word && !part.ends_with('*')) {
        return word.to_owned();
    }
    let stems = parts.filter_map(|part| part.strip_suffix('*')).filter(|stem| word.starts_with(*stem));
    format!("{}{mark}", stems.max_by_key(|stem| stem.len()).unwrap_or_default())
}

/// A letter that stands for any other word and for any ending. INVARIANT: no part of a phrase asks
/// for a word that ends in it, or begins with it.
fn mark<'p>(parts: impl Iterator<Item = &'p String> + Clone) -> char {
    let is_free = |mark: &char| !parts.clone().any(|part| part.strip_suffix('*').unwrap_or(part).contains(*mark));
    // Circled numbers are letters here, and there are more of them than anybody writes.
    std::iter::once('*').chain('\u{2460}'..='\u{249B}').find(is_free).unwrap_or('*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_of_a_text() {
        let check = |text: &str, phrases: &[&str], expected: Option<&str>| {
            let phrases: Vec<Vec<String>> = phrases.iter().map(|phrase| words_of(phrase)).collect();
            let phrases: Vec<&[String]> = phrases.iter().map(Vec::as_slice).collect();
            assert_eq!(reduced(text, &phrases).as_deref(), expected, "{text}");
        };
        let spine = ["ablat*", "dorsal root ganglion", "drg", "radiofrequency"];
        check("", &spine, None);
        check(" ... ", &spine, None);
        check("Mrs. Miller's knee", &spine, Some("*"));
        check(
            "Pulsed radiofrequency (PRF) of Miller's dorsal root ganglion",
            &spine,
            Some("* dorsal root ganglion * radiofrequency *"),
        );
        check("root ganglion, ablation and ablated", &spine, Some("* ablat* *"));
        check("Miller left", &["* left"], Some("* left"));
        check("Miller knee left ablation", &["* left", "abla*", "ablat*"], Some("* * left ablat*"));
        check("ablation", &["ablat**"], Some("①"));
    }

    proptest! {
        #[test]
        fn the_same_phrases_are_held(
            text in "([abİ*]{1,3}[ .]){0,6}",
            phrases in proptest::collection::vec("[abİ]{0,2}[*]{0,2}( [abİ]{0,2}[*]{0,1}){0,2}", 0..6),
        ) {
            let mut phrases: Vec<Vec<String>> = phrases.iter().map(|phrase| words_of(phrase)).collect();
            phrases.retain(|phrase| !phrase.is_empty());
            let phrases: Vec<&[String]> = phrases.iter().map(Vec::as_slice).collect();
            let words = words_of(&text);
            let Some(less) = reduced(&text, &phrases) else {
                prop_assert!(words.is_empty());
                return Ok(());
            };
            let left = words_of(&less);
            prop_assert!(!left.is_empty());
            for phrase in &phrases {
                prop_assert_eq!(contains_phrase(&words, phrase), contains_phrase(&left, phrase), "{:?} in {}", phrase, less);
            }
        }
    }
}
