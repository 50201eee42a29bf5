//! The language server: the words of the Language Server Protocol, over the engine.
//!
//! Two lanes. What the text alone tells is answered at once: [`ide`] answers questions about texts in the words of an
//! editor. What the text computes is evaluated on a thread of its own, and nobody waits for it. The crate may use
//! everything in `nixscope-engine`, and nothing of the debug adapter.

mod blocking;
pub mod check;
pub mod config;
pub mod diagnose;
pub mod disk;
pub mod format;
pub mod hints;
pub mod hover;
pub mod ide;
mod index;
pub mod lenses;
pub mod live;
mod meanings;
mod memory;
pub mod protocol;
mod publish;
pub mod server;
pub mod state;
pub mod text;
pub mod transport;

pub use transport::{Ending, serve};

/// Serves the client at the other end of standard input and output until it leaves.
///
/// # Errors
/// If the system refuses what the runtime needs.
pub fn serve_stdio() -> std::io::Result<Ending> {
    memory::share_heap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .thread_name("lsp")
        .enable_all()
        .build()?;
    let ending = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout()));
    // A read of standard input cannot be called off.
    runtime.shutdown_background();
    Ok(ending)
}
