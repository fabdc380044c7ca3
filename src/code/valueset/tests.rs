use super::*;
use jiff::civil::date;

fn entry(pattern: Pattern) -> Entry {
    Entry { system: System::Icd10Cm, pattern, seventh: None, period: (None, None), excluded: false }
}

fn set(name: &str, axis: &str, entries: Vec<Entry>) -> SetDefinition {
    SetDefinition {
        name: name.into(),
        axis: axis.into(),
        title: name.into(),
        cites: String::new(),
        entries,
        union_of: Vec::new(),
        is_informative: false,
    }
}

fn prefix(text: &str) -> Entry {
    entry(Pattern::Prefix(text.into()))
}

fn names(sets: &ValueSets, code: &str, day: Option<Date>) -> Vec<String> {
    let class = sets.class_of(&Code::parse(System::Icd10Cm, code).unwrap(), day);
    (0..sets.definitions().len() as u16)
        .map(SetId)
        .filter(|set| sets.mask(*set).contains(class))
        .map(|set| sets.name(set).to_owned())
        .collect()
}

#[test]
fn longest_prefix_wins_within_an_axis_and_axes_are_independent() {
    let mut spine = set("spine", "", vec![]);
    spine.union_of = vec!["axial".into(), "radicular".into()];
    let sets = ValueSets::new(vec![
        set("axial", "pain", vec![prefix("M54"), prefix("M461")]),
        set("radicular", "pain", vec![prefix("M541")]),
        set("inflammatory", "exclusion", vec![prefix("M46")]),
        spine,
    ])
    .ok()
    .unwrap();
    assert_eq!(names(&sets, "M54.2", None), ["axial", "spine"]);
    assert_eq!(names(&sets, "M54.16", None), ["radicular", "spine"]);
    assert_eq!(names(&sets, "M46.1", None), ["axial", "inflammatory", "spine"]);
    assert_eq!(names(&sets, "M46.2", None), ["inflammatory"]);
    assert_eq!(names(&sets, "Z99", None), [""; 0]);
}

#[test]
fn exclusions_sevenths_ranges_and_periods() {
    let mut sprain = prefix("S134");
    sprain.seventh = Some("A".into());
    let mut not_skin = prefix("C44");
    not_skin.excluded = true;
    let mut old = entry(Pattern::Code("M545".into()));
    old.period = (None, Some(date(2021, 9, 30)));
    let range = Entry { system: System::Cpt, ..entry(Pattern::Range("64600".into(), "64632".into())) };
    let named = Entry { system: System::Cpt, ..entry(Pattern::Code("64625".into())) };
    let sets = ValueSets::new(vec![
        set("acute", "chronicity", vec![sprain]),
        set("cancer", "exclusion", vec![prefix("C"), not_skin]),
        set("old", "pain", vec![old]),
        set("neurolysis", "procedure", vec![range]),
        set("si_rfa", "procedure", vec![named]),
    ])
    .ok()
    .unwrap();
    assert_eq!(names(&sets, "S13.4XXA", None), ["acute"]);
    assert_eq!(names(&sets, "S13.4XXD", None), [""; 0]);
    assert_eq!(names(&sets, "C61", None), ["cancer"]);
    assert_eq!(names(&sets, "C44.311", None), [""; 0]);
    assert_eq!(names(&sets, "M54.5", Some(date(2021, 9, 30))), ["old"]);
    assert_eq!(names(&sets, "M54.5", Some(date(2021, 10, 1))), [""; 0]);
    let procedure = |text| sets.class_of(&Code::parse(System::Cpt, text).unwrap(), None);
    assert!(sets.mask(SetId(3)).contains(procedure("64620")));
    assert!(!sets.mask(SetId(3)).contains(procedure("64625")));
    assert!(sets.mask(SetId(4)).contains(procedure("64625")));
    assert_eq!(procedure("64633"), ClassId(0));
}

#[test]
fn faults_are_reported_together() {
    let mut union = set("union", "", vec![]);
    union.union_of = vec!["nothing".into()];
    let twice =
        vec![set("a", "x", vec![prefix("M54")]), set("b", "x", vec![prefix("M54")]), set("a", "y", vec![]), union];
    let faults = ValueSets::new(twice).err().unwrap();
    assert_eq!(faults.len(), 3, "{faults:?}");
}

#[test]
fn phrases_are_words_not_letters() {
    let words = vec![entry(Pattern::Phrase("dorsal root ganglion".into())), entry(Pattern::Phrase("drg".into()))];
    let stimulation = vec![entry(Pattern::Phrase("stimulat*".into()))];
    let sets =
        ValueSets::new(vec![set("ganglion", "words", words), set("stimulation", "words", stimulation)]).ok().unwrap();
    let check = |text: &str, expected: &[&str]| {
        let found = sets.classes_of_text(text).unwrap_or_default();
        let names: Vec<_> = found.iter().flat_map(|class| sets.sets_of(*class)).map(|set| sets.name(set)).collect();
        assert_eq!(names, expected, "{text}");
    };
    check("Pulsed RF, dorsal-root  GANGLION L5", &["ganglion"]);
    check("DRG stimulator trial", &["ganglion", "stimulation"]);
    check("drgx", &[]);
}

#[test]
fn a_range_past_a_shorter_prefix_of_another_axis_is_told() {
    // The first text of the range is not the only kind of text in it.
    let cpt = |pattern| Entry { system: System::Cpt, ..entry(pattern) };
    let sets = ValueSets::new(vec![
        set("named", "one", vec![cpt(Pattern::Prefix("646".into()))]),
        set("ranged", "two", vec![cpt(Pattern::Range("64500".into(), "64700".into()))]),
        set("later", "three", vec![cpt(Pattern::Range("64650".into(), "64800".into()))]),
    ])
    .ok()
    .unwrap();
    let check = |code: &str, expected: &[&str]| {
        let class = sets.class_of(&Code::parse(System::Cpt, code).unwrap(), None);
        let names: Vec<&str> = sets.sets_of(class).map(|set| sets.name(set)).collect();
        assert_eq!(names, expected, "{code}");
    };
    check("64550", &["ranged"]);
    check("64600", &["named", "ranged"]);
    check("64655", &["named", "ranged", "later"]);
    check("64755", &["later"]);
    check("6465", &["named"]);
}

#[test]
fn a_phrase_of_several_sets_is_one_class() {
    let phrase = |text: &str| entry(Pattern::Phrase(text.into()));
    let sets = ValueSets::new(vec![
        set("one", "words", vec![phrase("drg"), phrase("prf")]),
        set("two", "words", vec![phrase("PRF"), phrase("rf")]),
    ])
    .ok()
    .unwrap();
    assert_eq!(sets.class_count(), 4);
    let (one, two) = (sets.mask(SetId(0)), sets.mask(SetId(1)));
    assert_eq!((one.iter().count(), two.iter().count(), one.and(two).iter().count()), (2, 2, 1));
    assert_eq!(sets.classes_of_text("p-RF").unwrap(), sets.classes_of_text("rf").unwrap());
    assert!(one.and(two).contains(sets.classes_of_text("PRF").unwrap()[0]));
}
