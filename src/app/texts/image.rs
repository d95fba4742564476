//! The tab about the picture.
pub const PAGE: &str = "Page";
pub const CHANNEL: &str = "Channel";
pub const ONE_CHANNEL: &str = "One channel";
pub const COLOURS: &str = "Channels as colours";
pub const RED: &str = "Red";
pub const GREEN: &str = "Green";
pub const BLUE: &str = "Blue";

pub const WINDOW: &str = "Window";
pub const BLACK: &str = "Black";
pub const BLACK_TOOLTIP: &str = "Samples up to this value are black; double-click for automatic";
pub const WHITE: &str = "White";
pub const WHITE_TOOLTIP: &str = "Samples from this value on are white; double-click for automatic";
pub const MIDTONES: &str = "Midtones";
pub const MIDTONES_TOOLTIP: &str = "Above 1 lightens what lies between black and white; double-click for 1";
pub const AUTOMATIC: &str = "Automatic";
pub const AUTOMATIC_TOOLTIP: &str =
    "All shades for nearly all samples, if they use a small part of their range";
pub const WHOLE_RANGE: &str = "Whole range";
pub const WHOLE_RANGE_TOOLTIP: &str = "From the smallest to the largest number that the file can store";

pub const VIEW: &str = "View of all photos";
pub const VIEW_TOOLTIP: &str = "Changes only what the screen shows, never files or masks";
pub const BRIGHTNESS: &str = "Brightness";
pub const CONTRAST: &str = "Contrast";
pub const GAMMA: &str = "Gamma";
pub const RESET: &str = "Reset view";
pub const RESET_TOOLTIP: &str = "Double-click to reset";
pub const NETWORK_SEES: &str = "Also for the network";
pub const NETWORK_SEES_TOOLTIP: &str = "The network sees photos with this brightness, contrast and gamma; each \
                                        change encodes the photo again";

pub fn of_pages(pages: usize) -> String {
    format!("of {pages}")
}

pub fn of_channels(channels: usize) -> String {
    format!("of {channels}")
}
