use std::collections::BTreeSet;

use super::*;
use crate::{
    date::{months_between, years_between},
    request::{Frequency, Given, Pointers},
};

#[test]
fn the_same_seed_makes_the_same_claims_and_fewer_are_the_beginning_of_more() {
    let made = |seed, count| claims(seed).take(count).collect::<Vec<_>>();
    let hundred = made(7, 100);
    assert_eq!(made(7, 100), hundred);
    assert_eq!(made(7, 10), hundred[..10]);
    assert!(made(8, 10) != hundred[..10]);
}

#[test]
fn what_is_made_reaches_what_it_should() {
    let made: Vec<Claim> = claims(1).take(20_000).collect();
    let share = |what: &str, is: &dyn Fn(&Request) -> bool, percent: std::ops::RangeInclusive<usize>| {
        let found = made.iter().filter(|claim| is(&claim.request)).count();
        let (first, last) = (*percent.start() * 200, *percent.end() * 200);
        assert!((first..=last).contains(&found), "{what}: {found} of 20,000");
    };
    share("voids", &|claim| claim.frequency.value == Frequency::Void, 2..=4);
    share("replacements", &|claim| claim.frequency.value == Frequency::Replacement, 3..=5);
    share("no birth date", &|claim| claim.patient.birth_date.is_absent(), 1..=3);
    share("no onset", &|claim| claim.onset.is_absent(), 15..=35);
    share("no pointers", &|claim| matches!(claim.lines[0].pointers, Pointers::Unknown(Given::Absent)), 2..=6);
    share("approved", &|claim| claim.coverage.prior_authorization.get().is_some(), 2..=5);
    share("several lines", &|claim| claim.lines.len() > 1, 45..=75);
    share("no line of business", &|claim| claim.coverage.line_of_business.is_absent(), 0..=2);
    let edge = |days: i64| {
        made.iter()
            .filter(|claim| {
                let onset = claim.request.onset.get().and_then(|onset| onset.exact());
                let served = claim.request.service_day(&claim.request.lines[0]);
                let third = onset.map(|onset| crate::date::plus_months(onset, 3));
                third.zip(served).is_some_and(|(third, served)| {
                    crate::date::day_number(served) - crate::date::day_number(third) == days
                })
            })
            .count()
    };
    assert!([-1, 0, 1].into_iter().all(|days| edge(days) > 50), "{:?}", [edge(-1), edge(0), edge(1)]);
    let ages: BTreeSet<i32> = made
        .iter()
        .filter_map(|claim| {
            let born = claim.request.patient.birth_date.get()?.reveal().exact()?;
            Some(years_between(born, claim.request.service_day(&claim.request.lines[0])?))
        })
        .collect();
    assert!(ages.contains(&17) && ages.contains(&18) && ages.contains(&88), "{ages:?}");
    let members = made.iter().filter(|claim| claim.is_members_first).count();
    assert!((4_000..10_000).contains(&members), "{members}");
}

#[test]
fn a_member_comes_again_and_is_told_by_one_birth_date() {
    let mut seen = std::collections::BTreeMap::new();
    for claim in claims(3).take(2_000) {
        let member = claim.request.patient.member_id.as_ref().unwrap().reveal().clone();
        assert_eq!(claim.is_members_first, !seen.contains_key(&member));
        let told = (claim.request.patient.birth_date.clone(), claim.request.coverage.line_of_business.clone());
        assert_eq!(*seen.entry(member).or_insert_with(|| told.clone()), told);
    }
    assert!(seen.len() < 1_000, "{}", seen.len());
    let first = crate::date::Date::constant(2025, 11, 30);
    assert_eq!(months_between(first, crate::date::Date::constant(2026, 2, 28)), 3);
}
