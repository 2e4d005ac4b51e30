//! Rules: one file and one line each. A rule turns what was seen into words.
//!
//! Architecture invariant: rules never look at each other, nor at artifacts.

use crate::cluster::value::{Shape, Value};
use crate::cluster::{Cluster, PrivateRegistry};
use crate::diagnostic::{Diagnostic, Refusal, Severity};
use crate::fix::{Edit, Safety};
use crate::form::template::is_placeholder;
use crate::image::reference::{Reference, ReferenceError};
use crate::image::version::Version;
use crate::plan::{Plan, Source};
use crate::problem::Problem;
use crate::schema::{Schema, suggest};
use crate::text::{Span, Spanned, visible};
use crate::yaml::Document;

/// One fault that can be found.
pub struct Rule {
    /// Stable: `D` and a number, the hundreds name the family.
    pub code: &'static str,
    /// The fault in a few words, kebab-case.
    pub name: &'static str,
    pub severity: Severity,
    pub check: fn(&Facts<'_>, &mut Reporter<'_>),
}

/// What is told about a rule; not part of it, so that a page which only checks need not hold these texts.
pub struct Doc {
    /// One sentence.
    pub summary: &'static str,
    /// What rke does, why it hurts, and where that is known from.
    pub why: &'static str,
    pub examples: &'static [Example],
}

impl Rule {
    pub fn doc(&self) -> &'static Doc {
        let found = RULES.iter().zip(DOCS).find(|(rule, _)| rule.code == self.code);
        found.map(|(_, doc)| *doc).expect("one list makes both tables")
    }
}

/// A file with the fault; what the rule marks has a line of `^` under it. `after` is the file once fixed.
pub struct Example {
    pub before: &'static str,
    pub after: Option<&'static str>,
}

impl Example {
    /// `before` as a person would write it, without the marks.
    pub fn text(&self) -> String {
        self.before.split_inclusive('\n').filter(|line| !is_mark(line)).collect()
    }
}

fn is_mark(line: &str) -> bool {
    line.trim_start().starts_with('^')
}

/// Everything a rule may look at.
pub struct Facts<'a> {
    pub text: &'a str,
    pub document: &'a Document,
    pub problems: &'a [Problem],
    pub cluster: &'a Cluster,
    pub plan: &'a Plan,
}

