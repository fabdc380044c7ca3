//! How many requests are under way at once, over all workers. One too many is turned away at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web::Data,
};

use super::{
    House,
    problem::{Kind, Problem},
};

/// The probes: a server that is merely busy must not be taken for dead.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// Counts requests under way.
#[derive(Debug)]
pub(super) struct InFlight {
    now: AtomicUsize,
    max: usize,
}

/// A request under way; dropped when it is answered or its client has gone.
struct Place(Arc<InFlight>);

impl InFlight {
    pub(super) fn new(max: usize) -> Arc<InFlight> {
        Arc::new(InFlight { now: AtomicUsize::new(0), max })
    }

    fn enter(self: &Arc<InFlight>) -> Option<Place> {
        let more = |now| Some(now + 1).filter(|now| *now <= self.max);
        self.now.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok().map(|_| Place(self.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Lets a request in while there is a place for it.
pub(super) async fn limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if PROBES.contains(&request.path()) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    let place = request.app_data::<Data<House>>().and_then(|house| house.in_flight.enter());
    match place {
        Some(_place) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        None => {
            let problem = Problem::new(
                Kind::OverCapacity,
                "the server has as many requests under way as it may; try again shortly",
            );
            let answer = problem.answer(request.request());
            Ok(request.into_response(answer).map_into_right_body())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_and_taken_back() {
        let in_flight = InFlight::new(2);
        let first = in_flight.enter();
        let second = in_flight.enter();
        assert!(first.is_some() && second.is_some() && in_flight.enter().is_none());
        drop(first);
        assert!(in_flight.enter().is_some());
    }
}
