//! The store: one code path for SQLite and PostgreSQL, through `sqlx::Any`.
//!
//! A ledger runs on a thread of its own with its own runtime, so that any door can wait for it, with
//! or without a runtime. All recording goes through one writer ([`mod@write`]), which gathers what waits
//! into one transaction and one sync.
//!
//! INVARIANT: what [`Ledger::record`] answers with [`Recorded::New`] is durable.

mod error;
pub mod place;
mod read;
mod schema;
mod trouble;
mod upkeep;
mod write;

use std::{
    future::Future,
    sync::{Arc, Mutex, Once as OnlyOnce},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, Pool, pool::PoolOptions};
use sqlx_core::any::{Any, AnyConnectOptions, driver::install_drivers};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{mpsc, oneshot},
};
use uuid::Uuid;

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

/// How many connections: one writes, the others read.
const CONNECTIONS_MAX: u32 = 4;

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
    runtime: Mutex<Option<Runtime>>,
    handle: tokio::runtime::Handle,
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
        let (pool, id) = runtime.block_on(connect(&place, access))?;
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        let trouble = Arc::<Trouble>::default();
        runtime.spawn(write::run(write::Writer::new(pool.clone(), id, keys), waiting, trouble.clone()));
        let handle = runtime.handle().clone();
        let runtime = Mutex::new(Some(runtime));
        Ok(Ledger { inner: Arc::new(Inner { place, access, id, pool, queue, trouble, runtime, handle }) })
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
        if self.inner.queue.try_send(write::Waiting { group, answer }).is_err() {
            self.inner.trouble.cannot_record(&LedgerError::Busy, 1);
            return Err(LedgerError::Busy);
        }
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
        let runtime = self.inner.runtime.lock().map(|mut runtime| runtime.take());
        if let Ok(Some(runtime)) = runtime {
            self.inner.close(runtime);
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
    fn close(&self, runtime: Runtime) {
        if tokio::runtime::Handle::try_current().is_err() {
            let closed =
                async { tokio::time::timeout(CLOSE_TIME_MAX, close(&self.pool, &self.place, self.access)).await };
            let _ = runtime.block_on(closed);
        }
        runtime.shutdown_background();
    }
}

impl Drop for Inner {
    /// Closes what is open, so that a ledger in a file is whole in that file.
    fn drop(&mut self) {
        let runtime = self.runtime.get_mut().map(Option::take);
        if let Ok(Some(runtime)) = runtime {
            self.close(runtime);
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

async fn connect(place: &Place, access: Access) -> Result<(AnyPool, Uuid), LedgerError> {
    let options: AnyConnectOptions = place.url(access)?.parse().map_err(LedgerError::from)?;
    let is_server = place.is_server();
    let settings: Vec<String> = match (is_server, access) {
        (true, _) => vec!["SET synchronous_commit = on".to_owned()],
        (false, Access::Read) => vec![format!("PRAGMA busy_timeout = {LOCK_MS_MAX}")],
        (false, Access::Record | Access::Change) => vec![
            format!("PRAGMA busy_timeout = {LOCK_MS_MAX}"),
            "PRAGMA journal_mode = WAL".to_owned(),
            "PRAGMA synchronous = FULL".to_owned(),
        ],
    };
    // The first connection says at once why there is none; the pool would try until its time is up.
    let name = |error: LedgerError| match error {
        LedgerError::NotOurs(_) => LedgerError::NotOurs(place.to_string()),
        other => other,
    };
    let mut first = tokio::time::timeout(CONNECT_TIME_MAX, options.connect())
        .await
        .map_err(|_| LedgerError::TooSlow)?
        .map_err(|error| name(error.into()))?;
    for setting in &settings {
        sqlx::query(setting).execute(&mut first).await.map_err(|error| name(error.into()))?;
    }
    let id = match access {
        Access::Record => schema::open(&mut first, is_server).await.map_err(name)?,
        Access::Change | Access::Read => match schema::found(&mut first, is_server).await.map_err(name)? {
            Some(id) => id,
            None if is_server => return Err(LedgerError::Missing(place.to_string())),
            None => return Err(LedgerError::NotOurs(place.to_string())),
        },
    };
    let pool = PoolOptions::<Any>::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(CONNECT_TIME_MAX)
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move {
                for setting in &settings {
                    sqlx::query(setting).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
        .connect_lazy_with(options);
    // Last, so that a ledger in a file is never closed by its last connection in between.
    drop(pool.acquire().await?);
    first.close().await?;
    Ok((pool, id))
}
