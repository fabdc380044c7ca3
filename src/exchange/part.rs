//! Some of an input, told apart and not read yet: one hand tells parts apart, several read them.

use std::io;

use super::{
    Item,
    fhir::{self, Aside, Beside},
    json,
    lines::Block,
    table, x12,
};

/// About how many bytes of claims one hand reads at once: enough that nobody waits for a lock, and some
/// hundred claims.
pub(super) const PART_BYTES: usize = 64 * 1024;

/// Some of an input. What its parts hold, in their order, is what the input holds.
pub enum Part {
    /// Lines of native JSON, a request each.
    Json(Block),
    /// Lines of FHIR, a resource each.
    Fhir(Block),
    /// Claims of an 837.
    X12(x12::Block),
    /// Claims of a table.
    Rows(table::Block),
    /// What was read already.
    Items(Vec<Item>),
}

impl Part {
    /// About how many bytes it takes; of what was read already, none.
    pub fn bytes(&self) -> usize {
        match self {
            Part::Json(block) | Part::Fhir(block) => block.bytes(),
            Part::X12(block) => block.weight(),
            Part::Rows(block) => block.weight(),
            Part::Items(_) => 0,
        }
    }

    /// How many claims, orders and rejects come of it, as whoever told it apart counted them; `None` of
    /// FHIR, where a line may hold any number.
    pub fn claims(&self) -> Option<usize> {
        match self {
            Part::Json(block) => Some(block.lines()),
            Part::Fhir(_) => None,
            Part::X12(block) => Some(block.claims()),
            Part::Rows(block) => Some(block.claims()),
            Part::Items(items) => Some(items.iter().filter(|item| item.is_claim()).count()),
        }
    }

    /// Whether it may hold what is only counted, and told at the end of the input: see [`Aside`].
    pub fn counts_aside(&self) -> bool {
        matches!(self, Part::Fhir(_))
    }

    /// Reads it: hands each request, reject and fault to `each`, in the order of the input. `file` names
    /// the input in sources and faults. In FHIR, each claim and order finds what lies `beside` it, and
    /// what is left aside is counted.
    ///
    /// # Errors
    /// When what lies beside cannot be had.
    pub fn read(
        self,
        file: &str,
        beside: Option<&dyn Beside>,
        aside: &mut Aside,
        each: &mut dyn FnMut(Item),
    ) -> io::Result<()> {
        match self {
            Part::Json(block) => {
                return block.each(|number, line| {
                    each(json::line(line, file, number));
                    Ok(())
                });
            }
            Part::Fhir(block) => {
                let lines = fhir::Lines::new(file, beside);
                return block.each(|number, line| lines.read(number, line, aside, each));
            }
            Part::X12(block) => block.read(file, each),
            Part::Rows(block) => block.read(each),
            Part::Items(items) => items.into_iter().for_each(each),
        }
        Ok(())
    }

    /// Reads a part beside which nothing lies.
    pub(super) fn read_alone(self, file: &str, each: &mut dyn FnMut(Item)) {
        let mut aside = Aside::default();
        // Nothing lies beside it that could not be had.
        let _ = self.read(file, None, &mut aside, each);
        aside.tell(each);
    }
}
