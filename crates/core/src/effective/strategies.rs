//! How add-ons are updated: defaults of daemon sets and deployments (defaults.go:859).

use super::slot::{map, slot, slot_at, text};
use crate::cluster::value::{Shape, Value};

const ROLLING: &str = "RollingUpdate";

pub fn fill(config: &mut Value) {
    daemon_set(slot_at(config, "ingress.update_strategy"));
    daemon_set(slot_at(config, "network.update_strategy"));
    let quarter = || text("25%");
    deployment(slot_at(config, "monitoring.update_strategy"), [quarter(), quarter()]);
    let (one, none) = (Shape::Int(1), Shape::Int(0));
    match config.at("dns.provider").and_then(Value::as_str) {
        Some("coredns") => dns(slot_at(config, "dns.update_strategy"), [one, none], "maxUnavailable"),
        Some("kube-dns") => dns(slot_at(config, "dns.update_strategy"), [none, text("10%")], "maxSurge"),
        _ => {}
    }
}

/// Any other strategy is left as it is; a rolling update without its number is replaced.
fn daemon_set(strategy: &mut Value) {
    let number = strategy.at("rollingUpdate.maxUnavailable").is_some_and(|number| !number.is_nil());
    if strategy.is_nil() || named(strategy) == ROLLING && !number {
        strategy.shape = rolling(map([("maxUnavailable", Shape::Int(1))]));
    }
}

fn deployment(strategy: &mut Value, numbers: [Shape; 2]) {
    if !strategy.is_nil() && named(strategy) != ROLLING {
        return;
    }
    let [unavailable, surge] = numbers;
    if lacks_numbers(strategy) {
        strategy.shape = rolling(map([("maxUnavailable", unavailable), ("maxSurge", surge)]));
        return;
    }
    super::defaults::set(slot_at(strategy, "rollingUpdate.maxUnavailable"), unavailable);
    super::defaults::set(slot_at(strategy, "rollingUpdate.maxSurge"), surge);
}

/// Of a rolling update that is written only one of the two numbers gets a default.
fn dns(strategy: &mut Value, numbers: [Shape; 2], alone: &str) {
    if !strategy.is_nil() && !["", ROLLING].contains(&named(strategy)) {
        return;
    }
    let [unavailable, surge] = numbers;
    if lacks_numbers(strategy) {
        strategy.shape = rolling(map([("maxUnavailable", unavailable), ("maxSurge", surge)]));
    } else {
        let number = if alone == "maxSurge" { surge } else { unavailable };
        super::defaults::set(slot(slot(strategy, "rollingUpdate"), alone), number);
    }
}

fn named(strategy: &Value) -> &str {
    strategy.at("strategy").and_then(Value::as_str).unwrap_or_default()
}

fn lacks_numbers(strategy: &Value) -> bool {
    strategy.at("rollingUpdate").is_none_or(Value::is_nil)
}

fn rolling(numbers: Shape) -> Shape {
    map([("strategy", text(ROLLING)), ("rollingUpdate", numbers)])
}
