//! What readers get: requests to the public address of a portal.

use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use tokio::runtime::Runtime;

use super::coding;
use super::host::{Answer, HostFault, whole};

/// What carries requests while threads wait for them.
pub fn runtime() -> Answer<Runtime> {
    let made = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    made.map_err(|error| HostFault::lasting(error.to_string()))
}

/// A server that says nothing for this long has failed.
const SILENCE: Duration = Duration::from_secs(30);

/// Nobody waits long for those who are only told.
const TOLD: Duration = Duration::from_secs(10);

/// Asks for what anybody may read.
pub struct Reader {
    client: Client,
    runtime: Runtime,
}

/// What a reader got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Got {
    pub status: u16,
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub bytes: Vec<u8>,
}

impl Reader {
    pub fn new() -> Answer<Self> {
        Self::of(Client::builder())
    }

    /// One that tells: who is sent on loses what there was to tell.
    pub fn teller() -> Answer<Self> {
        Self::of(Client::builder().redirect(Policy::none()).timeout(TOLD))
    }

    fn of(client: ClientBuilder) -> Answer<Self> {
        let client = client.user_agent(concat!("tribune/", env!("CARGO_PKG_VERSION")));
        let client = client.connect_timeout(SILENCE).read_timeout(SILENCE);
        Ok(Self { client: client.build().map_err(|error| fault(&error))?, runtime: runtime()? })
    }

    /// What is at an address, as readers see it: in whatever coding it is sent. Caches on the way are asked to look whether theirs is current.
    pub fn get(&self, url: &str) -> Answer<Got> {
        let request = self.client.get(url).header(CACHE_CONTROL, "no-cache");
        let request = request.header(ACCEPT_ENCODING, coding::NAME);
        self.runtime.block_on(async {
            let answer = request.send().await.map_err(|error| fault(&error))?;
            let told = |name: HeaderName| {
                answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
            };
            let (status, content_type) = (answer.status().as_u16(), told(CONTENT_TYPE));
            let cache_control = told(CACHE_CONTROL);
            let is_coded = told(CONTENT_ENCODING).is_some_and(|name| name.eq_ignore_ascii_case(coding::NAME));
            let bytes = answer.bytes().await.map_err(|error| fault(&error))?.to_vec();
            let bytes = match is_coded {
                true => coding::restored(&bytes).map_err(|error| HostFault::lasting(error.to_string()))?,
                false => bytes,
            };
            Ok(Got { status, content_type, cache_control, bytes })
        })
    }

    /// Tells an address something. Its status.
    pub fn post(&self, url: &str, content_type: &str, body: String) -> Answer<u16> {
        let request = self.client.post(url).header(CONTENT_TYPE, content_type).body(body);
        self.runtime
            .block_on(async { Ok(request.send().await.map_err(|error| fault(&error))?.status().as_u16()) })
    }
}

fn fault(error: &reqwest::Error) -> HostFault {
    let message = whole(error.to_string(), error);
    HostFault { is_passing: error.is_timeout() || error.is_connect() || error.is_body(), message }
}
