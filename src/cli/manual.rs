//! `tinsel man`: the manual pages, made from the definition of the command line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::arguments::Cli;
use super::batch::make_folder;
use super::{exit, print_text};
use crate::about::VERSION;

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel man | man -l -
  tinsel man --folder ~/.local/share/man/man1";

#[derive(Debug, Args)]
pub struct ManArguments {
    /// Write a page for each command into this folder, instead of one page to standard output.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// Prints the page of the program, or writes all pages.
pub(super) fn manual(arguments: &ManArguments) -> anyhow::Result<()> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    match &arguments.folder {
        None => print_text(&String::from_utf8(page(&program)?)?),
        Some(folder) => {
            make_folder(folder, "--folder")?;
            write_pages(&program, folder)
        }
    }
}

/// Writes the page of a command and those of its subcommands: `tinsel.1`, `tinsel-predict.1`.
fn write_pages(command: &Command, folder: &Path) -> anyhow::Result<()> {
    let file = folder.join(format!("{}.1", page_name(command)));
    std::fs::write(&file, page(command)?)
        .map_err(|e| anyhow!("{}: cannot be written: {e}; choose another --folder", file.display()))?;
    command.get_subcommands().try_for_each(|command| write_pages(command, folder))
}

fn page_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

/// One page, in the language of `man`.
fn page(command: &Command) -> anyhow::Result<Vec<u8>> {
    let man = Man::new(command.clone()).source(format!("tinsel {VERSION}")).manual("Tinsel");
    let mut page = vec![];
    render(&man, command, &mut page).context("the manual page cannot be made")?;
    Ok(page)
}

fn render(man: &Man, command: &Command, to: &mut dyn Write) -> io::Result<()> {
    man.render_title(to)?;
    man.render_name_section(to)?;
    man.render_synopsis_section(to)?;
    man.render_description_section(to)?;
    man.render_options_section(to)?;
    if command.has_subcommands() {
        man.render_subcommands_section(to)?;
    }
    let mut rest = Roff::default();
    let after = command.get_after_long_help().or(command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    let paragraphs = after.split("\n\n").filter(|paragraph| *paragraph != exit::MEANING);
    paragraphs.chain([exit::MEANING]).filter(|p| !p.is_empty()).for_each(|p| section(&mut rest, p));
    rest.control("SH", ["SEE ALSO"]);
    rest.text([roman(see_also(command))]);
    rest.to_writer(to)
}

/// A paragraph after the help, with its own title if its first line ends with a colon. Its lines are kept.
fn section(roff: &mut Roff, paragraph: &str) {
    let (title, lines) = match paragraph.split_once('\n') {
        Some((title, lines)) if title.ends_with(':') => (title.trim_end_matches(':').to_uppercase(), lines),
        _ => ("NOTES".to_owned(), paragraph),
    };
    let title = if title == "EXIT CODES" { "EXIT STATUS".to_owned() } else { title };
    roff.control("SH", [title.as_str()]);
    roff.control("nf", []);
    for line in lines.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

/// The pages of the subcommands, or of the program.
fn see_also(command: &Command) -> String {
    let pages: Vec<String> = command.get_subcommands().map(|c| format!("{}(1)", page_name(c))).collect();
    match pages.is_empty() {
        true => "tinsel(1)".into(),
        false => pages.join(", "),
    }
}
