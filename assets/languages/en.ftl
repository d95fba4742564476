### The texts of the window in English: the reference for all other languages.
###
### A message without arguments stands on one line. Numbers come with their plural: [one] is what the language
### calls singular. Texts of commands have the command's id; all others the name of their file in src/app/texts/
### and that of their function there.


## The commands of the menus.

command-OpenPhotos = Open photos…
    .tooltip = Open one or more photos
command-OpenFolder = Open folder…
    .tooltip = Open all photos in a folder
command-OpenSample = Open sample photo
    .tooltip = Open a built-in photo to try things out
command-OpenModel = Open model…
    .tooltip = Load weights from a .pt or .safetensors file, or from an ONNX pair
command-UseBuiltInModel = Use built-in model
    .tooltip = Use MobileSAM, which needs no download
command-Export = Export…
    .tooltip = Export masks to files
command-ExportSelected = Export selected…
    .tooltip = Export the selected masks to files
command-ImportMasks = Import masks…
    .tooltip = Import masks from COCO, labelme, YOLO, ISAT, CVAT or PNG files
command-ImportClasses = Import classes…
    .tooltip = Add classes from a list (classes.txt, data.yaml), COCO, labelme, ISAT or another project
command-Quit = Quit
    .tooltip = Close the window
command-Undo = Undo
    .tooltip = Undo the last change
command-Redo = Redo
    .tooltip = Redo the last undone change
command-SelectAll = Select all
    .tooltip = Select all masks
command-SelectNone = Deselect all
    .tooltip = Deselect all masks
command-CopyMasks = Copy masks
    .tooltip = Copy the selected masks, to paste them into another photo
command-PasteMasks = Paste masks
    .tooltip = Add the copied masks in the same place
command-PasteByShape = Paste by shape
    .tooltip = Let the network find the copied masks in this photo, where the objects may have moved a little
command-PasteClass = Paste class
    .tooltip = Assign the class of the copied mask to the selected masks
command-DuplicatePrevious = Duplicate masks of previous photo
    .tooltip = Add all masks of the previous photo of the folder in the same place
command-DuplicateSelected = Duplicate selected
    .tooltip = Add copies of the selected masks in the same place
command-CopyCutout = Copy cut-out as picture
    .tooltip = Copy the selected object to the clipboard, on a transparent background
command-CopyMask = Copy mask as picture
    .tooltip = Copy the selected mask to the clipboard, white on black
command-DeleteSelected = Delete selected
    .tooltip = Delete the selected masks
command-NextPhoto = Next photo
    .tooltip = Open the next photo in the folder
command-PreviousPhoto = Previous photo
    .tooltip = Open the previous photo in the folder
command-NextPage = Next page
    .tooltip = Open the next page of the photo's file
command-PreviousPage = Previous page
    .tooltip = Open the previous page of the photo's file
command-NextEmptyPhoto = Next photo without masks
    .tooltip = Open the next photo that has no masks and is not done
command-NextReviewPhoto = Next photo to be reviewed
    .tooltip = Open the next photo that is marked for review
command-MarkDone = Done, next photo
    .tooltip = Accept the mask in progress, mark the photo as done and open the next one that is not
command-MarkReview = To be reviewed
    .tooltip = Mark the photo for a review, or remove the mark
command-ClearState = Not done
    .tooltip = Remove the mark that the photo is done or to be reviewed
command-EditNote = Note and tags…
    .tooltip = Write a note about the photo, and give it tags
command-ShowInFolder = Show in folder
    .tooltip = Show the file of the photo in the file manager
command-Tool-Positive = Include
    .tooltip = Click on the object; right-click outside it
command-Tool-Negative = Exclude
    .tooltip = Click on what does not belong to the object
command-Tool-Box = Box
    .tooltip = Drag a box around the object
command-Tool-Select = Pick masks
    .tooltip = Click a mask to select it
command-Tool-Brush = Brush
    .tooltip = Paint on the selected mask or a new one; hold Shift to erase
command-Tool-Eraser = Eraser
    .tooltip = Erase from the selected mask; hold Shift to paint
command-Tool-Lasso = Lasso
    .tooltip = Draw around an area to add it to the selected mask; hold Shift to remove it
command-Tool-Vertices = Points
    .tooltip = Edit the outline of the selected mask as a polygon, point by point
command-BrushLarger = Larger brush
    .tooltip = Make brush and eraser larger
command-BrushSmaller = Smaller brush
    .tooltip = Make brush and eraser smaller
command-Cross =
    .tooltip = Move a crosshair over the photo to click without a mouse; hold Shift to move by one pixel
command-Cross-Left = Move crosshair left
command-Cross-Right = Move crosshair right
command-Cross-Up = Move crosshair up
command-Cross-Down = Move crosshair down
command-ClickCross = Click at crosshair
    .tooltip = Click there without a mouse; hold Shift for the opposite kind of point
command-Refine = Refine selected
    .tooltip = Refine the selected mask with further clicks
command-Accept = Accept mask
    .tooltip = Add the mask to the list
command-DropPrompt = Clear prompt
    .tooltip = Remove all points and the box
command-NextCandidate = Next candidate
    .tooltip = Show the next candidate mask
command-Candidate-1 = Candidate 1
    .tooltip = Show the first candidate mask
command-Candidate-2 = Candidate 2
    .tooltip = Show the second candidate mask
command-Candidate-3 = Candidate 3
    .tooltip = Show the third candidate mask
command-EncodeRegion = Focus on the visible area
    .tooltip = Zoom in on a small object first; the network then takes a closer look at the visible area
command-WholePhoto = Whole photo
    .tooltip = Leave the region and use the whole photo again
command-SegmentEverything = Segment everything
    .tooltip = Find a mask for each object in the photo
command-Compare = Compare two models…
    .tooltip = Segment everything with two models or settings and compare the results
command-Cancel = Cancel
    .tooltip = Stop the current task; masks found so far are kept
command-HideSelected = Show or hide selected
    .tooltip = Hide the selected masks, or show them again
command-SoloSelected = Show only selected
    .tooltip = Show only the selected mask, or all masks again
command-LockSelected = Lock or unlock selected
    .tooltip = Protect the selected masks from changes and deletion
command-RenameSelected = Rename selected
    .tooltip = Rename the selected mask
command-InspectSelected = Inspect selected
    .tooltip = Zoom to the selected mask, and show its properties in the side panel
command-Raise = Bring forward
    .tooltip = Move the selected masks up by one layer
command-Lower = Send backward
    .tooltip = Move the selected masks down by one layer
command-ShowAll = Show or hide all masks
    .tooltip = Show the photo without masks, or show the masks again
command-ZoomIn = Zoom in
command-ZoomOut = Zoom out
command-ZoomFit = Fit
    .tooltip = Show the whole photo
command-ZoomActual = 100 %
    .tooltip = Show one photo pixel for each screen pixel
command-ZoomSelection = Zoom to selection
    .tooltip = Zoom in on the selected masks
command-Style-Fill = Filled masks
    .tooltip = Fill masks with colour
command-Style-Outline = Outlines only
    .tooltip = Draw only the outlines of masks
command-Style-Both = Fill and outline
    .tooltip = Fill masks with colour and draw their outlines
