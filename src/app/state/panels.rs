//! What the panels and the windows over the photo remember between frames.

use egui::Context;

use crate::app::filmstrip::Filmstrip;
use crate::app::panels::{
    Classes, Diagnostics, FilterFigures, ImageTab, Inspect, Keys, MaskList, Note, Palette, PromptBar,
};
use crate::app::recent::RecentFiles;
use crate::app::tasks::Relations;
use crate::app::timeline::TimelinePanel;

pub(in crate::app) struct PanelStates {
    pub mask_list: MaskList,
    pub classes: Classes,
    pub inspect: Inspect,
    pub image: ImageTab,
    pub filmstrip: Filmstrip,
    pub timeline: TimelinePanel,
    pub palette: Palette,
    pub keys: Keys,
    pub diagnostics: Diagnostics,
    pub note: Note,
    pub prompt_bar: PromptBar,
    pub relations: Relations,
    pub filters: FilterFigures,
    pub recent: RecentFiles,
}

impl PanelStates {
    pub fn new(ctx: &Context) -> Self {
        Self {
            mask_list: MaskList::new(ctx.clone()),
            classes: Classes::default(),
            inspect: Inspect::new(ctx.clone()),
            image: ImageTab::default(),
            filmstrip: Filmstrip::new(ctx.clone()),
            timeline: TimelinePanel::default(),
            palette: Palette::default(),
            keys: Keys::default(),
            diagnostics: Diagnostics::default(),
            note: Note::default(),
            prompt_bar: PromptBar::default(),
            relations: Relations::new(ctx.clone()),
            filters: FilterFigures::new(ctx.clone()),
            recent: RecentFiles::new(ctx.clone()),
        }
    }

    /// Forgets what is about the masks and classes of one photo.
    pub fn leave_photo(&mut self) {
        self.mask_list.leave_photo();
        self.classes.leave_photo();
    }

    /// Whether pictures or figures are being made.
    pub fn is_pending(&self) -> bool {
        self.relations.is_pending()
            || self.filters.is_pending()
            || self.filmstrip.is_pending()
            || self.inspect.is_pending()
            || self.diagnostics.is_pending()
    }

    /// Whether keys belong to one of the windows.
    pub fn take_keys(&self) -> bool {
        self.palette.open
            || self.keys.is_recording()
            || self.note.is_open()
            || self.classes.attributes.is_open()
    }
}
