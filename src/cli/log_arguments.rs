//! The options of the log, which every command and the window have.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use log::LevelFilter;

use crate::logging::{FILE_VARIABLE, LEVEL_VARIABLE, LogOptions};

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub struct LogArguments {
    /// Add lines about what the program does to this file [default: the variable TINSEL_LOG, or no log].
    #[arg(long, value_name = "FILE", global = true)]
    pub log: Option<PathBuf>,

    /// The least important lines in the log [default: the variable TINSEL_LOG_LEVEL, or info].
    #[arg(long, value_name = "LEVEL", global = true, value_parser = level_parser())]
    pub log_level: Option<LevelFilter>,
}

fn level_parser() -> impl TypedValueParser<Value = LevelFilter> {
    PossibleValuesParser::new(LEVELS).try_map(|level| level.parse::<LevelFilter>())
}

impl LogArguments {
    /// The options for the library; `keeps_recent` in the window. An empty variable counts as unset.
    ///
    /// # Errors
    /// The variable of the level is no level.
    pub fn options(&self, keeps_recent: bool) -> anyhow::Result<LogOptions> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let file = self.log.clone().or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
        let level = match (self.log_level, variable(LEVEL_VARIABLE)) {
            (Some(level), _) => level,
            (None, Some(text)) => level_of(&text)?,
            (None, None) => LevelFilter::Info,
        };
        Ok(LogOptions { file, level, keeps_recent })
    }
}

fn level_of(text: &OsString) -> anyhow::Result<LevelFilter> {
    let text = text.to_string_lossy();
    let known = LEVELS.iter().any(|level| level.eq_ignore_ascii_case(&text));
    let level = text.parse().ok().filter(|_| known);
    level.ok_or_else(|| anyhow!("{LEVEL_VARIABLE} is `{text}`; the levels are {}", LEVELS.join(", ")))
}
