//! The protocol's life cycle, and which request is answered by what.

use std::collections::HashMap;

use drydock_core::plan::Options;
use gen_lsp_types as lsp;
use lsp::{LspNotificationMethod, LspRequestMethod, Uri};
use lsp_server::{ErrorCode, Notification, Request, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Client;
use super::file::File;
use super::places::Places;
use super::{actions, assist, findings};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Started,
    Running,
    ShutDown,
}

pub struct Server {
    options: Options,
    stage: Stage,
    client: Client,
    files: HashMap<Uri, File>,
}

type Answer = Result<Value, (ErrorCode, String)>;

impl Server {
    pub fn new(options: Options) -> Self {
        Self { options, stage: Stage::Started, client: Client::default(), files: HashMap::new() }
    }

    pub fn is_shut_down(&self) -> bool {
        self.stage == Stage::ShutDown
    }

    pub fn answer(&mut self, request: Request) -> Response {
        match self.result(&request.method, request.params) {
            Ok(result) => Response::new_ok(request.id, result),
            Err((code, message)) => Response::new_err(request.id, code as i32, message),
        }
    }

    fn result(&mut self, method: &str, params: Value) -> Answer {
        match (self.stage, LspRequestMethod::from(method)) {
            (Stage::Started, LspRequestMethod::Initialize) => self.initialize(params),
            (Stage::Started, _) => Err((ErrorCode::ServerNotInitialized, format!("`{method}` before `initialize`"))),
            (Stage::ShutDown, _) => Err((ErrorCode::InvalidRequest, format!("`{method}` after `shutdown`"))),
            (_, LspRequestMethod::Initialize) => Err((ErrorCode::InvalidRequest, "`initialize` a second time".into())),
            (_, LspRequestMethod::Shutdown) => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (_, LspRequestMethod::TextDocumentHover) => reply(method, params, |params: lsp::HoverParams| {
                let at = params.text_document_position_params;
                let file = self.cluster(&at.text_document.uri)?;
                assist::hover(&file.text, at.position, &self.client)
            }),
            (_, LspRequestMethod::TextDocumentCompletion) => reply(method, params, |params: lsp::CompletionParams| {
                let at = params.text_document_position_params;
                let file = self.cluster(&at.text_document.uri)?;
                Some(assist::completions(&file.text, at.position, &self.client, &self.options.catalogue))
            }),
            (_, LspRequestMethod::TextDocumentCodeAction) => reply(method, params, |params: lsp::CodeActionParams| {
                let file = self.cluster(&params.text_document.uri)?;
                Some(actions::actions(&params, file, &self.client, &self.options))
            }),
            _ => Err((ErrorCode::MethodNotFound, format!("`{method}` is not answered"))),
        }
    }

    /// An editor may say what this server does not know; what it is able to do then counts as nothing.
    fn initialize(&mut self, mut params: Value) -> Answer {
        let able = params.get_mut("capabilities").map(Value::take).unwrap_or_default();
        self.client = Client::new(&serde_json::from_value(able).unwrap_or_default());
        self.stage = Stage::Running;
        Ok(value(self.client.greeting()))
    }

    /// Takes note, and tells the findings where they may have changed.
    pub fn notice(&mut self, notification: Notification) -> Option<Notification> {
        if self.stage != Stage::Running {
            return None;
        }
        match LspNotificationMethod::from(notification.method.as_str()) {
            LspNotificationMethod::TextDocumentDidOpen => {
                let params: lsp::DidOpenTextDocumentParams = serde_json::from_value(notification.params).ok()?;
                let uri = params.text_document.uri.clone();
                let file = File::open(params.text_document, &self.options);
                let told = file.is_cluster.then(|| self.findings(&file));
                self.files.insert(uri, file);
                told
            }
            LspNotificationMethod::TextDocumentDidChange => {
                let params: lsp::DidChangeTextDocumentParams = serde_json::from_value(notification.params).ok()?;
                let document = params.text_document;
                let file = self.files.get_mut(&document.text_document_identifier.uri)?;
                let before = file.is_cluster;
                file.change(document.version, params.content_changes, self.client.encoding, &self.options);
                let file = &self.files[&document.text_document_identifier.uri];
                (before || file.is_cluster).then(|| self.findings(file))
            }
            LspNotificationMethod::TextDocumentDidClose => {
                let params: lsp::DidCloseTextDocumentParams = serde_json::from_value(notification.params).ok()?;
                let file = self.files.remove(&params.text_document.uri)?;
                file.is_cluster.then(|| publish(file.uri, None, Vec::new()))
            }
            _ => None,
        }
    }

    fn cluster(&self, uri: &Uri) -> Option<&File> {
        self.files.get(uri).filter(|file| file.is_cluster)
    }

    fn findings(&self, file: &File) -> Notification {
        let places = Places::new(&file.text, self.client.encoding);
        let found = file.diagnostics.iter().map(|it| findings::diagnostic(it, file, &places, &self.client));
        publish(file.uri.clone(), Some(file.version), found.collect())
    }
}

fn publish(uri: Uri, version: Option<i32>, diagnostics: Vec<lsp::Diagnostic>) -> Notification {
    let method = LspNotificationMethod::TextDocumentPublishDiagnostics.to_string();
    Notification::new(method, lsp::PublishDiagnosticsParams { uri, version, diagnostics })
}

/// Errors of reading quote what was read: they are not passed on.
fn reply<P: DeserializeOwned, R: serde::Serialize>(
    method: &str,
    params: Value,
    answer: impl FnOnce(P) -> Option<R>,
) -> Answer {
    let params = serde_json::from_value(params)
        .map_err(|_| (ErrorCode::InvalidParams, format!("these are no parameters of `{method}`")))?;
    Ok(value(answer(params)))
}

/// The types of the protocol can always be written as JSON.
fn value(answer: impl serde::Serialize) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}
