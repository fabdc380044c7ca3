//! How connections to a ledger come about.

use sqlx::{ConnectOptions as _, pool::PoolOptions};
use sqlx_core::any::{Any, AnyConnectOptions, AnyConnection};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    AnyPool, CONNECT_TIME_MAX, CONNECTIONS_MAX, LOCK_MS_MAX, LedgerError,
    place::{Access, Place},
    schema,
};

/// What a connection is made with.
#[derive(Clone)]
pub(super) struct Connecting {
    options: AnyConnectOptions,
    is_server: bool,
    /// What is said first on each connection.
    settings: Vec<String>,
}

/// A ledger that was found.
pub(super) struct Connected {
    pub(super) connecting: Connecting,
    /// The connection that found it: it is the writer's.
    pub(super) first: AnyConnection,
    /// For all others.
    pub(super) pool: AnyPool,
    pub(super) id: Uuid,
}

/// Finds the ledger at a place; begins it, where it may be recorded in and is not there.
pub(super) async fn connect(place: &Place, access: Access) -> Result<Connected, LedgerError> {
    let is_server = place.is_server();
    let settings: Vec<String> = match (is_server, access) {
        (true, _) => vec!["SET synchronous_commit = on".to_owned()],
        (false, Access::Read) => vec![format!("PRAGMA busy_timeout = {LOCK_MS_MAX}")],
        (false, Access::Record | Access::Change) => vec![
            format!("PRAGMA busy_timeout = {LOCK_MS_MAX}"),
            "PRAGMA journal_mode = WAL".to_owned(),
            "PRAGMA synchronous = FULL".to_owned(),
            format!("PRAGMA cache_size = -{CACHE_KIB}"),
            // What one statement may have to take back: a file of its own for each would be made and removed.
            "PRAGMA temp_store = MEMORY".to_owned(),
        ],
    };
    let options: AnyConnectOptions = place.url(access)?.parse().map_err(LedgerError::from)?;
    let connecting = Connecting { options, is_server, settings };
    // The first connection says at once why there is none; the pool would try until its time is up.
    let name = |error: LedgerError| match error {
        LedgerError::NotOurs(_) => LedgerError::NotOurs(place.to_string()),
        other => other,
    };
    let mut first = connecting.connect().await.map_err(name)?;
    let id = match access {
        Access::Record => schema::open(&mut first, is_server).await.map_err(name)?,
        Access::Change | Access::Read => match schema::found(&mut first, is_server).await.map_err(name)? {
            Some(id) => id,
            None if is_server => return Err(LedgerError::Missing(place.to_string())),
            None => return Err(LedgerError::NotOurs(place.to_string())),
        },
    };
    let pool = connecting.pool();
    drop(pool.acquire().await?);
    Ok(Connected { connecting, first, pool, id })
}

/// Pages of a SQLite file that a connection keeps in memory, in KiB: the upper pages of all indexes of some
/// million entries.
const CACHE_KIB: u32 = 16 * 1024;

impl Connecting {
    pub(super) fn is_server(&self) -> bool {
        self.is_server
    }

    /// A new connection.
    pub(super) async fn connect(&self) -> Result<AnyConnection, LedgerError> {
        let connected = timeout(CONNECT_TIME_MAX, self.options.connect());
        let mut connection = connected.await.map_err(|_| LedgerError::TooSlow)??;
        set(&mut connection, &self.settings).await?;
        Ok(connection)
    }

    /// Connections that come about when they are needed.
    fn pool(&self) -> AnyPool {
        let settings = self.settings.clone();
        PoolOptions::<Any>::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(CONNECT_TIME_MAX)
            .after_connect(move |connection, _| {
                let settings = settings.clone();
                Box::pin(async move { set(connection, &settings).await })
            })
            .connect_lazy_with(self.options.clone())
    }
}

/// Says on a connection what is said first on each.
async fn set(connection: &mut AnyConnection, settings: &[String]) -> Result<(), sqlx::Error> {
    for setting in settings {
        sqlx::query(setting).execute(&mut *connection).await?;
    }
    Ok(())
}
