//! Why the window cannot be opened; read on the terminal.

pub const NO_DRIVER: &str = "no graphics driver can draw it; on Debian and Ubuntu, install one with: apt-get install \
                             mesa-vulkan-drivers libvulkan1 libegl1 libgl1-mesa-dri";

pub fn no_display(cause: &str) -> String {
    format!(
        "there is no display ({cause}); start it in a desktop session, or use the commands that need none: \
         tinsel --help lists them"
    )
}
