//! Clients over a socket: which addresses are taken, and that one client never spoils it for the next.

use nixscope_dap_adapter::transport::{Listener, loopback_address};
use nixscope_dap_adapter::wire::encode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::Echo;

#[test]
fn only_this_machine_is_listened_on() {
    let cases = [
        ("127.0.0.1:4711", "127.0.0.1:4711"),
        ("127.8.8.8:1", "127.8.8.8:1"),
        ("localhost:0", "127.0.0.1:0"),
        (":4711", "127.0.0.1:4711"),
        ("4711", "127.0.0.1:4711"),
        ("[::1]:4711", "[::1]:4711"),
        ("0.0.0.0:4711", "!`0.0.0.0:4711` can be reached"),
        ("[::]:4711", "!`[::]:4711` can be reached"),
        ("192.168.0.1:4711", "!`192.168.0.1:4711` can be reached"),
        ("example.org:80", "!`example.org:80` is no address"),
        ("127.0.0.1", "!`127.0.0.1` is no address"),
        ("localhost:", "!`localhost:` is no address"),
        ("99999", "!`99999` is no address"),
        ("", "!`` is no address"),
    ];
    for (text, expected) in cases {
        let found = match loopback_address(text) {
            Ok(address) => address.to_string(),
            Err(error) => format!("!{error}"),
        };
        assert!(found.starts_with(expected), "{text}: {found}");
    }
}

#[tokio::test]
async fn every_client_has_a_session_of_its_own() {
    let address = loopback_address("0").expect("it is an address");
    let listener = Listener::bind(address).await.expect("a port is free");
    let address = listener.address().expect("it is bound");
    let server = tokio::spawn(listener.serve_all(Echo::new));
    let idle = TcpStream::connect(address).await.expect("it listens");
    for first in
        [&b""[..], b"\xff\xff\xff", b"Content-Length: 18446744073709551615\r\n\r\n", b"Content-Length: 9\r\n\r\n"]
    {
        let mut spoiler = TcpStream::connect(address).await.expect("it listens");
        spoiler.write_all(first).await.expect("it reads");
        drop(spoiler);
        let mut client = TcpStream::connect(address).await.expect("it listens");
        for command in ["initialize", "disconnect"] {
            let message = format!(r#"{{"seq":1,"type":"request","command":"{command}"}}"#);
            client.write_all(&encode(message.as_bytes())).await.expect("it reads");
        }
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("it writes and closes");
        assert!(answer.starts_with("Content-Length: ") && answer.contains(r#""command":"disconnect""#), "{answer}");
    }
    drop(idle);
    server.abort();
}

#[tokio::test]
async fn an_address_of_others_is_refused_even_if_nobody_read_it() {
    let address = "0.0.0.0:0".parse().expect("it is an address");
    assert!(Listener::bind(address).await.is_err());
}
