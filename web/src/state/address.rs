//! What the address asks for beside an example and a tab: a text, the page of a rule, versions.

use drydock_core::image::catalogue::DEFAULT_RELEASE;
use drydock_core::plan::Options;
use drydock_core::rules::{self, Rule};

use super::{Effect, PANEL, Side, State, Tab};
use crate::share::{self, Carried};

/// What `#rule=CODE` and `#rules` ask for.
#[derive(Clone, Copy)]
pub enum Page {
    Rule(&'static Rule),
    All,
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        let code = |page: &Self| match page {
            Self::Rule(rule) => rule.code,
            Self::All => "",
        };
        code(self) == code(other)
    }
}

impl Page {
    pub(super) fn asked(fragment: &str) -> Option<Self> {
        match fragment.strip_prefix("rule=") {
            Some(code) => rules::find(code).map(Self::Rule),
            None => (fragment == "rules").then_some(Self::All),
        }
    }
}

const NEWER_LINK: &str = "This link was made by a newer Drydock, and its text cannot be read here. Load the page again \
                          to have the newest, or ask for the file.";

/// What becomes of a fragment that carries a text.
pub(super) fn open_link(carried: &Carried<'_>) -> Vec<Effect> {
    let then = match carried {
        Carried::Text(packed) => Effect::Unpack((*packed).to_owned()),
        Carried::Newer => Effect::Say(NEWER_LINK.to_owned()),
    };
    vec![Effect::ClearFragment, then]
}

impl State {
    pub(super) fn fragment(&mut self, fragment: &str) -> Vec<Effect> {
        if let Some(carried) = share::carried(fragment) {
            return open_link(&carried);
        }
        self.rule = Page::asked(fragment);
        self.tab = Tab::Problems;
        match self.rule {
            Some(_) => vec![self.turn_to(Side::Answers), Effect::Focus(PANEL.to_owned())],
            None => Vec::new(),
        }
    }
}

/// Takes back versions that are not on offer, or the menus would show others than those that answer. Says which.
pub(super) fn forget_unknown(options: &mut Options) -> Option<String> {
    let Options { rke, kubernetes_version, catalogue } = options;
    rke.take_if(|name| name.is_empty() || name == DEFAULT_RELEASE);
    kubernetes_version.take_if(|version| version.is_empty());
    let unknown_rke = rke.take_if(|name| catalogue.release(name).is_none());
    let answering = rke.as_deref().unwrap_or(DEFAULT_RELEASE);
    let release = catalogue.release(answering);
    let unknown_version =
        kubernetes_version.take_if(|version| !release.as_ref().is_some_and(|release| release.knows(version)));
    let said: Vec<String> = [
        unknown_rke.map(|name| format!("rke `{}` is not known here: {answering} answers.", short(&name))),
        unknown_version.map(|version| {
            format!("Kubernetes `{}` is not known to rke {answering}: the file's version counts.", short(&version))
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Anything may stand in an address.
fn short(value: &str) -> String {
    value.chars().take(40).collect()
}
