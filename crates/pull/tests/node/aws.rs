//! Stand-ins for what a machine in AWS has around it, and moto for AWS itself.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::http::{Reply, serve};

/// Session token that the metadata service and the container endpoint give out.
pub const SESSION: &str = "canary-session-token";
pub const SECRET: &str = "canary-secret-key";
/// Password in the tokens of the stand-in for ECR.
pub const PASSWORD: &str = "canary-ecr-password";

fn in_an_hour() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600
}

/// What both the metadata service and the container endpoint give out.
fn keys(key: &str) -> String {
    let until = "2099-01-01T00:00:00Z";
    format!(
        r#"{{"Code": "Success", "LastUpdated": "2024-01-01T00:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": "{key}",
            "SecretAccessKey": "{SECRET}", "Token": "{SESSION}", "Expiration": "{until}"}}"#
    )
}

/// The metadata service of an instance, version 2 only: each request needs the token that a PUT gave. The first
/// `failures` requests are answered 503.
pub fn instance_metadata(failures: usize) -> String {
    let (failed, given) = (AtomicUsize::new(0), Mutex::new(Vec::<String>::new()));
    serve(move |request| {
        if failed.fetch_add(1, Ordering::SeqCst) < failures {
            return Reply::status(503, "not yet");
        }
        let mut given = given.lock().unwrap();
        if (request.method.as_str(), request.path.as_str()) == ("PUT", "/latest/api/token") {
            let ttl = request.header("x-aws-ec2-metadata-token-ttl-seconds").parse::<u32>();
            if !ttl.is_ok_and(|ttl| (1..=21_600).contains(&ttl)) || !request.header("x-forwarded-for").is_empty() {
                return Reply::status(400, "");
            }
            let token = format!("session-{}", given.len());
            given.push(token.clone());
            return Reply { header: "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\n", ..Reply::ok(token) };
        }
        if !given.iter().any(|token| token == request.header("x-aws-ec2-metadata-token")) {
            return Reply::status(401, "");
        }
        match request.path.trim_end_matches('/') {
            "/latest/meta-data/iam/security-credentials" | "/latest/meta-data/iam/security-credentials-extended" => {
                Reply::ok("node-role")
            }
            "/latest/meta-data/iam/security-credentials/node-role"
            | "/latest/meta-data/iam/security-credentials-extended/node-role" => Reply::ok(keys("ASIAINSTANCE")),
            "/latest/meta-data/placement/region" => Reply::ok("us-east-1"),
            _ => Reply::status(404, ""),
        }
    })
}

/// The endpoint of a container's role; `authorization` is what it wants to see.
pub fn container(authorization: &'static str) -> String {
    serve(move |request| match request.header("authorization") == authorization {
        true => Reply::ok(keys("ASIACONTAINER")),
        false => Reply::status(401, r#"{"Code": "denied", "Message": "no"}"#),
    })
}

/// ECR's one call, with what its callers wrote into their signature. moto's tokens all ran out in 2015, and nobody
/// counts its calls.
pub struct Ecr {
    pub address: String,
    pub calls: Arc<Mutex<Vec<Call>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub access_key: String,
    pub region: String,
    pub service: String,
    pub session: String,
}

/// How the stand-in answers its calls, by their number from 0.
pub type Script = fn(usize) -> Option<Reply>;

impl Ecr {
    /// `slow`: before each answer.
    pub fn start(slow: Duration, script: Script) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&calls);
        let address = serve(move |request| {
            // AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/SERVICE/aws4_request, …
            let scope = request.header("authorization").split(['=', ',']).nth(1).unwrap_or_default();
            let mut scope = scope.split('/');
            let access_key = scope.next().unwrap_or_default().to_owned();
            let region = scope.nth(1).unwrap_or_default().to_owned();
            let service = scope.next().unwrap_or_default().to_owned();
            let session = request.header("x-amz-security-token").to_owned();
            let number = {
                let mut log = log.lock().unwrap();
                log.push(Call { access_key, region, service, session });
                log.len() - 1
            };
            std::thread::sleep(slow);
            script(number).unwrap_or_else(|| {
                use base64::Engine as _;
                let token = base64::engine::general_purpose::STANDARD.encode(format!("AWS:{PASSWORD}-{number}"));
                let data = format!(r#"{{"authorizationToken": "{token}", "expiresAt": {}}}"#, in_an_hour());
                let public = request.header("x-amz-target").starts_with("SpencerFrontendService");
                let data = if public { data } else { format!("[{data}]") };
                Reply::ok(format!(r#"{{"authorizationData": {data}}}"#))
            })
        });
        Self { address, calls }
    }

    pub fn answering() -> Self {
        Self::start(Duration::ZERO, |_| None)
    }

    pub fn count(&self) -> usize {
        self.calls.lock().unwrap().len()
    }
}

/// The address of a moto server that ends with this process.
pub fn moto() -> String {
    static MOTO: OnceLock<String> = OnceLock::new();
    MOTO.get_or_init(start_moto).clone()
}

fn start_moto() -> String {
    let cache = std::env::var_os("DRYDOCK_CACHE").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/drydock"))).unwrap();
    let cached = cache.join("moto/bin/moto_server");
    let program = if cached.exists() { cached } else { PathBuf::from("moto_server") };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    // The shell ends the server when this process closes the pipe, however it dies.
    let script = r#""$0" -H 127.0.0.1 -p "$1" >/dev/null 2>&1 & read -r _; kill $!"#;
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(&program).arg(port.to_string()).stdin(Stdio::piped());
    static SERVER: OnceLock<Mutex<Child>> = OnceLock::new();
    SERVER.get_or_init(|| Mutex::new(command.spawn().unwrap()));
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(&address).is_err() {
        let help =
            "python3 -m venv ~/.cache/drydock/moto && ~/.cache/drydock/moto/bin/pip install 'moto[server]==5.2.5'";
        assert!(
            Instant::now() < deadline,
            "{} does not start; `cargo xtask test` installs it: {help}",
            program.display()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    format!("http://{address}")
}