command-Style-Dim = Dim everything else
    .tooltip = Darken everything outside the masks
command-Minimap = Minimap
    .tooltip = Show an overview of the photo while zoomed in
command-LivePreview = Live preview
    .tooltip = Show the mask that a click would give; hold Alt for a larger or smaller one
command-Filmstrip = Filmstrip
    .tooltip = Show thumbnails of the photos in the folder
command-SidePanel = Side panel
    .tooltip = Show classes, masks and properties beside the photo
command-Image = Image
    .tooltip = Show how masks and photo look: opacity, style, colours, brightness, pages and channels
command-Theme-System = System theme
    .tooltip = Follow the light or dark theme of the system
command-Theme-Light = Light theme
command-Theme-Dark = Dark theme
command-Language-System = As the system
    .tooltip = The language that the system is set to
command-Language-English = English
command-Language-German = Deutsch
command-Language-Chinese = 简体中文
command-LargerText = Larger text
    .tooltip = Make text and buttons larger
command-SmallerText = Smaller text
    .tooltip = Make text and buttons smaller
command-NormalText = Normal text
    .tooltip = Give text and buttons their normal size
command-Shape-FillHoles = Fill holes
    .tooltip = Fill all holes of the selected masks
command-Shape-RemoveSpecks = Remove specks
    .tooltip = Remove separate parts smaller than the size in the Change shape panel
command-Shape-Smooth = Smooth
    .tooltip = Round corners and close gaps, by the distance in the Change shape panel
command-Shape-Grow = Grow
    .tooltip = Grow by the distance in the Change shape panel
command-Shape-Shrink = Shrink
    .tooltip = Shrink by the distance in the Change shape panel
command-RefineEdge = Refine edge
    .tooltip = Move the boundary to the edges in the photo, within the reach in the Change shape panel
command-Shape-KeepLargestPart = Keep largest part
    .tooltip = Remove all separate parts except the largest
command-Shape-Split = Split into parts
    .tooltip = Turn each separate part into a mask of its own
command-Shape-Union = Merge
    .tooltip = Merge the selected masks into one
command-Shape-Subtract = Subtract
    .tooltip = Subtract the other selected masks from the first one in the list
command-Shape-Intersect = Intersect
    .tooltip = Keep only the area that all selected masks share
command-Class =
    .tooltip = Assign this class to the selected masks; without a selection, new masks get this class
command-Class-1 = Class 1
command-Class-2 = Class 2
command-Class-3 = Class 3
command-Class-4 = Class 4
command-Class-5 = Class 5
command-Class-6 = Class 6
command-Class-7 = Class 7
command-Class-8 = Class 8
command-Class-9 = Class 9
command-AcceptAs =
    .tooltip = Accept the mask with this class, which is also that of the next masks
command-AcceptAs-1 = Accept as class 1
command-AcceptAs-2 = Accept as class 2
command-AcceptAs-3 = Accept as class 3
command-AcceptAs-4 = Accept as class 4
command-AcceptAs-5 = Accept as class 5
command-AcceptAs-6 = Accept as class 6
command-AcceptAs-7 = Accept as class 7
command-AcceptAs-8 = Accept as class 8
command-AcceptAs-9 = Accept as class 9
command-NoClass = No class
    .tooltip = Remove the class of the selected masks; without a selection, new masks get no class
command-SegmentAll = Segment everything in all photos…
    .tooltip = Find a mask for each object in all photos of the folder, in the background
command-BoxesToMasks = Boxes to masks…
    .tooltip = Make masks from the boxes of a detector: COCO, YOLO, Pascal VOC, labelme or CVAT files
command-StopBatch = Stop the batch
    .tooltip = Stop the batch; finished photos keep their masks
command-Review = Review proposals
    .tooltip = Go from one proposed mask to the next, least certain first, or end that
command-AcceptProposal = Accept proposal
    .tooltip = Accept the proposed mask and go to the next one
command-RejectProposal = Reject proposal
    .tooltip = Delete the proposed mask and go to the next one
command-SkipProposal = Skip proposal
    .tooltip = Leave the proposed mask undecided and go to the next one
command-Sequence = Folder is a sequence
    .tooltip = Show the photos of the folder as frames on a timeline, through which objects can be followed
command-OpenFrames = Open all frames of this file
    .tooltip = Show the pages or frames of the open file, such as a TIFF stack or an animated picture, as a sequence
command-FollowForward = Follow forward
    .tooltip = Follow all objects from this frame on; selected masks become objects
command-FollowBackward = Follow backward
    .tooltip = Follow all objects from this frame back; selected masks become objects
command-FollowBoth = Follow both ways
    .tooltip = Follow all objects from this frame forward, then backward; selected masks become objects
command-StopFollowing = Stop following
    .tooltip = Stop; what was followed is kept
command-Play = Play
    .tooltip = Play the sequence with its masks, or stop
command-FirstFrame = First frame
command-LastFrame = Last frame
command-NextDoubtful = Next doubtful frame
    .tooltip = Go to the next frame with a mask that may be wrong
command-PreviousDoubtful = Previous doubtful frame
    .tooltip = Go to the frame before with a mask that may be wrong
command-NextPrompted = Next prompted frame
    .tooltip = Go to the next frame on which an object was prompted or corrected
command-PreviousPrompted = Previous prompted frame
    .tooltip = Go to the frame before on which an object was prompted or corrected
command-CopyToNextFrame = Copy to next frame
    .tooltip = Put the selected masks on the next frame, as prompted there, and go there
command-MarkAbsent = Mark as absent
    .tooltip = Say that the selected objects are not on this frame
command-ClearFromHere = Clear from here
    .tooltip = Remove what was followed of the selected objects, or of all, from this frame on; prompted frames stay
command-DeleteObjects = Delete objects
    .tooltip = Remove the selected objects from all frames
command-ExportSequence = Export sequence…
    .tooltip = Write the objects on all frames: DAVIS, COCO, YouTube-VIS, MOTS, CVAT and others, or a film
command-Palette = All commands…
    .tooltip = Find and run a command by name
command-Keys = Shortcuts and gestures
    .tooltip = Show or change keyboard shortcuts
command-Diagnostics = Diagnostics…
    .tooltip = Check what Tinsel needs on this computer, for a report of an error


## Attributes of classes and masks.

attributes-add = Add attribute
attributes-name = Name of attribute
attributes-yes_no = Yes or no
attributes-text = Text
attributes-number = Number
attributes-choice = Choice
attributes-choices = left, right, …
attributes-none = –
attributes-delete = Delete attribute
attributes-save = Save
attributes-cancel = Cancel
attributes-title = Attributes of { $class }


## Batches over the photos of the folder: what to do, how far they are, and how they have ended.

