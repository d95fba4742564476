//! The states and parts of photos on the command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::files::export::{Split, SplitList};
use crate::files::project::{PhotoState, WorkState};

/// The arguments that split a dataset into parts.
#[derive(Debug, Args)]
pub struct SplitArguments {
    /// Split the photos into train, val and test with these shares, such as 80,10,10 or 80,20; only for coco,
    /// yolo and voc. A photo keeps its part when others are added; one with a tag `train`, `val` or `test` belongs
    /// to that part.
    #[arg(long, value_name = "TRAIN,VAL,TEST")]
    pub split: Option<Shares>,

    /// Another number gives another split.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, requires = "split")]
    pub seed: u64,

    /// List of photos assigned by hand, with lines such as `train NAME`; the others follow --split.
    #[arg(long, value_name = "FILE")]
    pub split_file: Option<PathBuf>,
}

impl SplitArguments {
    /// The split for the library, if there is one.
    ///
    /// # Errors
    /// The list cannot be read.
    pub fn split(&self) -> anyhow::Result<Option<Split>> {
        if self.split.is_none() && self.split_file.is_none() {
            return Ok(None);
        }
        let list = self.split_file.as_deref().map(SplitList::read).transpose()?.unwrap_or_default();
        let shares = self.split.map_or([0; 3], |shares| shares.0);
        Ok(Some(Split { shares, seed: self.seed, list }))
    }
}

/// The shares of train, val and test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares([u32; 3]);

impl FromStr for Shares {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "give two or three whole numbers, not all 0, such as 80,10,10";
        let shares: Result<Vec<u32>, _> = text.split(',').map(|share| share.trim().parse()).collect();
        let shares = match shares.map_err(|_| wrong)?[..] {
            [train, val] => [train, val, 0],
            [train, val, test] => [train, val, test],
            _ => return Err(wrong),
        };
        if shares == [0; 3] { Err(wrong) } else { Ok(Self(shares)) }
    }
}

impl ValueEnum for WorkState {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::New => PossibleValue::new("new").help("Without masks, and not marked"),
            Self::Started => PossibleValue::new("started").help("With masks, and not marked"),
            Self::Set(PhotoState::Review) => PossibleValue::new("review").help("Marked for a review"),
            Self::Set(PhotoState::Done) => {
                PossibleValue::new("done").help("Marked as done; without masks, nothing is to be found")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_two_or_three_numbers() {
        assert_eq!("80,10, 10".parse(), Ok(Shares([80, 10, 10])));
        assert_eq!("4,1".parse(), Ok(Shares([4, 1, 0])));
        for wrong in ["", "80", "0,0", "1,2,3,4", "a,b", "0.8,0.2", "-1,2"] {
            assert!(wrong.parse::<Shares>().is_err(), "{wrong}");
        }
    }
}
