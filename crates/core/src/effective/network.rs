//! `network.options`: what the plugins' templates read, and where the plugins' own blocks end up.

use std::collections::BTreeMap;

use super::slot::{slot, text};
use crate::cluster::value::{Shape, Value};
use crate::schema::{Kind, Schema, Struct};

const FLEX_VOLUMES: &str = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds";

/// Options of a plugin that no key of its block sets.
const OPTIONS: [(&str, &str, &str); 8] = [
    ("calico", "calico_flex_volume_plugin_dir", FLEX_VOLUMES),
    ("flannel", "flannel_backend_type", "vxlan"),
    ("flannel", "flannel_backend_port", "8472"),
    ("flannel", "flannel_backend_vni", "1"),
    ("canal", "canal_flannel_backend_type", "vxlan"),
    ("canal", "canal_flannel_backend_port", "8472"),
    ("canal", "canal_flannel_backend_vni", "1"),
    ("canal", "canal_flex_volume_plugin_dir", FLEX_VOLUMES),
];

const PLUGINS: [&str; 5] = ["calico", "canal", "flannel", "weave", "aci"];

/// An option that is written counts; then the block of a plugin, chosen or not; then the chosen plugin's defaults.
pub fn options(config: &mut Value) {
    let network = slot(config, "network");
    let chosen = network.text("plugin").map_or(String::new(), |plugin| plugin.value);
    let mut presets: BTreeMap<&str, String> = BTreeMap::new();
    for (plugin, option, value) in OPTIONS {
        if plugin == chosen {
            presets.insert(option, value.to_owned());
        }
    }
    for plugin in PLUGINS {
        let Some(structure) = block(plugin) else { continue };
        if plugin == chosen {
            let bare = structure.keys.iter().filter_map(|key| Some((key.bare_option?, key.default(None)?.to_owned())));
            presets.extend(bare);
        }
        if let Some(block) = network.field(&name(plugin)).map(|f| &f.value).filter(|block| !block.is_nil()) {
            let value = |key: &str| block.text(key).map_or(String::new(), |text| text.value);
            presets.extend(structure.keys.iter().filter_map(|key| Some((key.option?, value(key.name)))));
        }
    }
    let options = slot(network, "options");
    for (option, value) in presets {
        if options.field(option).is_none() {
            *slot(options, option) = text(&value).into();
        }
    }
    if options.is_nil() {
        options.shape = Shape::Fields(Vec::new());
    }
}

fn name(plugin: &str) -> String {
    format!("{plugin}_network_provider")
}

fn block(plugin: &str) -> Option<&'static Struct> {
    let schema = Schema::get();
    match schema.key(&format!("network.{}", name(plugin)))?.ty.kind {
        Kind::Struct(index) => Some(schema.structure(index)),
        _ => None,
    }
}