batch-everything_title = Segment everything in all photos
batch-boxes_title = Boxes to masks
batch-preset = Preset
batch-current_settings = Current settings
batch-only_without_masks = Only photos without masks
batch-min_score = Minimum score
batch-min_score_tooltip = Skip boxes of which the detector is less sure
batch-hint = Runs in the background. The masks are saved with each photo as proposals, to be reviewed afterwards.
batch-start = Start
batch-import_instead = Import rectangles as masks
batch-cancel = Cancel
batch-stop = Stop
batch-stop_tooltip = Stop the batch; finished photos keep their masks
batch-running = A batch is running already. Stop it first.
batch-none_covered = None of the photos in this window has boxes in this file.
batch-photos_in_window = { units-photos } in this window
batch-boxes_for = { units-boxes } for { units-photos } in this window
# Photos in the file that the window does not have.
batch-missing = { units-photos } in the file not found here
batch-so_far = Batch: { $done } of { units-photos }
batch-proposed = { units-masks } proposed in { units-photos }
batch-skipped = { units-photos } skipped
batch-stopped = stopped with { units-photos } left
# How a batch has ended, with what went wrong.
batch-with_problems = { $ended } Problems: { $problems }
batch-no_object = { $photo }: no object found in { units-boxes }
batch-changed = { $photo }: changed in the meantime; skipped
# A problem with a file of boxes.
batch-problem_in_file = { $place }: { $what }
# A problem with the boxes of a photo.
batch-problem = { $photo }: { $place }: { $what }


## The photo with its prompts.

canvas-photo = Photo
canvas-overview = Overview of the photo
canvas-whole_photo = Whole photo
canvas-point_tooltip = Drag to move, click to delete
canvas-region_tooltip = Prompts inside this region are answered from a closer look at it
# `number` counts from 1.
canvas-point =
    Point { $number } ({ $positive ->
        [yes] positive
        *[no] negative
    })
# Sizes in pixels.
canvas-region = Region { $width } × { $height }


## The panel of classes.

classes-new = New class
classes-add = Add class
classes-search = Search classes
classes-nothing_found = No class found
classes-rename = Rename
classes-new_name = New name of class
classes-merge = Merge into
classes-attributes = Attributes…
classes-key = Key
classes-no_key = None
classes-select_masks = Select its masks
classes-none_active = No class for new masks
classes-delete = Delete
classes-delete_tooltip = Masks of this class in all photos are kept, without a class
classes-choose_tooltip = Assign this class to the selected masks; without a selection, new masks get this class
classes-title_without = Classes ({ $classes })
classes-title_with = Classes ({ $classes }): { $active }
classes-class = { $name } ({ $masks })
# The menu of a class, for screen readers.
classes-menu = Menu of class { $name }


## Copying and pasting masks.

clipboard-finding = Finding the pasted masks
clipboard-nothing_in_previous = The previous photo has no masks.
clipboard-no_class = The copied masks have no class.
clipboard-copy_of = { $mask } copy
clipboard-copied = { units-masks } copied.
clipboard-cut = { units-masks }: cut at the border
clipboard-outside = { units-masks }: outside the photo and skipped
clipboard-nothing_cut = Nothing was cut
# Sizes in pixels.
clipboard-of_size = The masks come from a photo of { $width }×{ $height } pixels and keep their place. { $cut }.
# Masks whose objects were not found in the photo.
clipboard-not_found = Not found in this photo: { $names }


## Comparing two models or settings.

comparison-dialog = Compare two models or settings
comparison-choose_file = Choose file…
comparison-compare = Compare
comparison-same_sides = Both sides are the same
comparison-view = Comparison
comparison-photo = Photo
comparison-all_masks = All masks
comparison-only_unmatched = Only unmatched masks
comparison-only_unmatched_tooltip = A mask of A and one of B match if their IoU is at least 0.75
comparison-save = Save figure…
comparison-save_tooltip = Save photo, A and B with captions as one PNG
comparison-close = Close comparison
comparison-close_tooltip = Return to the photo (Esc)
comparison-hint = Point at a mask to see its match; drag and scroll to move all three views
comparison-standard_settings = Standard settings
comparison-current_settings = Current settings
# A model with other settings than the standard ones; `settings` names a preset, or is "current".
comparison-model_with =
    { $model }, { $settings ->
        [Strict] strict
        [Quick] quick
        [Dense] dense
        [LargeObjects] large objects
        *[current] current settings
    }
comparison-model_box = Model { $letter }
comparison-settings_box = Settings { $letter }
comparison-running = Comparing { $a } with { $b }
comparison-caption = { $name }: { units-masks }, { $unmatched } unmatched, { $seconds } s
# Below the name of a side in the saved figure.
comparison-note = { units-masks }, { $matched } matched
comparison-matched_mask = Mask of { $letter }: IoU { $iou } with its match
comparison-unmatched_mask = Mask of { $letter }: unmatched


## Titles and file types of the system's dialogs.

dialogs-open_photos = Open photos
dialogs-photos = Photos
dialogs-open_folder = Open a folder of photos
dialogs-open_model = Open a model
dialogs-models = Models
dialogs-export_to = Export to
dialogs-split_list = List of photos for train, val and test
dialogs-text = Text
dialogs-save_in = Save the work in
dialogs-import_masks = Import masks
dialogs-open_boxes = Open files with boxes
dialogs-boxes = Boxes
dialogs-masks = Masks
dialogs-save_comparison = Save the comparison
dialogs-import_classes = Import classes
dialogs-classes = Class lists


## Details of internal errors, how the window is drawn, and the diagnostics.

doctor-copy_details = Copy details
doctor-copy_details_tooltip = Version, system and the last lines of the log, for a report of this error. They can contain names of files.
doctor-drawn_by_software = The window is drawn by software, without a graphics card, and may feel slow. Help > Diagnostics says more.
doctor-title = Diagnostics
doctor-copy_report = Copy report
doctor-copy_report_tooltip = The report as text. It contains names of folders, but nothing else about your files.
doctor-check_again = Check again
# The check that is running.
doctor-checking = Checking: { $check }
doctor-ok = OK
doctor-warning = Warning
doctor-failed = Failed
doctor-everything_works = Everything works.
doctor-works_with_limits = Tinsel works, with the limits below.
doctor-does_not_work = Something does not work.


## Everything mode: its presets and parameters, and how far it is.

everything-presets = Presets
everything-reset = Reset to the model's defaults
everything-running = Segmenting everything
everything-no_mask_passed = No mask passed the filters. Relax them above the list of masks.
everything-points_per_side = Points along each side of the grid; more points find smaller objects
everything-points_per_batch = Points between two updates of the window
everything-pred_iou_thresh = Keep masks whose predicted IoU is above this
everything-stability_score_thresh = Keep masks with a clear border
everything-stability_score_offset = Shift of the mask threshold when stability is measured
everything-mask_threshold = Pixels with a logit above this belong to the mask
everything-box_nms_thresh = Of masks whose boxes overlap more than this, keep only the best
everything-crop_n_layers = Also search 4, 16, … overlapping crops of the photo
everything-crop_nms_thresh = Like box_nms_thresh, between masks of different crops
everything-crop_overlap_ratio = Overlap of the crops, as a share of the shorter side
everything-crop_n_points_downscale_factor = Each further layer has this many times fewer points per side
everything-min_mask_region_area = Fill holes and remove separate parts smaller than this, in pixels
everything-use_m2m = Refine each mask with a second pass through the network; slow
everything-multimask_output = Take three masks per point instead of one
everything-skip_covered = Skip points where the masks found so far leave little to find: most masks in half the time
everything-standard = Standard
everything-strict = Strict
everything-quick = Quick
everything-dense = Dense
everything-large_objects = Large objects
everything-standard_tooltip = The settings of the official generator, with thresholds that suit the model
everything-strict_tooltip = Fewer, more certain masks: the thresholds of SAM 1's generator
everything-quick_tooltip = A quarter of the points: misses small objects
everything-dense_tooltip = Four times the points and a layer of crops: finds small objects, takes eight times as long
everything-large_objects_tooltip = The main objects: few points, no specks, few duplicates
everything-progress = { units-masks }, { $done } of { units-points }, { $seconds } s left
everything-complete = Everything segmented in { $seconds } s
everything-cancelled = Segmentation cancelled after { $seconds } s; masks found so far are kept
# The name of a new mask; `number` counts from 1.
everything-mask_name = Found { $number }


