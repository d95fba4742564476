//! The arguments of the command line.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::completions::CompletionsArguments;
use super::convert::ConvertArguments;
use super::doctor::DoctorArguments;
use super::exit;
use super::export::ExportArguments;
use super::import::ImportArguments;
use super::log_arguments::LogArguments;
use super::manual::ManArguments;
use super::masks::MasksArguments;
use super::models::ModelsArguments;
use super::track::TrackArguments;
use super::values::{Setting, Shard, parse_box, parse_channels, parse_point, parse_setting, parse_window};
use crate::about;
use crate::everything::Parameters;
use crate::files::{Channels, Rendering, Window};
use crate::prompt::{BoxPrompt, Point};

/// Version and target, for `--version`.
static LONG_VERSION: LazyLock<String> = LazyLock::new(about::described);

/// What follows the help.
static AFTER_HELP: LazyLock<String> = LazyLock::new(|| format!("{EXAMPLES}\n\n{}", exit::MEANING));

/// Interactive image segmentation with the Segment Anything networks, on your own processor.
///
/// Without a command, the window opens with the given photos or folder. All coordinates are pixels of the
/// upright photo (its EXIF orientation applied); the origin is the top-left corner.
#[derive(Debug, Parser)]
#[command(version, long_version = LONG_VERSION.as_str(), after_help = AFTER_HELP.as_str())]
#[command(override_usage = SYNOPSIS)]
pub struct Cli {
    /// Photos or a folder of photos to open in the window.
    #[arg(value_name = "PHOTO|FOLDER")]
    pub paths: Vec<PathBuf>,

    /// Model for the window: `mobile-sam` (built in), a downloaded model such as `sam2.1-tiny`, or a file.
    /// `NAME@512` gives the network a smaller input: faster and less precise.
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<String>,

    #[command(flatten)]
    pub log: LogArguments,

    #[command(subcommand)]
    pub task: Option<Task>,
}

const SYNOPSIS: &str = "\
tinsel [OPTIONS] [PHOTO|FOLDER]...
       tinsel [OPTIONS] COMMAND";

impl Cli {
    /// The arguments of this run of the program. Invalid usage ends it, as does what only asks for help.
    pub fn of_program() -> Self {
        Self::parse().consistent().unwrap_or_else(|error| error.exit())
    }

    /// Refuses options of the window before a command.
    fn consistent(self) -> Result<Self, clap::Error> {
        if self.task.is_none() || self.model.is_none() {
            return Ok(self);
        }
        let text = "--model before a command is the model of the window; give it after the command";
        Err(Self::command().error(ErrorKind::ArgumentConflict, text))
    }
}

const EXAMPLES: &str = "\
Examples:
  tinsel holiday/                                     open a folder of photos
  tinsel predict cup.jpg --point 300,180 -o cup.png   the mask of the object at (300, 180)
  tinsel everything *.jpg --out masks                 one overlay with all masks per photo
  tinsel track burst --point 300,180 --out tracked    the object on all photos of a folder";

#[derive(Debug, Subcommand)]
pub enum Task {
    /// Compute the mask of one object in a photo from points and a box.
    #[command(after_help = PREDICT_EXAMPLES)]
    Predict(PredictArguments),
    /// Segment everything in photos: one mask per object.
    #[command(after_help = EVERYTHING_EXAMPLES)]
    Everything(EverythingArguments),
    /// Turn the boxes of a detector into masks, saved with the photos.
    #[command(after_help = super::masks::EXAMPLES)]
    Masks(MasksArguments),
    /// Segment everything with two models or two settings, and show which masks each of them misses.
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArguments),
    /// Follow objects through a folder of photos, an animated picture or a film.
    #[command(after_help = super::track::EXAMPLES)]
    Track(TrackArguments),
    /// Export the saved masks of photos to the formats of other programs.
    #[command(after_help = super::export::EXAMPLES)]
    Export(ExportArguments),
    /// Import masks from other programs and save them with a photo.
    #[command(after_help = super::import::EXAMPLES)]
    Import(ImportArguments),
    /// Convert a file with masks to another format.
    #[command(after_help = super::convert::EXAMPLES)]
    Convert(ConvertArguments),
    /// List, download and verify published models: SAM 2, EdgeTAM, SAM 1 and MobileSAM.
    Models(ModelsArguments),
    /// Check what the program needs, and say what to do where something is missing.
    #[command(after_help = super::doctor::EXAMPLES)]
    Doctor(DoctorArguments),
    /// Print the completions of commands and options for a shell.
    #[command(after_help = super::completions::EXAMPLES)]
    Completions(CompletionsArguments),
    /// Print the manual page, or write one page for each command.
    #[command(after_help = super::manual::EXAMPLES)]
    Man(ManArguments),
}

