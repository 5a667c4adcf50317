//! What servers answer, in messages of protobuf.

use crate::http_client::Response;
use crate::parse::protobuf::wire::{Fault, Message};

/// What the server did not take of a request that it took.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Partial {
    pub(super) rejected: u64,
    pub(super) message: String,
}

/// Of an `ExportMetricsServiceResponse`. What cannot be read says nothing: the request has succeeded.
pub(super) fn partial_success(body: &[u8]) -> Partial {
    let mut partial = Partial::default();
    let _ = each_field(Message::new(body), &mut |field| match field.number {
        1 => each_field(field.message()?, &mut |field| {
            match field.number {
                1 => partial.rejected = u64::try_from(field.i64()?).unwrap_or_default(),
                2 => partial.message = field.text()?.to_owned(),
                _ => {}
            }
            Ok(())
        }),
        _ => Ok(()),
    });
    partial
}

/// The message of a `google.rpc.Status`, if the answer is one.
pub(super) fn status_message(response: &Response) -> Option<String> {
    if !response.header("content-type").is_some_and(|kind| kind.starts_with("application/x-protobuf")) {
        return None;
    }
    let mut message = String::new();
    let read = each_field(Message::new(&response.body), &mut |field| {
        if field.number == 2 {
            message = field.text()?.to_owned();
        }
        Ok(())
    });
    read.ok().map(|()| message)
}

fn each_field(
    mut message: Message<'_>,
    with: &mut dyn FnMut(crate::parse::protobuf::wire::Field<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    while let Some(field) = message.next()? {
        with(field)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_success_is_read() {
        let partial = partial_success(b"\x0a\x09\x08\x03\x12\x05late!");
        assert_eq!(partial, Partial { rejected: 3, message: "late!".to_owned() });
        for none in [&b""[..], b"\x0a\x00", b"\x0a\x05", b"<html>", b"\xff\xff\xff\xff"] {
            assert_eq!(partial_success(none), Partial::default());
        }
    }
}
