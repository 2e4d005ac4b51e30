//! The built binary on a node: its logins, its engine, docker and the kubelet that ask it.

mod aws;
mod canary;
mod create;
mod docker;
mod doctor;
mod engine;
mod helper;
mod home;
mod http;
mod identity;
mod kubelet;
mod services;
mod tokens;
