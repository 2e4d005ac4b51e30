//! The page inside another one: `<drydock-playground>` of embed.js opens it with `?embed=ORIGIN`. The host gives the
//! text and hears of every check; only the origin it was opened for is listened to, and only that one is told.

use drydock_core::render::json;
use yew::Callback;

use crate::browser::framed;
use crate::report::Report;
use crate::state::Action;

/// The name that the report gives the text.
const PATH: &str = "cluster.yml";

pub struct Host {
    origin: String,
}

impl Host {
    /// None where the page stands by itself.
    pub fn find(act: &Callback<Action>) -> Option<Self> {
        let origin = framed::setting("embed")?;
        framed::mark_page("data-embed");
        let act = act.clone();
        framed::hear(&origin, "drydock-text", move |text| act.emit(Action::Given(text)));
        Some(Self { origin })
    }

    /// From now on the host may give a text. A report of what stands here already follows.
    pub fn ready(&self, report: &Report) {
        framed::tell(&self.origin, r#"{"type":"drydock-ready"}"#);
        self.tell(report);
    }

    pub fn tell(&self, report: &Report) {
        let report = json::Report::new(vec![json::report(PATH, &report.text, &report.checked)]);
        // Only texts and numbers, which JSON can always hold.
        let report = serde_json::to_string(&report).unwrap_or_default();
        framed::tell(&self.origin, &format!(r#"{{"type":"drydock-change","report":{report}}}"#));
    }
}

/// The host shows the text and lets nobody change it.
pub fn read_only() -> bool {
    framed::setting("embed").is_some() && framed::setting("readonly").is_some()
}

/// What becomes of an action where the text stays as it is.
pub fn allowed(action: Action) -> Action {
    match action {
        Action::Fix { .. } | Action::FixOf { .. } | Action::FixHere(_) | Action::FixAll | Action::StartAsked
            if read_only() =>
        {
            Action::Say("This text cannot be changed here.".to_owned())
        }
        action => action,
    }
}
