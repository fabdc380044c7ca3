//! What is the matter with a member: why they come, and what else is known of them.

use super::{
    chance::Chance,
    codes::{self, Service},
};

/// Why a member comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Story {
    Axial,
    Radicular,
    Mixed,
    Ambiguous,
    OtherAmbiguous,
    Weak,
    Sacral,
    Thoracic,
    Elsewhere,
    HeadOrMuscle,
    Labour,
    OtherPurpose,
    /// Nothing of the spine and no procedure.
    Plain,
}

/// What else is known of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twist {
    Nothing,
    /// A diagnosis beside, and where it stands.
    Beside(&'static [&'static str], When),
    /// In a trial: by a code, or by a modifier.
    Trial,
    /// Approved, without the day of it: only some formats could carry the day.
    Approved,
}

/// On which claims of the member a diagnosis stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// Only on the first: later claims know of it from history.
    First,
}

/// Why members come, of a hundred.
const STORIES: &[(u32, Story)] = &[
    (24, Story::Axial),
    (23, Story::Radicular),
    (8, Story::Mixed),
    (9, Story::Ambiguous),
    (4, Story::OtherAmbiguous),
    (4, Story::Weak),
    (6, Story::Sacral),
    (4, Story::Thoracic),
    (6, Story::Elsewhere),
    (3, Story::HeadOrMuscle),
    (1, Story::Labour),
    (2, Story::OtherPurpose),
    (6, Story::Plain),
];

/// What else is known of members, of a hundred.
const TWISTS: &[(u32, Twist)] = &[
    (65, Twist::Nothing),
    (2, Twist::Beside(codes::CANCER, When::Always)),
    (3, Twist::Beside(codes::CANCER, When::First)),
    (2, Twist::Beside(codes::CANCER_POSSIBLE, When::Always)),
    (2, Twist::Beside(codes::CANCER_HISTORY, When::Always)),
    (1, Twist::Beside(codes::INFECTION, When::Always)),
    (1, Twist::Beside(codes::INFECTION, When::First)),
    (1, Twist::Beside(codes::INFECTION_HISTORY, When::Always)),
    (2, Twist::Beside(codes::INFLAMMATORY, When::Always)),
    (2, Twist::Beside(codes::INFLAMMATORY, When::First)),
    (3, Twist::Beside(codes::INFLAMMATORY_POSSIBLE, When::Always)),
    (3, Twist::Beside(codes::RED_FLAG, When::First)),
    (6, Twist::Beside(codes::BESIDE, When::Always)),
    (2, Twist::Trial),
    (5, Twist::Approved),
];

impl Story {
    pub(super) fn draw(chance: &mut Chance) -> Story {
        chance.weigh(STORIES, Story::Axial)
    }

    /// The codes it is told by.
    pub(super) fn codes(self) -> &'static [&'static str] {
        match self {
            Story::Axial => codes::AXIAL,
            Story::Radicular => codes::RADICULAR,
            Story::Mixed => codes::MIXED,
            Story::Ambiguous => codes::AMBIGUOUS,
            Story::OtherAmbiguous => codes::OTHER_AMBIGUOUS,
            Story::Weak => codes::WEAK,
            Story::Sacral => codes::SACRAL,
            Story::Thoracic => codes::THORACIC,
            Story::Elsewhere => codes::ELSEWHERE,
            Story::HeadOrMuscle => codes::HEAD_OR_MUSCLE,
            Story::Labour => codes::LABOUR,
            Story::OtherPurpose => codes::OTHER_PURPOSE,
            Story::Plain => codes::PLAIN,
        }
    }

    /// A procedure that is done for it; none where only visits are.
    pub(super) fn service(self, chance: &mut Chance) -> Option<Service> {
        const SPINE: &[(u32, &[Service])] = &[
            (38, codes::EPIDURAL),
            (22, codes::FACET),
            (10, codes::ABLATION),
            (6, codes::MUSCLE),
            (2, codes::CATHETER),
            (4, codes::NERVE),
            (18, codes::OUTSIDE),
        ];
        const RADICULAR: &[(u32, &[Service])] =
            &[(76, codes::EPIDURAL), (4, codes::FACET), (3, codes::CATHETER), (5, codes::NERVE), (12, codes::OUTSIDE)];
        const AXIAL: &[(u32, &[Service])] = &[
            (18, codes::EPIDURAL),
            (38, codes::FACET),
            (18, codes::ABLATION),
            (14, codes::MUSCLE),
            (12, codes::OUTSIDE),
        ];
        const SACRAL: &[(u32, &[Service])] = &[(75, codes::SACROILIAC), (15, codes::LARGE_JOINT), (10, codes::OUTSIDE)];
        const ELSEWHERE: &[(u32, &[Service])] =
            &[(45, codes::LARGE_JOINT), (25, codes::NERVE), (15, codes::MUSCLE), (15, codes::EPIDURAL)];
        const HEAD: &[(u32, &[Service])] = &[(60, codes::MUSCLE), (40, codes::FACET)];
        const LABOUR: &[(u32, &[Service])] = &[(60, codes::CATHETER), (40, codes::EPIDURAL)];
        let list = match self {
            Story::Radicular => RADICULAR,
            Story::Axial | Story::Weak => AXIAL,
            Story::Sacral => SACRAL,
            Story::Elsewhere => ELSEWHERE,
            Story::HeadOrMuscle => HEAD,
            Story::Labour | Story::OtherPurpose => LABOUR,
            Story::Plain => return None,
            Story::Mixed | Story::Ambiguous | Story::OtherAmbiguous | Story::Thoracic => SPINE,
        };
        let unlisted = matches!(self, Story::Radicular | Story::Axial | Story::Mixed) && chance.is(6);
        let services = chance.weigh(list, codes::OUTSIDE);
        let service = chance.pick(services).copied();
        if unlisted { Some(codes::UNLISTED) } else { service }
    }
}

impl Twist {
    pub(super) fn draw(chance: &mut Chance) -> Twist {
        chance.weigh(TWISTS, Twist::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_a_hundred() {
        assert_eq!(STORIES.iter().map(|(weight, _)| weight).sum::<u32>(), 100);
        assert_eq!(TWISTS.iter().map(|(weight, _)| weight).sum::<u32>(), 100);
    }
}
