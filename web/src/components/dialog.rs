use yew::prelude::*;

use super::diff::diff;
use super::help::help;
use super::start::start;
use crate::report::Report;
use crate::state::{Action, Dialog, Link, Share, State};

/// In front of the page. The browser's own modal dialog: it keeps the focus inside, closes on Escape, and gives the
/// focus back.
pub fn dialog(state: &State, act: &Callback<Action>) -> Html {
    let dialog = state.dialog.as_deref();
    let (title, accept, body) = match dialog {
        None => (String::new(), None, Html::default()),
        Some(Dialog::Preview(preview)) => {
            (preview.title.clone(), Some("Apply"), diff("Changes".to_owned(), &preview.before, &preview.after))
        }
        Some(Dialog::Share(share)) => {
            let ready = matches!(share.link, Link::Ready(_));
            ("Share a link".to_owned(), ready.then_some("Copy link"), shared(share, act))
        }
        Some(Dialog::Start(answers)) => {
            let file = Report::new(0, answers.write(&state.options), &state.options);
            ("Start from nothing".to_owned(), Some("Write the file"), start(answers, &file, act))
        }
        Some(Dialog::Help) => ("Keys, and how to check".to_owned(), None, help(state)),
    };
    let close = act.reform(|_: MouseEvent| Action::DialogClosed);
    let accepted = act.reform(|_: MouseEvent| Action::DialogAccepted);
    html! {
        <dialog id="dialog" aria-labelledby="dialog-title" onclose={act.reform(|_: Event| Action::DialogClosed)}>
            if dialog.is_some() {
                <h2 id="dialog-title">{ title }</h2>
                { body }
                <div class="buttons">
                    <button type="button" onclick={close}>{ if accept.is_some() { "Cancel" } else { "Close" } }</button>
                    if let Some(accept) = accept {
                        <button type="button" class="main" onclick={accepted}>{ accept }</button>
                    }
                </div>
            }
        </dialog>
    }
}

fn shared(share: &Share, act: &Callback<Action>) -> Html {
    let hidden = match share.hidden {
        0 => "No secret was found in the text.".to_owned(),
        1 => "1 secret is replaced by ***.".to_owned(),
        many => format!("{many} secrets are replaced by ***."),
    };
    let link = match &share.link {
        Link::Pending => html! { <p>{ "Packing." }</p> },
        Link::Refused(_) => Html::default(),
        Link::Ready(link) => {
            let note = if link.starts_with("http") {
                "The text stands behind the # of the link, which browsers send to no server."
            } else {
                "This page is a file: put this behind the address of any Drydock page."
            };
            html! {
                <>
                    <label class="linked"><span>{ "Link" }</span><input type="text" readonly=true value={link.clone()} /></label>
                    <p class="quiet">{ note }</p>
                </>
            }
        }
    };
    let stood_in = match share.stood_in {
        None => "Addresses and names stay.".to_owned(),
        Some((0, _)) => "No address and no name was found.".to_owned(),
        Some((1, 1)) => "1 address or name has a stand-in.".to_owned(),
        Some((1, places)) => format!("1 address or name has a stand-in, in {places} places."),
        Some((names, places)) => format!("{names} addresses and names have stand-ins, in {places} places."),
    };
    let chosen = share.stood_in.is_some();
    let onchange = act.reform(move |_: Event| Action::StandInsChosen(!chosen));
    html! {
        <>
            <label class="check"><input type="checkbox" checked={chosen} {onchange} />{ "also replace addresses and names" }</label>
            if let Link::Refused(why) = &share.link {
                <p role="alert"><strong>{ *why }</strong></p>
            }
            <p aria-live="polite">{ hidden }{ " " }{ stood_in }</p>
            if chosen {
                <p class="quiet">{ "Ranges, public registries, users and paths stay: look through the text before you send it." }</p>
            }
            <p>{ "This is what everyone with the link sees:" }</p>
            <pre tabindex="0" role="region" aria-label="Text of the link"><code>{ share.text.clone() }</code></pre>
            { link }
        </>
    }
}
