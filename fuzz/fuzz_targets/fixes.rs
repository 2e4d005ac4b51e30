//! Every fix can be applied, and applying all safe ones ends.

#![no_main]

use drydock_core::fix::{self, Safety};
use drydock_core::plan::Options;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let options = Options::default();
    for found in drydock_core::check(text, &options).diagnostics {
        for fix in &found.fixes {
            let (_, applied) = fix::apply(text, [fix]);
            assert_eq!(applied, 1, "{fix:?}");
        }
    }
    let all = |text: &str| drydock_core::fix_all(text, &options, |_, fix| fix.safety == Safety::Safe);
    let (fixed, _) = all(text);
    let (again, count) = all(&fixed);
    assert_eq!((again, count), (fixed, 0));
});
