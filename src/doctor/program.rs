//! The program itself: version, target, and how it was built.

use super::Finding;
use crate::about;

pub(super) fn check() -> Vec<Finding> {
    let features: Vec<&str> = [("window", cfg!(feature = "app")), ("command line", cfg!(feature = "cli"))]
        .into_iter()
        .filter_map(|(name, is_built)| is_built.then_some(name))
        .collect();
    let build = match cfg!(debug_assertions) {
        true => Finding::warning(
            "built without optimisation, so that networks are many times slower",
            "build it with --release",
        ),
        false => Finding::ok(format!("optimised build, with {}", features.join(" and "))),
    };
    vec![Finding::ok(format!("Tinsel {}", about::described())), build]
}
