//! Commands on the network, against a registry that lives in the test.

mod difference;
mod fake;
mod faults;
mod machine;
mod odd;
mod packs;
mod proxy;
mod real;
mod run;
mod tls;
