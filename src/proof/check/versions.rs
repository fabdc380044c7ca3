//! Versions of one pack: several folders whose packs have one name.

use std::collections::BTreeMap;

use crate::{date::Date, fault::PackFault, pack::Pack, proof::Finding};

/// Gaps and overlaps of the periods of packs of one name, and versions that stand twice. Each pack
/// comes with its folder's name; each finding with the place of the folder it is told at.
pub fn versions(packs: &[(&str, &Pack)]) -> Vec<(usize, Finding)> {
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, (_, pack)) in packs.iter().enumerate() {
        by_name.entry(&pack.manifest.name).or_default().push(place);
    }
    by_name.into_values().flat_map(|places| of_one_name(packs, places)).collect()
}

fn of_one_name(packs: &[(&str, &Pack)], mut places: Vec<usize>) -> Vec<(usize, Finding)> {
    let get = |place: usize| packs.get(place).copied();
    places.sort_by_key(|place| get(*place).map(|(folder, pack)| (pack.manifest.period.from, folder)));
    let mut findings = Vec::new();
    let mut latest: Option<(&str, &Pack)> = None;
    for (nth, place) in places.iter().enumerate() {
        let Some((folder, pack)) = get(*place) else { continue };
        let earlier = places.iter().take(nth).filter_map(|place| get(*place));
        let twin = earlier.into_iter().find(|(_, other)| other.manifest.version == pack.manifest.version);
        findings.extend(twin.map(|(other, _)| (*place, twice(folder, other, pack))));
        findings.extend(latest.and_then(|latest| meeting(latest, (folder, pack))).map(|finding| (*place, finding)));
        if latest.is_none_or(|(_, latest)| last_day(latest) < last_day(pack)) {
            latest = Some((folder, pack));
        }
    }
    findings
}

fn last_day(pack: &Pack) -> Date {
    pack.manifest.period.until.unwrap_or(Date::MAX)
}

/// A gap or an overlap between the version that lasts longest so far and the next.
fn meeting((before, earlier): (&str, &Pack), (after, later): (&str, &Pack)) -> Option<Finding> {
    let (name, from, until) = (&later.manifest.name, later.manifest.period.from, last_day(earlier));
    let fault = if until >= from {
        let last = until.min(last_day(later));
        let days = if last == Date::MAX { format!("from {from} on") } else { days(from, last) };
        PackFault::new(
            "proof::version_overlap",
            format!("two versions of `{name}` are in force {days}: `{before}` and `{after}`"),
        )
        .help(format!("let `{before}` end the day before `{after}` begins: `until` is included"))
    } else {
        let (first, last) = (until.tomorrow().ok()?, from.yesterday().ok()?);
        if first > last {
            return None;
        }
        PackFault::new("proof::version_gap", format!("no version of `{name}` is in force {}, between `{before}` and `{after}`", days(first, last)))
            .help(format!("let `{before}` last longer, or `{after}` begin earlier; where the policy was not in force then, it is another policy: give it another name"))
    };
    Some(at_period(fault, later))
}

fn days(first: Date, last: Date) -> String {
    if first == last { format!("on {first}") } else { format!("from {first} to {last}") }
}

fn twice(folder: &str, other: &str, pack: &Pack) -> Finding {
    let (name, version) = (&pack.manifest.name, &pack.manifest.version);
    let fault = PackFault::new(
        "proof::version_twice",
        format!("`{other}` and `{folder}` are both version {version} of `{name}`"),
    )
    .help("raise `version` in the later one, or give it another name");
    Finding::of(match pack.texts.iter().find(|text| text.path == "pack.toml") {
        Some(text) => fault.at_part_after(text, "\nversion", version, "here"),
        None => fault,
    })
}

fn at_period(fault: PackFault, pack: &Pack) -> Finding {
    let from = pack.manifest.period.from.to_string();
    Finding::of(match pack.texts.iter().find(|text| text.path == "pack.toml") {
        Some(text) => fault.at_part_after(text, "[period]", &from, "this version begins here"),
        None => fault,
    })
}
