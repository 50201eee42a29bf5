//! Where clients come from: standard input and output, or a socket of this machine. Never of another: whoever reaches
//! the port can read files through an evaluation.

use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;

use crate::outbox::Outbox;
use crate::server::{Adapter, Ending, Inbox, serve};

/// How long to wait after a client could not be accepted, for lack of file descriptors as a rule.
const BREATH: Duration = Duration::from_millis(100);

/// Serves the one client at the other end of standard input and output.
///
/// A read of standard input cannot be called off: after an ending other than that of the input, the runtime must be
/// shut down in the background, as [`block_on`] does.
pub async fn serve_stdio<A: Adapter>(make: impl FnOnce(Outbox, Inbox<A::Note>) -> A + Send + 'static) -> Ending {
    serve(tokio::io::stdin(), tokio::io::stdout(), make).await
}

/// Runs one of the functions here to its end, with a runtime of its own.
///
/// # Errors
/// If the system refuses what the runtime needs.
pub fn block_on<T>(future: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(result)
}

/// Why an address is not listened on.
#[derive(Debug, Error)]
pub enum AddressError {
    /// It is no address.
    #[error("`{0}` is no address: write HOST:PORT, with `localhost` or an IP address of this machine")]
    Unreadable(String),
    /// Others could reach it.
    #[error("`{0}` can be reached from other machines, where a debugger must not listen: use 127.0.0.1")]
    NotLoopback(SocketAddr),
}

/// Reads `HOST:PORT`, `:PORT` or `PORT`. Names other than `localhost` are not looked up.
///
/// # Errors
/// If it is no address, or one that other machines can reach.
pub fn loopback_address(text: &str) -> Result<SocketAddr, AddressError> {
    let unreadable = || AddressError::Unreadable(text.to_owned());
    let port = text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')).unwrap_or(text);
    let address = if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) {
        SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().map_err(|_| unreadable())?))
    } else {
        text.parse().map_err(|_| unreadable())?
    };
    let is_loopback = match address.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback()),
    };
    if is_loopback { Ok(address) } else { Err(AddressError::NotLoopback(address)) }
}

/// A socket that clients may connect to.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// Takes the address, which [`loopback_address`] has read; port 0 for any that is free.
    ///
    /// # Errors
    /// If other machines could reach it, or if the system does not give it.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        loopback_address(&address.to_string()).map_err(|it| io::Error::new(io::ErrorKind::InvalidInput, it))?;
        TcpListener::bind(address).await.map(Self)
    }

    /// The address that was taken.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Says on standard error where it listens, for whoever has asked for port 0.
    ///
    /// # Errors
    /// If the address is not known or standard error is closed.
    pub fn announce(&self) -> io::Result<()> {
        // In one piece, for whoever reads it.
        io::stderr().write_all(format!("listening on {}\n", self.address()?).as_bytes())
    }

    /// Serves the next client that comes, until its session ends.
    ///
    /// # Errors
    /// If nobody can come.
    pub async fn serve_next<A: Adapter>(
        &self,
        make: impl FnOnce(Outbox, Inbox<A::Note>) -> A + Send + 'static,
    ) -> io::Result<Ending> {
        let (stream, _) = self.0.accept().await?;
        let _ = stream.set_nodelay(true);
        let (input, output) = stream.into_split();
        Ok(serve(input, output, make).await)
    }

    /// Serves every client that comes, each with an adapter and a session of its own. Does not return: nothing a client
    /// does ends it.
    pub async fn serve_all<A: Adapter + 'static>(
        self,
        make: impl Fn(Outbox, Inbox<A::Note>) -> A + Clone + Send + Sync + 'static,
    ) {
        loop {
            let Ok((stream, _)) = self.0.accept().await else {
                tokio::time::sleep(BREATH).await;
                continue;
            };
            // Messages are written whole, so waiting for more to send only delays them.
            let _ = stream.set_nodelay(true);
            let (input, output) = stream.into_split();
            tokio::spawn(serve::<A, _, _>(input, output, make.clone()));
        }
    }
}
