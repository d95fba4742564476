//! What this program is: its version and the system that it was built for.

/// The version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The system that the program was built for, as Rust names it: `x86_64-unknown-linux-gnu`.
pub fn target() -> String {
    let environment = match () {
        () if cfg!(target_env = "gnu") => "-gnu",
        () if cfg!(target_env = "musl") => "-musl",
        () if cfg!(target_env = "msvc") => "-msvc",
        () => "",
    };
    let system = match std::env::consts::OS {
        "macos" => "apple-darwin".to_owned(),
        "windows" => "pc-windows".to_owned(),
        other => format!("unknown-{other}"),
    };
    format!("{}-{system}{environment}", std::env::consts::ARCH)
}

/// Version and target: `0.1.0 (x86_64-unknown-linux-gnu)`.
pub fn described() -> String {
    format!("{VERSION} ({})", target())
}
