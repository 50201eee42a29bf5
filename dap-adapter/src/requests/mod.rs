//! What each request does, one file for each kind of them.

mod breakpoints;
mod code;
mod console;
mod evaluate;
mod execution;
mod inspect;
mod lifecycle;
mod timeline;

use serde::de::DeserializeOwned;

use crate::message::Request;
use crate::outbox::Ticket;

/// The arguments of a request and its ticket, unless they are wrong, which is answered.
fn read<T: DeserializeOwned>(request: &Request, ticket: Ticket) -> Option<(T, Ticket)> {
    match request.arguments() {
        Ok(arguments) => Some((arguments, ticket)),
        Err(failure) => {
            ticket.fail(failure);
            None
        }
    }
}
