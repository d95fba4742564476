//! Messages, and what is said in them about masks and commands.

texts! { messages:
    dismiss;
    show_in_folder;
    stopped;
    copied;
    selected_locked;
    one_selected_locked;
    locked;
    select_one_to_paint;
    select_to_erase;
    masks_changed;
    empty_mask;
    model_loading;
    zoom_in;
    zoom_out;
    comparison_ready;
    /// `number` counts from 1.
    dismiss_message(number: usize);
    and_more(messages: usize);
    quoted(command: &str);
    both(first: &str, second: &str);
    /// The commands whose shortcut has been given to another one; `count` is their number.
    without_shortcut(count: usize, commands: &str);
    /// What failed, and why.
    failed(job: &str, reason: &str);
}

/// The commands whose shortcut has been given to another one.
pub fn shortcut_lost(commands: &[&str]) -> String {
    let names = commands.iter().map(|command| quoted(command));
    let names = names.reduce(|first, second| both(&first, &second)).unwrap_or_default();
    without_shortcut(commands.len(), &names)
}
