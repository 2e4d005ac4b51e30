//! How findings look at a terminal.

use drydock_core::cluster::Cluster;
use drydock_core::diagnostic::{Diagnostic, Label, Refusal, Severity, Step};
use drydock_core::fix::{Edit, Fix, Safety};
use drydock_core::render::redact::Redactor;
use drydock_core::text::Span;
use drydock_pull::human::Painter;
use expect_test::expect;

fn span(text: &str, of: &str) -> Span {
    let start = text.find(of).unwrap_or_else(|| panic!("`{of}` is not in the text"));
    Span::new(start, start + of.len())
}

fn finding(span: Span) -> Diagnostic {
    Diagnostic {
        code: "D201",
        name: "ecr-plugin-key",
        severity: Severity::Error,
        span,
        message: "`ecrCredentialPlugin` is not read by rke".to_owned(),
        at: String::new(),
        related: Vec::new(),
        help: None,
        fixes: Vec::new(),
        refusal: None,
        stops_rke: false,
    }
}

fn paint(text: &str, diagnostic: &Diagnostic, color: bool) -> String {
    let secrets = Redactor::find(text, &Cluster::default());
    let masked = secrets.mask(text);
    let painted = Painter::new("cluster.yml", text, secrets, &masked, color).paint(diagnostic);
    format!("{painted}\n")
}

#[test]
fn a_finding_has_carets_help_and_its_fixes_in_words() {
    let text = "private_registries:\n- url: ü.example\n  password: hunter2\n  ecrCredentialPlugin: {}\n";
    let key = span(text, "ecrCredentialPlugin");
    let diagnostic = Diagnostic {
        related: vec![Label { span: span(text, "ü.example"), message: "of this registry".to_owned() }],
        help: Some("the key is `ecr_credential_plugin`; hunter2 stays".to_owned()),
        fixes: vec![
            Fix::new("rename the key", Safety::Safe, vec![Edit::replace(key, "ecr_credential_plugin")]),
            Fix::new("remove the key", Safety::Uncertain, vec![Edit::delete(key)]),
        ],
        refusal: Some(Refusal {
            step: Step::Images,
            nth: 0,
            error: "no basic auth credentials".to_owned(),
            panic: false,
        }),
        stops_rke: true,
        ..finding(key)
    };
    expect![[r#"
        error[D201]: `ecrCredentialPlugin` is not read by rke
         --> cluster.yml:4:3
          |
        2 | - url: ü.example
          |        --------- of this registry
        3 |   password: ***
        4 |   ecrCredentialPlugin: {}
          |   ^^^^^^^^^^^^^^^^^^^
          |
          = rke stops with: no basic auth credentials
          = help: the key is `ecr_credential_plugin`; *** stays
          = fix: rename the key (--fix)
          = fix: remove the key (--fix --unsafe-fixes; may change what was meant)
    "#]]
    .assert_eq(&paint(text, &diagnostic, false));
}

#[test]
fn a_secret_under_the_caret_is_masked_and_still_marked() {
    let text = "a: 1\r\nb: {password: \"hunter2, hunter3\", url: x}\r\n";
    let whole = paint(text, &finding(span(text, "\"hunter2, hunter3\"")), false);
    assert!(!whole.contains("hunter"), "{whole}");
    expect![[r#"
        error[D201]: `ecrCredentialPlugin` is not read by rke
         --> cluster.yml:2:15
          |
        2 | b: {password: ***, url: x}
          |               ^^^
    "#]]
    .assert_eq(&whole);
    let after = paint(text, &finding(span(text, "url: x")), false);
    expect![[r#"
        error[D201]: `ecrCredentialPlugin` is not read by rke
         --> cluster.yml:2:35
          |
        2 | b: {password: ***, url: x}
          |                    ^^^^^^
    "#]]
    .assert_eq(&after);
}

#[test]
fn the_whole_of_an_empty_text_and_the_end_of_a_text_have_a_place() {
    expect![[r#"
        error[D201]: `ecrCredentialPlugin` is not read by rke
        --> cluster.yml:1:1
    "#]]
    .assert_eq(&paint("", &finding(Span::new(0, 0)), false));
    expect![[r#"
        error[D201]: `ecrCredentialPlugin` is not read by rke
         --> cluster.yml:1:5
          |
        1 | a: 1
          |     ^
    "#]]
    .assert_eq(&paint("a: 1\n", &finding(Span::new(4, 5)), false));
}

#[test]
fn a_block_is_marked_at_its_first_line_and_a_far_place_is_told_by_line() {
    let text = format!("nodes:\n- a: 1\n  b: 2\n{}last: 1\n", "x: 1\n".repeat(300));
    let diagnostic = Diagnostic {
        related: vec![Label { span: span(&text, "last"), message: "the last".to_owned() }],
        ..finding(span(&text, "a: 1\n  b: 2"))
    };
    expect![[r#"
        error[D201]: `ecrCredentialPlugin` is not read by rke
         --> cluster.yml:2:3
          |
        2 | - a: 1
          |   ^^^^
          |
          = note: line 304: the last
    "#]]
    .assert_eq(&paint(&text, &diagnostic, false));
}

#[test]
fn of_a_line_of_megabytes_is_drawn_what_stands_around_the_finding() {
    let text =
        format!("a: [{}ü, here, ü{}]\nb: {{password: hunter22, c: 2}}\n", "1, ".repeat(100_000), ", 2".repeat(100_000));
    let painted = paint(&text, &finding(span(&text, "here")), false);
    expect![[r#"
        error[D201]: `ecrCredentialPlugin` is not read by rke
         --> cluster.yml:1:300008
          |
        1 | …1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ü, here, ü, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2…
          |                                                              ^^^^
    "#]]
    .assert_eq(&painted);
    let start = paint(&text, &finding(span(&text, "a")), false);
    expect![[r#"
        error[D201]: `ecrCredentialPlugin` is not read by rke
         --> cluster.yml:1:1
          |
        1 | a: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, …
          | ^
    "#]]
    .assert_eq(&start);
    let all = paint(&text, &finding(Span::new(3, 500_000)), false);
    assert!(all.len() < 1_000 && all.contains("^^^^"), "{}", all.len());
    let secret = format!("{{x: [{}], password: hunter22, url: here}}\n", "1, ".repeat(1000));
    let painted = paint(&secret, &finding(span(&secret, "here")), false);
    assert!(painted.contains("password: ***, url: here") && painted.contains(":1:3"), "{painted}");
}

#[test]
fn colours_only_where_asked() {
    let text = "a: 1\n";
    assert!(!paint(text, &finding(Span::new(0, 1)), false).contains('\u{1b}'));
    assert!(paint(text, &finding(Span::new(0, 1)), true).contains('\u{1b}'));
}
