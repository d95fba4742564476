//! What the system does not give: why the window cannot be opened, read on the terminal, and why the file manager
//! shows nothing.

use std::fmt::Display;
use std::path::Path;

pub const NO_DRIVER: &str = "no graphics driver can draw it, not even one of software; install one: on Debian and \
                             Ubuntu with apt-get install mesa-vulkan-drivers libvulkan1 libegl1 libgl1-mesa-dri, on \
                             Fedora with dnf install mesa-vulkan-drivers vulkan-loader mesa-dri-drivers, elsewhere \
                             the driver of the graphics card; tinsel doctor lists what it finds";

pub fn no_display(cause: &str) -> String {
    format!(
        "there is no display ({cause}); start it in a desktop session, over ssh with ssh -X, on a virtual screen \
         with xvfb-run tinsel, or use the commands that need none: tinsel --help lists them"
    )
}

/// A file that was to be shown in its folder.
pub fn nothing_to_show(path: &Path) -> String {
    format!("{}: is no longer there, so that it cannot be shown", path.display())
}

/// `opener` was started, but could not show the path.
pub fn no_file_manager(path: &Path, opener: &str) -> String {
    format!(
        "{}: {opener} found no file manager to show it. Install one, or go there by hand.",
        path.display()
    )
}

pub fn opener_failed(path: &Path, opener: &str, error: &impl Display) -> String {
    let hint =
        if opener == "xdg-open" { "Install xdg-utils, or go there by hand." } else { "Go there by hand." };
    format!("{}: {opener} cannot be started ({error}). {hint}", path.display())
}