## The question about work that could not be saved.

exit-title = Some work could not be saved
exit-ways_out = Save it in another folder (File > Import masks… opens it again), or free some space and close the window again.
exit-save_elsewhere = Save elsewhere…
exit-keep_open = Keep the window open
exit-discard = Discard and close


## The export window, and how an export has ended.

export-title = Export
export-folder = Folder
export-choose = Choose…
export-counting = Counting…
export-write = Export masks
export-cancel = Cancel export
export-no_masks = There are no masks to export.
export-margin = Margin
export-soft_edge = Soft edge
export-soft_edges = Edges of the photo
export-soft_edges_tooltip = Move the edges to those of the photo, as soft as they are there
export-compressed_rle = Compressed RLE
export-uncompressed_rle = Uncompressed RLE
export-polygons = Polygons
export-pixels = Pixels
export-parts_joined = Parts joined
export-parts_separate = Parts as separate objects
export-copy_photo = Also copy the photo
export-tolerance = Simplify outlines by up to
export-only_states = Only photos that are
export-states_tooltip = Without a choice: photos with masks, and those marked as done
export-split = Split
export-split_tooltip = Split the photos for training, validation and testing by these shares. A photo keeps its part when others are added; one with a tag train, val or test belongs to that part.
export-seed = Seed
export-split_list = List…
export-split_list_tooltip = Assign photos by hand: a text file with lines such as `train NAME`
export-overwrite_title = Overwrite files?
export-overwrite = Overwrite
export-keep = Cancel
export-visible_masks = Visible masks ({ $masks })
export-selected_masks = Selected masks ({ $masks })
export-all_masks = All masks ({ $masks })
export-all_photos = All masks of all photos ({ units-photos })
# Removes the list of photos assigned by hand.
export-without_list = Remove { $name }
export-part = { $name } { $photos }
export-summary_with_parts = { $summary } ({ $parts })
export-photos_done = { $done } of { $photos }
# What of how many photos an export is about.
export-content = { units-masks } of { units-photos }
export-will_save =
    { $files ->
        [one] Will save { $first }
        *[other] Will save { units-files }: { $first }, …
    }
export-will_save_content =
    { $files ->
        [one] Will save { $first } with { $content }
        *[other] Will save { units-files } with { $content }: { $first }, …
    }
# What would be overwritten; `first` is one of the files.
export-already_exist =
    { $files ->
        [one] { $first } already exists.
        *[other] { units-files } already exist, including { $first }.
    }
export-saved_file = Saved: { $file }
export-saved_files = Saved { units-files } to { $folder }
export-saved_files_of = Saved { units-files } for { units-photos } to { $folder }
export-cancelled = Export cancelled. { export-saved_files_of }
export-skipped = Skipped photos: { $photos }


## The photos of the folder.

filmstrip-unreadable = unreadable
filmstrip-photo_in_state = { $name }, { $state }
# The same for screen readers.
filmstrip-photo = Photo { $tooltip }


## The filters on the results of everything mode.

filters-predicted_iou = Predicted IoU above
filters-predicted_iou_tooltip = Keep masks that the network rates above this. To go lower, segment everything again with a lower threshold
filters-stability = Stability at least
filters-stability_tooltip = Keep masks with a clear border
filters-box_overlap = Box overlap at most
filters-box_overlap_tooltip = Of two masks whose boxes overlap more than this (intersection over union), keep only the better one
filters-area = Area
filters-to = to
filters-smallest_area = Smallest area
filters-largest_area = Largest area
filters-area_tooltip = As a share of the photo
filters-smallest_part = Smallest hole or part
filters-smallest_part_tooltip = Fill holes and remove separate parts smaller than this
filters-hide_nested = Hide masks inside other masks
filters-hide_nested_tooltip = Keep only the outermost masks
filters-reset = Reset filters
filters-reset_tooltip = Restore the parameters that everything was segmented with
filters-filters = Filters
filters-title = Filters: { $kept } of { units-masks }


## The names of the formats in the windows of exports.

formats-cutouts = Cut-outs, cropped (PNG)
formats-cutouts-full = Cut-outs, full size (PNG)
formats-contact-sheet = Contact sheet of cut-outs (PNG)
formats-masks = Binary masks (PNG)
formats-overlay = Coloured overlay (PNG)
formats-labels = Label map with legend (PNG)
formats-script = Overlay and layers of the SAM 2 script (PNG)
formats-coco = COCO instances (JSON)
formats-json = Records of SAM 2's generator (JSON)
formats-labelme = labelme (JSON)
formats-yolo = YOLO segmentation (TXT)
formats-voc = Pascal VOC classes and objects (PNG)
formats-isat = ISAT (JSON)
formats-svg = Outlines (SVG)
formats-geojson = Outlines (GeoJSON)
formats-csv = Measurements (CSV)
# Of sequences.
formats-sequence-coco = COCO with tracks (JSON)
formats-sequence-cutouts = Numbered cut-outs (PNG)
formats-sequence-cvat-video = CVAT for video (XML)
formats-sequence-cvat-images = CVAT for images (XML)
formats-sequence-davis = DAVIS, YouTube-VOS (PNG)
formats-sequence-film = Coloured overlay (film, needs ffmpeg)
formats-sequence-isat = ISAT (JSON)
formats-sequence-labelme = labelme (JSON)
formats-sequence-mattes = Numbered mattes (PNG)
formats-sequence-mots = MOTS (text)
formats-sequence-mots-png = MOTS (PNG)
formats-sequence-sa-v = SA-V (PNG)
formats-sequence-youtube-vis = YouTube-VIS (JSON)


## The tab about the picture.

image-page = Page
image-channel = Channel
image-one_channel = One channel
image-colours = Channels as colours
image-red = Red
image-green = Green
image-blue = Blue
image-window = Window
image-black = Black
image-black_tooltip = Samples up to this value are black; double-click for automatic
image-white = White
image-white_tooltip = Samples from this value on are white; double-click for automatic
image-midtones = Midtones
image-midtones_tooltip = Above 1 lightens what lies between black and white; double-click for 1
image-automatic = Automatic
image-automatic_tooltip = All shades for nearly all samples, if they use a small part of their range
image-whole_range = Whole range
image-whole_range_tooltip = From the smallest to the largest number that the file can store
image-view = View of all photos
image-view_tooltip = Changes only what the screen shows, never files or masks
image-brightness = Brightness
image-contrast = Contrast
image-gamma = Gamma
image-reset = Reset view
image-reset_tooltip = Double-click to reset
image-network_sees = Also for the network
image-network_sees_tooltip = The network sees photos with this brightness, contrast and gamma; each change encodes the photo again
image-of_pages = of { $pages }
image-of_channels = of { $channels }


