//! What the system gives the window, and what to do when that is not enough.

use anyhow::anyhow;
use eframe::wgpu::rwh::RawDisplayHandle;

use super::texts::startup as texts;

/// Whether files can be dropped on a window of this display. winit takes none on Wayland.
pub(super) fn takes_drops(display: Option<RawDisplayHandle>) -> bool {
    !matches!(display, Some(RawDisplayHandle::Wayland(_)))
}

/// Why the window could not be opened, and what to do, in one sentence.
pub(super) fn explained(error: eframe::Error) -> anyhow::Error {
    match error {
        eframe::Error::Wgpu(_) => anyhow!(texts::no_driver()),
        eframe::Error::WinitEventLoop(error) => {
            // What comes before the last colon are places in the source.
            let error = error.to_string();
            let cause = error.rsplit(": ").next().unwrap_or(&error).trim_end_matches('.');
            anyhow!(texts::no_display(cause))
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::NonNull;

    use eframe::egui_wgpu::WgpuError;
    use eframe::wgpu::rwh::{WaylandDisplayHandle, XlibDisplayHandle};

    use super::*;

    #[test]
    fn wayland_drops_no_files() {
        let wayland = WaylandDisplayHandle::new(NonNull::dangling());
        assert!(!takes_drops(Some(wayland.into())));
        assert!(takes_drops(Some(XlibDisplayHandle::new(None, 0).into())));
        assert!(takes_drops(None));
    }

    #[test]
    fn without_a_driver_the_packages_are_named() {
        let error = explained(eframe::Error::Wgpu(WgpuError::NoSurfaceFormatsAvailable)).to_string();
        assert!(error.contains("mesa-vulkan-drivers") && error.contains("libegl1"), "{error}");
        assert_eq!(error.lines().count(), 1);
    }
}
