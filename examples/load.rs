//! x
fn main() {
    let t = std::time::Instant::now();
    match claimgate::pack::shelf::open(std::path::Path::new("rules"), &Default::default()) {
        Ok(packs) => for p in packs {
            println!("{} {:?} q={} f={} vars={} forest={} diagram={} classes={}", p.manifest.name, t.elapsed(), p.book.questions().len(), p.book.facts().len(), p.variables.len(), p.forest.len(), p.diagram.len(), p.sets.class_count());
            for (s, r) in p.rules() { println!("{} {} paths {}", s.name, r.name, p.forest.paths(r.root)); }
        },
        Err(claimgate::pack::shelf::ShelfError::Faults(f)) => for x in f { eprintln!("{:?}", miette::Report::new(x)); },
        Err(e) => eprintln!("{e}"),
    }
}