const PREDICT_EXAMPLES: &str = "\
Examples:
  tinsel predict cup.jpg --point 300,180 -o mask.png
  tinsel predict cup.jpg --point 300,180 --point 90,40,0 --cutout cup.png   excludes (90, 40)
  tinsel predict cup.jpg --box 120,60,420,330 --json                        a box; the result as JSON";

const EVERYTHING_EXAMPLES: &str = "\
Examples:
  tinsel everything cup.jpg --out masks
  tinsel everything --img-dir holiday --out masks --save-segment-imgs --json
  tinsel everything holiday --recursive --out masks --format coco,labels --skip-existing
  tinsel everything holiday --out masks --format coco --shard 2/8
  tinsel everything holiday --out masks --keep && tinsel holiday     then correct the masks in the window

Files in the output folder for a photo NAME.jpg, by --format:
  script  NAME_combined_overlay_MODEL.png       the photo with all masks drawn over it
          NAME_MODEL/NAME_mask_I.png            with --save-segment-imgs: the photo, transparent outside mask I
          NAME_MODEL/NAME_mask_I_overlay.png    with --save-segment-imgs: mask I in one colour
  json    NAME_MODEL.json                       the output of SAM2AutomaticMaskGenerator
  labels  NAME_labels_MODEL.png                 a grey image: value I where mask I is on top, otherwise 0
          NAME_labels_MODEL.json                area, box and scores of each value
  coco    coco_MODEL.json                       COCO instances of all photos, written at the end of the run
          coco_MODEL_shardIofN.json             the same for one shard
          coco_MODEL/NAME.json                  the part for one photo; --skip-existing needs it

With --keep also NAME.jpg.tinsel.json, next to the photo or, if its folder is read-only, in the user's data folder.
The masks of a run are added to the saved ones; a mask with the same pixels is not added twice.

With --skip-existing, a run resumes after an interruption. Without --shard, it also merges the results
of all shards into one COCO file.";

const COMPARE_EXAMPLES: &str = "\
Examples:
  tinsel compare cup.jpg --model sam2.1-large --model sam2.1-tiny --out compared
  tinsel compare holiday --model sam2.1-tiny --b pred_iou_thresh=0.7 --out compared

Files in the output folder for a photo NAME.jpg:
  NAME_compare_A_B.png     the photo, the masks of A and the masks of B; matched masks have the same colour
  NAME_compare_A_B.json    the masks of both sides, which of them match, and which are missing on either side";

#[derive(Debug, Args)]
pub struct PredictArguments {
    /// The photo.
    pub photo: PathBuf,

    /// A point on the object (X,Y or X,Y,1) or outside it (X,Y,0). Can be repeated.
    #[arg(long, value_name = "X,Y[,0|1]", value_parser = parse_point, allow_hyphen_values = true)]
    pub point: Vec<Point>,

    /// A box around the object: top-left corner, then bottom-right corner.
    #[arg(long = "box", value_name = "X0,Y0,X1,Y1", value_parser = parse_box, allow_hyphen_values = true)]
    pub bbox: Option<BoxPrompt>,

