//! The codes that made-up claims are written with: numbers only, as a coder would put them
//! together. They are the generator's own, so that it runs without any pack, and a pack that is
//! changed meets the same claims.

/// What a visit's procedure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Service {
    /// Its lines, in order: the first is the procedure, further ones its levels.
    pub(super) lines: &'static [&'static str],
    /// Cents a line.
    pub(super) cents: i32,
    /// Whether something is injected, so that drugs and imaging come with it.
    pub(super) is_injection: bool,
}

const fn injection(lines: &'static [&'static str], cents: i32) -> Service {
    Service { lines, cents, is_injection: true }
}

const fn other(lines: &'static [&'static str], cents: i32) -> Service {
    Service { lines, cents, is_injection: false }
}

pub(super) const EPIDURAL: &[Service] = &[
    injection(&["62323"], 85_000),
    injection(&["62321"], 91_000),
    injection(&["64483"], 78_000),
    injection(&["64483", "64484"], 78_000),
    injection(&["64479"], 80_000),
    injection(&["62322"], 70_000),
    injection(&["62320"], 72_000),
];
pub(super) const FACET: &[Service] = &[
    injection(&["64493", "64494"], 52_000),
    injection(&["64493", "64494", "64495"], 52_000),
    injection(&["64490", "64491"], 55_000),
    injection(&["64493"], 52_000),
    injection(&["0216T", "0217T"], 60_000),
];
pub(super) const ABLATION: &[Service] =
    &[other(&["64635", "64636"], 145_000), other(&["64633", "64634"], 150_000), other(&["64635"], 145_000)];
pub(super) const SACROILIAC: &[Service] = &[
    injection(&["27096"], 61_000),
    injection(&["64451"], 59_000),
    injection(&["G0260"], 57_000),
    other(&["64625"], 160_000),
];
pub(super) const MUSCLE: &[Service] =
    &[injection(&["20552"], 18_000), injection(&["20553"], 21_000), injection(&["96372"], 4_500)];
pub(super) const CATHETER: &[Service] = &[injection(&["62327"], 99_000), injection(&["62325"], 99_000)];
pub(super) const NERVE: &[Service] = &[
    injection(&["64450"], 22_000),
    injection(&["20550"], 15_000),
    injection(&["20610"], 16_500),
    other(&["64640"], 34_000),
];
pub(super) const OUTSIDE: &[Service] = &[
    other(&["22514"], 480_000),
    other(&["63650"], 720_000),
    other(&["97110", "97140"], 6_500),
    other(&["72148"], 62_000),
    other(&["62270"], 41_000),
    injection(&["64405"], 19_000),
];
pub(super) const LARGE_JOINT: &[Service] = &[injection(&["20610"], 16_500), injection(&["20611"], 21_000)];
pub(super) const UNLISTED: Service = other(&["64999"], 210_000);
pub(super) const OFFICE: &[&str] = &["99202", "99203", "99212", "99213", "99214"];

/// Descriptions of an unlisted procedure: radiofrequency at a root ganglion, at a facet joint, and
/// others.
pub(super) const GANGLION: &[&str] = &[
    "pulsed radiofrequency of the left L5 dorsal root ganglion",
    "PRF DRG L4 right, 42 degrees, 4 minutes",
    "RF treatment, dorsal root ganglia C6 and C7",
];
pub(super) const JOINT_DENERVATION: &[&str] = &[
    "endoscopic denervation of lumbar facet joints L4-L5",
    "cryoablation of the medial branch, three levels",
    "radio frequency of a zygapophysial joint, third technique",
];
pub(super) const SOMETHING_ELSE: &[&str] = &[
    "aspiration of a synovial cyst",
    "DRG stimulation trial, radiofrequency coupled lead",
    "peripheral nerve field stimulation",
    "hydrodissection of a nerve",
];

pub(super) const STEROIDS: &[&str] = &["J1030", "J1040", "J3301", "J1100", "J0702"];
pub(super) const ANAESTHETICS: &[&str] = &["J2003", "J0665", "J2795"];
pub(super) const OTHER_DRUGS: &[&str] = &["J0735", "J2274", "J0475"];
pub(super) const CONTRAST: &[&str] = &["Q9966", "Q9967"];
pub(super) const IMAGING: &[&str] = &["77003", "77012", "76942"];
pub(super) const SEDATION: &[&str] = &["99152", "99153"];

pub(super) const AXIAL: &[&str] = &["M54.50", "M54.2", "M47.816", "M47.812", "M51.360", "M54.59", "M43.16", "M50.322"];
pub(super) const RADICULAR: &[&str] = &["M54.16", "M54.12", "M51.16", "M54.31", "M54.17", "M50.121", "M47.26"];
pub(super) const MIXED: &[&str] = &["M54.41", "M54.42", "M51.362"];
pub(super) const AMBIGUOUS: &[&str] = &["M48.061", "M48.02", "M96.1", "M48.062"];
pub(super) const OTHER_AMBIGUOUS: &[&str] = &["M41.26", "M51.369", "M53.1", "M40.36"];
pub(super) const WEAK: &[&str] = &["M62.830", "M99.03", "M99.04"];
pub(super) const SACRAL: &[&str] = &["M53.3", "M46.1", "M47.818"];
pub(super) const THORACIC: &[&str] = &["M54.6", "M54.14", "M47.814", "M48.04"];
pub(super) const ELSEWHERE: &[&str] = &["M17.11", "M25.511", "M16.12", "M79.671", "G57.01"];
pub(super) const HEAD_OR_MUSCLE: &[&str] = &["M54.81", "M79.18", "G44.86", "M79.7"];
pub(super) const LABOUR: &[&str] = &["O80", "O70.0", "O75.0"];
pub(super) const OTHER_PURPOSE: &[&str] = &["G89.18", "G89.12", "G96.02", "G97.1"];
pub(super) const PLAIN: &[&str] = &["I10", "E11.9", "E78.5", "J06.9", "Z00.00"];
pub(super) const BESIDE: &[&str] = &["I10", "E11.9", "E66.9", "K50.90", "Z80.3", "C44.311", "M19.90"];
pub(super) const CHRONIC: &[&str] = &["G89.29", "G89.4"];
pub(super) const SPRAIN: &[&str] = &["S39.012A", "S33.5XXA", "S16.1XXA"];
/// Headings that may not be billed, and a code that does not exist.
pub(super) const NOT_BILLABLE: &[&str] = &["M54.5", "M54", "M51.3"];

pub(super) const CANCER: &[&str] = &["C79.51", "G89.3", "C90.00"];
pub(super) const CANCER_POSSIBLE: &[&str] = &["C50.911", "C61", "D49.2"];
pub(super) const CANCER_HISTORY: &[&str] = &["Z85.3", "Z85.46"];
pub(super) const INFECTION: &[&str] = &["M46.46", "A41.9", "G06.1"];
pub(super) const INFECTION_HISTORY: &[&str] = &["Z86.14", "B90.2"];
pub(super) const INFLAMMATORY: &[&str] = &["M45.6", "L40.53", "M46.96"];
pub(super) const INFLAMMATORY_POSSIBLE: &[&str] = &["M06.9", "M05.79", "M35.3"];
pub(super) const RED_FLAG: &[&str] = &["G83.4", "S32.010A", "R33.9", "M80.08XA", "S14.109A", "R63.4"];
pub(super) const PREGNANCY: &[&str] = &["Z33.1", "Z34.90", "O26.891"];
pub(super) const TRIAL: &str = "Z00.6";
