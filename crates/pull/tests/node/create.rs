//! `--create`: repositories that Amazon ECR lacks, made in moto.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use crate::aws;
use crate::home::{ECR, Home};
use crate::http::{Reply, serve};
use crate::services;

/// ECR's registry, reached as the proxy of plain HTTP: it takes what is pushed to a repository that moto has, and knows no
/// other. Answers its address, and the manifests that it took.
fn registry(moto: String) -> (String, Arc<Mutex<HashSet<String>>>) {
    let taken = Arc::new(Mutex::new(HashSet::new()));
    let log = Arc::clone(&taken);
    let address = serve(move |request| {
        let path = request.path.split('?').next().unwrap_or_default();
        let path = path.strip_prefix(&format!("http://{ECR}/v2/")).unwrap_or_else(|| panic!("{path} is not for ECR"));
        if path.is_empty() || !request.header("authorization").starts_with("Basic ") {
            return Reply { header: "WWW-Authenticate: Basic realm=\"ecr\"\r\n", ..Reply::status(401, "") };
        }
        let (repository, rest) = match (path.split_once("/blobs/"), path.split_once("/manifests/")) {
            (Some(parts), _) | (None, Some(parts)) => parts,
            (None, None) => return Reply::status(404, ""),
        };
        match (request.method.as_str(), rest) {
            ("HEAD", _) => Reply::status(404, ""),
            ("POST", _) if !repositories(&moto).contains(&format!("\"{repository}\"")) => Reply::status(
                404,
                r#"{"errors": [{"code": "NAME_UNKNOWN", "message": "The repository does not exist"}]}"#,
            ),
            ("POST", _) => Reply { header: "Location: /v2/a/blobs/uploads/1\r\n", ..Reply::status(202, "") },
            ("PUT", _) if path.contains("/manifests/") => {
                log.lock().unwrap().insert(path.to_owned());
                Reply::status(201, "")
            }
            _ => Reply::status(201, ""),
        }
    });
    (address, taken)
}

/// What moto answers when asked for its repositories: JSON somewhere in it.
fn repositories(moto: &str) -> String {
    let host = moto.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST / HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\n\
         X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.DescribeRepositories\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=A/20240101/eu-central-1/ecr/aws4_request\r\n\r\n{{}}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\"repositories\""), "{answer}");
    answer
}

#[test]
fn repositories_are_made_where_that_is_asked_for_and_only_there() {
    let moto = aws::moto();
    let (proxy, taken) = registry(moto.clone());
    let home = Home::new().keys().env("AWS_ENDPOINT_URL", &moto).env("HTTP_PROXY", &proxy).env("NO_PROXY", "127.0.0.1");
    let layout = services::layout(home.folder.path(), "created");
    let index = layout.join("index.json");
    let text = std::fs::read_to_string(&index).unwrap();
    std::fs::write(&index, text.replace(r#"ref.name":"v1""#, r#"ref.name":"rancher/made:v1""#)).unwrap();
    let to = format!("{ECR}/mirror");
    let push = |more: &[&str]| {
        let pack = layout.to_str().unwrap();
        home.run(&[&["push", pack, "--to", &to, "--plain-http", ECR, "--retries", "1"], more].concat())
    };
    let without = push(&[]);
    assert_eq!(without.code, 4, "{without:?}");
    assert!(without.stderr.contains("NAME_UNKNOWN") && without.stderr.contains("--create"), "{without:?}");
    assert!(!repositories(&moto).contains("mirror/rancher/made"));
    for _ in 0..2 {
        // Made before is as good.
        let with = push(&["--create"]);
        assert_eq!(with.code, 0, "{with:?}");
        assert!(repositories(&moto).contains("\"mirror/rancher/made\""), "{}", repositories(&moto));
    }
    assert_eq!(*taken.lock().unwrap(), HashSet::from(["mirror/rancher/made/manifests/v1".to_owned()]));
    assert!(!without.stderr.contains("canary"), "{without:?}");
}
