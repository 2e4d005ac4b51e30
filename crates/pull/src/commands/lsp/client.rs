//! What the editor can do, and what it is told that the server can.

use gen_lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CompletionOptions, InitializeResult, InsertTextMode,
    MarkupKind, PositionEncodingKind, ServerCapabilities, ServerInfo, TextDocumentSyncKind, TextDocumentSyncOptions,
};

use super::actions::FIX_ALL;
use super::places::Encoding;

#[derive(Default)]
pub struct Client {
    pub encoding: Encoding,
    /// Edits may name the version of the text that they change.
    pub versioned_edits: bool,
    pub related_places: bool,
    pub tags: bool,
    pub markdown: bool,
    /// Completions may be of several lines that bring their own indentation.
    pub lines_as_they_are: bool,
}

impl Client {
    pub fn new(able: &ClientCapabilities) -> Self {
        let text = able.text_document.as_ref();
        let encodings = able.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        let edits = able.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
        let findings = text.and_then(|text| text.publish_diagnostics.as_ref()).map(|it| &it.diagnostics_capabilities);
        let hover = text.and_then(|text| text.hover.as_ref()).and_then(|hover| hover.content_format.as_ref());
        let completion = text.and_then(|text| text.completion.as_ref()).and_then(|it| it.completion_item.as_ref());
        let modes = completion.and_then(|item| item.insert_text_mode_support.as_ref());
        Self {
            encoding: match encodings {
                Some(offered) if offered.contains(&PositionEncodingKind::UTF8) => Encoding::Utf8,
                _ => Encoding::Utf16,
            },
            versioned_edits: edits.and_then(|edits| edits.document_changes).unwrap_or_default(),
            related_places: findings.and_then(|findings| findings.related_information).unwrap_or_default(),
            tags: findings.is_some_and(|findings| findings.tag_support.is_some()),
            markdown: hover.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            lines_as_they_are: modes.is_some_and(|modes| modes.value_set.contains(&InsertTextMode::AsIs)),
        }
    }

    pub fn greeting(&self) -> InitializeResult {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            ..Default::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QuickFix, FIX_ALL]),
            ..Default::default()
        };
        InitializeResult {
            capabilities: ServerCapabilities {
                position_encoding: Some(self.encoding.kind()),
                text_document_sync: Some(sync.into()),
                hover_provider: Some(true.into()),
                completion_provider: Some(CompletionOptions::default()),
                code_action_provider: Some(actions.into()),
                ..Default::default()
            },
            server_info: Some(ServerInfo::new("drydock".to_owned(), Some(env!("CARGO_PKG_VERSION").to_owned()))),
        }
    }
}
