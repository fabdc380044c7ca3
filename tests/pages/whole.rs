//! Whole pages: everything of the pack is there, links lead somewhere, nothing an author wrote is
//! markup, and the same pack gives the same bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use claimgate::{
    fault::PackText,
    pack::{Pack, load},
    page::{
        article::Proven,
        atlas::Atlas,
        flow,
        picture::{self, Setting},
        table::Table,
        whole,
    },
};

use super::{
    markup::{Element, elements},
    packs,
};

/// Elements a page is made of. None of them runs anything or fetches anything.
const ELEMENTS: [&str; 56] = [
    "html", "head", "meta", "title", "style", "body", "a", "div", "nav", "main", "header", "h1", "h2", "h3", "h4", "p",
    "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "code", "pre",
    "strong", "em", "span", "br", "wbr", "article", "section", "details", "summary", "svg", "desc", "rect", "path",
    "polygon", "text", "tspan", "b", "i", "small", "cite", "dfn", "abbr", "q", "sub", "sup",
];

fn attribute<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

/// Well-formed, self-contained, every link leads somewhere, every id stands once.
fn check(page: &str) -> Vec<Element> {
    let elements = elements(page);
    let mut ids = BTreeSet::new();
    for element in &elements {
        assert!(ELEMENTS.contains(&element.name.as_str()), "<{}>", element.name);
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && name != "src", "{name}={value}");
        }
        if let Some(id) = attribute(element, "id") {
            assert!(ids.insert(id), "the id {id} stands twice");
        }
    }
    for link in elements.iter().filter_map(|element| attribute(element, "href")) {
        match link.strip_prefix('#') {
            Some(id) => assert!(ids.contains(id), "{link} leads nowhere"),
            None => assert!(link.starts_with("https://") || link.starts_with("http://"), "{link}"),
        }
    }
    assert!(!page.contains("@import") && !page.contains("url("), "a style fetches something");
    elements
}

