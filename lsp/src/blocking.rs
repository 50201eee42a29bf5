//! Work on threads that may take its time. What nobody waits for any more is not begun.

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{JoinError, JoinHandle};

/// One question at a time looks through the workspace: what concerns a document alone is in nobody's way then.
static WIDE: Semaphore = Semaphore::const_new(1);

/// Does something on another thread.
///
/// # Errors
/// If it panics.
pub(crate) async fn blocking<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
    let mut given = Given(tokio::task::spawn_blocking(job));
    (&mut given.0).await
}

/// The turn of a question that looks through the workspace, for as long as this is kept.
pub(crate) async fn turn() -> Option<SemaphorePermit<'static>> {
    // Nobody closes it.
    WIDE.acquire().await.ok()
}

/// A job that somebody waits for.
struct Given<T>(JoinHandle<T>);

impl<T> Drop for Given<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn what_nobody_waits_for_is_not_begun() {
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let begun = Arc::new(AtomicUsize::new(0));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        runtime.block_on(async {
            let first = tokio::spawn(blocking(move || wait.recv().is_ok()));
            tokio::task::yield_now().await;
            let counted = Arc::clone(&begun);
            let second = tokio::spawn(blocking(move || counted.fetch_add(1, Ordering::SeqCst)));
            tokio::task::yield_now().await;
            second.abort();
            let _ = second.await;
            go.send(()).expect("it waits");
            assert!(first.await.is_ok_and(|it| it.is_ok_and(|it| it)));
            let after = blocking(|| ()).await;
            assert!(after.is_ok());
        });
        assert_eq!(begun.load(Ordering::SeqCst), 0);
    }
}
