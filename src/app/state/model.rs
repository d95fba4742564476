//! The model in use, and the one that is being loaded.

use crate::app::models::{self, Models};
use crate::app::settings::Settings;
use crate::engine::{Engine, ModelSource};
use crate::everything::{Parameters, Preset};
use crate::models::Choice;
use crate::sam::weights::BUILT_IN_NAME;

#[derive(Default)]
pub(in crate::app) struct Model {
    /// Its name, once it is loaded.
    name: Option<String>,
    is_loading: bool,
    /// Whether what was last asked for is the built-in one.
    loads_built_in: bool,
    /// Whether it follows objects through a sequence by what it remembers of them.
    pub remembers: bool,
    /// The newest request to load one.
    number: u64,
    /// Everything mode's parameters that suit it.
    own_parameters: Parameters,
    /// What the user made of these.
    parameters: Parameters,
    /// The models that can be had.
    pub choice: Models,
}

impl Model {
    /// Its name, once it is loaded.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub fn is_loaded(&self) -> bool {
        self.name.is_some()
    }

    pub fn is_loading(&self) -> bool {
        self.is_loading
    }

    /// Whether it is the built-in model, with whatever input side.
    pub fn is_built_in(&self) -> bool {
        self.name().is_some_and(|name| Choice::parse(name).name == BUILT_IN_NAME)
    }

    /// Everything mode's parameters, as the user has them.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Everything mode's parameters that suit the model.
    pub fn own_parameters(&self) -> &Parameters {
        &self.own_parameters
    }

    pub fn set_parameters(&mut self, parameters: Parameters) {
        self.parameters = parameters;
    }

    pub fn use_preset(&mut self, preset: Preset) {
        self.parameters = preset.parameters(&self.own_parameters);
    }

    /// Loads a model, with the input side that was last chosen for it.
    pub fn load(&mut self, mut source: ModelSource, settings: &Settings, engine: &Engine) {
        source.side = source.side.or_else(|| settings.input_sides.get(&key(&source)).copied());
        self.is_loading = true;
        self.loads_built_in = source.file.is_none();
        self.number = engine.load_model(source);
    }

    /// Loads a model for an input of another side, which is remembered for it.
    pub fn load_with_side(
        &mut self,
        source: ModelSource,
        side: usize,
        settings: &mut Settings,
        engine: &Engine,
    ) {
        settings.input_sides.insert(key(&source), side);
        self.load(ModelSource { side: Some(side), ..source }, settings, engine);
    }

    /// A model has been loaded; it is remembered in the settings.
    pub fn loaded(&mut self, name: &str, input_side: usize, parameters: Parameters, settings: &mut Settings) {
        let remembered = models::to_remember(name);
        self.is_loading = false;
        self.name = Some(models::display_name(name, &settings.models_url));
        (self.own_parameters, self.parameters) = (parameters, parameters);
        self.choice.loaded(&remembered, input_side);
        settings.model = Some(remembered);
    }

    /// Loading came to nothing; the model before stays. Returns whether there is none at all, and the built-in one
    /// may serve.
    pub fn ended(&mut self, number: u64) -> bool {
        if number != self.number {
            return false;
        }
        self.is_loading = false;
        self.name.is_none() && !self.loads_built_in
    }
}

/// What a model's input side is remembered by.
fn key(source: &ModelSource) -> String {
    models::to_remember(&ModelSource { side: None, ..source.clone() }.name())
}
