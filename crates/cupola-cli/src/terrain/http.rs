//! One tile from a server, tried again when the line or the server fails.
//!
//! A body that breaks off is continued where it ended if the server can (`Range` with the `ETag`
//! of what came before); otherwise it is begun again. Nothing here writes a file.

use cupola_io::{Corner, TileSource};
use std::io::Read as _;
use std::time::Duration;

/// Longest wait for a connection, for the head of an answer, and between two pieces of a body.
const PATIENCE: Duration = Duration::from_secs(30);
/// No tile is larger, bytes.
const BODY_BYTES_MAX: u64 = 1 << 28;
const NAME: &str = concat!("cupola/", env!("CARGO_PKG_VERSION"));

/// What became of one tile.
pub(super) enum Answer {
    /// The tile's bytes, found to be the tile.
    Tile(Vec<u8>),
    /// The server has none (404 or 403).
    NoTile(u16),
}

/// Why one try failed.
enum Trouble {
    /// It may go better next time.
    Passing(String),
    /// It will not.
    Lasting(String),
}

/// What has come of a tile so far.
#[derive(Default)]
struct Partial {
    bytes: Vec<u8>,
    /// Names the version of which these are the first bytes.
    tag: Option<String>,
}

/// A server and how often it is asked.
#[derive(Clone)]
pub(super) struct Server {
    agent: ureq::Agent,
    base_url: String,
    source: TileSource,
    tries: u32,
    wait: Duration,
}

impl Server {
    pub(super) fn new(source: TileSource, base_url: &str, tries: u32, wait: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .user_agent(NAME)
            .build();
        Self {
            agent: config.into(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            source,
            tries,
            wait,
        }
    }

    /// Gets a tile and makes sure that it is the tile; the message says what the last try met.
    ///
    /// # Errors
    /// A message that names the address.
    pub(super) fn tile(&self, cell: Corner) -> Result<Answer, String> {
        let url = format!("{}/{}", self.base_url, self.source.path(cell));
        let mut partial = Partial::default();
        let mut last = String::new();
        for attempt in 0..self.tries {
            if attempt > 0 {
                std::thread::sleep(self.wait * 2_u32.pow(attempt.min(6) - 1));
            }
            match self.attempt(&url, cell, &mut partial) {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Lasting(message)) => return Err(message),
                Err(Trouble::Passing(message)) => last = message,
            }
        }
        let times = if self.tries == 1 { "once" } else { "times" };
        let count = if self.tries == 1 {
            String::new()
        } else {
            format!("{} ", self.tries)
        };
        Err(format!("{last} (tried {count}{times})"))
    }

    fn attempt(&self, url: &str, cell: Corner, partial: &mut Partial) -> Result<Answer, Trouble> {
        let mut request = self.agent.get(url);
        if let (Some(tag), false) = (&partial.tag, partial.bytes.is_empty()) {
            let from = format!("bytes={}-", partial.bytes.len());
            request = request.header("range", from).header("if-range", tag);
        }
        let response = request.call().map_err(|error| trouble(url, &error))?;
        let status = response.status().as_u16();
        match status {
            200 => *partial = Partial::default(),
            206 if continues(&response, partial.bytes.len()) => {}
            403 | 404 => return Ok(Answer::NoTile(status)),
            206 | 416 | 429 | 500..=599 => {
                *partial = Partial::default();
                return Err(Trouble::Passing(format!("`{url}`: status {status}")));
            }
            _ => return Err(Trouble::Lasting(format!("`{url}`: status {status}"))),
        }
        read_body(url, response, partial)?;
        let bytes = std::mem::take(partial).bytes;
        match self.source.check(cell, url, &bytes) {
            Ok(_) => Ok(Answer::Tile(bytes)),
            Err(error) => Err(Trouble::Passing(format!("{error}; {}", error.help()))),
        }
    }
}

/// Reads to the end of the body; what came stays in `partial` when it breaks off.
fn read_body(
    url: &str,
    response: ureq::http::Response<ureq::Body>,
    partial: &mut Partial,
) -> Result<(), Trouble> {
    let header = |name: &str| {
        response
            .headers()
            .get(name)?
            .to_str()
            .ok()
            .map(str::to_owned)
    };
    // A weak tag does not promise the same bytes.
    partial.tag = header("etag").filter(|tag| !tag.starts_with("W/"));
    let announced = header("content-length").and_then(|text| text.parse::<u64>().ok());
    let before = partial.bytes.len() as u64;
    let body = response
        .into_body()
        .into_with_config()
        .limit(BODY_BYTES_MAX);
    let read = body.reader().read_to_end(&mut partial.bytes);
    let came = partial.bytes.len() as u64 - before;
    let wanted = announced.map_or(String::new(), |bytes| format!(" of {bytes}"));
    let broken =
        |what: &str| Trouble::Passing(format!("`{url}`: {what} after {came}{wanted} bytes"));
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(broken("the connection broke off"))
        }
        Err(error) => Err(broken(&format!("{error}"))),
        Ok(_) if announced.is_some_and(|bytes| bytes != came) => Err(broken("the body ended")),
        Ok(_) => Ok(()),
    }
}

/// Whether a partial answer goes on where the bytes at hand end.
fn continues(response: &ureq::http::Response<ureq::Body>, held: usize) -> bool {
    let range = response.headers().get("content-range");
    let range = range.and_then(|value| value.to_str().ok());
    range.is_some_and(|text| text.starts_with(&format!("bytes {held}-")))
}

fn trouble(url: &str, error: &ureq::Error) -> Trouble {
    let message = format!("`{url}`: {error}");
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::InvalidProxyUrl => {
            Trouble::Lasting(message)
        }
        _ => Trouble::Passing(message),
    }
}
