//! One HTTP request on a thread of its own, so that whoever waits for it can give up at any time.

use std::io::Read;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderMap, header};

/// The options of a request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub url: String,
    /// First requested byte; 0 requests the whole file.
    pub offset: u64,
    /// The longest time without a byte.
    pub stall_limit: Duration,
    /// Whether the proxies named in the environment are used.
    pub use_proxies: bool,
}

/// The head of a response, after redirects.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub status: u16,
    /// Size of the body in bytes, if the server reports it.
    pub content_length: Option<u64>,
    /// First byte and total size, if the server reports both in a known form.
    pub content_range: Option<(u64, u64)>,
    /// The body is a web page.
    pub is_page: bool,
}

/// The messages of the thread, in this order: a head, chunks, the end; a failure at any time.
#[derive(Debug)]
pub(super) enum Part {
    Head(Head),
    Chunk(Vec<u8>),
    End,
    Failed(Failure),
}

/// Why a request failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub cause: String,
    pub kind: FailureKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// There was no connection at all.
    Unreachable,
    /// The connection broke or stalled: another attempt may succeed.
    Broken,
    /// Another attempt would give the same result.
    Final,
}

/// A request in progress. Dropping it closes the connection.
pub(super) struct Fetch {
    agent: Option<Agent>,
    parts: Receiver<Part>,
}

/// Chunks that may wait in the channel.
const WAITING: usize = 4;
const CHUNK_BYTES: usize = 1 << 18;

impl Fetch {
    /// Sends the request.
    pub fn start(request: Request) -> std::io::Result<Self> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(5)
            .user_agent(concat!("tinsel/", env!("CARGO_PKG_VERSION")))
            // Ranges and lengths are those of the file itself.
            .accept_encoding("identity")
            .timeout_resolve(Some(request.stall_limit))
            .timeout_connect(Some(request.stall_limit))
            .timeout_recv_response(Some(request.stall_limit))
            .timeout_per_read(Some(request.stall_limit))
            .timeout_per_write(Some(request.stall_limit));
        if !request.use_proxies {
            config = config.proxy(None);
        }
        let agent = config.build().new_agent();
        let (sender, parts) = sync_channel(WAITING);
        let of_thread = agent.clone();
        std::thread::Builder::new().name("download".into()).spawn(move || {
            let last = match run(&of_thread, &request, &sender) {
                Ok(()) => Part::End,
                Err(error) => Part::Failed(explain(error, request.stall_limit)),
            };
            // Nobody listens after a cancellation.
            let _ = sender.send(last);
        })?;
        Ok(Self { agent: Some(agent), parts })
    }

    /// The next message, or `None` if none arrives within this time.
    pub fn next(&self, patience: Duration) -> Option<Part> {
        match self.parts.recv_timeout(patience) {
            Ok(part) => Some(part),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let cause = "the connection ended unexpectedly".into();
                Some(Part::Failed(Failure { cause, kind: FailureKind::Broken }))
            }
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        if let Some(agent) = self.agent.take() {
            agent.shutdown();
        }
    }
}

fn run(agent: &Agent, request: &Request, sender: &SyncSender<Part>) -> Result<(), ureq::Error> {
    let mut call = agent.get(&request.url);
    if request.offset > 0 {
        call = call.header(header::RANGE, format!("bytes={}-", request.offset));
    }
    let mut response = call.call()?;
    let head = Head {
        status: response.status().as_u16(),
        content_length: text_of(response.headers(), header::CONTENT_LENGTH).and_then(|t| t.parse().ok()),
        content_range: text_of(response.headers(), header::CONTENT_RANGE).and_then(parse_content_range),
        is_page: text_of(response.headers(), header::CONTENT_TYPE)
            .is_some_and(|t| t.to_ascii_lowercase().starts_with("text/html")),
    };
    if sender.send(Part::Head(head)).is_err() {
        return Ok(());
    }
    let mut body = response.body_mut().as_reader();
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let count = body.read(&mut chunk)?;
        chunk.truncate(count);
        if count == 0 || sender.send(Part::Chunk(chunk)).is_err() {
            return Ok(());
        }
    }
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// First byte and total length of `bytes FIRST-LAST/TOTAL`.
fn parse_content_range(text: &str) -> Option<(u64, u64)> {
    let (range, total) = text.strip_prefix("bytes")?.trim_start().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total): (u64, u64, u64) =
        (first.trim().parse().ok()?, last.trim().parse().ok()?, total.trim().parse().ok()?);
    (first <= last && last < total).then_some((first, total))
}

fn explain(error: ureq::Error, stall_limit: Duration) -> Failure {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable};
    let seconds = stall_limit.as_secs_f32();
    let (kind, cause) = match &error {
        ureq::Error::HostNotFound => (FailureKind::Unreachable, "the host was not found".into()),
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            (FailureKind::Unreachable, format!("no connection within {seconds} s"))
        }
        ureq::Error::Timeout(_) => (FailureKind::Broken, format!("no data for {seconds} s")),
        ureq::Error::ConnectionFailed => (FailureKind::Unreachable, "no connection".into()),
        ureq::Error::ConnectProxyFailed(why) => {
            (FailureKind::Unreachable, format!("the proxy does not connect: {why}"))
        }
        ureq::Error::Io(e) => match e.kind() {
            ConnectionRefused | HostUnreachable | NetworkUnreachable | NetworkDown => {
                (FailureKind::Unreachable, e.to_string())
            }
            std::io::ErrorKind::UnexpectedEof => {
                (FailureKind::Broken, "the connection ended before the end of the file".into())
            }
            _ => (FailureKind::Broken, e.to_string()),
        },
        ureq::Error::TooManyRedirects => (FailureKind::Final, "too many redirects".into()),
        _ => (FailureKind::Final, error.to_string()),
    };
    Failure { cause, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        assert_eq!(parse_content_range("bytes 5-9/10"), Some((5, 10)));
        assert_eq!(parse_content_range("bytes  0-0/1"), Some((0, 1)));
        for bad in ["", "bytes", "bytes 5-9/*", "bytes */10", "5-9/10", "bytes 9-5/10", "bytes 5-10/10"] {
            assert_eq!(parse_content_range(bad), None, "{bad}");
        }
        assert_eq!(parse_content_range("bytes 1-2/99999999999999999999999"), None);
    }
}
