//! Commands on the network, against a registry that lives in the test.

mod difference;
mod fake;
mod faults;
mod odd;
mod packs;
mod real;
mod run;
