//! The HTTP door: the API, CDS Hooks, and the probes. The only room that names actix-web.
//!
//! Every request is held to the limits of [`ServerConfig`], logged by one event without patient
//! data ([`record`]), and answered: with decisions, or with a problem that says what to do.
//! Deliberately knows no TLS, no authentication and no users: those are a proxy's.

mod body;
mod cors;
mod decisions;
mod hooks;
mod in_flight;
mod media;
mod minutes;
mod packs;
mod pages;
mod problem;
mod questionnaires;
mod record;
mod recorded;
mod sheet;

use std::{future::poll_fn, io, net::TcpListener, sync::Arc, task::Poll, time::Duration};

use actix_web::{
    App, Handler, HttpRequest, HttpServer, Resource,
    dev::{Server, ServerHandle},
    guard,
    middleware::from_fn,
    rt::{
        System,
        signal::unix::{SignalKind, signal},
    },
    web::{self, Data},
};
use arc_swap::ArcSwap;

use crate::{config::ServerConfig, desk::Desk};
use in_flight::InFlight;
pub use minutes::Recorder;
use problem::{Kind, Problem};

/// How long a connection may stay open without a request: longer than the 60 s after which common
/// proxies give up theirs, so that it is never us who close under a request.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a client that was refused may go on sending before its connection is cut, so that it
/// has the chance to read why.
const DISCONNECT_TIME_MAX: Duration = Duration::from_secs(3);

/// A server that listens.
pub struct Service {
    server: Server,
    port: u16,
}

/// Stops a server from elsewhere.
#[derive(Clone)]
pub struct Stopper(ServerHandle);

/// What every handler shares.
struct House {
    config: ServerConfig,
    desk: Arc<ArcSwap<Desk>>,
    in_flight: Arc<InFlight>,
    recorder: Option<Arc<Recorder>>,
}

/// Serves until the process is told to stop by SIGINT or SIGTERM; requests under way may finish
/// within [`ServerConfig::stop_time_max`].
///
/// # Errors
/// When the address cannot be bound, or the server fails.
pub fn serve(config: &ServerConfig, desk: Arc<ArcSwap<Desk>>, recorder: Option<Recorder>) -> io::Result<()> {
    let ledger = recorder.as_ref().map(|recorder| recorder.ledger().clone());
    let ended = Service::bind_recording(config, desk, recorder)?.run_blocking();
    // The server's threads may have it still, and cannot wait until it is closed.
    if let Some(ledger) = ledger {
        ledger.close();
    }
    ended
}

impl Service {
    /// Listens, and records nothing. Connections wait until the server runs.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn bind(config: &ServerConfig, desk: Arc<ArcSwap<Desk>>) -> io::Result<Service> {
        Service::bind_recording(config, desk, None)
    }

    /// Listens, and records every decision before it is answered.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn bind_recording(
        config: &ServerConfig,
        desk: Arc<ArcSwap<Desk>>,
        recorder: Option<Recorder>,
    ) -> io::Result<Service> {
        let listener = TcpListener::bind(config.address)?;
        let port = listener.local_addr()?.port();
        let house = Data::new(House {
            config: config.clone(),
            desk,
            in_flight: InFlight::new(config.in_flight_max),
            recorder: recorder.map(Arc::new),
        });
        // The last wrapped is the first to see a request.
        let app = move || {
            App::new()
                .app_data(house.clone())
                .wrap(from_fn(in_flight::limit))
                .wrap(from_fn(cors::cross_origin))
                .wrap(from_fn(record::record))
                .configure(routes)
                .default_service(web::to(pages::not_found))
        };
        let mut server = HttpServer::new(app)
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(config.head_time_max)
            .client_disconnect_timeout(DISCONNECT_TIME_MAX)
            .shutdown_timeout(config.stop_time_max.as_secs())
            .shutdown_signal(told_to_stop());
        if let Some(workers) = config.workers {
            server = server.workers(workers);
        }
        Ok(Service { server: server.listen(listener)?.run(), port })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What stops it.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.server.handle())
    }

    /// Serves until it is told to stop, within a runtime of actix.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn run(self) -> io::Result<()> {
        tracing::info!(port = self.port, "listening");
        let ended = self.server.await;
        tracing::info!("stopped");
        ended
    }

    /// Serves until it is told to stop, on this thread.
    ///
    /// # Errors
    /// When the server fails.
    pub fn run_blocking(self) -> io::Result<()> {
        System::new().block_on(self.run())
    }
}

impl Stopper {
    /// Tells the server to stop; requests under way may finish.
    pub fn stop(&self) {
        // The command is sent at once; the future only waits for its end.
        drop(self.0.stop(true));
    }
}

impl House {
    /// The desk, where it has packs: without any it would allow everything.
    fn ready_desk(&self) -> Result<Arc<Desk>, Problem> {
        let desk = self.desk.load_full();
        if desk.packs().is_empty() {
            return Err(Problem::new(Kind::NotReady, "the server has no packs and decides nothing; try again shortly"));
        }
        Ok(desk)
    }
}

/// Every route; [`pages::ROUTES`] tells people of them.
fn routes(app: &mut web::ServiceConfig) {
    app.service(reads("/", pages::front))
        .service(reads("/healthz", pages::alive))
        .service(reads("/readyz", pages::ready))
        .service(decided("/v1/decisions"))
        .service(reads("/v1/decisions/{id}", recorded::one))
        .service(takes("/v1/questionnaire", questionnaires::post))
        .service(reads("/v1/packs", packs::list))
        .service(reads("/v1/packs/{name}", packs::one))
        .service(reads("/cds-services", hooks::discovery))
        .service(takes("/cds-services/{id}", hooks::call))
        .service(takes("/cds-services/{id}/feedback", hooks::feedback));
}

/// A path that answers GET and HEAD.
fn reads<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A>,
    A: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    let is_read = guard::Any(guard::Get()).or(guard::Head());
    let other = |request: HttpRequest| async move { pages::method_not_allowed(&request, "GET, HEAD") };
    web::resource(path).route(web::route().guard(is_read).to(handler)).default_service(web::to(other))
}

/// The path of decisions: POST decides, GET finds what was recorded.
fn decided(path: &str) -> Resource {
    let is_read = guard::Any(guard::Get()).or(guard::Head());
    let other = |request: HttpRequest| async move { pages::method_not_allowed(&request, "GET, HEAD, POST") };
    web::resource(path)
        .route(web::post().to(decisions::post))
        .route(web::route().guard(is_read).to(recorded::search))
        .default_service(web::to(other))
}

/// A path that answers POST.
fn takes<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A>,
    A: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    let other = |request: HttpRequest| async move { pages::method_not_allowed(&request, "POST") };
    web::resource(path).route(web::post().to(handler)).default_service(web::to(other))
}

/// Whether a path is one of CDS Hooks.
fn is_hooks_path(path: &str) -> bool {
    path.strip_prefix("/cds-services").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Ends when the process is told to stop.
async fn told_to_stop() {
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            poll_fn(|context| {
                let told = interrupt.poll_recv(context).is_ready() || terminate.poll_recv(context).is_ready();
                if told { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            tracing::info!("told to stop");
        }
        (interrupt, terminate) => {
            let why = interrupt.err().or(terminate.err());
            tracing::error!(error = why.map(tracing::field::display), "signals cannot be heard");
            std::future::pending::<()>().await;
        }
    }
}
