//! The dialogs for opening and saving files.

use super::Finding;

#[cfg(any(target_os = "macos", windows))]
pub(super) fn check() -> Vec<Finding> {
    vec![Finding::ok("those of the system")]
}

#[cfg(not(any(target_os = "macos", windows)))]
pub(super) fn check() -> Vec<Finding> {
    let (portal, zenity) = (has_portal(), super::is_installed("zenity"));
    vec![match (portal, zenity) {
        (true, _) => Finding::ok("those of the desktop (xdg-desktop-portal)"),
        (false, true) => Finding::ok("zenity"),
        (false, false) => Finding::warning(
            "neither xdg-desktop-portal nor zenity: the window cannot show dialogs for files",
            "install one of them (on Debian and Ubuntu apt-get install zenity); photos can still be dropped on the \
             window, or given on the command line",
        ),
    }]
}

/// Whether the service is installed, and a bus of the session is there to start it.
#[cfg(not(any(target_os = "macos", windows)))]
fn has_portal() -> bool {
    use std::path::{Path, PathBuf};

    const SERVICE: &str = "dbus-1/services/org.freedesktop.portal.Desktop.service";
    let folders = std::env::var_os("XDG_DATA_DIRS").filter(|folders| !folders.is_empty());
    let folders = folders.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    let is_installed = std::env::split_paths(&folders).any(|folder| folder.join(SERVICE).is_file());
    let runtime: PathBuf = std::env::var_os("XDG_RUNTIME_DIR").unwrap_or_default().into();
    let has_bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some() || runtime.join("bus").exists();
    // Inside a Flatpak, the portal of the host answers.
    (is_installed || Path::new("/.flatpak-info").exists()) && has_bus
}
