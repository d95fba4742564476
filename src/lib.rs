//! Tinsel: interactive image segmentation with Segment Anything 2, on the CPU.
//!
//! The layers, each of which knows only those before it: [`mask`] and [`sam2`] (pixels and the
//! network), [`everything`] (prompting a whole photo), [`document`] and [`files`] (what a person
//! makes and where it goes), [`engine`] (the worker thread).

pub mod app;
pub mod cli;
pub mod document;
pub mod engine;
pub mod everything;
pub mod files;
pub mod mask;
pub mod sam2;