    /// Report all three candidates instead of one mask; files contain the best one.
    #[arg(long)]
    pub candidates: bool,

    /// Model: `mobile-sam` (built in), a downloaded model such as `sam2.1-tiny`, or a file. `NAME@512` gives
    /// the network a smaller input: faster and less precise.
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<String>,

    /// Save the mask as a PNG: white on black.
    #[arg(short = 'o', long = "mask", value_name = "MASK.png")]
    pub mask: Option<PathBuf>,

    /// Save the object as a PNG: cropped, transparent outside the mask.
    #[arg(long, value_name = "CUT.png")]
    pub cutout: Option<PathBuf>,

    /// Move the edge of the cut-out to that of the photo, as soft as it is there.
    #[arg(long, requires = "cutout")]
    pub soft_edges: bool,

    /// Print JSON: scores, box (x, y, width, height) and uncompressed COCO RLE of each candidate.
    #[arg(long)]
    pub json: bool,

    /// Replace existing files.
    #[arg(long)]
    pub overwrite: bool,

    #[command(flatten)]
    pub rendering: RenderingArguments,
}

/// How photos of more than 8 bits or three channels become the picture that the network sees.
#[derive(Debug, Args)]
pub struct RenderingArguments {
    /// The samples that are black and white, in photos of more than 8 bits [default: automatic].
    #[arg(long, value_name = "LOW,HIGH", value_parser = parse_window, allow_hyphen_values = true)]
    pub window: Option<Window>,

    /// The channels of a TIFF file, counted from 1: one as grey, or three as red, green and blue; 0 is black
    /// [default: the colours, or else the first channel].
    #[arg(long, value_name = "N|R,G,B", value_parser = parse_channels)]
    pub channels: Option<Channels>,
}

impl RenderingArguments {
    /// The choices for the library.
    pub fn rendering(&self) -> Rendering {
        Rendering { window: self.window, channels: self.channels, ..Rendering::default() }
    }
}

#[derive(Debug, Args)]
pub struct EverythingArguments {
    #[command(flatten)]
    pub batch: BatchArguments,

    /// Model: `mobile-sam` (built in), a downloaded model such as `sam2.1-tiny`, or a file. `NAME@512` gives
    /// the network a smaller input: faster and less precise.
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<String>,

    #[command(flatten)]
    pub generator: GeneratorArguments,

    /// Output formats, separated by commas.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = "script")]
    pub format: Vec<ResultFormat>,

    /// In the format `script`, also write each mask as a cut-out and as a coloured layer.
    #[arg(long)]
    pub save_segment_imgs: bool,

    /// Also write the format `json`, and print one JSON object a line on standard output instead of text: the
    /// events of the run.
    #[arg(long)]
    pub json: bool,

    /// Also save the masks with each photo, as the window does, to be corrected there and exported with
    /// `tinsel export`. Saved masks are kept; only new ones are added.
    #[arg(long)]
    pub keep: bool,
}

#[derive(Debug, Args)]
pub struct CompareArguments {
    #[command(flatten)]
    pub batch: BatchArguments,

    /// The models A and B: `mobile-sam` (built in), downloaded models such as `sam2.1-tiny`, or files;
    /// optionally with `@` and an input side, such as `sam2.1-tiny@512`. A single model is compared with
    /// itself under different settings.
    #[arg(long, value_name = "NAME|FILE", required = true)]
    pub model: Vec<String>,

    /// Settings of A only, named as in SAM2AutomaticMaskGenerator, separated by commas.
    #[arg(long, value_name = "SETTING=VALUE", value_delimiter = ',', value_parser = parse_setting)]
    pub a: Vec<Setting>,

    /// Settings of B only.
    #[arg(long, value_name = "SETTING=VALUE", value_delimiter = ',', value_parser = parse_setting)]
    pub b: Vec<Setting>,

