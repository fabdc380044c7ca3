//! The store: one code path for SQLite and PostgreSQL, through `sqlx::Any`.
//!
//! A ledger runs on a thread of its own with its own runtime, so that any door can wait for it, with
//! or without a runtime. All recording goes through one writer ([`mod@write`]), which gathers what waits
//! into one transaction and one sync.
//!
//! INVARIANT: what [`Ledger::record`] answers with [`Recorded::New`] is durable.

mod connect;
mod error;
pub mod place;
mod read;
mod rows;
mod schema;
mod trouble;
mod upkeep;
mod write;

use std::{
    future::Future,
    sync::{Arc, Mutex, Once as OnlyOnce},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, Pool};
use sqlx_core::any::{Any, AnyConnectOptions, driver::install_drivers};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};
use uuid::Uuid;

use connect::Connected;
pub use error::LedgerError;
use place::{Access, Place};
pub use read::{Query, Stored};
use trouble::Trouble;
pub use write::{Answer, Group, Once, PackArchive, Recorded};

use super::{
    Keys,
    head::{Head, Mark, Signed},
};

/// How many groups may wait to be recorded. A server has 256 requests under way at most by default,
/// and each waits with one group; more than that waiting means that the disk does not keep up, and
/// then a prompt error helps more than a queue.
pub const WAITING_MAX: usize = 1024;

/// How long a connection may take to come about. Less than a client's patience, so that it hears why.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);

/// How long closing may take.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(3);

/// How many connections, beside the one that records.
const CONNECTIONS_MAX: u32 = 3;

/// How long SQLite waits for another process that writes the same file.
const LOCK_MS_MAX: u32 = 5000;

/// Connections to either database.
type AnyPool = Pool<Any>;

/// A ledger.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    place: Place,
    access: Access,
    id: Uuid,
    pool: AnyPool,
    queue: mpsc::Sender<write::Waiting>,
    trouble: Arc<Trouble>,
    running: Mutex<Option<Running>>,
    handle: tokio::runtime::Handle,
}

/// What runs for a ledger.
struct Running {
    runtime: Runtime,
    writer: JoinHandle<()>,
    /// Tells the writer to stop.
    stop: Arc<Notify>,
}

impl Ledger {
    /// Opens a ledger; where it may be recorded in and is not there, it is begun. With keys, the
    /// writer signs a checkpoint now and then.
    ///
    /// # Errors
    /// When it is not there, cannot be reached, or is none of ours.
    pub fn open(place: Place, access: Access, keys: Option<Arc<Keys>>) -> Result<Ledger, LedgerError> {
        static DRIVERS: OnlyOnce = OnlyOnce::new();
        // The second call in a process finds them there already.
        DRIVERS.call_once(|| drop(install_drivers(&[sqlx_postgres::any::DRIVER, sqlx_sqlite::any::DRIVER])));
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("ledger").enable_all().build();
        let runtime = runtime.map_err(|error| LedgerError::Unreachable(error.to_string()))?;
        let Connected { connecting, first, pool, id } = runtime.block_on(connect::connect(&place, access))?;
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        let (trouble, stop) = (Arc::<Trouble>::default(), Arc::<Notify>::default());
        let writer = write::Writer::new(connecting, id, keys);
        let writer = runtime.spawn(write::run(writer, first, waiting, stop.clone(), trouble.clone()));
        let handle = runtime.handle().clone();
        let running = Mutex::new(Some(Running { runtime, writer, stop }));
        Ok(Ledger { inner: Arc::new(Inner { place, access, id, pool, queue, trouble, running, handle }) })
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.inner.place
    }

    /// Which ledger it is: a name it was given when it was begun.
    pub fn id(&self) -> Uuid {
        self.inner.id
    }