## Importing masks.

import-question_title = Masks for several photos
import-question_hint = For photos that have not been opened yet, the masks are added to the work saved next to them.
import-import_all = Import all
import-this_photo_only = This photo only
import-cancel = Cancel import
import-photo_changed = changed in the meantime; skipped
import-question = { $file } contains masks for { units-photos } in this window.
import-masks_imported = { units-masks } imported
import-masks_of_photos_imported = { units-masks } for { units-photos } imported
import-with_problems = { $imported }; skipped or changed: { $problems }
import-failed = { $error }. Nothing was imported.
# `new` of the classes that were read were not in the list.
import-classes_imported = Read { units-classes }; { $new } new.


## The selected mask with its measurements.

inspect-title = Properties
inspect-title_tooltip = The selected mask: what it is, and how its shape can change
inspect-empty = Select a mask to inspect it.
inspect-picture = Cut-out of the selected mask
inspect-name = Name
inspect-class = Class
inspect-area = Area
inspect-bounding_box = Box
inspect-predicted_iou = Predicted IoU
inspect-stability = Stability
inspect-no_score = none
inspect-model = Model
inspect-perimeter = Perimeter
inspect-centroid = Centroid
inspect-equivalent_diameter = Equivalent diameter
inspect-parts_and_holes = Parts, holes
inspect-mean_colour = Mean colour
inspect-selected = { units-masks } selected, { units-pixels } in total
inspect-area_of = { units-pixels }, { $percent } %
# In pixels.
inspect-length = { $pixels } pixels


## The hint for the first photo.

introduction-title = Your first mask
introduction-click = Click the object.
introduction-dismiss = Dismiss the hint
# `next` is the key of the next candidate.
introduction-refine = Click what is missing, right-click what does not belong to it. { $next } shows other sizes.
# `key` accepts the mask.
introduction-accept = { $key } keeps the mask.


## What the engine was doing when something went wrong.

jobs-model = Loading the model
jobs-encoding = Encoding the photo
jobs-ahead = Encoding the next photo
jobs-prompt = Computing the mask
jobs-preview = Computing the preview
jobs-everything = Segmenting everything
jobs-comparison = Comparing
jobs-batch = Processing the photos
jobs-shapes = Finding the pasted masks
jobs-following = Following objects


## What an export would lose.

losses-empty =
    { $masks ->
        [one] { $masks } mask without pixels is skipped.
        *[other] { $masks } masks without pixels are skipped.
    }
losses-holes = The holes of { units-masks } are filled ({ units-pixels }).
losses-joined_parts = The parts of { units-masks } are joined by lines.
losses-separate_parts = Each part of { units-masks } becomes a separate object.
losses-simplified = Outlines are simplified by up to { $pixels } pixels.
losses-hidden =
    { $pixels ->
        [one] Where masks overlap, only the upper one is kept ({ $pixels } pixel is hidden).
        *[other] Where masks overlap, only the upper one is kept ({ $pixels } pixels are hidden).
    }
losses-unclassed =
    { $masks ->
        [one] { $masks } mask without class is called "{ $name }".
        *[other] { $masks } masks without class are called "{ $name }".
    }
losses-details = Names, scores and colours of masks are lost.
losses-attributes = The attributes of { units-masks } are lost.
losses-attributes_except_flags = Attributes of { units-masks } are lost, except yes and no.


## The list of masks.

masks-empty = No masks yet. Click on an object in the photo, or segment everything.
masks-no_match = No mask matches the search.
masks-search = Search
masks-search_label = Search masks
masks-order = Order
masks-name = Name
masks-area = Area
masks-predicted_iou = Predicted IoU
masks-stability = Stability
masks-tree = Tree
masks-classes = Classes
masks-tree_tooltip = Nest each mask under the mask that contains it
masks-classes_tooltip = Group masks by class; drag a mask onto a class to assign it
masks-sort = Sort masks
masks-new_name = New name
masks-rename = Rename
masks-locked = Locked
# As short as it fits the name next to it.
masks-proposed = new
masks-show = Show
masks-hide = Hide
masks-solo = Solo
masks-delete = Delete
masks-collapse = Collapse
masks-expand = Expand
masks-without_class = Unclassified
masks-coverage_tooltip = Share of the photo in at least one mask, and in two or more
masks-list_by_tree = List by tree
masks-list_by_classes = List by classes
masks-title = Masks ({ $masks })
masks-made_by = Made by { $model } and not reviewed yet. Any change of the mask accepts it.
masks-made_by_some_model = Made by a model and not reviewed yet. Any change of the mask accepts it.
# What a button with this verb does, for screen readers.
masks-button = { $verb } { $name }
masks-all_of = all of { $class }
masks-group = { $class }: { $masks }
# In percent of the photo, as short as it fits beside the title.
masks-covered = { $percent } %
# In percent of the photo.
masks-coverage = { $covered } % covered, { $overlapping } % overlapping


## The menus, the rail of tools, and the options above the photo.

menus-file = File
menus-edit = Edit
menus-photo = Photos
menus-view = View
menus-mask = Mask
menus-shape = Shape
menus-batch = Batch
menus-sequence = Sequence
menus-help = Help
menus-prompt = Prompt
menus-brush_radius = Brush radius
menus-brush_radius_tooltip = Radius of brush and eraser, in pixels of the photo
menus-settings = Settings
menus-settings_tooltip = Settings of Segment everything: how thoroughly to search, what to keep
menus-opacity = Opacity
menus-opacity_number = Opacity in percent
menus-style = Style
# Submenus.
menus-style_of_masks = Style of masks
menus-theme = Theme
menus-language = Language
menus-text_size = Text size
menus-tool = Tool
menus-crosshair = Crosshair
menus-candidate = Candidate
# The menus of the secondary button.
menus-refine = Refine
menus-edit_outline = Edit outline
menus-inspect = Inspect
menus-hide = Hide
menus-show = Show
menus-show_alone = Show only this
menus-show_all = Show all again
menus-lock = Lock
menus-unlock = Unlock
menus-rename = Rename
menus-class = Class
menus-no_class = No class
menus-copy = Copy
menus-duplicate = Duplicate
menus-export = Export…
menus-delete = Delete
menus-open_photo = Open
menus-copy_path = Copy path
menus-loading = loading…
menus-colours = Colours
menus-by_class = By class
menus-by_class_tooltip = The colour of the class; masks without a class have their own
menus-own = Own
menus-own_tooltip = Each mask keeps its own colour
menus-random = Random
menus-random_tooltip = New colours with each click, to tell neighbours apart
menus-by_area = By area
menus-by_area_tooltip = From dark blue for the smallest mask to yellow for the largest
menus-by_score = By score
menus-by_score_tooltip = From dark blue for a predicted IoU of 0 to yellow for 1
# A command, and what it would act on.
menus-command_on = { $command }: { $object }
# The field with the number of a slider, for screen readers.
menus-number_of = { $slider }, number
# A choice, and what is chosen.
menus-choice = { $name }: { $current }
menus-with_shortcut = { $tooltip } ({ $shortcut })
menus-model = Model: { $name }


