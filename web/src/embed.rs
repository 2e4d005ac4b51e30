//! The page inside another one: `<drydock-playground>` of embed.js opens it with `?embed=ORIGIN`. The host gives the
//! text and hears of every check; only the origin it was opened for is listened to, and only that one is told.

use yew::Callback;

use crate::browser::framed;
use crate::state::Action;

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

    /// From now on the host may give a text.
    pub fn ready(&self) {
        framed::tell(&self.origin, r#"{"type":"drydock-ready"}"#);
    }

    /// `report`: as JSON. `opening`: of the text that the page opened with.
    pub fn tell(&self, report: &str, opening: bool) {
        framed::tell(&self.origin, &format!(r#"{{"type":"drydock-change","opening":{opening},"report":{report}}}"#));
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