impl Facts<'_> {
    /// The entries of `private_registries`, each with its path.
    pub fn registries(&self) -> impl Iterator<Item = (String, &PrivateRegistry)> {
        self.cluster.registries.iter().enumerate().map(|(i, r)| (format!("private_registries[{i}]"), r))
    }

    /// Entries that hold one key of an entry above them, which has a url but lacks that key: the index of that entry,
    /// and their own.
    pub fn split_registries(&self) -> Vec<(usize, usize)> {
        let mut split = Vec::new();
        let (mut head, mut taken) = (0, [false; 5]);
        for (index, registry) in self.cluster.registries.iter().enumerate() {
            let has = [
                registry.url.is_some(),
                registry.user.is_some(),
                registry.password.is_some(),
                registry.is_default.is_some(),
                registry.ecr.is_some(),
            ];
            let holds_one = has.iter().filter(|has| **has).count() == 1 && !has[0];
            if holds_one && taken[0] && has.iter().zip(taken).all(|(has, taken)| !(*has && taken)) {
                split.push((head, index));
                taken = std::array::from_fn(|key| taken[key] || has[key]);
            } else {
                (head, taken) = (index, has);
            }
        }
        split
    }

    /// [`Facts::registries`] without those that a dash has split off the entry above.
    pub fn registry_heads(&self) -> impl Iterator<Item = (String, &PrivateRegistry)> {
        let split: Vec<usize> = self.split_registries().into_iter().map(|(_, index)| index).collect();
        self.registries_but(split)
    }

    /// [`Facts::registries`] of which nothing was split off: what they lack stands nowhere.
    pub fn whole_registries(&self) -> impl Iterator<Item = (String, &PrivateRegistry)> {
        let mut split: Vec<usize> =
            self.split_registries().into_iter().flat_map(|(head, index)| [head, index]).collect();
        split.sort_unstable();
        self.registries_but(split)
    }

    fn registries_but(&self, sorted: Vec<usize>) -> impl Iterator<Item = (String, &PrivateRegistry)> {
        self.registries().enumerate().filter(move |(i, _)| sorted.binary_search(i).is_err()).map(|(_, entry)| entry)
    }

    /// [`Facts::written_urls`] but for placeholders: what these become is not known.
    pub fn registry_urls(&self) -> impl Iterator<Item = (String, &PrivateRegistry, &Spanned<String>)> {
        self.written_urls().filter(|(_, _, url)| !is_placeholder(&url.value))
    }

    /// The entries that have a url.
    pub fn written_urls(&self) -> impl Iterator<Item = (String, &PrivateRegistry, &Spanned<String>)> {
        self.registries().filter_map(|(at, registry)| registry.url.as_ref().map(|url| (at, registry, url)))
    }

    /// The decoded entry under a path of [`Facts::registries`], for the places of its keys.
    pub fn registry_value(&self, at: &str) -> Option<&Value> {
        let index = at.strip_prefix("private_registries[")?.strip_suffix(']')?.parse::<usize>().ok()?;
        self.cluster.config.at("private_registries")?.items().get(index)
    }

    /// An error where images that this cluster needs come from behind the entry, since its fault then stops them.
    pub fn severity_of_a_fault_in(&self, registry: &PrivateRegistry) -> Severity {
        let serves_images = registry.is_default()
            && registry.url.as_ref().map(|u| &u.value) == self.plan.prefix.as_ref()
            && self.plan.images.iter().any(|i| i.source == Source::DefaultRegistry && !i.needs.is_empty());
        if serves_images { Severity::Error } else { Severity::Warning }
    }

    /// An error where rke asks an entry without a login for credentials and its ECR plugin gives none.
    pub fn severity_of_a_lost_plugin(&self, registry: &PrivateRegistry) -> Severity {
        let url = registry.url.as_ref().map_or("docker.io", |url| url.value.as_str());
        let asked = self.plan.images.iter().any(|i| !i.needs.is_empty() && i.lookup.registry() == Some(url));
        let has_login = registry.user.is_some() || registry.password.is_some();
        if asked && !has_login { Severity::Error } else { Severity::Warning }
    }

    /// The name that a system image has behind the url of a registry.
    pub fn behind(url: &str) -> Result<Reference, ReferenceError> {
        Reference::parse(&format!("{url}/rancher/rke-tools:v0"))
    }

    /// The url of a registry without the scheme, which is a finding of its own.
    pub fn without_scheme(url: &str) -> &str {
        let starts = |scheme: &&str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        &url[["https://", "http://"].iter().find(|scheme| starts(scheme)).map_or(0, |scheme| scheme.len())..]
    }

    /// Kubernetes comes without the cloud provider `aws`.
    pub fn aws_is_gone(&self) -> bool {
        self.version().is_some_and(|version| version.is_in(">=1.27.0-rancher0"))
    }

    /// The release of rke has the ECR plugin.
    pub fn knows_ecr_plugin(&self) -> bool {
        let key = Schema::get().key("private_registries[].ecr_credential_plugin");
        key.is_some_and(|key| suggest::has_come(key.since, &self.plan.rke))
    }

    /// The decoded entry of `nodes`, for the places of its keys.
    pub fn node_value(&self, index: usize) -> Option<&Value> {
        self.cluster.config.at("nodes")?.items().get(index)
    }

    /// The smallest place to blame for a path: its value, its key where the value is empty or a block, or the key of
    /// the nearest block around it that is written.
    pub fn blame(&self, path: &str) -> Span {
        let config = &self.cluster.config;
        if let Some(field) = config.field_at(path) {
            let block = matches!(field.value.shape, Shape::Fields(_) | Shape::List(_));
            return if block || field.value.span.is_empty() { field.key } else { field.value.span };
        }
        match path.rsplit_once('.') {
            Some((parent, _)) => config.field_at(parent).map_or_else(|| self.blame(parent), |field| field.key),
            None => config.fields().first().map_or(Span::default(), |field| field.key),
        }
    }

    /// The place of a part of a scalar: its first occurrence between the quotes.
    pub fn inside(&self, scalar: Span, part: &str) -> Span {
        let inner = self.document.inner_span(scalar);
        let found = self.text[inner.range()].find(part).filter(|_| !part.is_empty());
        found.map_or(scalar, |at| Span::new(inner.start + at, inner.start + at + part.len()))
    }

    /// A value stands at the path that does not fit its type: what is missing there is another finding.
    pub fn mistyped(&self, path: &str) -> bool {
        self.problems.iter().any(|p| matches!(p, Problem::Mismatch { at, .. } if at.starts_with(path)))
    }

    /// The text is a file of another program.
    pub fn is_other_file(&self) -> bool {
        self.problems.iter().any(|p| matches!(p, Problem::OtherFile { .. }))
    }

    /// The configuration was found in Rancher's form of a cluster.
    pub fn is_of_rancher(&self) -> bool {
        self.problems.iter().any(|p| matches!(p, Problem::RancherForm { .. }))
    }

    /// The YAML breaks off: what is missing may stand behind.
    pub fn cut_short(&self) -> bool {
        self.document.stop.is_some()
    }

    /// The Kubernetes version that counts, where it is one.
    pub fn version(&self) -> Option<Version> {
        Version::from_kubernetes(&self.plan.kubernetes_version).ok()
    }
}

/// Collects what one rule finds.
pub struct Reporter<'a> {
    rule: &'static Rule,
    text: &'a str,
    found: &'a mut Vec<Diagnostic>,
}

