//! The values of arguments: how they are written, and what is wrong with those that are not.

use std::str::FromStr;

use crate::files::{Channels, Window};
use crate::prompt::{BoxPrompt, Point};

/// The `index`-th of `count` shares, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    pub index: usize,
    pub count: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            Some((index, count)) => {
                Err(format!("share {index} of {count} does not exist; shares are counted from 1"))
            }
            None => Err("a shard is I/N, such as 2/8".into()),
        }
    }
}

/// The name of a generator parameter and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub name: String,
    pub value: serde_json::Value,
}

pub(super) fn parse_setting(text: &str) -> Result<Setting, String> {
    let example = "a setting is NAME=VALUE, such as pred_iou_thresh=0.7";
    let (name, value) = text.split_once('=').ok_or(example)?;
    let value =
        serde_json::from_str(value.trim()).map_err(|_| format!("`{value}` is not a value; {example}"))?;
    Ok(Setting { name: name.trim().replace('-', "_"), value })
}

fn parse_numbers(text: &str) -> Result<Vec<f32>, String> {
    text.split(',')
        .map(|part| {
            let number: f32 = part.trim().parse().map_err(|_| format!("`{part}` is not a number"))?;
            if number.is_finite() { Ok(number) } else { Err(format!("`{part}` is not a number")) }
        })
        .collect()
}

pub(super) fn parse_point(text: &str) -> Result<Point, String> {
    match parse_numbers(text)?[..] {
        [x, y] => Ok(Point { x, y, positive: true }),
        [x, y, label] if label == 0.0 || label == 1.0 => Ok(Point { x, y, positive: label == 1.0 }),
        [_, _, _] => Err("the third number must be 1 (on the object) or 0 (outside it)".into()),
        _ => Err("a point is X,Y or X,Y,0 or X,Y,1, such as 300,180".into()),
    }
}

pub(super) fn parse_box(text: &str) -> Result<BoxPrompt, String> {
    match parse_numbers(text)?[..] {
        [x0, y0, x1, y1] => Ok(BoxPrompt { x0, y0, x1, y1 }),
        _ => Err("a box is X0,Y0,X1,Y1, such as 120,60,420,330".into()),
    }
}

pub(super) fn parse_window(text: &str) -> Result<Window, String> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some([black, white]) if black.is_finite() && white.is_finite() && black != white => {
            Ok(Window { black: *black, white: *white })
        }
        _ => Err("a window is LOW,HIGH with two different numbers, such as 0,4095".into()),
    }
}

pub(super) fn parse_channels(text: &str) -> Result<Channels, String> {
    let numbers: Option<Vec<usize>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some([number]) if *number > 0 => Ok(Channels::Grey(number - 1)),
        Some([r, g, b]) if r + g + b > 0 => {
            Ok(Channels::Rgb([*r, *g, *b].map(|number| number.checked_sub(1))))
        }
        _ => Err("channels are one number from 1 on, or three such as 3,1,0".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_boxes() {
        assert_eq!(parse_point("3, 4.5").unwrap(), Point { x: 3.0, y: 4.5, positive: true });
        assert!(!parse_point("3,4,0").unwrap().positive);
        for bad in ["3", "3,4,2", "3,b", "3,4,1,1", "", "nan,1", "inf,2"] {
            assert!(parse_point(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_box("1,2,3,4").unwrap().y1, 4.0);
        assert!(parse_box("1,2,3").is_err());
    }

    #[test]
    fn windows_and_channels() {
        assert_eq!(parse_window("-5, 4095").unwrap(), Window { black: -5.0, white: 4095.0 });
        for bad in ["5", "1,2,3", "a,2", "nan,1", "7,7", ""] {
            assert!(parse_window(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_channels("3").unwrap(), Channels::Grey(2));
        assert_eq!(parse_channels("3,0,1").unwrap(), Channels::Rgb([Some(2), None, Some(0)]));
        for bad in ["0", "1,2", "0,0,0", "-1", "x", ""] {
            assert!(parse_channels(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn shards_and_settings() {
        assert_eq!("2/8".parse(), Ok(Shard { index: 2, count: 8 }));
        for bad in ["0/8", "9/8", "2", "2/", "a/b", "1/0", "-1/2", "1/2/3"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
        let setting = parse_setting("pred-iou-thresh = 0.5").unwrap();
        assert_eq!((setting.name.as_str(), setting.value), ("pred_iou_thresh", 0.5.into()));
        assert!(parse_setting("pred_iou_thresh").is_err() && parse_setting("pred_iou_thresh=much").is_err());
    }
}