    /// Masks match if their IoU is at least this.
    #[arg(long, value_name = "0..1", default_value_t = crate::everything::compare::DEFAULT_MIN_IOU)]
    pub min_iou: f64,

    /// Print one JSON object a line on standard output instead of text: the events of the run.
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub generator: GeneratorArguments,
}

/// The arguments of the batch commands that write results into a folder.
#[derive(Debug, Args)]
pub struct BatchArguments {
    #[command(flatten)]
    pub photos: PhotoArguments,

    /// Folder for the results; created if it does not exist. With --recursive, it gets the same structure.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Skip photos whose results exist, whatever settings they were made with.
    #[arg(long, conflicts_with = "overwrite")]
    pub skip_existing: bool,

    /// Replace existing files.
    #[arg(long)]
    pub overwrite: bool,
}

/// The photos of a batch.
#[derive(Debug, Args)]
pub struct PhotoArguments {
    /// Photos, and folders whose photos are all processed.
    #[arg(value_name = "PHOTO|FOLDER", required_unless_present = "img_dir")]
    pub paths: Vec<PathBuf>,

    /// Also process all photos of this folder.
    #[arg(long, value_name = "DIR")]
    pub img_dir: Option<PathBuf>,

    /// Also search subfolders.
    #[arg(long, short)]
    pub recursive: bool,

    /// Process only the I-th of N equal shares of the photos (I from 1), for runs on several machines.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,

    #[command(flatten)]
    pub rendering: RenderingArguments,
}

/// The generator parameters that override a model's own.
#[derive(Debug, Args)]
pub struct GeneratorArguments {
    /// Points along each side of the grid [default: 32].
    #[arg(long, value_name = "N")]
    pub points_per_side: Option<u32>,

    /// Points decoded in one batch [default: 64].
    #[arg(long, value_name = "N")]
    pub points_per_batch: Option<u32>,

    /// Keep masks whose predicted IoU is above this [default: the model's own; 0.8 for SAM 2, 0.88 for
    /// SAM 1].
    #[arg(long, value_name = "0..1")]
    pub pred_iou_thresh: Option<f32>,

    /// Keep masks at least this stable [default: the model's own; 0.95 officially].
    #[arg(long, value_name = "0..1")]
    pub stability_score_thresh: Option<f32>,

    /// Of two masks whose boxes overlap more than this, keep the better one [default: 0.7].
    #[arg(long, value_name = "0..1")]
    pub box_nms_thresh: Option<f64>,

    /// Offset of the logits, up and down from the threshold, that stability is measured with [default: 1].
    #[arg(long, value_name = "LOGITS")]
    pub stability_score_offset: Option<f32>,

    /// Logit above which a pixel belongs to a mask [default: 0].
    #[arg(long, value_name = "LOGIT", allow_hyphen_values = true)]
    pub mask_threshold: Option<f32>,

    /// Also search N layers of overlapping crops of the photo: 4, then 16, ... [default: 0].
    #[arg(long, value_name = "N")]
    pub crop_n_layers: Option<u32>,

    /// Like --box-nms-thresh, between masks of different crops [default: 0.7].
    #[arg(long, value_name = "0..1")]
    pub crop_nms_thresh: Option<f64>,

    /// Overlap of the crops, as a share of the photo's shorter side [default: 0.341].
    #[arg(long, value_name = "0..1")]
    pub crop_overlap_ratio: Option<f64>,

    /// Divide --points-per-side by this from layer to layer [default: 1].
    #[arg(long, value_name = "N")]
    pub crop_n_points_downscale_factor: Option<u32>,

    /// Fill holes and remove separate parts smaller than this, as SAM 1 does [default: 0].
    #[arg(long, value_name = "PIXELS")]
    pub min_mask_region_area: Option<u32>,

    /// Feed each mask back to the network to refine it; several times slower.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    pub use_m2m: Option<bool>,

    /// Three masks for each point (true, the default) or one.
    #[arg(long, value_name = "true|false")]
    pub multimask_output: Option<bool>,

