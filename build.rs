//! What the compiler cannot do: to look whether the built-in model is there, and to give the program for Windows an
//! icon, version information and a manifest.

use std::io;
use std::path::Path;

/// The published crate lacks it, because it is larger than a registry takes.
const BUILT_IN_MODEL: &str = "models/mobile_sam.safetensors";

fn main() -> io::Result<()> {
    println!("cargo::rustc-check-cfg=cfg(built_in_model)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=models");
    if Path::new(BUILT_IN_MODEL).exists() {
        println!("cargo::rustc-cfg=built_in_model");
    }
    windows_resources()
}

#[cfg(windows)]
fn windows_resources() -> io::Result<()> {
    println!("cargo::rerun-if-changed=packaging/windows");
    if !Path::new("packaging/windows").exists() {
        return Ok(());
    }
    winresource::WindowsResource::new()
        .set_icon("packaging/windows/tinsel.ico")
        .set_manifest_file("packaging/windows/tinsel.manifest")
        .set("ProductName", "Tinsel")
        .set("FileDescription", "Tinsel")
        .compile()
}

#[cfg(not(windows))]
fn windows_resources() -> io::Result<()> {
    Ok(())
}