#[test]
fn the_page_of_a_pack_holds_everything_of_it() {
    for pack in packs(&[]) {
        let page = whole::pack(&Atlas::of(&pack), &Proven::default());
        check(&page);
        let held =
            |text: &str| page.contains(&text.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;"));
        for (stage, rule) in pack.rules() {
            assert!(page.contains(&format!("id=\"rule-{}\"", rule.name)), "{}", rule.name);
            assert!(held(&rule.header), "{}", rule.header);
            assert!(held(pack.script_text(stage, rule).unwrap().text.lines().last().unwrap()), "{}", rule.name);
        }
        for (name, parameter) in &pack.manifest.parameters {
            assert!(page.contains(&format!("id=\"parameter-{name}\"")) && held(&parameter.about), "{name}");
        }
        for set in pack.sets.definitions() {
            assert!(page.contains(&format!("id=\"set-{}\"", set.name)) && held(&set.title), "{}", set.name);
        }
        for section in pack.sections() {
            let anchor = section.anchor.map(|anchor| format!("id=\"source-{anchor}\""));
            assert!(anchor.is_none_or(|anchor| page.contains(&anchor)), "{}", section.title);
        }
        // A reason behind a parameter that is not in force is said by no rule of this page.
        let said: BTreeSet<String> = pack.forest.outcomes().iter().map(|outcome| format!("{outcome:?}")).collect();
        for (id, reason) in &pack.reasons {
            if said.iter().any(|outcome| outcome.contains(&format!("\"{id}\""))) {
                let first = reason.provider.split('{').next().unwrap();
                assert!(held(first) && held(&reason.patient), "{id}");
            }
        }
    }
}

#[test]
fn the_page_of_every_rule_stands_alone() {
    for pack in packs(&[]) {
        for (stage, rule) in pack.rules() {
            let atlas = Atlas::of_rules(&pack, std::iter::once(rule));
            check(&whole::rule(&atlas, stage, rule, &Proven::default()));
        }
    }
}

#[test]
fn coverage_is_told_where_it_is_known() {
    for pack in packs(&[]) {
        let proven = Proven { coverage_percent: BTreeMap::from([("under-18".to_owned(), 98)]) };
        let (known, unknown) =
            (whole::pack(&Atlas::of(&pack), &proven), whole::pack(&Atlas::of(&pack), &Proven::default()));
        assert!(known.contains("which walk 98 % of its branches"));
        assert!(!unknown.contains("% of its branches"));
    }
}

#[test]
fn the_same_pack_gives_the_same_bytes() {
    let page = |packs: &[Pack]| -> String {
        packs.iter().map(|pack| whole::pack(&Atlas::of(pack), &Proven::default())).collect()
    };
    let (one, two) = (packs(&[]), packs(&[]));
    assert!(page(&one) == page(&two), "two loads give two pages");
    // A rule that was looked at before leaves its questions in the pack's book.
    let rules: Vec<_> = one.iter().flat_map(|pack| pack.rules().map(move |rule| (pack, rule))).collect();
    for (pack, (stage, rule)) in rules.into_iter().rev().take(4) {
        let page = || whole::rule(&Atlas::of_rules(pack, std::iter::once(rule)), stage, rule, &Proven::default());
        assert!(page() == page(), "{}", rule.name);
    }
}

/// What an author may write to get out of the text, everywhere at once.
const HOSTILE: &str = "</title></text></style></code>--> ]]> <script>alert(1)</script> <img src=x onerror=alert(1)> &lt; &amp &#0; ' ` [x](javascript:alert(1)) \u{202e}";

fn hostile_pack() -> Pack {
    let quoted = format!("{HOSTILE} \\\"'><b>");
    let text = |path: &str, text: String| PackText { path: path.to_owned(), text: Arc::from(text) };
    let texts = vec![
        text(
            "pack.toml",
            format!(
                "name = \"{quoted}\"\nversion = \"{quoted}\"\ntitle = \"{quoted}\"\n[period]\nfrom = \"2026-01-01\"\n\
                 [source]\ncitation = \"{quoted}\"\ndoi = \"{quoted}\"\ndeveloper = \"{quoted}\"\nfunding = \"{quoted}\"\n\
                 released = \"2026-01-01\"\nrevised = \"2026-01-01\"\nlast_verified_on = \"2026-01-01\"\nuses = [\"health_status\"]\n\
                 [citations.rec]\nstrength = \"{quoted}\"\ncertainty = \"{quoted}\"\ndissent = \"{quoted}\"\n\
                 [parameters.p]\ntakes = \"choice\"\nvalues = [\"{quoted}\"]\ndefault = \"{quoted}\"\nabout = \"{quoted}\"\n"
            ),
        ),
        text(
            "SOURCE.md",
            format!(
                "# {HOSTILE}\n\n{HOSTILE}\n\n### {HOSTILE} {{#rec}}\n\n- {HOSTILE}\n\n| {HOSTILE} |\n|---|\n| {HOSTILE} |\n\n```\n{HOSTILE}\n```\n"
            ),
        ),
        text("CHANGELOG.md", format!("# x\n\n## {HOSTILE}\n\n{HOSTILE}\n")),
        text(
            "reasons.toml",
            format!(
                "[\"{HOSTILE}\"]\nprovider = \"{quoted}\"\npatient = \"{quoted}\"\ncites = \"rec\"\ngroup = \"{quoted}\"\ncarc = \"{quoted}\"\nrarc = \"{quoted}\"\npas = \"{quoted}\"\ncrd = \"{quoted}\"\n"
            ),
        ),
        text(
            "values/a.toml",
            format!(
                "axis = \"{quoted}\"\n[axial]\ntitle = \"{quoted}\"\ncites = \"rec\"\ncodes = [{{ phrase = [\"{quoted}\"] }}, {{ system = \"icd10cm\", prefix = [\"M54\"] }}]\n"
            ),
        ),
        text(
            "definitions.rhai",
            format!(
                "/// {HOSTILE}\nfn word() {{ if line.diagnoses.any_in(axial) {{ return \"{quoted}\"; }} \"</svg>\" }}\n"
            ),
        ),
        text(
            "1-<b>\"'&/a\"><img src=x onerror='alert(1)'>.rhai",
            format!(
                "//! {HOSTILE}\n//! cites: rec\nif word() == \"</svg>\" {{ return pass(); }}\nflag(\"{HOSTILE}\")\n"
            ),
        ),
    ];
    load(texts, &BTreeMap::new()).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
}

#[test]
fn nothing_an_author_writes_is_markup() {
    let pack = hostile_pack();
    let atlas = Atlas::of(&pack);
    check(&whole::pack(&atlas, &Proven::default()));
    let setting = Setting { title: HOSTILE, id: "x", is_within_page: false };
    elements(&flow::of(&atlas, setting));
    for (stage, rule) in pack.rules() {
        check(&whole::rule(&atlas, stage, rule, &Proven::default()));
        let chart = atlas.rule(rule).unwrap();
        assert!(!atlas.calls_of(chart).is_empty(), "the definition is shown under its name");
        elements(&picture::of(&atlas, chart, Table::of(&atlas, chart), setting).unwrap());
    }
}