## Messages, and what is said in them about masks and commands.

messages-dismiss = Dismiss
messages-show_in_folder = Show in folder
messages-stopped = Something went wrong and the task was stopped.
messages-copied = Copied to the clipboard.
messages-selected_locked = The selected mask is locked. Unlock it first.
messages-one_selected_locked = A selected mask is locked. Unlock it first.
messages-locked = The mask is locked. Unlock it first.
messages-select_one_to_paint = Select one mask to paint on, or none to start a new one.
messages-select_to_erase = Select the mask to erase from.
messages-masks_changed = The masks have changed in the meantime. Please try again.
messages-empty_mask = The mask is empty. Add a point on the object, or choose another candidate.
messages-model_loading = The model is still loading. Try again in a moment.
messages-zoom_in = Zoom in first, so that only the small object and some of its surroundings are visible.
messages-zoom_out = Too little of the photo is visible. Zoom out a little.
messages-comparison_ready = The comparison is ready. Go back to its photo to see it.
# `number` counts from 1.
messages-dismiss_message = Dismiss message { $number }
messages-and_more = and { $messages } more
messages-quoted = “{ $command }”
messages-both = { $first } and { $second }
# The commands whose shortcut has been given to another one; `count` is their number.
messages-without_shortcut =
    { $count ->
        [one] { $commands } no longer has this shortcut.
        *[other] { $commands } no longer have this shortcut.
    }
# What failed, and why.
messages-failed = { $job }: { $reason }


## The menu of models, downloads, and what is kept of encoded photos.

models-built_in = MobileSAM, built in: fast, clean masks
models-ready = ready
models-on_disk = on disk
models-download_first = Download it first
models-download = Download
models-resume = Resume
models-stop = Stop
models-connecting = connecting
models-checking = verifying
models-open_file = Open a model file…
models-network_input = Network input
models-network_input_tooltip = Smaller is faster and less precise: a click with the built-in model gives masks whose IoU with those of 1024 pixels is 0.85 for 768 pixels and 0.75 for 512, on average
models-pixels = pixels
models-smaller_input = faster, less precise
models-mirror = Mirror
models-mirror_hint = empty: the publishers' servers
models-encode_ahead = Encode the next photo when idle
models-embeddings_tooltip = Photos that were encoded before open at once; the least recently used are removed first
models-clear = Clear
models-clear_embeddings = Clear encoded photos
models-use_model = Use { $name }
models-get = Sharper masks: get { $name }
models-get_with_size = Sharper masks: get { $name }, { $size }
models-parameters = { $model }, { $parameters } parameters
models-verb_with_size = { $verb } { $size }
# What a button with this verb does, for screen readers.
models-button = { $verb } { $name }
models-downloading = { $name }, { $progress }
models-per_second = { $megabytes } MB/s
models-licence = All weights: { $licence }, from their publishers
models-folder = Stored in { $folder }
# In pixels.
models-network_input_of = Network input of { $side } pixels
# In pixels.
models-trained_with = Trained with { $side }? Use it
models-embeddings_of = Encoded photos on disk: { $size }, at most
models-no_limit = none
models-keep_none = Keep no encoded photos
models-keep_gigabytes = Keep at most { $size } of encoded photos
# What the models of the catalogue are good for.
models-sam2_1-tiny = SAM 2.1, tiny: the fastest of SAM 2
models-sam2_1-small = SAM 2.1, small: slightly better than tiny, almost as fast
models-sam2_1-base-plus = SAM 2.1, base plus: between small and large
models-sam2_1-large = SAM 2.1, large: the best masks, the slowest
models-edgetam = EdgeTAM: made for following objects, five times as fast as SAM 2.1 tiny
models-sam2-tiny = SAM 2, tiny: the first release; 2.1 is better
models-sam2-small = SAM 2, small: the first release; 2.1 is better
models-sam2-base-plus = SAM 2, base plus: the first release; 2.1 is better
models-sam2-large = SAM 2, large: the first release; 2.1 is better
models-sam-vit-b = SAM 1, base, 375 MB: for comparison with older work; SAM 2 is better
models-sam-vit-l = SAM 1, large, 1250 MB
models-sam-vit-h = SAM 1, huge: used in most papers of 2023
models-mobile-sam-original = MobileSAM as published by its authors; the built-in model is nearly the same


## The command palette.

palette-title = Commands
palette-hint = Type a command
palette-label = Command
palette-nothing_found = No command is called “{ $typed }”.


## Opening photos.

# The title of the window.
photos-window_title = { $photo } - Tinsel
# Which of how many photos it is; `number` counts from 1.
photos-place = { $name } ({ $number } of { $count })
photos-changed_size = { $photo }: changed size; starting without masks
photos-no_photos = { $folder }: contains no photos
photos-unreadable_folder = { $folder }: the folder cannot be read: { $error }
# The project of the folder cannot be used.
photos-project_unusable = { $why }. Changes of classes and states of photos are not saved.
# The project of the folder cannot be saved at the moment.
photos-project_not_saved = { $why }. Changes of classes and states of photos are not saved yet; Tinsel keeps trying.


## The bar beside the object that is being prompted.

prompt-delete_box = Delete box
prompt-computing = Computing…
prompt-no_mask = No mask
prompt-accept = Accept
prompt-accept_tooltip = Add the mask to the list (Enter)
prompt-clear = Discard
prompt-clear_tooltip = Remove all points and the box (Esc)
prompt-no_class = No class
prompt-class_tooltip = The class that the mask gets (digits choose it)
prompt-single = Single
prompt-points = { $positive } positive, { $negative } negative
# `number` counts from 1.
prompt-candidate = Candidate { $number }
prompt-scores = Predicted IoU { $predicted_iou }, stability { $stability }, { units-pixels }
# The class that the mask gets, for screen readers.
prompt-class = Class of the mask: { $name }
prompt-shows_it = { $key } shows it
prompt-shows_next = { $key } shows the next one


## What was opened last.

recent-open_recent = Open recent
recent-recent = Recent
recent-clear = Clear list
recent-none = Nothing has been opened yet
recent-missing = { $path } is no longer there


## The review of proposals.

review-title = Review
review-accept = Accept
review-reject = Reject
review-refine = Refine
review-skip = Skip
review-end = End
review-resume = Continue review
review-elsewhere = Paused while another photo is open.
# The label of the step of undo that leads back to the previous photo.
review-undo = Previous decision
review-no_class = none
review-nothing = No photo in this window has proposals to review.
review-here = { $proposals } to review here
review-to_come = { units-photos } to come
review-iou = IoU { $score }
review-detector = detector { $score }
review-class = Class: { $name }
review-decided = Review: { $accepted } accepted, { $corrected } corrected, { $rejected } rejected
review-undecided = { $masks } left


## Sequences: the timeline, following objects, and what comes of it.

