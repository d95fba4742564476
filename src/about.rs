//! What this program is, and the system that it runs on: the first lines of any report of an error.

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

/// The system that the program runs on, with its kernel where that is known.
pub fn system() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = match std::env::consts::OS {
        "linux" => value(&release, "PRETTY_NAME").unwrap_or("Linux").to_owned(),
        "macos" => format!("macOS {}", macos_version().unwrap_or_default()).trim_end().to_owned(),
        other => other.to_owned(),
    };
    match std::fs::read_to_string("/proc/sys/kernel/osrelease") {
        Ok(kernel) => format!("{name}, kernel {}", kernel.trim()),
        Err(_) => name,
    }
}

/// The value of a variable in a file of assignments for shells.
fn value<'a>(assignments: &'a str, name: &str) -> Option<&'a str> {
    let value = assignments.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.trim().trim_matches(['"', '\'']))
}

fn macos_version() -> Option<String> {
    let list = std::fs::read_to_string("/System/Library/CoreServices/SystemVersion.plist").ok()?;
    let (_, after) = list.split_once("<key>ProductVersion</key>")?;
    let (version, _) = after.split_once("<string>")?.1.split_once("</string>")?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_and_the_system_have_names() {
        assert!(target().starts_with(std::env::consts::ARCH) && target().split('-').count() >= 3);
        assert!(described().starts_with(VERSION) && !system().is_empty());
        let release = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(value(release, "PRETTY_NAME"), Some("Debian GNU/Linux 12 (bookworm)"));
        assert_eq!(value(release, "NAME"), None);
    }
}
