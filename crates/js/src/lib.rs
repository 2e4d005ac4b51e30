//! The core for JavaScript pages: the package `drydock`. What each function gives is the same object as the command
//! line's JSON; the types in `types.ts` mirror it by hand, and `tests/browser/embed.test.js` holds them to it.
//!
//! Architecture invariant: nothing is kept between calls, and no secret of a text is in what is given back, but in the
//! text of [`fix`], which is the caller's own.

use drydock_core::artifacts::answers::{Answers, Kind};
use drydock_core::artifacts::{GENERATORS, find};
use drydock_core::fix::Safety;
use drydock_core::image::catalogue::{BUILT_IN, DEFAULT_RELEASE};
use drydock_core::plan;
use drydock_core::render::redact::{self, Redactor};
use drydock_core::render::{explain as record, images as rows, json};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    rke: Option<String>,
    kubernetes_version: Option<String>,
    path: Option<String>,
    docs: Option<String>,
    all: bool,
    unsafe_fixes: bool,
    /// `deny_unknown_fields` denies nothing of a JavaScript object, which is asked for known fields only.
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
}

impl Options {
    fn read(given: JsValue) -> Result<Self, JsError> {
        let options: Self = optional(given)?.unwrap_or_default();
        match options.unknown.keys().next() {
            Some(name) => Err(JsError::new(&format!("no option is called `{name}`"))),
            None => Ok(options),
        }
    }

    fn plan(&self) -> plan::Options {
        plan::Options {
            rke: self.rke.clone(),
            kubernetes_version: self.kubernetes_version.clone(),
            ..plan::Options::default()
        }
    }

    fn path(&self) -> &str {
        self.path.as_deref().unwrap_or("cluster.yml")
    }
}

#[derive(Serialize)]
struct FixedText {
    text: String,
    count: usize,
}

#[derive(Serialize)]
struct Artifact {
    id: &'static str,
    file: &'static str,
    language: &'static str,
    text: String,
    why: String,
    needs: Vec<String>,
}

#[derive(Serialize)]
struct Generator {
    id: &'static str,
    family: &'static str,
    title: &'static str,
    file: &'static str,
    language: &'static str,
    questions: Vec<Question>,
}

#[derive(Serialize)]
struct Question {
    key: &'static str,
    question: &'static str,
    /// Empty: any text that fits.
    choices: Vec<&'static str>,
}

#[derive(Serialize)]
struct Versions {
    drydock: &'static str,
    rke: &'static str,
    rke_releases: Vec<&'static str>,
    kubernetes: Vec<&'static str>,
}

/// Findings, as `pull check --format json` has them.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn check(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Options")] options: JsValue,
) -> Result<JsValue, JsError> {
    let options = Options::read(options)?;
    let checked = drydock_core::check(text, &options.plan());
    let report = json::Report::new(vec![json::report(options.path(), text, &checked)]);
    give(&report.with_docs(options.docs.as_deref()))
}

/// The text with the safe fixes in it: all of them, or those for the given codes or rule names.
#[wasm_bindgen(unchecked_return_type = "Fixed")]
pub fn fix(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "string[] | null")] codes: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Options")] options: JsValue,
) -> Result<JsValue, JsError> {
    let codes: Option<Vec<String>> = optional(codes)?;
    let options = Options::read(options)?;
    let (text, count) = drydock_core::fix_all(text, &options.plan(), |found, fix| {
        let wanted = |code: &String| code.eq_ignore_ascii_case(found.code) || code == found.name;
        let trusted = fix.safety == Safety::Safe || options.unsafe_fixes && fix.safety == Safety::Uncertain;
        trusted && codes.as_ref().is_none_or(|codes| codes.iter().any(wanted))
    });
    give(&FixedText { text, count })
}

/// What rke does with the text, as a line of `pull explain --format jsonl`.
#[wasm_bindgen(unchecked_return_type = "Explanation")]
pub fn explain(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Options")] options: JsValue,
) -> Result<JsValue, JsError> {
    let options = Options::read(options)?;
    give(&record::record(options.path(), &drydock_core::as_written(text, &options.plan()), false))
}

/// The images that the cluster needs, as `pull images --format json`; with `all` also those it does not.
#[wasm_bindgen(unchecked_return_type = "Image[]")]
pub fn images(
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Options")] options: JsValue,
) -> Result<JsValue, JsError> {
    let options = Options::read(options)?;
    give(&rows::rows(&redact::plan(&drydock_core::check(text, &options.plan()).plan), options.all))
}

/// One file made from the cluster. Throws where there is none for it, or where an answer cannot be taken.
#[wasm_bindgen(unchecked_return_type = "Artifact")]
pub fn generate(
    id: &str,
    text: &str,
    #[wasm_bindgen(unchecked_optional_param_type = "Record<string, string>")] answers: JsValue,
) -> Result<JsValue, JsError> {
    let generator = find(id).ok_or_else(|| JsError::new(&format!("nothing called `{id}` can be generated")))?;
    let mut taken = Answers::default();
    for (key, value) in optional::<BTreeMap<String, String>>(answers)?.unwrap_or_default() {
        taken.set(&key, &value)?;
    }
    let plan = drydock_core::check(text, &plan::Options::default()).plan;
    let artifact = generator.artifact(&plan, &taken).map_err(|reason| JsError::new(&reason))?;
    give(&Artifact {
        id: generator.id,
        file: generator.file,
        language: generator.language,
        text: artifact.text,
        why: artifact.why,
        needs: artifact.needs,
    })
}

/// What can be generated, and what may be answered for it.
#[wasm_bindgen(unchecked_return_type = "Generator[]")]
pub fn artifacts() -> Result<JsValue, JsError> {
    let question = |question: &drydock_core::artifacts::Question| Question {
        key: question.key,
        question: question.question,
        choices: match question.kind {
            Kind::Bool => vec!["yes", "no"],
            Kind::Choice(choices) => choices.to_vec(),
            Kind::Text(_) => Vec::new(),
        },
    };
    let generators = GENERATORS.iter().map(|generator| Generator {
        id: generator.id,
        family: generator.family.title(),
        title: generator.title,
        file: generator.file,
        language: generator.language,
        questions: generator.questions.iter().map(|asked| question(asked)).collect(),
    });
    give(&generators.collect::<Vec<_>>())
}

/// The text with `***` where its secrets were.
#[wasm_bindgen]
pub fn redact(text: &str) -> String {
    let checked = drydock_core::check(text, &plan::Options::default());
    Redactor::find(text, &checked.cluster).mask_scalars(text).text
}

/// What is answered for.
#[wasm_bindgen(unchecked_return_type = "Versions")]
pub fn versions() -> Result<JsValue, JsError> {
    let default = BUILT_IN.release(DEFAULT_RELEASE);
    give(&Versions {
        drydock: env!("CARGO_PKG_VERSION"),
        rke: DEFAULT_RELEASE,
        rke_releases: BUILT_IN.releases().map(|release| release.name).collect(),
        kubernetes: default.map(|release| release.known()).unwrap_or_default(),
    })
}

/// None for `undefined` and `null`.
fn optional<T: for<'de> Deserialize<'de>>(given: JsValue) -> Result<Option<T>, JsError> {
    if given.is_undefined() || given.is_null() {
        return Ok(None);
    }
    Ok(Some(serde_wasm_bindgen::from_value(given)?))
}

/// Maps as plain objects, nothing as null: what JSON.parse would give.
fn give(value: &impl Serialize) -> Result<JsValue, JsError> {
    Ok(value.serialize(&Serializer::json_compatible())?)
}