    /// Skip points in masks of high predicted IoU in which the points before found nothing new: most of the masks in
    /// about half the time. Not an option of the official generator.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    pub skip_covered: Option<bool>,
}

impl GeneratorArguments {
    /// The parameters to run with; `own` are those of the model.
    pub fn parameters(&self, own: Parameters) -> Parameters {
        Parameters {
            points_per_side: self.points_per_side.unwrap_or(own.points_per_side),
            points_per_batch: self.points_per_batch.unwrap_or(own.points_per_batch),
            pred_iou_thresh: self.pred_iou_thresh.unwrap_or(own.pred_iou_thresh),
            stability_score_thresh: self.stability_score_thresh.unwrap_or(own.stability_score_thresh),
            box_nms_thresh: self.box_nms_thresh.unwrap_or(own.box_nms_thresh),
            stability_score_offset: self.stability_score_offset.unwrap_or(own.stability_score_offset),
            mask_threshold: self.mask_threshold.unwrap_or(own.mask_threshold),
            crop_n_layers: self.crop_n_layers.unwrap_or(own.crop_n_layers),
            crop_nms_thresh: self.crop_nms_thresh.unwrap_or(own.crop_nms_thresh),
            crop_overlap_ratio: self.crop_overlap_ratio.unwrap_or(own.crop_overlap_ratio),
            crop_n_points_downscale_factor: self
                .crop_n_points_downscale_factor
                .unwrap_or(own.crop_n_points_downscale_factor),
            min_mask_region_area: self.min_mask_region_area.unwrap_or(own.min_mask_region_area),
            use_m2m: self.use_m2m.unwrap_or(own.use_m2m),
            multimask_output: self.multimask_output.unwrap_or(own.multimask_output),
            skip_covered: self.skip_covered.unwrap_or(own.skip_covered),
        }
    }
}

/// The output formats of `everything`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResultFormat {
    /// An overlay, as in common scripts for SAM 2.
    Script,
    /// One COCO instances file for all photos, with compressed RLE.
    Coco,
    /// A label map and its legend for each photo.
    Labels,
    /// The official generator's records with uncompressed RLE, for each photo.
    Json,
}

#[cfg(test)]
mod tests {
    use log::LevelFilter;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn photos_open_the_window_and_commands_do_not() {
        let cli = Cli::try_parse_from(["tinsel", "a.jpg", "folder"]).unwrap();
        assert!(cli.task.is_none() && cli.paths.len() == 2);
        let cli = Cli::try_parse_from(["tinsel", "predict", "a.jpg", "--point", "1,2"]).unwrap();
        assert!(matches!(cli.task, Some(Task::Predict(_))));
        assert!(Cli::try_parse_from(["tinsel", "everything", "--out", "x"]).is_err());
        let cli = Cli::try_parse_from(["tinsel", "a.jpg", "predict"]).unwrap();
        assert!(cli.task.is_none() && cli.paths.len() == 2, "after a photo, a name is that of a file");
        let cli = Cli::try_parse_from(["tinsel", "--model", "x", "models", "list"]).unwrap();
        assert!(cli.consistent().unwrap_err().to_string().contains("after the command"));
    }

    #[test]
    fn the_log_is_asked_for_before_and_after_a_command() {
        for arguments in [
            ["tinsel", "--log", "x.log", "--log-level", "debug", "models", "list"],
            ["tinsel", "models", "list", "--log", "x.log", "--log-level", "debug"],
            ["tinsel", "--log", "x.log", "--log-level", "debug", "a.jpg", "b.jpg"],
        ] {
            let log = Cli::try_parse_from(arguments).unwrap().log;
            let options = log.options(false).unwrap();
            assert_eq!((options.file, options.level), (Some("x.log".into()), LevelFilter::Debug));
        }
        assert!(Cli::try_parse_from(["tinsel", "--log-level", "much"]).is_err());
    }
}