impl Reporter<'_> {
    /// `span` is widened to something a person can see; `at` is the path of the key to blame.
    pub fn report(&mut self, span: Span, at: impl Into<String>, message: impl Into<String>) -> &mut Diagnostic {
        self.found.push(Diagnostic {
            code: self.rule.code,
            name: self.rule.name,
            severity: self.rule.severity,
            span: visible(self.text, span),
            message: message.into(),
            at: at.into(),
            related: Vec::new(),
            help: None,
            fixes: Vec::new(),
            refusal: None,
            stops_rke: false,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

impl Diagnostic {
    /// Says which values are known, and offers the one that was probably meant.
    fn offer(&mut self, written: &Spanned<String>, known: &[&str]) -> &mut Self {
        let (last, others) = known.split_last().unwrap_or((&"", &[]));
        self.help(format!("one of {} and {last}", others.join(", ")));
        let Some((meant, sure)) = suggest::value(&written.value, known) else { return self };
        let safety = if sure { Safety::Safe } else { Safety::Uncertain };
        self.fix(format!("write `{meant}`"), safety, vec![Edit::replace(written.span, meant)])
    }
}

/// What all rules found.
pub struct Findings {
    /// Sorted by place, the one at which rke stops marked; what the file's comments silence is left out.
    pub diagnostics: Vec<Diagnostic>,
    /// Where rke stops, silenced or not.
    pub refusal: Option<Refusal>,
}

/// Runs every rule.
pub fn run(facts: &Facts<'_>) -> Findings {
    let mut found = Vec::new();
    for rule in RULES {
        (rule.check)(facts, &mut Reporter { rule, text: facts.text, found: &mut found });
    }
    let first = |d: &Diagnostic| d.refusal.as_ref().map(|r| (r.step, r.nth));
    if let Some(stop) = found.iter().filter_map(first).min()
        && let Some(diagnostic) = found.iter_mut().find(|d| first(d) == Some(stop))
    {
        diagnostic.stops_rke = true;
    }
    let refusal = found.iter().find(|d| d.stops_rke).and_then(|d| d.refusal.clone());
    unused_ignore::silence(facts, &mut found);
    found.sort_by(|a, b| (a.span.start, b.severity, a.code).cmp(&(b.span.start, a.severity, b.code)));
    Findings { diagnostics: found, refusal }
}

/// The rule behind a code or a name.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|r| r.code.eq_ignore_ascii_case(code) || r.name == code)
}

/// Modules and tables from one list, so that no rule file is orphaned.
macro_rules! rules {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        pub static RULES: &[&Rule] = &[$(&$module::RULE),*];
        static DOCS: &[&Doc] = &[$(&$module::DOC),*];
    };
}

rules! {
    yaml_syntax,
    wrong_type,
    duplicate_key,
    more_documents,
    value_lost,
    variable_kept,
    unused_ignore,
    object_refused,
    retyped_value,
    encryption_off,
    drain_input_lost,
    rancher_form,
    state_file,
    two_byte_order_marks,
    bare_list,
    other_file,
    unknown_key,
    ignored_key,
    value_without_meaning,
    url_scheme,
    url_trailing_slash,
    url_white_space,
    url_upper_case,
    url_bare_host,
    url_unreadable,
    docker_hub_alias,
    several_defaults,
    default_without_url,
    duplicate_url,
    half_a_login,
    hub_default_path,
    split_registry,
    ecr_key_ignored,
    ecr_plugin_null,
    ecr_host_unknown,
    ecr_plugin_beside_login,
    ecr_half_a_key,
    ecr_without_provider,
    ecr_key_expires,
    ecr_pause_image,
    ecr_token_as_password,
    ecr_without_plugin,
    ecr_account,
    ecr_region,
    ecr_key_in_file,
    version_invalid,
    version_unknown,
    default_registry_defeated,
    version_missing,
    credentials_not_found,
    subscription_images,
    addon_images_stay,
    node_incomplete,
    role_unknown,
    hostname_invalid,
    duplicate_node,
    role_twice,
    nodes_missing,
    service_range_invalid,
    cloud_provider_block,
    aws_service_override,
    cloud_provider_nameless,
    aws_in_tree,
    authentication_strategy,
    network_plugin_unknown,
    flannel_mtu,
    weave_removed,
    dual_stack,
    aci_cloud_option,
    aci_incomplete,
    ingress_value_unknown,
    ingress_ports,
    cri_dockerd_early,
    pod_security_without_rbac,
    pod_security_level,
    external_etcd_incomplete,
    snapshot_s3_incomplete,
    etcd_missing,
    etcd_inside_and_outside,
    image_tag_unreadable,
    drain_without_input,
    max_unavailable_invalid,
    backend_number,
    aci_template_missing,
    key_path_short,
    rotation_impossible,
}

#[cfg(test)]
mod tests;
