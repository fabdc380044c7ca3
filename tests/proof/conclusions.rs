//! The diagram of conclusions against the desk.

use claimgate::proof;

use crate::{chance::Random, count, decided, grid::grid, requests_max, scripts::model, short};

#[test]
fn a_diagram_concludes_what_the_desk_decides() {
    let (mut compared, mut skipped) = (0usize, 0usize);
    let mut wrong = Vec::new();
    for seed in 0..count("CLAIMGATE_PROOF_PACKS", 40) as u64 {
        let mut random = Random::new(seed);
        let model = model(&mut random);
        let pack = model.load();
        let (requests, _) = grid(&model.written(), &mut random, requests_max());
        for (request, concluded) in requests.iter().zip(proof::concluded(&pack, &requests).unwrap()) {
            let Some(concluded) = concluded else {
                skipped += 1;
                continue;
            };
            compared += 1;
            let decided = decided(&pack, request);
            if decided != concluded {
                wrong.push(format!(
                    "seed {seed}: the desk {decided:?}, the diagram {concluded:?}: {}\n{}",
                    short(request),
                    model.written()
                ));
                break;
            }
        }
    }
    println!("{compared} requests compared, {skipped} hang on what is unknown");
    assert!(wrong.is_empty(), "{} packs: {}", wrong.len(), wrong.join("\n=====\n"));
}
