//! Titles and file types of the system's dialogs.

pub const OPEN_PHOTOS: &str = "Open photos";
pub const PHOTOS: &str = "Photos";
pub const OPEN_FOLDER: &str = "Open a folder of photos";
pub const OPEN_MODEL: &str = "Open a model";
pub const MODELS: &str = "Models";
pub const EXPORT_TO: &str = "Export to";
pub const SPLIT_LIST: &str = "List of photos for train, val and test";
pub const TEXT: &str = "Text";
pub const SAVE_IN: &str = "Save the work in";
pub const IMPORT_MASKS: &str = "Import masks";
pub const OPEN_BOXES: &str = "Open files with boxes";
pub const BOXES: &str = "Boxes";
pub const MASKS: &str = "Masks";
pub const SAVE_COMPARISON: &str = "Save the comparison";
pub const IMPORT_CLASSES: &str = "Import classes";
pub const CLASSES: &str = "Class lists";
