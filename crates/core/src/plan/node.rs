//! Which of the cluster's images one node pulls, by its roles.

use super::{Need, Plan};

impl Need {
    /// Whether a node with these roles (`controlplane`, `etcd`, `worker`) runs it.
    ///
    /// The templates of DNS, metrics server and ingress ask for a node that is a worker; the network plugin and the
    /// node-local DNS tolerate every taint.
    pub fn concerns(self, roles: &[&str]) -> bool {
        let has = |role| roles.contains(&role);
        match self {
            Self::EveryNode | Self::Network | Self::NodeLocalDns => true,
            Self::NotControlPlane => !has("controlplane"),
            Self::Etcd => has("etcd"),
            Self::Dns | Self::Metrics | Self::Ingress => has("worker"),
        }
    }
}

impl Plan {
    /// The images that a node with these roles pulls, each once, in the order of [`Plan::needed_images`].
    pub fn node_images(&self, roles: &[&str]) -> Vec<&str> {
        let mut here: Vec<&str> = Vec::new();
        let keyed = self.images.iter().filter(|image| image.needs.iter().any(|need| need.concerns(roles)));
        here.extend(keyed.map(|image| image.image.as_str()));
        here.extend(self.infra_container_image.as_deref());
        if roles.contains(&"etcd") {
            here.extend(self.snapshot_image.as_deref());
        }
        let needed = self.needed_images();
        needed.into_iter().filter(|image| here.contains(image)).collect()
    }
}

#[cfg(test)]
mod tests {
    const NODES: &str = "\
nodes:
  - {address: 10.0.0.1, role: [controlplane, etcd]}
  - {address: 10.0.0.2, role: [worker]}
";

    #[test]
    fn a_node_gets_what_its_roles_run_and_no_more() {
        let plan = crate::check(NODES, &Default::default()).plan;
        let has = |images: &[&str], name: &str| images.iter().any(|image| image.contains(name));
        let head = plan.node_images(&["controlplane", "etcd"]);
        let worker = plan.node_images(&["worker"]);
        for (name, on_head, on_worker) in [
            ("hyperkube", true, true),
            ("pause", true, true),
            ("flannel", true, true),
            ("coreos-etcd", true, false),
            ("coredns", false, true),
            ("metrics-server", false, true),
            ("nginx-ingress-controller", false, true),
        ] {
            assert_eq!((has(&head, name), has(&worker, name)), (on_head, on_worker), "{name}");
        }
        let all = plan.node_images(&["controlplane", "etcd", "worker"]);
        assert_eq!(all, plan.needed_images(), "the snapshot's image included");
    }
}
