//! A window without a photo.

pub const OPENING: &str = "Opening…";
pub const UNREADABLE: &str = "This photo cannot be opened";
pub const DROP: &str = "Drop a photo or a folder here";
pub const OPEN: &str = "Open a photo or a folder";
pub const HINT: &str = "Then click on an object to get its mask.";
