//! What can happen to the page, and what the browser then is to do.

use drydock_core::diagnostic::Severity;
use drydock_core::fix::Fix;
use drydock_core::text::Span;

use super::{Side, Tab};
use crate::examples::Sample;
use crate::later::Later;
use crate::report::{Change, Mark};

/// What the address of the page may ask for, and what is remembered: settings only, the text only in a shared link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub example: Option<String>,
    pub tab: Option<String>,
    pub theme: Option<String>,
    pub rke: Option<String>,
    pub kubernetes: Option<String>,
    /// Without its `#`.
    pub fragment: String,
    /// Of the page, without settings and fragment; none for a file.
    pub address: Option<String>,
    /// Of the docs beside the page, with its `/`.
    pub docs: Option<String>,
    /// The plain text box was chosen on this device.
    pub plain: bool,
    /// Such choices are remembered.
    pub keeps_settings: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The second module is there.
    Arrived(&'static Later),
    /// It could not be loaded.
    NotArrived,
    /// It is to be tried again.
    FetchAsked,
    /// The script of the code editor could not be loaded: a plain text box stands there.
    NoCodeEditor,
    /// The editor's text, after any change.
    Typed(String),
    /// A cluster.yml, or, by its content, a data.json of rancher/kontainer-driver-metadata to answer from.
    Opened {
        name: String,
        text: String,
    },
    /// The same as it was read.
    FileRead {
        name: String,
        bytes: Vec<u8>,
    },
    /// Asks for the file of [`Action::MetadataOpened`].
    MetadataAsked,
    /// A data.json of rancher/kontainer-driver-metadata; `day` the file was last changed.
    MetadataOpened {
        name: String,
        day: String,
        text: String,
    },
    /// By the page that this one is framed in.
    Given(String),
    ExampleChosen(&'static Sample),
    /// By id, as the address does.
    ExampleNamed(String),
    /// None: as the file says.
    VersionChosen(Option<String>),
    /// None: the newest release of rke.
    ReleaseChosen(Option<String>),
    Jump(Span),
    /// Fixes are for one revision of the text; a stale one is dropped.
    Fix {
        revision: u32,
        fix: Fix,
    },
    /// Of the finding in this row, chosen in the editor.
    FixOf {
        revision: u32,
        finding: usize,
        fix: usize,
    },
    /// Asked for at this UTF-16 unit of the editor.
    FixHere(usize),
    FixAll,
    /// The last change of the text.
    UndoAsked,
    /// The problem after the selection in the editor, or the one before it.
    ProblemAsked {
        back: bool,
    },
    TabChosen(Tab),
    /// A key pressed on the list of tabs.
    TabKey(String),
    SideChosen(Side, Tab),
    /// Shows or hides findings of a severity.
    SeverityToggled(Severity),
    /// Lists more findings.
    MoreShown,
    /// Shows the findings of all severities.
    SeveritiesShown,
    /// Typing has paused: the panels may follow the text.
    Settled,
    OpenAsked,
    /// The file itself, to keep.
    SaveAsked,
    OnlyNeeded(bool),
    /// Part of an image's name or key; empty: all are listed.
    ImagesSearched(String),
    /// By id of its generator.
    FileChosen(&'static str),
    /// To a question of a generator, by key; an empty answer takes it back.
    Answered {
        key: &'static str,
        value: String,
    },
    /// The version that the cluster moves to.
    TargetChosen(String),
    /// The log to explain.
    LogTyped(String),
    /// The findings in a form to take away.
    Export(Export),
    Copy {
        what: String,
        text: String,
    },
    Download {
        name: String,
        text: String,
    },
    ShareAsked,
    /// Whether stand-ins take the place of addresses and names in the link.
    StandInsChosen(bool),
    /// A text as it stands in a link; none where the browser cannot compress.
    Packed {
        text: String,
        packed: Option<String>,
    },
    /// The text out of a link, or why there is none.
    Unpacked(Result<String, String>),
    /// The address has another fragment, without its `#`.
    Fragment(String),
    StartAsked,
    StartAnswered {
        key: &'static str,
        value: String,
    },
    HelpAsked,
    DialogAccepted,
    DialogClosed,
    PlainToggled,
    ThemeToggled,
    SystemDark(bool),
    /// Says a thing in the status region.
    Say(String),
    /// The spoken count is due.
    SayCount,
    /// A message has been there long enough.
    Hush,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    Markdown,
    Command,
    Json,
    Sarif,
}

/// What the browser is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The second module.
    FetchSecondModule,
    /// The whole text of the editor.
    Replace(String),
    /// Together one step to undo.
    Change(Vec<Change>),
    Mark(Vec<Mark>),
    /// Selects these UTF-16 units and focuses the editor.
    Reveal(usize, usize),
    /// The same with the problem after the selection, or the one before it.
    RevealProblem {
        back: bool,
    },
    /// The last change of the text.
    Undo,
    Copy {
        what: String,
        text: String,
    },
    Download {
        name: String,
        text: String,
    },
    /// The same with the bytes of a file that was opened.
    Save {
        name: String,
        bytes: Vec<u8>,
    },
    Dark(bool),
    /// None: the system's, from now on.
    RememberTheme(Option<bool>),
    /// Where the page is narrow.
    Side(Side),
    /// The editor as a plain text box or not, and remembers that.
    Plain(bool),
    /// Asks for [`Action::Packed`].
    Pack(String),
    /// Asks for [`Action::Unpacked`] from what stands behind `v1=`.
    Unpack(String),
    /// Takes the fragment out of the address, and out of the history.
    ClearFragment,
    CloseDialog,
    /// Asks for [`Action::Say`], once the page stands in which it is said.
    Say(String),
    /// Asks for [`Action::SayCount`] once typing has paused.
    SayCountLater,
    /// Asks for [`Action::Hush`] after a while.
    HushLater,
    /// Asks before the page is left with changes in it.
    GuardLeaving(bool),
    /// By id of the element, once it is drawn.
    Focus(String),
    FocusEditor,
    /// The problem in this row or the last before it, else the panel.
    FocusProblem(usize),
    /// Scrolls the list that holds the element of this id.
    InSight(String),
    PickFile,
    PickMetadata,
    /// Asks for [`Action::Settled`] once typing has paused.
    SettleLater,
}