    /// Records a group, all of it or nothing. When this is back without an error, it is durable. The
    /// log is told of a failure here, once while it goes on: callers need not.
    ///
    /// # Errors
    /// When it could not be recorded; after [`LedgerError::TooSlow`] and where the connection broke
    /// off it may have been, so that a decision that was never answered may stand in the ledger.
    pub async fn record(&self, group: Group) -> Result<Recorded, LedgerError> {
        let (answer, answered) = oneshot::channel();
        let Ok(place) = self.inner.queue.try_reserve() else {
            self.inner.trouble.cannot_record(&LedgerError::Busy, 1);
            return Err(LedgerError::Busy);
        };
        let seals = group.records.iter().map(rows::Seal::of).collect();
        place.send(write::Waiting { group, seals, answer });
        answered.await.unwrap_or(Err(LedgerError::Busy))
    }

    /// Whether something could be recorded now: takes the lock that recording takes, and writes.
    ///
    /// # Errors
    /// When nothing could be recorded.
    pub async fn is_writable(&self, now_ms: i64) -> Result<(), LedgerError> {
        self.record(Group { now_ms, ..Group::default() }).await.map(|_| ())
    }

    /// Signs the head as it is now, and keeps it in the ledger too.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub async fn checkpoint(&self, keys: Arc<Keys>, now_ms: i64) -> Result<Signed<Head>, LedgerError> {
        let (pool, id) = (self.inner.pool.clone(), self.inner.id);
        self.run(async move { upkeep::checkpoint(&pool, id, &keys, now_ms).await }).await
    }

    /// Removes the bodies, claim ids and keyed hashes of entries decided before a moment; everything
    /// that counts and chains stays. Says under which mark, and how many.
    ///
    /// # Errors
    /// When it cannot be written. What was removed until then stays removed, and its mark is there.
    pub async fn retire(
        &self,
        keys: Arc<Keys>,
        before_ms: i64,
        now_ms: i64,
    ) -> Result<(Signed<Mark>, u64), LedgerError> {
        let (pool, id, is_server) = (self.inner.pool.clone(), self.inner.id, self.inner.place.is_server());
        self.run(async move { upkeep::retire(&pool, id, is_server, &keys, before_ms, now_ms).await }).await
    }

    /// Closes what is open, whoever else still has the ledger, so that a ledger in a file is whole in
    /// that file. Not for a thread that runs futures.
    pub fn close(&self) {
        let running = self.inner.running.lock().map(|mut running| running.take());
        if let Ok(Some(running)) = running {
            self.inner.close(running);
        }
    }

    /// Waits on this thread; not for a thread that runs futures.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.inner.handle.block_on(work)
    }

    /// Runs on the ledger's thread.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, LedgerError>> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let failed = |_| LedgerError::Database("the work broke off".to_owned());
        self.inner.handle.spawn(work).await.map_err(failed)?
    }

    fn pool(&self) -> AnyPool {
        self.inner.pool.clone()
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({})", self.inner.place)
    }
}

impl Inner {
    /// Closes the connections, and ends the runtime. Where futures run nobody may wait: there the
    /// connections are only let go.
    fn close(&self, Running { runtime, writer, stop }: Running) {
        if tokio::runtime::Handle::try_current().is_err() {
            let closed = async {
                stop.notify_one();
                let _ = writer.await;
                close(&self.pool, &self.place, self.access).await;
            };
            let _ = runtime.block_on(async { tokio::time::timeout(CLOSE_TIME_MAX, closed).await });
        }
        runtime.shutdown_background();
    }
}

impl Drop for Inner {
    /// Closes what is open, so that a ledger in a file is whole in that file.
    fn drop(&mut self) {
        let running = self.running.get_mut().map(Option::take);
        if let Ok(Some(running)) = running {
            self.close(running);
        }
    }
}

/// Closes the connections. Two that close at the same moment each leave SQLite's log to the other, so
/// that one more, alone, sees to it.
async fn close(pool: &AnyPool, place: &Place, access: Access) {
    // A connection that comes back while the pool waits for the last one is idle, and open still.
    while pool.size() > 0 {
        pool.close().await;
        tokio::task::yield_now().await;
    }
    if place.is_server() || access == Access::Read {
        return;
    }
    let url = place.url(Access::Change).ok();
    let Some(options) = url.and_then(|url| url.parse::<AnyConnectOptions>().ok()) else { return };
    if let Ok(mut last) = options.connect().await {
        // Where another process has the ledger open, the log is its to keep.
        let _ = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut last).await;
        let _ = last.close().await;
    }
}
