//! The terminal on which ssh asks its user, about one host at a time: a password, a passphrase, to touch a key. What
//! ssh writes there is its own; whoever draws on the same terminal has to leave it alone meanwhile.

use tokio::sync::{Mutex, MutexGuard};

static TERMINAL: Mutex<()> = Mutex::const_new(());

/// Waits until nobody else asks; others wait until this is dropped.
pub async fn ask() -> MutexGuard<'static, ()> {
    TERMINAL.lock().await
}

/// Whether ssh may be asking now.
pub fn is_asking() -> bool {
    TERMINAL.try_lock().is_err()
}