sequence-running = Objects are being followed. Stop that first.
sequence-model_loading = The model is still loading.
sequence-no_objects = There is no object to follow. Make a mask, then follow it.
sequence-step = Follow objects
sequence-stopped_by_undo = Stopped. Undo again to remove what was followed.
sequence-still_saving = The last change is still being saved. Try again in a moment.
sequence-clear = Clear from here
sequence-merge = Merge objects
sequence-split = Split object
sequence-rename = Rename object
sequence-classify = Classify object
sequence-copy = Copy to next frame
sequence-follow = Follow
sequence-to_the_end = To the end
sequence-to_next_prompt = To the next prompted frame
sequence-reach = How far
sequence-rate = Frames a second
sequence-timeline = Timeline
sequence-no_objects_yet = Objects appear here: make a mask on any frame, then follow it.
sequence-reading = Reading the sessions of the frames…
sequence-by_shape = Follows by shape, for small movements. SAM 2.1 and EdgeTAM remember.
sequence-by_memory = Follows with the network's memory of each object.
sequence-doubts = Doubts
sequence-doubts_tooltip = From where on a followed mask counts as doubtful
sequence-predicted_iou = Predicted IoU below
sequence-area_ratio = Area changes by a factor of
sequence-shift = Moves by a share of its size of
sequence-object_score = Absent at an object score of
sequence-reset = Reset
sequence-prompted = Prompted
sequence-followed = Followed
sequence-doubtful = Doubtful
sequence-absent = Absent
sequence-name = Name of the object
sequence-delete = Delete object
sequence-split_here = Split at this frame
sequence-merge_into = Merge into
sequence-rename_ellipsis = Rename…
sequence-stop = Stop
sequence-export_title = Export sequence
sequence-overwrite = Overwrite existing files
sequence-writing = Writing…
sequence-cancelled = Export cancelled; nothing was written.
sequence-nothing_to_export = There are no objects to export. Make a mask, and follow it.
sequence-preparing = Preparing…
sequence-frame_number = Frame { $number } of { $count }
# For the chosen object.
sequence-next_mask = The next mask on this frame is { $name }
# The rest of an object that was split.
sequence-part = { $name } part
sequence-of_another_size = Frame { $number } has another size, which the masks do not fit.
# For an object without a name.
sequence-object = Object { $track }
sequence-lane = Object { $name }, { $state }
sequence-prompted_frames = { units-frames } prompted
sequence-deleted = Delete { units-objects }
sequence-sign_absent = absent
sequence-sign_low_iou = low confidence
sequence-sign_area = sudden change of area
sequence-sign_place = sudden movement
sequence-signs = { $name }: { $signs }
sequence-frames_done = { $done } of { units-frames }
sequence-of_frame = { $seconds } s a frame
sequence-exported = Saved { units-objects } in { units-files } to { $folder }
sequence-ended_well = Followed { units-objects } over { units-frames }
sequence-doubtful_frames = { $frames } doubtful
sequence-stopped = { $text } (stopped)
sequence-with_problems = { $text }. Skipped: { $problems }
sequence-not_saved = Objects on frames: { $problems }


## The panel that changes the shape of masks.

shape-title = Change shape
shape-distance = grow, shrink, smooth
shape-distance_label = Distance
shape-distance_tooltip = Distance for Grow, Shrink and Smooth
shape-specks = specks
shape-specks_label = Speck size
shape-specks_tooltip = Remove specks removes parts smaller than this
shape-edge_radius = reach of Refine edge
shape-edge_radius_label = Edge reach
shape-edge_radius_tooltip = How far Refine edge may move the boundary
shape-edge_strength = strength
shape-edge_strength_label = Edge strength
shape-edge_strength_tooltip = How much the colours of the photo count against the present boundary


## The window of shortcuts and gestures.

shortcuts-title = Shortcuts and gestures
shortcuts-hint = Click a shortcut to change it, + to add one.
shortcuts-reset_all = Reset all shortcuts
shortcuts-add_mark = +
shortcuts-reset = Reset
shortcuts-reset_tooltip = Restore the default shortcuts of this command
shortcuts-held_keys = H and Space are reserved: hold H to hide all masks, Space to move the photo
# Keys by what is printed on them.
shortcuts-escape = Esc
shortcuts-page_up = Page Up
shortcuts-page_down = Page Down
shortcuts-left = Left
shortcuts-right = Right
shortcuts-up = Up
shortcuts-down = Down
shortcuts-enter = Enter
shortcuts-tab = Tab
shortcuts-space = Space
shortcuts-delete = Delete
shortcuts-backspace = Backspace
shortcuts-insert = Insert
shortcuts-home = Home
shortcuts-end = End
shortcuts-ctrl = Ctrl
shortcuts-alt = Alt
shortcuts-shift = Shift
shortcuts-press_for = Press the new shortcut for “{ $command }”. Backspace removes it, Escape cancels.
shortcuts-change = Change { $shortcut } for { $command }
shortcuts-add = Add a shortcut for { $command }
shortcuts-reset_command = Reset the shortcuts for { $command }
shortcuts-gesture_include = Left click
    .effect = a point on the object
shortcuts-gesture_exclude = Right click, Shift + left click
    .effect = a point outside the object
shortcuts-gesture_box = Left drag
    .effect = a box around the object
shortcuts-gesture_menu = Right click on a mask, with other tools
    .effect = what can be done to it
shortcuts-gesture_move_point = Drag a point
    .effect = move it
shortcuts-gesture_delete_point = Click a point
    .effect = delete it
shortcuts-gesture_change_box = Drag inside a box, or its side or corner
    .effect = move it, or resize it
shortcuts-gesture_hold_alt = Hold Alt
    .effect = preview the larger or smaller mask
shortcuts-gesture_hold_ctrl = Hold Ctrl
    .effect = preview the effect of a further point
shortcuts-gesture_refine = Double-click a mask
    .effect = refine it
shortcuts-gesture_zoom = Wheel, pinch
    .effect = zoom at the pointer
shortcuts-gesture_pan = Middle drag, Space + left drag
    .effect = move the photo
shortcuts-gesture_minimap = Click or drag in the minimap
    .effect = go there
shortcuts-gesture_hide = Hold H
    .effect = hide all masks
shortcuts-gesture_opposite = Brush, lasso: Shift
    .effect = remove instead of adding
shortcuts-gesture_pick = Pick masks: click, click again
    .effect = select a mask, then the one beneath
shortcuts-gesture_pick_several = Pick masks: Shift + click
    .effect = select several
shortcuts-gesture_list = List: click, Shift or Ctrl + click
    .effect = select one, a range or several
shortcuts-gesture_list_zoom = List: double-click
    .effect = zoom to the mask
shortcuts-gesture_list_drag = List: drag
    .effect = change the layer order; in groups, assign a class


## What the system does not give: why the window cannot be opened, read on the terminal, and why the file manager shows nothing.

startup-no_driver = no graphics driver can draw it, not even one of software; install one: on Debian and Ubuntu with apt-get install mesa-vulkan-drivers libvulkan1 libegl1 libgl1-mesa-dri, on Fedora with dnf install mesa-vulkan-drivers vulkan-loader mesa-dri-drivers, elsewhere the driver of the graphics card; tinsel doctor lists what it finds
startup-no_display = there is no display ({ $cause }); start it in a desktop session, over ssh with ssh -X, on a virtual screen with xvfb-run tinsel, or use the commands that need none: tinsel --help lists them
# A file that was to be shown in its folder.
startup-nothing_to_show = { $path }: is no longer there, so that it cannot be shown
# `opener` was started, but could not show the path.
startup-no_file_manager = { $path }: { $opener } found no file manager to show it. Install one, or go there by hand.
startup-opener_failed =
    { $path }: { $opener } cannot be started ({ $error }). { $opener ->
        [xdg-open] Install xdg-utils, or go there by hand.
        *[other] Go there by hand.
    }


