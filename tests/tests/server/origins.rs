//! Clients of several addresses, of which Linux has many on its loopback.

use crate::floods::patient;
use crate::raw::{PATIENCE, connect, next_answer, send, until};
use crate::{Served, small};
use socket2::{Domain, Socket, Type};
use std::net::{SocketAddr, TcpStream};

/// Only of the address that has the most, and not of who was there before.
#[test]
fn a_flood_from_one_address_takes_places_only_from_itself() {
    let served = Served::new(&small(), patient().max_connections(20));
    let mut scraper = connect_from([127, 0, 0, 2], served.at);
    send(&mut scraper, "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(next_answer(&mut scraper).status, 200);
    let mut slow = connect_from([127, 0, 0, 3], served.at);
    send(&mut slow, "GET /metrics HTTP/1.1\r\n");
    let flood: Vec<_> = (0..200).map(|_| connect(served.at)).collect();
    until("all have come", || served.count("connections_total", &[]) == 202.0);
    send(&mut scraper, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
    assert!(next_answer(&mut scraper).text().contains("jobs_total 3\n"));
    send(&mut slow, "Host: test\r\n\r\n");
    assert!(next_answer(&mut slow).text().contains("jobs_total 3\n"));
    assert_eq!(served.ended("displaced"), 182.0);
    drop(flood);
}

fn connect_from(client: [u8; 4], server: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((client, 0)).into()).unwrap();
    socket.connect(&server.into()).unwrap();
    let connection = TcpStream::from(socket);
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection
}
