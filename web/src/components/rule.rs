use drydock_core::rules::{Example, RULES, Rule};
use yew::prelude::*;

use super::diff::diff;
use super::icon::{icon, word};
use super::menu::button;
use super::prose::prose;
use crate::state::Action;

/// First digits of the codes, and what their rules are about.
const FAMILIES: [(&str, &str); 8] = [
    ("D0", "The file as text"),
    ("D1", "Keys"),
    ("D2", "Private registries"),
    ("D3", "Amazon ECR"),
    ("D4", "Versions and images"),
    ("D5", "Nodes"),
    ("D6", "Services, network, add-ons"),
    ("D7", "What fails later"),
];

/// The page of one rule.
pub fn page(rule: &'static Rule, act: &Callback<Action>) -> Html {
    let example = |(index, example): (usize, &'static Example)| {
        let text = example.text();
        let name = format!("{} example {}.yml", rule.code, index + 1);
        html! {
            <>
                <div class="head">
                    <h3>{ "Example" }</h3>
                    { button("Open in the editor", act, Action::Opened { name, text: text.clone() }) }
                </div>
                <pre tabindex="0" role="region" aria-label={format!("Example {}", index + 1)}><code>{ example.before }</code></pre>
                if let Some(after) = example.after {
                    <p class="quiet">{ "Fixed:" }</p>
                    { diff(format!("Example {}, fixed", index + 1), &text, after) }
                }
            </>
        }
    };
    html! {
        <article class="rule">
            <nav class="head" aria-label="Rules">
                <span><a href="#">{ "Back to the problems" }</a>{ " " }<a href="#rules">{ "All rules" }</a></span>
            </nav>
            <h2>{ icon(rule.severity) }{ " " }{ rule.code }{ " " }{ rule.name }</h2>
            <p>{ prose(rule.doc().summary) }</p>
            <p class="quiet">{ word(rule.severity) }{ ". Silence it with " }<code>{ format!("# drydock: ignore[{}]", rule.code) }</code></p>
            <p class="why">{ prose(rule.doc().why) }</p>
            { for rule.doc().examples.iter().enumerate().map(example) }
        </article>
    }
}

/// All rules by family.
pub fn all() -> Html {
    let row = |rule: &&'static Rule| {
        html! {
            <li>
                { icon(rule.severity) }{ " " }<a href={format!("#rule={}", rule.code)}>{ rule.code }{ " " }{ rule.name }</a>
                { ": " }{ prose(rule.doc().summary) }
            </li>
        }
    };
    let family = |(prefix, title): (&'static str, &'static str)| {
        let rules = RULES.iter().filter(|rule| rule.code.starts_with(prefix));
        html! { <><h3>{ title }</h3><ul class="rules">{ for rules.map(row) }</ul></> }
    };
    html! {
        <article class="rule">
            <nav class="head" aria-label="Rules"><span><a href="#">{ "Back to the problems" }</a></span></nav>
            <h2>{ format!("{} rules", RULES.len()) }</h2>
            { for FAMILIES.into_iter().map(family) }
        </article>
    }
}