## The states of photos.

states-all = All photos
states-clear = Not done
states-filter_tooltip = Show only photos in this state
states-search_hint = Search
states-search = Search photos
states-note = Note
states-tags = Tags
states-tags_hint = Tags, with commas between them
states-save = Save
states-cancel = Cancel
states-all_done = All photos are done.
states-none_to_review = No other photo is marked for review.
states-none_empty = All other photos have masks or are done.
states-new = New
states-started = Started
states-to_review = To be reviewed
states-done = Done
states-progress = { $done } of { $photos } done
states-note_title = Note about { $photo }


## The status bar.

status-ready = Ready
status-cancel = Cancel
status-encoding_region = Encoding the region
status-encoding_photo = Encoding the photo
status-loading_model = Loading the model
status-not_saved = Not saved
status-saved_tooltip = All work on the photos is in the files next to them
status-saved_some_time = Saved
status-saved_at = Saved { $time }
status-model_loaded = Model loaded in { $seconds } s
status-photo_encoded = Photo encoded in { $seconds } s
status-mask_computed = Mask in { $seconds } ms


## What steps of undo are called.

undo-add_point = Add point
undo-move_point = Move point
undo-delete_point = Delete point
undo-draw_box = Draw box
undo-change_box = Change box
undo-delete_box = Delete box
undo-choose_candidate = Choose candidate
undo-clear_prompt = Clear prompt
undo-refine_mask = Refine mask
undo-accept_mask = Accept mask
undo-paint = Paint
undo-erase = Erase
undo-edit_points = Edit points
undo-duplicate = Duplicate
undo-fill_holes = Fill holes
undo-remove_specks = Remove specks
undo-smooth = Smooth
undo-grow = Grow
undo-shrink = Shrink
undo-refine_edge = Refine edge
undo-keep_largest_part = Keep largest part
undo-split = Split into parts
undo-merge = Merge
undo-subtract = Subtract
undo-intersect = Intersect
undo-add_masks =
    { $masks ->
        [one] Add mask
        *[other] Add { $masks } masks
    }
undo-filter_masks = Filter masks
undo-import_masks =
    { $masks ->
        [one] Import mask
        *[other] Import { $masks } masks
    }
undo-paste_masks =
    { $masks ->
        [one] Paste mask
        *[other] Paste { $masks } masks
    }
undo-delete_masks =
    { $masks ->
        [one] Delete mask
        *[other] Delete { $masks } masks
    }
undo-rename_mask = Rename mask
undo-accept_masks =
    { $masks ->
        [one] Accept mask
        *[other] Accept { $masks } masks
    }
undo-show_masks =
    { $masks ->
        [one] Show mask
        *[other] Show { $masks } masks
    }
undo-hide_masks =
    { $masks ->
        [one] Hide mask
        *[other] Hide { $masks } masks
    }
undo-show_one = Show only one mask
undo-show_all = Show all masks
undo-lock_masks =
    { $masks ->
        [one] Lock mask
        *[other] Lock { $masks } masks
    }
undo-unlock_masks =
    { $masks ->
        [one] Unlock mask
        *[other] Unlock { $masks } masks
    }
undo-move_masks =
    { $masks ->
        [one] Move mask
        *[other] Move { $masks } masks
    }
undo-change_attribute = Change { $name }
undo-classify_masks =
    { $masks ->
        [one] Classify mask
        *[other] Classify { $masks } masks
    }
undo-track_objects = Track objects
undo-mark_absent = Mark as absent
undo-add_class = Add class { $name }
undo-add_classes = Add { units-classes }
undo-merge_classes = Merge classes
undo-rename_class = Rename class
undo-colour_class = Colour class
undo-change_key = Change key of class
undo-delete_class = Delete class
undo-mark_done = Mark { $photo } as done
undo-mark_for_review = Mark { $photo } for review
undo-clear_state = Clear the state of { $photo }
undo-change_attributes = Change attributes of class
undo-change_tags = Change tags of { $photo }
undo-change_note = Change note of { $photo }


## Numbers with their nouns and units, and what stands between the parts of a list.

# Between the whole part of a number and its decimals.
units-decimal_mark = .
units-masks =
    { $masks ->
        [one] { $masks } mask
        *[other] { $masks } masks
    }
units-photos =
    { $photos ->
        [one] { $photos } photo
        *[other] { $photos } photos
    }
units-files =
    { $files ->
        [one] { $files } file
        *[other] { $files } files
    }
units-pixels =
    { $pixels ->
        [one] { $pixels } pixel
        *[other] { $pixels } pixels
    }
units-boxes =
    { $boxes ->
        [one] { $boxes } box
        *[other] { $boxes } boxes
    }
units-problems =
    { $problems ->
        [one] { $problems } problem
        *[other] { $problems } problems
    }
units-points =
    { $points ->
        [one] { $points } point
        *[other] { $points } points
    }
units-frames =
    { $frames ->
        [one] { $frames } frame
        *[other] { $frames } frames
    }
units-objects =
    { $objects ->
        [one] { $objects } object
        *[other] { $objects } objects
    }
units-classes =
    { $classes ->
        [one] { $classes } class
        *[other] { $classes } classes
    }
units-seconds = { $seconds } s
units-minutes = { $minutes } min
units-minutes_seconds = { $minutes } min { $seconds } s
units-hours = { $hours } h
units-left = { $time } left
units-megabytes = { $megabytes } MB
units-in_gigabytes = { $gigabytes } GB
units-percent = { $percent } %
# Behind the numbers in fields.
units-percent_suffix = { " %" }
units-pixels_suffix = { " px" }
units-rate_suffix = { " fps" }
units-comma = { ", " }
units-semicolon = { "; " }
units-sentence = { $text }.


## The bar of the tool that edits outlines point by point, and what it reports.

vertices-detail = Detail
vertices-detail_tooltip = How far the polygon may deviate from the outline. Pixels only change where you move or delete points.
vertices-simplify = Simplify
vertices-simplify_tooltip = Make all edges straight, so that the mask becomes the polygon with these points
vertices-apply = Apply
vertices-apply_tooltip = Turn the polygon into pixels (Enter)
vertices-discard = Discard
vertices-discard_tooltip = Leave the mask as it was (Esc)
vertices-gestures = Drag points; click an edge to add a point; Delete or Alt+click removes one; Ctrl does not snap
vertices-select_one = Select one mask to edit its points.
vertices-tracing = Tracing the outline…
vertices-unchanged = The points were not moved: no pixel has changed.
vertices-points = { units-points }
vertices-added = { units-pixels } added
vertices-removed = { units-pixels } removed


## A window without a photo.

welcome-opening = Opening…
welcome-unreadable = This photo cannot be opened
welcome-drop = Drop a photo or a folder here
welcome-open = Open a photo or a folder
welcome-hint = Then click on an object to get its mask.
