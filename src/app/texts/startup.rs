//! What the system does not give: why the window cannot be opened, read on the terminal, and why the file manager
//! shows nothing.

use std::fmt::Display;
use std::path::Path;

use super::shown;

texts! { startup:
    no_driver;
    no_display(cause: &str);
    /// A file that was to be shown in its folder.
    nothing_to_show(path: &Path => shown(path));
    /// `opener` was started, but could not show the path.
    no_file_manager(path: &Path => shown(path), opener: &str);
    opener_failed(path: &Path => shown(path), opener: &str, error: &impl Display => error.to_string());
}
