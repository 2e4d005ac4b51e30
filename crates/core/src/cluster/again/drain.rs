//! node_drain_input: where something is missing, rke replaces it by what its JSON names give.

use std::borrow::Cow;

use super::decode::{Case, decode};
use super::json::{Json, Shape};
use super::{Pass, Reading};
use crate::cluster::value::{self, Field, Value};
use crate::problem::Problem;
use crate::schema::again::Table;

const AT: &str = "upgrade_strategy.node_drain_input";

pub fn drain_input(reading: &Reading<'_>, config: &mut Value, pass: &mut Pass) {
    let Some(typed) = config.at_mut(AT).filter(|v| !v.is_nil()) else { return };
    let nothing = || Json { span: typed.span, shape: Shape::Map(Vec::new()) };
    let json = reading.json(AT).map_or_else(nothing, |(_, json)| json);
    let json = if json.shape == Shape::Null { nothing() } else { json };
    let decoded = decode(&json, &Table::get().ty("types.NodeDrainInput"), Case::Any, AT);
    // Names that only the first decoder knows are no fault here.
    pass.problems.extend(decoded.problems.into_iter().filter(|p| !matches!(p, Problem::UnknownKey(_))));
    if let Some(error) = decoded.error {
        pass.refuse(format!("error parsing upgrade strategy and node drain input: error unmarshaling JSON: {error}"));
        return;
    }
    let written = |name: &str| json.member(name);
    let mut missing = Vec::new();
    if written("grace_period").is_none_or(|m| !matches!(m.value.shape, Shape::Number(_))) {
        missing.push("grace_period");
    }
    if written("timeout").is_none() {
        missing.push("timeout");
    }
    if written("ignore_daemonsets").is_none() {
        missing.push("ignore_daemonsets");
    }
    if missing.is_empty() {
        return;
    }
    let absent = |shape| Value { span: typed.span, shape };
    let second = |name: &str| decoded.value.field(name).map(|f| f.value.clone());
    let first = |name: &str| typed.field(name).map(|f| f.value.clone());
    let ignore = match written("ignore_daemonsets") {
        None => Some(absent(value::Shape::Bool(true))),
        Some(_) => second("ignoreDaemonSets"),
    };
    let timeout = written("timeout").map_or(Some(absent(value::Shape::Int(120))), |_| second("timeout"));
    let grace = match missing.contains(&"grace_period") {
        true => Some(absent(value::Shape::Int(-1))),
        false => first("grace_period"),
    };
    let delete = written("delete_local_data").filter(|m| matches!(m.value.shape, Shape::Bool(_)));
    let delete = delete.map_or_else(|| second("deleteLocalData"), |_| first("delete_local_data"));
    if let Some(lost) = written("ignore_daemonsets")
        && lost.value.shape == Shape::Bool(false)
        && ignore.is_none()
    {
        let (span, at) = (lost.key, format!("{AT}.ignore_daemonsets"));
        pass.problems.push(Problem::DrainLost { span, at, missing: missing.clone() });
    }
    pass.read_by_json_name = second("deleteLocalData").is_some();
    let fields = [
        ("force", second("force")),
        ("ignore_daemonsets", ignore),
        ("delete_local_data", delete),
        ("grace_period", grace),
        ("timeout", timeout),
    ];
    let key = |name: &str| typed.field(name).map_or(typed.span, |f| f.key);
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some(Field { name: Cow::Borrowed(name), key: key(name), value: value? }));
    let fields = fields.collect();
    typed.shape = value::Shape::Fields(fields);
}
