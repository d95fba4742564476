//! The graphics adapters that the window can be drawn with.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use eframe::egui_wgpu::WgpuSetup;
use eframe::wgpu::{self, AdapterInfo, DeviceType};

use super::Finding;

pub(super) fn check() -> Vec<Finding> {
    let WgpuSetup::CreateNew(setup) = WgpuSetup::without_display_handle() else { return vec![] };
    let backends = setup.instance_descriptor.backends;
    let power_preference = setup.power_preference;
    let Some(instance) = at_once(WgpuSetup::CreateNew(setup).new_instance()) else { return vec![missing()] };
    let adapters = at_once(instance.enumerate_adapters(backends)).unwrap_or_default();
    let asked = wgpu::RequestAdapterOptions { power_preference, ..Default::default() };
    let chosen =
        at_once(instance.request_adapter(&asked)).and_then(Result::ok).map(|adapter| adapter.get_info());
    let Some(chosen) = chosen else { return vec![missing()] };
    let mut findings = vec![of_chosen(&chosen)];
    let mut others: Vec<String> = adapters.iter().map(|adapter| described(&adapter.get_info())).collect();
    others.sort();
    others.dedup();
    others.retain(|other| *other != described(&chosen));
    findings.extend(others.into_iter().map(|other| Finding::ok(format!("not used: {other}"))));
    findings
}

/// Whether an adapter draws on the processor instead of a graphics card.
pub fn is_software(adapter: &AdapterInfo) -> bool {
    adapter.device_type == DeviceType::Cpu
}

fn of_chosen(adapter: &AdapterInfo) -> Finding {
    match is_software(adapter) {
        true => Finding::warning(
            format!("{}: the window is drawn by software", described(adapter)),
            "install the driver of your graphics card if there is one; the networks do not need it",
        ),
        false => Finding::ok(described(adapter)),
    }
}

/// The command line does without.
fn missing() -> Finding {
    Finding::warning(
        "no graphics adapter, not even one of software: the window cannot be opened",
        "install one: on Debian and Ubuntu apt-get install mesa-vulkan-drivers libvulkan1 libegl1 libgl1-mesa-dri, \
         on Fedora dnf install mesa-vulkan-drivers vulkan-loader mesa-dri-drivers; elsewhere the driver of the \
         graphics card",
    )
}

/// `llvmpipe (LLVM 15.0.6, 256 bits), Vulkan, Mesa 22.3.6 (LLVM 15.0.6)`
fn described(adapter: &AdapterInfo) -> String {
    let AdapterInfo { name, backend, driver_info, .. } = adapter;
    match driver_info.is_empty() {
        true => format!("{name}, {backend}"),
        false => format!("{name}, {backend}, {driver_info}"),
    }
}

/// What a future that never waits gives. On a desktop, those of wgpu do not.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_verdict_and_a_way_out() {
        assert!(!check().is_empty());
        assert!(missing().advice.unwrap().contains("mesa-vulkan-drivers"));
        assert_eq!((at_once(async { 7 }), at_once(std::future::pending::<()>())), (Some(7), None));
    }
}
