//! What is kept twice is kept alike.
#![expect(clippy::disallowed_methods, reason = "tests")]

#[test]
fn the_page_of_facts_is_fresh() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/facts.md")).unwrap();
    assert!(
        page == claimgate::fact::markdown(),
        "rules/facts.md is not what the dictionary says: run `cargo run -- rules facts > rules/facts.md`"
    );
}
