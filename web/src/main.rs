//! The playground: the core in a page. [`state`] decides, [`app`] carries out, [`components`] draw.
//!
//! Architecture invariant: nothing here knows rke; what is said about a text comes from the core.

mod app;
mod assist;
mod browser;
mod components;
mod diff;
mod editor;
mod embed;
mod examples;
mod file;
mod later;
mod report;
mod sees;
mod share;
mod state;
mod words;

fn main() {
    let shell = browser::Shell::find();
    let props = app::Props { typed: shell.typed, selection: shell.selection };
    yew::Renderer::<app::App>::with_root_and_props(shell.root, props).render();
}
