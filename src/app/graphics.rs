//! What draws the window: the best graphics adapter, and if that fails one that draws by software.

use std::sync::Arc;

use eframe::NativeOptions;
use eframe::egui_wgpu::WgpuSetup;
use eframe::wgpu::{Adapter, Surface};

use crate::doctor::is_software;

/// Opens the window with the best adapter; if no window comes of that, because its driver is broken, with one that
/// draws by software. `open` opens it and returns when it is closed; `is_open` says whether there was a window.
///
/// # Errors
/// That of the first attempt, if there is no window either way.
pub(super) fn with_fallback(
    options: NativeOptions,
    open: impl Fn(NativeOptions) -> eframe::Result,
    is_open: impl Fn() -> bool,
) -> eframe::Result {
    let Err(error) = open(options.clone()) else { return Ok(()) };
    if is_open() || !matches!(error, eframe::Error::Wgpu(_)) {
        return Err(error);
    }
    log::warn!("the window cannot be drawn ({error}); trying to draw it by software");
    let second = open(by_software(options));
    if is_open() { second } else { Err(error) }
}

/// The same, but only with an adapter of software.
fn by_software(mut options: NativeOptions) -> NativeOptions {
    if let WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
        setup.native_adapter_selector = Some(Arc::new(software_adapter));
    }
    options
}

fn software_adapter(adapters: &[Adapter], surface: Option<&Surface<'_>>) -> Result<Adapter, String> {
    let fits = |adapter: &&Adapter| {
        is_software(&adapter.get_info())
            && surface.is_none_or(|surface| adapter.is_surface_supported(surface))
    };
    adapters.iter().find(fits).cloned().ok_or_else(|| "there is none that draws by software".into())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use eframe::egui_wgpu::WgpuError;

    use super::*;

    fn broken() -> eframe::Error {
        eframe::Error::Wgpu(WgpuError::NoSurfaceFormatsAvailable)
    }

    /// Runs with an outcome for each attempt; returns that of all, and whether each attempt was by software.
    fn attempts(outcomes: Vec<eframe::Result>, is_open: bool) -> (eframe::Result, Vec<bool>) {
        let (outcomes, seen) = (RefCell::new(outcomes.into_iter()), RefCell::new(vec![]));
        let open = |options: NativeOptions| {
            let WgpuSetup::CreateNew(setup) = &options.wgpu_options.wgpu_setup else { panic!() };
            seen.borrow_mut().push(setup.native_adapter_selector.is_some());
            outcomes.borrow_mut().next().unwrap()
        };
        let ended = with_fallback(NativeOptions::default(), open, || is_open);
        (ended, seen.into_inner())
    }

    #[test]
    fn software_draws_when_the_best_adapter_cannot() {
        assert!(matches!(attempts(vec![Ok(())], true), (Ok(()), seen) if seen == [false]));
        // Afterwards there was no window in this test, so that the first error counts.
        let (ended, seen) = attempts(vec![Err(broken()), Ok(())], false);
        assert!(ended.is_err() && seen == [false, true]);
        let (ended, seen) = attempts(vec![Err(broken())], true);
        assert!(ended.is_err() && seen == [false], "what fails later is no reason to open it again");
    }
}
