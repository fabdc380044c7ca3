//! The end of a claim: what can be known only when it is whole, and a request or a reject of it.

use super::Claim;
use crate::{
    exchange::{
        Item, Reject,
        x12::{line, report::Origin, segment::Stand, set::Guide},
    },
    money::Cents,
    request::{Frequency, Given, Pointers},
};

impl Claim {
    /// Closes the claim, with `cut` where it was cut off: a request or a reject.
    pub(in crate::exchange::x12) fn close(mut self, cut: Option<&str>, origin: &Origin<'_>) -> Item {
        if let Some(cut) = cut {
            let message = format!("{cut} inside this claim; lines of it may be missing");
            self.refuse(origin.fault(self.at, "x12::claim_cut", message, "send the claim again, whole"));
        } else if self.counted == 0 {
            let help = "a claim needs at least one LX with SV1 or SV2";
            self.refuse(origin.fault(self.at, "x12::no_service_line", "the claim has no service line", help));
        }
        match self.refusal.take() {
            Some(fault) => {
                let id = Some(std::mem::take(&mut self.request.id)).filter(|id| !id.is_empty());
                Item::Reject(Reject { request_id: id, lines: self.counted, fault })
            }
            None => {
                self.settle();
                Item::Request(self.request)
            }
        }
    }

    /// What can be known only when the claim is whole.
    fn settle(&mut self) {
        let stand = Stand { form: self.guide.label(), loop_id: "2300", at: self.at };
        let legal = self.guide.lines_max();
        if self.request.lines.len() > legal {
            self.remark("the claim has more lines than its form allows; all were read", stand.element("LX01"));
        }
        let charges: Option<i64> = self
            .request
            .lines
            .iter()
            .try_fold(0_i64, |sum, line| line.charge.get().and_then(|charge| sum.checked_add(charge.0)));
        match (self.total, charges) {
            (None, _) => self.remark("the total charge cannot be read", stand.element("CLM02")),
            (Some(total), Some(sum)) if total != Cents(sum) => {
                self.remark("the total charge is not the sum of its lines", stand.element("CLM02"));
            }
            (Some(_), _) => {}
        }
        if self.request.frequency.value != Frequency::Original {
            self.request.replaces = self.payer_claim.take();
            if self.request.replaces.is_none() {
                self.remark(
                    "the claim that this one replaces or voids is not named (REF F8)",
                    stand.element("CLM05-3"),
                );
            }
        }
        self.number_procedures();
        let diagnoses = self.request.diagnoses.len();
        for line in &mut self.request.lines {
            let pointers = std::mem::replace(&mut line.pointers, Pointers::Unknown(Given::Absent));
            line.pointers = match self.guide {
                Guide::Professional => line::within(pointers, diagnoses),
                Guide::Institutional if diagnoses == 0 => Pointers::Unknown(Given::Absent),
                Guide::Institutional => Pointers::All,
            };
            if line.service_date.is_absent() {
                line.service_date = self.statement.clone();
            }
        }
    }

    /// Inpatient procedures (ICD-10-PCS) have no lines of their own in an 837I; here they follow
    /// the last line, so that they are decided too. They have a day but no charge.
    fn number_procedures(&mut self) {
        let mut number = self.request.lines.iter().map(|line| line.number).max().unwrap_or(0);
        for mut line in std::mem::take(&mut self.procedures) {
            number = number.saturating_add(1);
            line.number = number;
            self.request.lines.push(line);
        }
    }
}
