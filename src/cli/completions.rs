//! `tinsel completions`: what shells need to complete the commands and options.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::arguments::Cli;
use super::print_text;

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel completions bash > ~/.local/share/bash-completion/completions/tinsel
  tinsel completions zsh > ~/.zfunc/_tinsel                                      with ~/.zfunc in fpath
  tinsel completions fish > ~/.config/fish/completions/tinsel.fish
  tinsel completions powershell >> $PROFILE
  tinsel completions elvish >> ~/.config/elvish/rc.elv";

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell.
    pub shell: Shell,
}

/// Prints the completions.
pub(super) fn completions(arguments: &CompletionsArguments) -> anyhow::Result<()> {
    let mut script = vec![];
    clap_complete::generate(arguments.shell, &mut Cli::command(), "tinsel", &mut script);
    print_text(&String::from_utf8(script)?)
}
