//! Words and phrases of free texts.

/// The words of a text in lower case; `*` counts as a letter, for phrases end in it.
pub(super) fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '*')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether the words of a phrase stand side by side among `words`.
pub(super) fn contains_phrase(words: &[String], phrase: &[String]) -> bool {
    let matches = |(word, part): (&String, &String)| match part.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == part,
    };
    !phrase.is_empty() && words.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(matches))
}
