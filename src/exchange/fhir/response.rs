//! FHIR R4 `QuestionnaireResponse` → answers to one of our questionnaires.
//!
//! Strict: an answer that cannot be read as what its question takes is a fault with its place, and
//! then nothing of the response is taken. Where an item stands within others does not matter: its
//! `linkId` is its name. Responses to anybody else's questionnaires are none of ours.

use super::{
    answer::{Raw, answer},
    fault::{Origin, parse},
    questionnaire::{REQUEST, URL, canonical},
    resource::{ResponseItem, WireResponse},
};
use crate::{
    exchange::Fault,
    private::Private,
    questionnaire::{Answers, Questionnaire, Refused},
    request::Request,
};

/// Items within items of a response: our own questionnaires nest no deeper than their clauses.
const DEPTH_MAX: usize = 64;

/// The answers to a questionnaire, as they were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The identifier of the request they are for, as its canonical URL writes it.
    url: String,
    /// Where it stood.
    place: String,
    replies: Vec<Reply>,
    /// What is wrong with the response as a whole.
    fault: Option<Fault>,
}

/// What was answered to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reply {
    link: String,
    answers: Vec<Private<Raw>>,
}

/// Reads a response; `None` where it answers no questionnaire of ours.
///
/// # Errors
/// When it is no QuestionnaireResponse.
pub(super) fn response(text: &str, origin: Origin<'_>) -> Result<Option<Response>, Fault> {
    let wire: WireResponse<'_> = parse(text, "QuestionnaireResponse", origin)?;
    let canonical_url = wire.questionnaire.get().map(|url| url.split('|').next().unwrap_or(url).to_owned());
    let named = canonical_url.filter(|url| url.starts_with(URL));
    let identifier = wire.identifier.get().filter(|identifier| identifier.system.is(REQUEST));
    let identified = identifier.and_then(|identifier| identifier.value.get()).map(canonical);
    let differ = named.is_some() && identified.is_some() && named != identified;
    let Some(url) = named.or(identified) else { return Ok(None) };
    let fault = |path: &str, code, message: &str, help: &str| {
        let fault = origin.fault(code, path, message);
        Some(Fault { help: Some(help.to_owned()), ..fault })
    };
    let fault = match wire.status.get() {
        _ if differ => fault(
            "QuestionnaireResponse.identifier",
            "answers::two_requests",
            "the questionnaire and the identifier name two different requests",
            "answer each questionnaire by itself",
        ),
        Some("completed" | "amended") => None,
        Some(_) | None => fault(
            "QuestionnaireResponse.status",
            "answers::not_completed",
            "the response is not `completed` or `amended`",
            "send it when it is completed",
        ),
    };
    let mut replies = Vec::new();
    gather(&wire.item, 0, &mut replies);
    Ok(Some(Response { url, place: origin.to_string(), replies, fault }))
}

/// Every item that was answered, however deep it stands.
fn gather(items: &[ResponseItem<'_>], depth: usize, replies: &mut Vec<Reply>) {
    if depth > DEPTH_MAX {
        return;
    }
    for item in items {
        let answers: Vec<Private<Raw>> = item.answer.iter().filter_map(Raw::of).map(Private::new).collect();
        if !answers.is_empty() {
            replies.push(Reply { link: item.link_id.get().unwrap_or_default().to_owned(), answers });
        }
        gather(&item.item, depth + 1, replies);
        for answer in item.answer.iter() {
            gather(&answer.item, depth + 1, replies);
        }
    }
}

impl Response {
    /// Whether these are answers for the request of this identifier.
    pub fn is_for(&self, request_id: &str) -> bool {
        self.url == canonical(request_id)
    }

    /// That there is no such request.
    pub fn unmatched(&self) -> Fault {
        Fault {
            code: "answers::no_request",
            place: self.at(""),
            message: "there is no request here that these answers are for".to_owned(),
            help: Some("send the claim or order with its answers, under the identifier it was asked under".to_owned()),
        }
    }

    /// The answers, each read as what its question takes.
    ///
    /// # Errors
    /// Every answer that cannot be read.
    pub fn against(&self, asked: Option<&Questionnaire>) -> Result<Answers, Vec<Fault>> {
        if let Some(fault) = &self.fault {
            return Err(vec![fault.clone()]);
        }
        let (mut answers, mut faults): (Answers, Vec<Fault>) = (Vec::new(), Vec::new());
        for reply in &self.replies {
            let item = asked.and_then(|asked| asked.item(&reply.link));
            let read = match item {
                None => Err(("answers::not_asked", "this question is not asked of the request".to_owned())),
                Some(_) if answers.iter().any(|(link, _)| *link == reply.link) => {
                    Err(("answers::twice", "this question is answered twice".to_owned()))
                }
                Some(item) => answer(item, &reply.answers),
            };
            match read {
                Ok(answer) => answers.push((reply.link.clone(), answer)),
                Err((code, message)) => faults.push(Fault {
                    code,
                    place: self.at(&reply.link),
                    message,
                    help: Some(
                        "answer the questionnaire of this request as it is asked today; nothing of this response was taken"
                            .to_owned(),
                    ),
                }),
            }
        }
        if faults.is_empty() { Ok(answers) } else { Err(faults) }
    }

    fn refused(&self, refused: Refused) -> Fault {
        let Refused { link, code, message, help } = refused;
        Fault { code, place: self.at(&link), message, help: Some(help.to_owned()) }
    }

    /// The place of an item; what a sender named it is shown where it looks like a name of ours.
    fn at(&self, link: &str) -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._".contains(&byte);
        let link = match link {
            "" => "QuestionnaireResponse".to_owned(),
            link if link.bytes().all(plain) => format!("QuestionnaireResponse.item[{link}]"),
            _ => "QuestionnaireResponse.item[…]".to_owned(),
        };
        if self.place.is_empty() { link } else { format!("{}: {link}", self.place) }
    }
}

/// A request with the answers of `responses` in it, and every answer that could not be taken. Of a
/// response with such an answer nothing is taken. `ask` and `fill` are the desk's.
pub fn with_answers(
    mut request: Request,
    responses: &[Response],
    ask: impl Fn(&Request) -> Option<Questionnaire>,
    fill: impl Fn(&Request, &Answers) -> Result<Request, Vec<Refused>>,
) -> (Request, Vec<Fault>) {
    let mut faults = Vec::new();
    for response in responses {
        let filled = response.against(ask(&request).as_ref()).and_then(|answers| {
            let refused = |all: Vec<Refused>| all.into_iter().map(|one| response.refused(one)).collect();
            fill(&request, &answers).map_err(refused)
        });
        match filled {
            Ok(filled) => request = filled,
            Err(more) => faults.extend::<Vec<Fault>>(more),
        }
    }
    (request, faults)
}
