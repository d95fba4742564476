### The texts of the window in German. English (en.ftl) is the reference and says what the texts are about.
### Buttons and commands are infinitives: “Maske löschen”. Nobody is addressed directly.


## The commands of the menus.

command-OpenPhotos = Fotos öffnen…
    .tooltip = Ein oder mehrere Fotos öffnen
command-OpenFolder = Ordner öffnen…
    .tooltip = Alle Fotos eines Ordners öffnen
command-OpenSample = Beispielfoto öffnen
    .tooltip = Ein eingebautes Foto zum Ausprobieren öffnen
command-OpenModel = Modell öffnen…
    .tooltip = Gewichte aus einer .pt- oder .safetensors-Datei oder aus einem ONNX-Paar laden
command-UseBuiltInModel = Eingebautes Modell verwenden
    .tooltip = MobileSAM verwenden, das nicht heruntergeladen werden muss
command-Export = Exportieren…
    .tooltip = Masken in Dateien exportieren
command-ExportSelected = Auswahl exportieren…
    .tooltip = Die ausgewählten Masken in Dateien exportieren
command-ImportMasks = Masken importieren…
    .tooltip = Masken aus COCO-, labelme-, YOLO-, ISAT-, CVAT- oder PNG-Dateien importieren
command-ImportClasses = Klassen importieren…
    .tooltip = Klassen aus einer Liste (classes.txt, data.yaml), COCO, labelme, ISAT oder einem anderen Projekt hinzufügen
command-Quit = Beenden
    .tooltip = Das Fenster schließen
command-Undo = Rückgängig
    .tooltip = Die letzte Änderung rückgängig machen
command-Redo = Wiederholen
    .tooltip = Die zuletzt rückgängig gemachte Änderung wiederholen
command-SelectAll = Alles auswählen
    .tooltip = Alle Masken auswählen
command-SelectNone = Auswahl aufheben
    .tooltip = Keine Maske auswählen
command-CopyMasks = Masken kopieren
    .tooltip = Die ausgewählten Masken kopieren, um sie in ein anderes Foto einzufügen
command-PasteMasks = Masken einfügen
    .tooltip = Die kopierten Masken an derselben Stelle einfügen
command-PasteByShape = Nach Form einfügen
    .tooltip = Das Netz sucht die kopierten Masken in diesem Foto, in dem sich die Objekte etwas bewegt haben dürfen
command-PasteClass = Klasse einfügen
    .tooltip = Den ausgewählten Masken die Klasse der kopierten Maske zuweisen
command-DuplicatePrevious = Masken des vorigen Fotos duplizieren
    .tooltip = Alle Masken des vorigen Fotos im Ordner an derselben Stelle hinzufügen
command-DuplicateSelected = Auswahl duplizieren
    .tooltip = Kopien der ausgewählten Masken an derselben Stelle hinzufügen
command-CopyCutout = Freisteller als Bild kopieren
    .tooltip = Das ausgewählte Objekt vor transparentem Hintergrund in die Zwischenablage kopieren
command-CopyMask = Maske als Bild kopieren
    .tooltip = Die ausgewählte Maske weiß auf schwarz in die Zwischenablage kopieren
command-DeleteSelected = Auswahl löschen
    .tooltip = Die ausgewählten Masken löschen
command-NextPhoto = Nächstes Foto
    .tooltip = Das nächste Foto im Ordner öffnen
command-PreviousPhoto = Voriges Foto
    .tooltip = Das vorige Foto im Ordner öffnen
command-NextPage = Nächste Seite
    .tooltip = Die nächste Seite der Fotodatei öffnen
command-PreviousPage = Vorige Seite
    .tooltip = Die vorige Seite der Fotodatei öffnen
command-NextEmptyPhoto = Nächstes Foto ohne Masken
    .tooltip = Das nächste Foto öffnen, das keine Masken hat und nicht fertig ist
command-NextReviewPhoto = Nächstes zu prüfendes Foto
    .tooltip = Das nächste Foto öffnen, das zur Prüfung markiert ist
command-MarkDone = Fertig, nächstes Foto
    .tooltip = Die begonnene Maske übernehmen, das Foto als fertig markieren und das nächste unfertige öffnen
command-MarkReview = Zu prüfen
    .tooltip = Das Foto zur Prüfung markieren oder die Markierung entfernen
command-ClearState = Nicht fertig
    .tooltip = Die Markierung als fertig oder zu prüfen entfernen
command-EditNote = Notiz und Schlagwörter…
    .tooltip = Eine Notiz zum Foto schreiben und ihm Schlagwörter geben
command-ShowInFolder = Im Ordner anzeigen
    .tooltip = Die Datei des Fotos im Dateimanager anzeigen
command-Tool-Positive = Einschließen
    .tooltip = Auf das Objekt klicken; außerhalb mit der rechten Taste
command-Tool-Negative = Ausschließen
    .tooltip = Auf das klicken, was nicht zum Objekt gehört
command-Tool-Box = Box
    .tooltip = Eine Box um das Objekt ziehen
command-Tool-Select = Masken auswählen
    .tooltip = Auf eine Maske klicken, um sie auszuwählen
command-Tool-Brush = Pinsel
    .tooltip = Auf die ausgewählte oder eine neue Maske malen; mit Umschalt radieren
command-Tool-Eraser = Radierer
    .tooltip = Von der ausgewählten Maske radieren; mit Umschalt malen
command-Tool-Lasso = Lasso
    .tooltip = Einen Bereich umfahren, um ihn der ausgewählten Maske hinzuzufügen; mit Umschalt abziehen
command-Tool-Vertices = Punkte
    .tooltip = Den Umriss der ausgewählten Maske als Polygon Punkt für Punkt bearbeiten
command-BrushLarger = Größerer Pinsel
    .tooltip = Pinsel und Radierer vergrößern
command-BrushSmaller = Kleinerer Pinsel
    .tooltip = Pinsel und Radierer verkleinern
command-Cross =
    .tooltip = Ein Fadenkreuz über das Foto bewegen, um ohne Maus zu klicken; mit Umschalt um ein Pixel
command-Cross-Left = Fadenkreuz nach links
command-Cross-Right = Fadenkreuz nach rechts
command-Cross-Up = Fadenkreuz nach oben
command-Cross-Down = Fadenkreuz nach unten
command-ClickCross = Am Fadenkreuz klicken
    .tooltip = Dort ohne Maus klicken; mit Umschalt für die umgekehrte Art von Punkt
command-Refine = Auswahl verfeinern
    .tooltip = Die ausgewählte Maske mit weiteren Klicks verfeinern
command-Accept = Maske übernehmen
    .tooltip = Die Maske in die Liste aufnehmen
command-DropPrompt = Prompt verwerfen
    .tooltip = Alle Punkte und die Box entfernen
command-NextCandidate = Nächster Kandidat
    .tooltip = Die nächste Kandidatenmaske zeigen
command-Candidate-1 = Kandidat 1
    .tooltip = Die erste Kandidatenmaske zeigen
command-Candidate-2 = Kandidat 2
    .tooltip = Die zweite Kandidatenmaske zeigen
command-Candidate-3 = Kandidat 3
    .tooltip = Die dritte Kandidatenmaske zeigen
command-EncodeRegion = Auf sichtbaren Bereich konzentrieren
    .tooltip = Zuerst ein kleines Objekt heranzoomen; das Netz sieht sich den sichtbaren Bereich dann genauer an
command-WholePhoto = Ganzes Foto
    .tooltip = Den Bereich verlassen und wieder das ganze Foto verwenden
command-SegmentEverything = Alles segmentieren
    .tooltip = Für jedes Objekt im Foto eine Maske suchen
command-Compare = Zwei Modelle vergleichen…
    .tooltip = Mit zwei Modellen oder Einstellungen alles segmentieren und die Ergebnisse vergleichen
command-Cancel = Abbrechen
    .tooltip = Die laufende Aufgabe anhalten; bisher gefundene Masken bleiben erhalten
command-HideSelected = Auswahl ein- oder ausblenden
    .tooltip = Die ausgewählten Masken ausblenden oder wieder zeigen
command-SoloSelected = Nur Auswahl zeigen
    .tooltip = Nur die ausgewählte Maske zeigen oder wieder alle Masken
command-LockSelected = Auswahl sperren oder entsperren
    .tooltip = Die ausgewählten Masken vor Änderungen und Löschen schützen
command-RenameSelected = Auswahl umbenennen
    .tooltip = Die ausgewählte Maske umbenennen
command-InspectSelected = Auswahl untersuchen
    .tooltip = Die ausgewählte Maske heranzoomen und ihre Eigenschaften in der Seitenleiste zeigen
command-Raise = Nach vorn
    .tooltip = Die ausgewählten Masken um eine Ebene nach vorn bewegen
command-Lower = Nach hinten
    .tooltip = Die ausgewählten Masken um eine Ebene nach hinten bewegen
command-ShowAll = Alle Masken ein- oder ausblenden
    .tooltip = Das Foto ohne Masken oder wieder mit Masken zeigen
command-ZoomIn = Vergrößern
command-ZoomOut = Verkleinern
command-ZoomFit = Einpassen
    .tooltip = Das ganze Foto zeigen
command-ZoomActual = 100 %
    .tooltip = Ein Pixel des Fotos auf einem Pixel des Bildschirms zeigen
command-ZoomSelection = Auswahl heranzoomen
    .tooltip = Die ausgewählten Masken heranzoomen
command-Style-Fill = Gefüllte Masken
    .tooltip = Masken mit Farbe füllen
command-Style-Outline = Nur Umrisse
    .tooltip = Von Masken nur die Umrisse zeichnen
command-Style-Both = Füllung und Umriss
    .tooltip = Masken mit Farbe füllen und ihre Umrisse zeichnen
command-Style-Dim = Alles andere abdunkeln
    .tooltip = Alles außerhalb der Masken abdunkeln
command-Minimap = Übersichtskarte
    .tooltip = Beim Vergrößern eine Übersicht des Fotos zeigen
command-LivePreview = Live-Vorschau
    .tooltip = Die Maske zeigen, die ein Klick ergäbe; mit Alt eine größere oder kleinere
command-Filmstrip = Filmstreifen
    .tooltip = Vorschaubilder der Fotos im Ordner zeigen
command-SidePanel = Seitenleiste
    .tooltip = Klassen, Masken und Eigenschaften neben dem Foto zeigen
command-Image = Bild
    .tooltip = Aussehen von Masken und Foto zeigen: Deckkraft, Stil, Farben, Helligkeit, Seiten und Kanäle
command-Theme-System = Design des Systems
    .tooltip = Dem hellen oder dunklen Design des Systems folgen
command-Theme-Light = Helles Design
command-Theme-Dark = Dunkles Design
command-Language-System = Wie das System
    .tooltip = Die Sprache, auf die das System eingestellt ist
command-Language-English = English
command-Language-German = Deutsch
command-Language-Chinese = 简体中文
command-LargerText = Größerer Text
    .tooltip = Text und Schaltflächen vergrößern
command-SmallerText = Kleinerer Text
    .tooltip = Text und Schaltflächen verkleinern
command-NormalText = Normaler Text
    .tooltip = Text und Schaltflächen auf ihre normale Größe bringen
command-Shape-FillHoles = Löcher füllen
    .tooltip = Alle Löcher der ausgewählten Masken füllen
command-Shape-RemoveSpecks = Flecken entfernen
    .tooltip = Einzelne Teile entfernen, die kleiner sind als die Größe unter „Form ändern“
command-Shape-Smooth = Glätten
    .tooltip = Ecken runden und Lücken schließen, um den Abstand unter „Form ändern“
command-Shape-Grow = Erweitern
    .tooltip = Um den Abstand unter „Form ändern“ erweitern
command-Shape-Shrink = Schrumpfen
    .tooltip = Um den Abstand unter „Form ändern“ schrumpfen
command-RefineEdge = Kante verfeinern
    .tooltip = Die Grenze zu den Kanten im Foto bewegen, innerhalb der Reichweite unter „Form ändern“
command-Shape-KeepLargestPart = Größten Teil behalten
    .tooltip = Alle einzelnen Teile außer dem größten entfernen
command-Shape-Split = In Teile zerlegen
    .tooltip = Aus jedem einzelnen Teil eine eigene Maske machen
command-Shape-Union = Vereinen
    .tooltip = Die ausgewählten Masken zu einer vereinen
command-Shape-Subtract = Abziehen
    .tooltip = Die anderen ausgewählten Masken von der ersten in der Liste abziehen
command-Shape-Intersect = Schnittmenge
    .tooltip = Nur den Bereich behalten, den alle ausgewählten Masken gemeinsam haben
command-Class =
    .tooltip = Den ausgewählten Masken diese Klasse zuweisen; ohne Auswahl erhalten neue Masken diese Klasse
command-Class-1 = Klasse 1
command-Class-2 = Klasse 2
command-Class-3 = Klasse 3
command-Class-4 = Klasse 4
command-Class-5 = Klasse 5
command-Class-6 = Klasse 6
command-Class-7 = Klasse 7
command-Class-8 = Klasse 8
command-Class-9 = Klasse 9
command-AcceptAs =
    .tooltip = Die Maske mit dieser Klasse übernehmen, die auch die nächsten Masken erhalten
command-AcceptAs-1 = Als Klasse 1 übernehmen
command-AcceptAs-2 = Als Klasse 2 übernehmen
command-AcceptAs-3 = Als Klasse 3 übernehmen
command-AcceptAs-4 = Als Klasse 4 übernehmen
command-AcceptAs-5 = Als Klasse 5 übernehmen
command-AcceptAs-6 = Als Klasse 6 übernehmen
command-AcceptAs-7 = Als Klasse 7 übernehmen
command-AcceptAs-8 = Als Klasse 8 übernehmen
command-AcceptAs-9 = Als Klasse 9 übernehmen
command-NoClass = Keine Klasse
    .tooltip = Die Klasse der ausgewählten Masken entfernen; ohne Auswahl erhalten neue Masken keine Klasse
command-SegmentAll = In allen Fotos alles segmentieren…
    .tooltip = Im Hintergrund für jedes Objekt in allen Fotos des Ordners eine Maske suchen
command-BoxesToMasks = Masken aus Boxen…
    .tooltip = Masken aus den Boxen eines Detektors machen: COCO-, YOLO-, Pascal-VOC-, labelme- oder CVAT-Dateien
command-StopBatch = Stapel anhalten
    .tooltip = Den Stapel anhalten; fertige Fotos behalten ihre Masken
command-Review = Vorschläge prüfen
    .tooltip = Von einer vorgeschlagenen Maske zur nächsten gehen, die unsichersten zuerst, oder das beenden
command-AcceptProposal = Vorschlag annehmen
    .tooltip = Die vorgeschlagene Maske annehmen und zur nächsten gehen
command-RejectProposal = Vorschlag ablehnen
    .tooltip = Die vorgeschlagene Maske löschen und zur nächsten gehen
command-SkipProposal = Vorschlag überspringen
    .tooltip = Die vorgeschlagene Maske offen lassen und zur nächsten gehen
command-Sequence = Ordner ist eine Sequenz
    .tooltip = Die Fotos des Ordners als Frames auf einer Zeitleiste zeigen, durch die Objekte verfolgt werden können
command-OpenFrames = Alle Frames dieser Datei öffnen
    .tooltip = Die Seiten oder Frames der offenen Datei, etwa eines TIFF-Stapels oder einer Animation, als Sequenz zeigen
command-FollowForward = Vorwärts verfolgen
    .tooltip = Alle Objekte ab diesem Frame verfolgen; ausgewählte Masken werden zu Objekten
command-FollowBackward = Rückwärts verfolgen
    .tooltip = Alle Objekte von diesem Frame aus rückwärts verfolgen; ausgewählte Masken werden zu Objekten
command-FollowBoth = In beide Richtungen verfolgen
    .tooltip = Alle Objekte von diesem Frame aus erst vorwärts, dann rückwärts verfolgen; ausgewählte Masken werden zu Objekten
command-StopFollowing = Verfolgen anhalten
    .tooltip = Anhalten; was verfolgt wurde, bleibt erhalten
command-Play = Abspielen
    .tooltip = Die Sequenz mit ihren Masken abspielen oder anhalten
command-FirstFrame = Erster Frame
command-LastFrame = Letzter Frame
command-NextDoubtful = Nächster unsicherer Frame
    .tooltip = Zum nächsten Frame mit einer Maske gehen, die falsch sein könnte
command-PreviousDoubtful = Voriger unsicherer Frame
    .tooltip = Zum vorigen Frame mit einer Maske gehen, die falsch sein könnte
command-NextPrompted = Nächster Frame mit Prompt
    .tooltip = Zum nächsten Frame gehen, auf dem ein Objekt einen Prompt hat oder korrigiert wurde
command-PreviousPrompted = Voriger Frame mit Prompt
    .tooltip = Zum vorigen Frame gehen, auf dem ein Objekt einen Prompt hat oder korrigiert wurde
command-CopyToNextFrame = Auf nächsten Frame kopieren
    .tooltip = Die ausgewählten Masken als Prompt auf den nächsten Frame setzen und dorthin gehen
command-MarkAbsent = Als abwesend markieren
    .tooltip = Angeben, dass die ausgewählten Objekte auf diesem Frame nicht zu sehen sind
command-ClearFromHere = Ab hier entfernen
    .tooltip = Ab diesem Frame alles entfernen, was von den ausgewählten oder von allen Objekten verfolgt wurde; Frames mit Prompt bleiben
command-DeleteObjects = Objekte löschen
    .tooltip = Die ausgewählten Objekte von allen Frames entfernen
command-ExportSequence = Sequenz exportieren…
    .tooltip = Die Objekte aller Frames schreiben: DAVIS, COCO, YouTube-VIS, MOTS, CVAT und andere oder einen Film
command-Palette = Alle Befehle…
    .tooltip = Einen Befehl am Namen finden und ausführen
command-Keys = Tasten und Gesten
    .tooltip = Tastenkürzel anzeigen oder ändern
command-Diagnostics = Diagnose…
    .tooltip = Prüfen, was Tinsel auf diesem Rechner braucht, für einen Fehlerbericht


## Attributes of classes and masks.

attributes-add = Attribut hinzufügen
attributes-name = Name des Attributs
attributes-yes_no = Ja oder nein
attributes-text = Text
attributes-number = Zahl
attributes-choice = Auswahl
attributes-choices = links, rechts, …
attributes-none = –
attributes-delete = Attribut löschen
attributes-save = Speichern
attributes-cancel = Abbrechen
attributes-title = Attribute von { $class }


## Batches over the photos of the folder: what to do, how far they are, and how they have ended.

batch-everything_title = In allen Fotos alles segmentieren
batch-boxes_title = Masken aus Boxen
batch-preset = Voreinstellung
batch-current_settings = Aktuelle Einstellungen
batch-only_without_masks = Nur Fotos ohne Masken
batch-min_score = Mindestkonfidenz
batch-min_score_tooltip = Boxen überspringen, bei denen der Detektor unsicherer ist
batch-hint = Läuft im Hintergrund. Die Masken werden bei jedem Foto als Vorschläge gespeichert, die danach zu prüfen sind.
batch-start = Starten
batch-import_instead = Rechtecke als Masken importieren
batch-cancel = Abbrechen
batch-stop = Anhalten
batch-stop_tooltip = Den Stapel anhalten; fertige Fotos behalten ihre Masken
batch-running = Es läuft schon ein Stapel. Er muss zuerst angehalten werden.
batch-none_covered = Zu keinem Foto dieses Fensters gibt es Boxen in dieser Datei.
batch-photos_in_window = { units-photos } in diesem Fenster
batch-boxes_for = { units-boxes } für { units-photos } in diesem Fenster
# Photos in the file that the window does not have.
batch-missing = { units-photos } der Datei hier nicht gefunden
batch-so_far = Stapel: { $done } von { units-photos }
batch-proposed = { units-masks } in { units-photos } vorgeschlagen
batch-skipped = { units-photos } übersprungen
batch-stopped = angehalten, { units-photos } übrig
# How a batch has ended, with what went wrong.
batch-with_problems = { $ended } Probleme: { $problems }
batch-no_object = { $photo }: kein Objekt gefunden in { units-boxes }
batch-changed = { $photo }: zwischenzeitlich geändert, übersprungen
# A problem with a file of boxes.
batch-problem_in_file = { $place }: { $what }
# A problem with the boxes of a photo.
batch-problem = { $photo }: { $place }: { $what }


## The photo with its prompts.

canvas-photo = Foto
canvas-overview = Übersicht des Fotos
canvas-whole_photo = Ganzes Foto
canvas-point_tooltip = Ziehen zum Bewegen, klicken zum Löschen
canvas-region_tooltip = Für Prompts in diesem Bereich sieht das Netz genauer hin
# `number` counts from 1.
canvas-point =
    Punkt { $number } ({ $positive ->
        [yes] positiv
        *[no] negativ
    })
# Sizes in pixels.
canvas-region = Bereich { $width } × { $height }


## The panel of classes.

classes-new = Neue Klasse
classes-add = Klasse hinzufügen
classes-search = Klassen suchen
classes-nothing_found = Keine Klasse gefunden
classes-rename = Umbenennen
classes-new_name = Neuer Name der Klasse
classes-merge = Vereinen mit
classes-attributes = Attribute…
classes-key = Taste
classes-no_key = Keine
classes-select_masks = Ihre Masken auswählen
classes-none_active = Keine Klasse für neue Masken
classes-delete = Löschen
classes-delete_tooltip = Masken dieser Klasse in allen Fotos bleiben ohne Klasse erhalten
classes-choose_tooltip = Den ausgewählten Masken diese Klasse zuweisen; ohne Auswahl erhalten neue Masken diese Klasse
classes-title_without = Klassen ({ $classes })
classes-title_with = Klassen ({ $classes }): { $active }
classes-class = { $name } ({ $masks })
# The menu of a class, for screen readers.
classes-menu = Menü der Klasse { $name }


## Copying and pasting masks.

clipboard-finding = Eingefügte Masken werden gesucht
clipboard-nothing_in_previous = Das vorige Foto hat keine Masken.
clipboard-no_class = Die kopierten Masken haben keine Klasse.
clipboard-copy_of = { $mask } Kopie
clipboard-copied = { units-masks } kopiert.
clipboard-cut = { units-masks }: am Rand abgeschnitten
clipboard-outside = { units-masks }: außerhalb des Fotos, übersprungen
clipboard-nothing_cut = Nichts wurde abgeschnitten
# Sizes in pixels.
clipboard-of_size = Die Masken stammen aus einem Foto von { $width }×{ $height } Pixeln und behalten ihren Ort. { $cut }.
# Masks whose objects were not found in the photo.
clipboard-not_found = In diesem Foto nicht gefunden: { $names }


## Comparing two models or settings.

comparison-dialog = Zwei Modelle oder Einstellungen vergleichen
comparison-choose_file = Datei wählen…
comparison-compare = Vergleichen
comparison-same_sides = Beide Seiten sind gleich
comparison-view = Vergleich
comparison-photo = Foto
comparison-all_masks = Alle Masken
comparison-only_unmatched = Nur Masken ohne Gegenstück
comparison-only_unmatched_tooltip = Eine Maske von A und eine von B gehören zusammen, wenn ihre IoU mindestens 0,75 ist
comparison-save = Abbildung speichern…
comparison-save_tooltip = Foto, A und B mit Beschriftung als eine PNG-Datei speichern
comparison-close = Vergleich schließen
comparison-close_tooltip = Zurück zum Foto (Esc)
comparison-hint = Auf eine Maske zeigen, um ihr Gegenstück zu sehen; ziehen und rollen bewegt alle drei Ansichten
comparison-standard_settings = Standardeinstellungen
comparison-current_settings = Aktuelle Einstellungen
# A model with other settings than the standard ones; `settings` names a preset, or is "current".
comparison-model_with =
    { $model }, { $settings ->
        [Strict] streng
        [Quick] schnell
        [Dense] dicht
        [LargeObjects] große Objekte
        *[current] aktuelle Einstellungen
    }
comparison-model_box = Modell { $letter }
comparison-settings_box = Einstellungen { $letter }
comparison-running = { $a } wird mit { $b } verglichen
comparison-caption = { $name }: { units-masks }, { $unmatched } ohne Gegenstück, { $seconds } s
# Below the name of a side in the saved figure.
comparison-note = { units-masks }, { $matched } mit Gegenstück
comparison-matched_mask = Maske von { $letter }: IoU { $iou } mit dem Gegenstück
comparison-unmatched_mask = Maske von { $letter }: kein Gegenstück


## Titles and file types of the system's dialogs.

dialogs-open_photos = Fotos öffnen
dialogs-photos = Fotos
dialogs-open_folder = Einen Ordner mit Fotos öffnen
dialogs-open_model = Ein Modell öffnen
dialogs-models = Modelle
dialogs-export_to = Exportieren nach
dialogs-split_list = Liste der Fotos für train, val und test
dialogs-text = Text
dialogs-save_in = Die Arbeit speichern in
dialogs-import_masks = Masken importieren
dialogs-open_boxes = Dateien mit Boxen öffnen
dialogs-boxes = Boxen
dialogs-masks = Masken
dialogs-save_comparison = Den Vergleich speichern
dialogs-import_classes = Klassen importieren
dialogs-classes = Klassenlisten


## Details of internal errors, how the window is drawn, and the diagnostics.

doctor-copy_details = Details kopieren
doctor-copy_details_tooltip = Version, System und die letzten Zeilen des Protokolls, für einen Bericht über diesen Fehler. Sie können Dateinamen enthalten.
doctor-drawn_by_software = Das Fenster wird ohne Grafikkarte von Software gezeichnet und kann träge wirken. Mehr dazu unter Hilfe > Diagnose.
doctor-title = Diagnose
doctor-copy_report = Bericht kopieren
doctor-copy_report_tooltip = Der Bericht als Text. Er enthält Namen von Ordnern, aber sonst nichts über die Dateien.
doctor-check_again = Erneut prüfen
# The check that is running.
doctor-checking = Wird geprüft: { $check }
doctor-ok = OK
doctor-warning = Warnung
doctor-failed = Fehler
doctor-everything_works = Alles funktioniert.
doctor-works_with_limits = Tinsel funktioniert, mit den Einschränkungen unten.
doctor-does_not_work = Etwas funktioniert nicht.


## Everything mode: its presets and parameters, and how far it is.

everything-presets = Voreinstellungen
everything-reset = Auf die Werte des Modells zurücksetzen
everything-running = Alles wird segmentiert
everything-no_mask_passed = Keine Maske erfüllt die Filter. Sie lassen sich über der Maskenliste lockern.
everything-points_per_side = Punkte entlang jeder Seite des Rasters; mehr Punkte finden kleinere Objekte
everything-points_per_batch = Punkte zwischen zwei Aktualisierungen des Fensters
everything-pred_iou_thresh = Masken behalten, deren vorhergesagte IoU darüber liegt
everything-stability_score_thresh = Masken mit klarer Grenze behalten
everything-stability_score_offset = Verschiebung der Maskenschwelle beim Messen der Stabilität
everything-mask_threshold = Pixel, deren Logit darüber liegt, gehören zur Maske
everything-box_nms_thresh = Von Masken, deren Boxen sich stärker überlappen, nur die beste behalten
everything-crop_n_layers = Auch 4, 16, … überlappende Ausschnitte des Fotos durchsuchen
everything-crop_nms_thresh = Wie box_nms_thresh, zwischen Masken verschiedener Ausschnitte
everything-crop_overlap_ratio = Überlappung der Ausschnitte als Anteil der kürzeren Seite
everything-crop_n_points_downscale_factor = Um diesen Faktor weniger Punkte je Seite in jeder weiteren Ebene
everything-min_mask_region_area = Löcher füllen und einzelne Teile entfernen, die kleiner sind, in Pixeln
everything-use_m2m = Jede Maske mit einem zweiten Durchgang durch das Netz verfeinern; langsam
everything-multimask_output = Je Punkt drei Masken statt einer
everything-skip_covered = Punkte auslassen, wo die bisherigen Masken wenig übrig lassen: die meisten Masken in halber Zeit
everything-standard = Standard
everything-strict = Streng
everything-quick = Schnell
everything-dense = Dicht
everything-large_objects = Große Objekte
everything-standard_tooltip = Die Einstellungen des offiziellen Generators, mit Schwellen, die zum Modell passen
everything-strict_tooltip = Weniger, sicherere Masken: die Schwellen des Generators von SAM 1
everything-quick_tooltip = Ein Viertel der Punkte: übersieht kleine Objekte
everything-dense_tooltip = Viermal so viele Punkte und eine Ebene von Ausschnitten: findet kleine Objekte, dauert achtmal so lang
everything-large_objects_tooltip = Die Hauptobjekte: wenige Punkte, keine Flecken, wenige Dubletten
everything-progress = { units-masks }, { $done } von { units-points }, noch { $seconds } s
everything-complete = Alles segmentiert in { $seconds } s
everything-cancelled = Segmentierung nach { $seconds } s abgebrochen; bisher gefundene Masken bleiben erhalten
# The name of a new mask; `number` counts from 1.
everything-mask_name = Fund { $number }


## The question about work that could not be saved.

exit-title = Ein Teil der Arbeit konnte nicht gespeichert werden
exit-ways_out = In einem anderen Ordner speichern (Datei > Masken importieren… öffnet sie wieder) oder Speicherplatz freigeben und das Fenster erneut schließen.
exit-save_elsewhere = Woanders speichern…
exit-keep_open = Fenster offen lassen
exit-discard = Verwerfen und schließen


## The export window, and how an export has ended.

export-title = Exportieren
export-folder = Ordner
export-choose = Wählen…
export-counting = Wird gezählt…
export-write = Masken exportieren
export-cancel = Export abbrechen
export-no_masks = Es gibt keine Masken zum Exportieren.
export-margin = Rand
export-soft_edge = Weiche Kante
export-soft_edges = Kanten des Fotos
export-soft_edges_tooltip = Die Kanten auf die des Fotos legen, so weich wie dort
export-compressed_rle = Komprimierte RLE
export-uncompressed_rle = Unkomprimierte RLE
export-polygons = Polygone
export-pixels = Pixel
export-parts_joined = Teile verbunden
export-parts_separate = Teile als einzelne Objekte
export-copy_photo = Auch das Foto kopieren
export-tolerance = Umrisse vereinfachen um bis zu
export-only_states = Nur Fotos im Zustand
export-states_tooltip = Ohne Auswahl: Fotos mit Masken und als fertig markierte
export-split = Aufteilen
export-split_tooltip = Die Fotos mit diesen Anteilen auf Training, Validierung und Test aufteilen. Ein Foto behält seinen Teil, wenn andere hinzukommen; eines mit dem Schlagwort train, val oder test gehört zu diesem Teil.
export-seed = Startwert
export-split_list = Liste…
export-split_list_tooltip = Fotos von Hand zuordnen: eine Textdatei mit Zeilen wie `train NAME`
export-overwrite_title = Dateien überschreiben?
export-overwrite = Überschreiben
export-keep = Abbrechen
export-visible_masks = Sichtbare Masken ({ $masks })
export-selected_masks = Ausgewählte Masken ({ $masks })
export-all_masks = Alle Masken ({ $masks })
export-all_photos = Alle Masken aller Fotos ({ units-photos })
# Removes the list of photos assigned by hand.
export-without_list = { $name } entfernen
export-part = { $name } { $photos }
export-summary_with_parts = { $summary } ({ $parts })
export-photos_done = { $done } von { $photos }
# What of how many photos an export is about.
export-content = { units-masks } aus { units-photos }
export-will_save =
    { $files ->
        [one] Speichert { $first }
        *[other] Speichert { units-files }: { $first }, …
    }
export-will_save_content =
    { $files ->
        [one] Speichert { $first } mit { $content }
        *[other] Speichert { units-files } mit { $content }: { $first }, …
    }
# What would be overwritten; `first` is one of the files.
export-already_exist =
    { $files ->
        [one] { $first } existiert bereits.
        *[other] { units-files } existieren bereits, darunter { $first }.
    }
export-saved_file = Gespeichert: { $file }
export-saved_files = { units-files } in { $folder } gespeichert
export-saved_files_of = { units-files } für { units-photos } in { $folder } gespeichert
export-cancelled = Export abgebrochen. { export-saved_files_of }
export-skipped = Übersprungene Fotos: { $photos }


## The photos of the folder.

filmstrip-unreadable = unlesbar
filmstrip-photo_in_state = { $name }, { $state }
# The same for screen readers.
filmstrip-photo = Foto { $tooltip }


## The filters on the results of everything mode.

filters-predicted_iou = Vorhergesagte IoU über
filters-predicted_iou_tooltip = Masken behalten, die das Netz besser bewertet. Für niedrigere Werte mit niedrigerer Schwelle erneut alles segmentieren
filters-stability = Stabilität mindestens
filters-stability_tooltip = Masken mit klarer Grenze behalten
filters-box_overlap = Boxüberlappung höchstens
filters-box_overlap_tooltip = Von zwei Masken, deren Boxen sich stärker überlappen (Schnitt durch Vereinigung), nur die bessere behalten
filters-area = Fläche
filters-to = bis
filters-smallest_area = Kleinste Fläche
filters-largest_area = Größte Fläche
filters-area_tooltip = Als Anteil des Fotos
filters-smallest_part = Kleinstes Loch oder Teil
filters-smallest_part_tooltip = Löcher füllen und einzelne Teile entfernen, die kleiner sind
filters-hide_nested = Masken in anderen Masken ausblenden
filters-hide_nested_tooltip = Nur die äußersten Masken behalten
filters-reset = Filter zurücksetzen
filters-reset_tooltip = Die Parameter wiederherstellen, mit denen alles segmentiert wurde
filters-filters = Filter
filters-title = Filter: { $kept } von { units-masks }


## The names of the formats in the windows of exports.

formats-cutouts = Freisteller, zugeschnitten (PNG)
formats-cutouts-full = Freisteller, volle Größe (PNG)
formats-contact-sheet = Kontaktabzug der Freisteller (PNG)
formats-masks = Binäre Masken (PNG)
formats-overlay = Farbige Überlagerung (PNG)
formats-labels = Labelkarte mit Legende (PNG)
formats-script = Überlagerung und Ebenen des SAM-2-Skripts (PNG)
formats-coco = COCO-Instanzen (JSON)
formats-json = Einträge des Generators von SAM 2 (JSON)
formats-labelme = labelme (JSON)
formats-yolo = YOLO-Segmentierung (TXT)
formats-voc = Pascal-VOC-Klassen und -Objekte (PNG)
formats-isat = ISAT (JSON)
formats-svg = Umrisse (SVG)
formats-geojson = Umrisse (GeoJSON)
formats-csv = Messwerte (CSV)
# Of sequences.
formats-sequence-coco = COCO mit Spuren (JSON)
formats-sequence-cutouts = Nummerierte Freisteller (PNG)
formats-sequence-cvat-video = CVAT für Videos (XML)
formats-sequence-cvat-images = CVAT für Bilder (XML)
formats-sequence-davis = DAVIS, YouTube-VOS (PNG)
formats-sequence-film = Farbige Überlagerung (Film, benötigt ffmpeg)
formats-sequence-isat = ISAT (JSON)
formats-sequence-labelme = labelme (JSON)
formats-sequence-mattes = Nummerierte Masken (PNG)
formats-sequence-mots = MOTS (Text)
formats-sequence-mots-png = MOTS (PNG)
formats-sequence-sa-v = SA-V (PNG)
formats-sequence-youtube-vis = YouTube-VIS (JSON)


## The tab about the picture.

image-page = Seite
image-channel = Kanal
image-one_channel = Ein Kanal
image-colours = Kanäle als Farben
image-red = Rot
image-green = Grün
image-blue = Blau
image-window = Fenster
image-black = Schwarz
image-black_tooltip = Werte bis hier sind schwarz; Doppelklick für automatisch
image-white = Weiß
image-white_tooltip = Werte ab hier sind weiß; Doppelklick für automatisch
image-midtones = Mitteltöne
image-midtones_tooltip = Über 1 wird heller, was zwischen Schwarz und Weiß liegt; Doppelklick für 1
image-automatic = Automatisch
image-automatic_tooltip = Alle Töne für fast alle Werte, wenn diese nur einen kleinen Teil ihres Bereichs nutzen
image-whole_range = Ganzer Bereich
image-whole_range_tooltip = Von der kleinsten bis zur größten Zahl, die die Datei speichern kann
image-view = Ansicht aller Fotos
image-view_tooltip = Ändert nur die Anzeige, nie Dateien oder Masken
image-brightness = Helligkeit
image-contrast = Kontrast
image-gamma = Gamma
image-reset = Ansicht zurücksetzen
image-reset_tooltip = Doppelklick zum Zurücksetzen
image-network_sees = Auch für das Netz
image-network_sees_tooltip = Das Netz sieht Fotos mit dieser Helligkeit, diesem Kontrast und Gamma; jede Änderung kodiert das Foto neu
image-of_pages = von { $pages }
image-of_channels = von { $channels }


## Importing masks.

import-question_title = Masken für mehrere Fotos
import-question_hint = Bei noch nicht geöffneten Fotos kommen die Masken zur daneben gespeicherten Arbeit hinzu.
import-import_all = Alle importieren
import-this_photo_only = Nur dieses Foto
import-cancel = Import abbrechen
import-photo_changed = zwischenzeitlich geändert, übersprungen
import-question = { $file } enthält Masken für { units-photos } in diesem Fenster.
import-masks_imported = { units-masks } importiert
import-masks_of_photos_imported = { units-masks } für { units-photos } importiert
import-with_problems = { $imported }; übersprungen oder geändert: { $problems }
import-failed = { $error }. Nichts wurde importiert.
# `new` of the classes that were read were not in the list.
import-classes_imported = { units-classes } gelesen; { $new } neu.


## The selected mask with its measurements.

inspect-title = Eigenschaften
inspect-title_tooltip = Die ausgewählte Maske: was sie ist und wie sich ihre Form ändern lässt
inspect-empty = Eine Maske auswählen, um sie zu untersuchen.
inspect-picture = Freisteller der ausgewählten Maske
inspect-name = Name
inspect-class = Klasse
inspect-area = Fläche
inspect-bounding_box = Box
inspect-predicted_iou = Vorhergesagte IoU
inspect-stability = Stabilität
inspect-no_score = keine
inspect-model = Modell
inspect-perimeter = Umfang
inspect-centroid = Schwerpunkt
inspect-equivalent_diameter = Äquivalentdurchmesser
inspect-parts_and_holes = Teile, Löcher
inspect-mean_colour = Mittlere Farbe
inspect-selected = { units-masks } ausgewählt, zusammen { units-pixels }
inspect-area_of = { units-pixels }, { $percent } %
# In pixels.
inspect-length = { $pixels } Pixel


## The hint for the first photo.

introduction-title = Die erste Maske
introduction-click = Auf das Objekt klicken.
introduction-dismiss = Hinweis schließen
# `next` is the key of the next candidate.
introduction-refine = Auf das klicken, was fehlt; mit der rechten Taste auf das, was nicht dazugehört. { $next } zeigt andere Größen.
# `key` accepts the mask.
introduction-accept = { $key } behält die Maske.


## What the engine was doing when something went wrong.

jobs-model = Laden des Modells
jobs-encoding = Kodieren des Fotos
jobs-ahead = Kodieren des nächsten Fotos
jobs-prompt = Berechnen der Maske
jobs-preview = Berechnen der Vorschau
jobs-everything = Segmentieren von allem
jobs-comparison = Vergleichen
jobs-batch = Verarbeiten der Fotos
jobs-shapes = Suchen der eingefügten Masken
jobs-following = Verfolgen von Objekten


## What an export would lose.

losses-empty =
    { $masks ->
        [one] { $masks } Maske ohne Pixel wird übersprungen.
        *[other] { $masks } Masken ohne Pixel werden übersprungen.
    }
losses-holes = Die Löcher von { units-masks } werden gefüllt ({ units-pixels }).
losses-joined_parts = Die Teile von { units-masks } werden durch Linien verbunden.
losses-separate_parts = Jeder Teil von { units-masks } wird ein eigenes Objekt.
losses-simplified = Umrisse werden um bis zu { $pixels } Pixel vereinfacht.
losses-hidden = Wo sich Masken überlappen, bleibt nur die obere erhalten ({ units-pixels } verdeckt).
losses-unclassed =
    { $masks ->
        [one] { $masks } Maske ohne Klasse heißt „{ $name }“.
        *[other] { $masks } Masken ohne Klasse heißen „{ $name }“.
    }
losses-details = Namen, Bewertungen und Farben der Masken gehen verloren.
losses-attributes = Die Attribute von { units-masks } gehen verloren.
losses-attributes_except_flags = Attribute von { units-masks } gehen verloren, außer ja und nein.


## The list of masks.

masks-empty = Noch keine Masken. Auf ein Objekt im Foto klicken oder alles segmentieren.
masks-no_match = Keine Maske passt zur Suche.
masks-search = Suchen
masks-search_label = Masken suchen
masks-order = Reihenfolge
masks-name = Name
masks-area = Fläche
masks-predicted_iou = Vorhergesagte IoU
masks-stability = Stabilität
masks-tree = Baum
masks-classes = Klassen
masks-tree_tooltip = Jede Maske unter der zeigen, in der sie liegt
masks-classes_tooltip = Masken nach Klasse gruppieren; eine Maske auf eine Klasse ziehen, um diese zuzuweisen
masks-sort = Masken sortieren
masks-new_name = Neuer Name
masks-rename = Umbenennen
masks-locked = Gesperrt
# As short as it fits the name next to it.
masks-proposed = neu
masks-show = Einblenden
masks-hide = Ausblenden
masks-solo = Allein zeigen
masks-delete = Löschen
masks-collapse = Zuklappen
masks-expand = Aufklappen
masks-without_class = Ohne Klasse
masks-coverage_tooltip = Anteil des Fotos in mindestens einer Maske und in zwei oder mehr
masks-list_by_tree = Als Baum auflisten
masks-list_by_classes = Nach Klassen auflisten
masks-title = Masken ({ $masks })
masks-made_by = Von { $model } gemacht und noch nicht geprüft. Jede Änderung der Maske nimmt sie an.
masks-made_by_some_model = Von einem Modell gemacht und noch nicht geprüft. Jede Änderung der Maske nimmt sie an.
# What a button with this verb does, for screen readers.
masks-button = { $verb }: { $name }
masks-all_of = alle von { $class }
masks-group = { $class }: { $masks }
# In percent of the photo, as short as it fits beside the title.
masks-covered = { $percent } %
# In percent of the photo.
masks-coverage = { $covered } % bedeckt, { $overlapping } % überlappend


## The menus, the rail of tools, and the options above the photo.

menus-file = Datei
menus-edit = Bearbeiten
menus-photo = Fotos
menus-view = Ansicht
menus-mask = Maske
menus-shape = Form
menus-batch = Stapel
menus-sequence = Sequenz
menus-help = Hilfe
menus-prompt = Prompt
menus-brush_radius = Pinselradius
menus-brush_radius_tooltip = Radius von Pinsel und Radierer in Pixeln des Fotos
menus-settings = Einstellungen
menus-settings_tooltip = Einstellungen für „Alles segmentieren“: wie gründlich gesucht wird und was bleibt
menus-opacity = Deckkraft
menus-opacity_number = Deckkraft in Prozent
menus-style = Stil
# Submenus.
menus-style_of_masks = Stil der Masken
menus-theme = Design
menus-language = Sprache
menus-text_size = Textgröße
menus-tool = Werkzeug
menus-crosshair = Fadenkreuz
menus-candidate = Kandidat
# The menus of the secondary button.
menus-refine = Verfeinern
menus-edit_outline = Umriss bearbeiten
menus-inspect = Untersuchen
menus-hide = Ausblenden
menus-show = Einblenden
menus-show_alone = Nur diese zeigen
menus-show_all = Wieder alle zeigen
menus-lock = Sperren
menus-unlock = Entsperren
menus-rename = Umbenennen
menus-class = Klasse
menus-no_class = Keine Klasse
menus-copy = Kopieren
menus-duplicate = Duplizieren
menus-export = Exportieren…
menus-delete = Löschen
menus-open_photo = Öffnen
menus-copy_path = Pfad kopieren
menus-loading = wird geladen…
menus-colours = Farben
menus-by_class = Nach Klasse
menus-by_class_tooltip = Die Farbe der Klasse; Masken ohne Klasse haben ihre eigene
menus-own = Eigene
menus-own_tooltip = Jede Maske behält ihre eigene Farbe
menus-random = Zufällig
menus-random_tooltip = Mit jedem Klick neue Farben, um Nachbarn zu unterscheiden
menus-by_area = Nach Fläche
menus-by_area_tooltip = Von Dunkelblau für die kleinste Maske bis Gelb für die größte
menus-by_score = Nach Bewertung
menus-by_score_tooltip = Von Dunkelblau für eine vorhergesagte IoU von 0 bis Gelb für 1
# A command, and what it would act on.
menus-command_on = { $command }: { $object }
# The field with the number of a slider, for screen readers.
menus-number_of = { $slider }, Zahl
# A choice, and what is chosen.
menus-choice = { $name }: { $current }
menus-with_shortcut = { $tooltip } ({ $shortcut })
menus-model = Modell: { $name }


## Messages, and what is said in them about masks and commands.

messages-dismiss = Schließen
messages-show_in_folder = Im Ordner anzeigen
messages-stopped = Etwas ist schiefgegangen, und die Aufgabe wurde abgebrochen.
messages-copied = In die Zwischenablage kopiert.
messages-selected_locked = Die ausgewählte Maske ist gesperrt und muss zuerst entsperrt werden.
messages-one_selected_locked = Eine ausgewählte Maske ist gesperrt und muss zuerst entsperrt werden.
messages-locked = Die Maske ist gesperrt und muss zuerst entsperrt werden.
messages-select_one_to_paint = Eine Maske auswählen, um auf sie zu malen, oder keine für eine neue.
messages-select_to_erase = Die Maske auswählen, von der radiert werden soll.
messages-masks_changed = Die Masken haben sich zwischenzeitlich geändert. Bitte erneut versuchen.
messages-empty_mask = Die Maske ist leer. Einen Punkt auf das Objekt setzen oder einen anderen Kandidaten wählen.
messages-model_loading = Das Modell wird noch geladen. Bitte gleich noch einmal versuchen.
messages-zoom_in = Zuerst heranzoomen, bis nur das kleine Objekt und etwas von seiner Umgebung zu sehen sind.
messages-zoom_out = Zu wenig vom Foto ist zu sehen. Etwas herauszoomen.
messages-comparison_ready = Der Vergleich ist fertig. Er ist bei seinem Foto zu sehen.
# `number` counts from 1.
messages-dismiss_message = Meldung { $number } schließen
messages-and_more = und { $messages } weitere
messages-quoted = „{ $command }“
messages-both = { $first } und { $second }
# The commands whose shortcut has been given to another one; `count` is their number.
messages-without_shortcut =
    { $count ->
        [one] { $commands } hat dieses Tastenkürzel nicht mehr.
        *[other] { $commands } haben dieses Tastenkürzel nicht mehr.
    }
# What failed, and why.
messages-failed = { $job }: { $reason }


## The menu of models, downloads, and what is kept of encoded photos.

models-built_in = MobileSAM, eingebaut: schnell, saubere Masken
models-ready = bereit
models-on_disk = auf der Platte
models-download_first = Zuerst herunterladen
models-download = Herunterladen
models-resume = Fortsetzen
models-stop = Anhalten
models-connecting = Verbindung wird hergestellt
models-checking = wird überprüft
models-open_file = Modelldatei öffnen…
models-network_input = Netzeingabe
models-network_input_tooltip = Kleiner ist schneller und ungenauer: die Masken eines Klicks haben beim eingebauten Modell mit denen von 1024 Pixeln im Mittel eine IoU von 0,85 bei 768 Pixeln und von 0,75 bei 512
models-pixels = Pixel
models-smaller_input = schneller, ungenauer
models-mirror = Spiegelserver
models-mirror_hint = leer: die Server der Herausgeber
models-encode_ahead = Das nächste Foto kodieren, wenn nichts zu tun ist
models-embeddings_tooltip = Schon einmal kodierte Fotos öffnen sich sofort; die am längsten nicht verwendeten werden zuerst entfernt
models-clear = Leeren
models-clear_embeddings = Kodierte Fotos entfernen
models-use_model = { $name } verwenden
models-get = Schärfere Masken: { $name } herunterladen
models-get_with_size = Schärfere Masken: { $name } herunterladen, { $size }
models-parameters = { $model }, { $parameters } Parameter
models-verb_with_size = { $verb } ({ $size })
# What a button with this verb does, for screen readers.
models-button = { $verb }: { $name }
models-downloading = { $name }, { $progress }
models-per_second = { $megabytes } MB/s
models-licence = Alle Gewichte: { $licence }, von ihren Herausgebern
models-folder = Gespeichert in { $folder }
# In pixels.
models-network_input_of = Netzeingabe von { $side } Pixeln
# In pixels.
models-trained_with = Mit { $side } trainiert? Verwenden
models-embeddings_of = Kodierte Fotos auf der Platte: { $size }, höchstens
models-no_limit = keine
models-keep_none = Keine kodierten Fotos behalten
models-keep_gigabytes = Höchstens { $size } an kodierten Fotos behalten
# What the models of the catalogue are good for.
models-sam2_1-tiny = SAM 2.1, tiny: das schnellste SAM 2
models-sam2_1-small = SAM 2.1, small: etwas besser als tiny, fast so schnell
models-sam2_1-base-plus = SAM 2.1, base plus: zwischen small und large
models-sam2_1-large = SAM 2.1, large: die besten Masken, am langsamsten
models-edgetam = EdgeTAM: zum Verfolgen von Objekten, fünfmal so schnell wie SAM 2.1 tiny
models-sam2-tiny = SAM 2, tiny: die erste Ausgabe; 2.1 ist besser
models-sam2-small = SAM 2, small: die erste Ausgabe; 2.1 ist besser
models-sam2-base-plus = SAM 2, base plus: die erste Ausgabe; 2.1 ist besser
models-sam2-large = SAM 2, large: die erste Ausgabe; 2.1 ist besser
models-sam-vit-b = SAM 1, base, 375 MB: zum Vergleich mit älteren Arbeiten; SAM 2 ist besser
models-sam-vit-l = SAM 1, large, 1250 MB
models-sam-vit-h = SAM 1, huge: in den meisten Arbeiten von 2023 verwendet
models-mobile-sam-original = MobileSAM, wie von den Autoren veröffentlicht; das eingebaute Modell ist fast dasselbe


## The command palette.

palette-title = Befehle
palette-hint = Befehl eingeben
palette-label = Befehl
palette-nothing_found = Kein Befehl heißt „{ $typed }“.


## Opening photos.

# The title of the window.
photos-window_title = { $photo } - Tinsel
# Which of how many photos it is; `number` counts from 1.
photos-place = { $name } ({ $number } von { $count })
photos-changed_size = { $photo }: andere Größe als zuvor; beginnt ohne Masken
photos-no_photos = { $folder }: enthält keine Fotos
photos-unreadable_folder = { $folder }: der Ordner kann nicht gelesen werden: { $error }
# The project of the folder cannot be used.
photos-project_unusable = { $why }. Änderungen an Klassen und Zuständen von Fotos werden nicht gespeichert.
# The project of the folder cannot be saved at the moment.
photos-project_not_saved = { $why }. Änderungen an Klassen und Zuständen von Fotos sind noch nicht gespeichert; Tinsel versucht es weiter.


## The bar beside the object that is being prompted.

prompt-delete_box = Box löschen
prompt-computing = Wird berechnet…
prompt-no_mask = Keine Maske
prompt-accept = Übernehmen
prompt-accept_tooltip = Die Maske in die Liste aufnehmen (Eingabe)
prompt-clear = Verwerfen
prompt-clear_tooltip = Alle Punkte und die Box entfernen (Esc)
prompt-no_class = Keine Klasse
prompt-class_tooltip = Die Klasse, die die Maske erhält (Ziffern wählen sie)
prompt-single = Einzelne
prompt-points = { $positive } positiv, { $negative } negativ
# `number` counts from 1.
prompt-candidate = Kandidat { $number }
prompt-scores = Vorhergesagte IoU { $predicted_iou }, Stabilität { $stability }, { units-pixels }
# The class that the mask gets, for screen readers.
prompt-class = Klasse der Maske: { $name }
prompt-shows_it = { $key } zeigt ihn
prompt-shows_next = { $key } zeigt den nächsten


## What was opened last.

recent-open_recent = Zuletzt geöffnet
recent-recent = Zuletzt geöffnet
recent-clear = Liste leeren
recent-none = Noch nichts geöffnet
recent-missing = { $path } ist nicht mehr da


## The review of proposals.

review-title = Prüfung
review-accept = Annehmen
review-reject = Ablehnen
review-refine = Verfeinern
review-skip = Überspringen
review-end = Beenden
review-resume = Prüfung fortsetzen
review-elsewhere = Pausiert, solange ein anderes Foto offen ist.
# The label of the step of undo that leads back to the previous photo.
review-undo = Vorige Entscheidung
review-no_class = keine
review-nothing = Kein Foto in diesem Fenster hat Vorschläge zu prüfen.
review-here = Hier noch { $proposals } zu prüfen
review-to_come = danach { units-photos }
review-iou = IoU { $score }
review-detector = Detektor { $score }
review-class = Klasse: { $name }
review-decided = Prüfung: { $accepted } angenommen, { $corrected } korrigiert, { $rejected } abgelehnt
review-undecided = { $masks } offen


## Sequences: the timeline, following objects, and what comes of it.

sequence-running = Objekte werden gerade verfolgt. Das muss zuerst angehalten werden.
sequence-model_loading = Das Modell wird noch geladen.
sequence-no_objects = Es gibt kein Objekt zu verfolgen. Zuerst eine Maske machen.
sequence-step = Objekte verfolgen
sequence-stopped_by_undo = Angehalten. Noch einmal rückgängig machen, um das Verfolgte zu entfernen.
sequence-still_saving = Die letzte Änderung wird noch gespeichert. Bitte gleich noch einmal versuchen.
sequence-clear = Ab hier entfernen
sequence-merge = Objekte vereinen
sequence-split = Objekt teilen
sequence-rename = Objekt umbenennen
sequence-classify = Objekt klassifizieren
sequence-copy = Auf nächsten Frame kopieren
sequence-follow = Verfolgen
sequence-to_the_end = Bis zum Ende
sequence-to_next_prompt = Bis zum nächsten Prompt
sequence-reach = Wie weit
sequence-rate = Frames pro Sekunde
sequence-timeline = Zeitleiste
sequence-no_objects_yet = Hier erscheinen Objekte: auf einem Frame eine Maske machen und sie verfolgen.
sequence-reading = Sitzungen der Frames werden gelesen…
sequence-by_shape = Verfolgt nach der Form, für kleine Bewegungen. SAM 2.1 und EdgeTAM haben ein Gedächtnis.
sequence-by_memory = Verfolgt mit dem Gedächtnis des Netzes für jedes Objekt.
sequence-doubts = Unsicherheit
sequence-doubts_tooltip = Ab wann eine verfolgte Maske als unsicher gilt
sequence-predicted_iou = Vorhergesagte IoU unter
sequence-area_ratio = Fläche ändert sich um den Faktor
sequence-shift = Bewegt sich um diesen Anteil der Größe
sequence-object_score = Abwesend bei einem Objektwert von
sequence-reset = Zurücksetzen
sequence-prompted = Mit Prompt
sequence-followed = Verfolgt
sequence-doubtful = Unsicher
sequence-absent = Abwesend
sequence-name = Name des Objekts
sequence-delete = Objekt löschen
sequence-split_here = An diesem Frame teilen
sequence-merge_into = Vereinen mit
sequence-rename_ellipsis = Umbenennen…
sequence-stop = Anhalten
sequence-export_title = Sequenz exportieren
sequence-overwrite = Vorhandene Dateien überschreiben
sequence-writing = Wird geschrieben…
sequence-cancelled = Export abgebrochen; nichts wurde geschrieben.
sequence-nothing_to_export = Es gibt keine Objekte zum Exportieren. Zuerst eine Maske machen und sie verfolgen.
sequence-preparing = Wird vorbereitet…
sequence-frame_number = Frame { $number } von { $count }
# For the chosen object.
sequence-next_mask = Die nächste Maske auf diesem Frame ist { $name }
# The rest of an object that was split.
sequence-part = { $name } Teil
sequence-of_another_size = Frame { $number } hat eine andere Größe, zu der die Masken nicht passen.
# For an object without a name.
sequence-object = Objekt { $track }
sequence-lane = Objekt { $name }, { $state }
sequence-prompted_frames = { units-frames } mit Prompt
sequence-deleted = { units-objects } löschen
sequence-sign_absent = abwesend
sequence-sign_low_iou = geringe Konfidenz
sequence-sign_area = plötzlich andere Fläche
sequence-sign_place = plötzliche Bewegung
sequence-signs = { $name }: { $signs }
sequence-frames_done = { $done } von { units-frames }
sequence-of_frame = { $seconds } s je Frame
sequence-exported = { units-objects } in { units-files } in { $folder } gespeichert
sequence-ended_well = { units-objects } über { units-frames } verfolgt
sequence-doubtful_frames = { $frames } unsicher
sequence-stopped = { $text } (angehalten)
sequence-with_problems = { $text }. Übersprungen: { $problems }
sequence-not_saved = Objekte auf Frames: { $problems }


## The panel that changes the shape of masks.

shape-title = Form ändern
shape-distance = Abstand
shape-distance_label = Abstand
shape-distance_tooltip = Abstand für Erweitern, Schrumpfen und Glätten
shape-specks = Flecken
shape-specks_label = Fleckengröße
shape-specks_tooltip = „Flecken entfernen“ entfernt kleinere Teile
shape-edge_radius = Kantenreichweite
shape-edge_radius_label = Kantenreichweite
shape-edge_radius_tooltip = Wie weit „Kante verfeinern“ die Grenze bewegen darf
shape-edge_strength = Stärke
shape-edge_strength_label = Kantenstärke
shape-edge_strength_tooltip = Wie viel die Farben des Fotos gegenüber der jetzigen Grenze zählen


## The window of shortcuts and gestures.

shortcuts-title = Tasten und Gesten
shortcuts-hint = Ein Tastenkürzel anklicken, um es zu ändern, + für ein weiteres.
shortcuts-reset_all = Alle Tastenkürzel zurücksetzen
shortcuts-add_mark = +
shortcuts-reset = Zurücksetzen
shortcuts-reset_tooltip = Die Tastenkürzel dieses Befehls auf den Standard zurücksetzen
shortcuts-held_keys = H und Leertaste sind vergeben: H halten blendet alle Masken aus, Leertaste bewegt das Foto
# Keys by what is printed on them.
shortcuts-escape = Esc
shortcuts-page_up = Bild auf
shortcuts-page_down = Bild ab
shortcuts-left = Links
shortcuts-right = Rechts
shortcuts-up = Auf
shortcuts-down = Ab
shortcuts-enter = Eingabe
shortcuts-tab = Tab
shortcuts-space = Leertaste
shortcuts-delete = Entf
shortcuts-backspace = Rücktaste
shortcuts-insert = Einfg
shortcuts-home = Pos1
shortcuts-end = Ende
shortcuts-ctrl = Strg
shortcuts-alt = Alt
shortcuts-shift = Umschalt
shortcuts-press_for = Das neue Tastenkürzel für „{ $command }“ drücken. Rücktaste entfernt es, Esc bricht ab.
shortcuts-change = { $shortcut } für { $command } ändern
shortcuts-add = Ein Tastenkürzel für { $command } hinzufügen
shortcuts-reset_command = Die Tastenkürzel für { $command } zurücksetzen
shortcuts-gesture_include = Linksklick
    .effect = ein Punkt auf dem Objekt
shortcuts-gesture_exclude = Rechtsklick, Umschalt + Linksklick
    .effect = ein Punkt außerhalb des Objekts
shortcuts-gesture_box = Mit links ziehen
    .effect = eine Box um das Objekt
shortcuts-gesture_menu = Rechtsklick auf eine Maske, mit anderen Werkzeugen
    .effect = was sich mit ihr machen lässt
shortcuts-gesture_move_point = Einen Punkt ziehen
    .effect = bewegen
shortcuts-gesture_delete_point = Einen Punkt anklicken
    .effect = löschen
shortcuts-gesture_change_box = In einer Box, an ihrer Seite oder Ecke ziehen
    .effect = bewegen oder Größe ändern
shortcuts-gesture_hold_alt = Alt halten
    .effect = Vorschau der größeren oder kleineren Maske
shortcuts-gesture_hold_ctrl = Strg halten
    .effect = Vorschau der Wirkung eines weiteren Punktes
shortcuts-gesture_refine = Doppelklick auf eine Maske
    .effect = verfeinern
shortcuts-gesture_zoom = Rad, zwei Finger
    .effect = am Zeiger zoomen
shortcuts-gesture_pan = Mit der Mitte ziehen, Leertaste + links ziehen
    .effect = das Foto bewegen
shortcuts-gesture_minimap = In der Übersichtskarte klicken oder ziehen
    .effect = dorthin gehen
shortcuts-gesture_hide = H halten
    .effect = alle Masken ausblenden
shortcuts-gesture_opposite = Pinsel, Lasso: Umschalt
    .effect = entfernen statt hinzufügen
shortcuts-gesture_pick = Masken auswählen: Klick, noch ein Klick
    .effect = eine Maske auswählen, dann die darunter
shortcuts-gesture_pick_several = Masken auswählen: Umschalt + Klick
    .effect = mehrere auswählen
shortcuts-gesture_list = Liste: Klick, Umschalt oder Strg + Klick
    .effect = eine, einen Bereich oder mehrere auswählen
shortcuts-gesture_list_zoom = Liste: Doppelklick
    .effect = die Maske heranzoomen
shortcuts-gesture_list_drag = Liste: ziehen
    .effect = Reihenfolge der Ebenen ändern; in Gruppen eine Klasse zuweisen


## What the system does not give: why the window cannot be opened, read on the terminal, and why the file manager shows nothing.

startup-no_driver = kein Grafiktreiber kann es zeichnen, nicht einmal einer in Software; einen installieren: unter Debian und Ubuntu mit apt-get install mesa-vulkan-drivers libvulkan1 libegl1 libgl1-mesa-dri, unter Fedora mit dnf install mesa-vulkan-drivers vulkan-loader mesa-dri-drivers, sonst den Treiber der Grafikkarte; tinsel doctor zeigt, was es findet
startup-no_display = es gibt keine Anzeige ({ $cause }); in einer Desktopsitzung starten, über ssh mit ssh -X, auf einem virtuellen Bildschirm mit xvfb-run tinsel, oder die Befehle verwenden, die keine brauchen: tinsel --help listet sie auf
# A file that was to be shown in its folder.
startup-nothing_to_show = { $path }: ist nicht mehr da und kann nicht gezeigt werden
# `opener` was started, but could not show the path.
startup-no_file_manager = { $path }: { $opener } hat keinen Dateimanager gefunden. Einen installieren oder von Hand dorthin gehen.
startup-opener_failed =
    { $path }: { $opener } kann nicht gestartet werden ({ $error }). { $opener ->
        [xdg-open] xdg-utils installieren oder von Hand dorthin gehen.
        *[other] Von Hand dorthin gehen.
    }


## The states of photos.

states-all = Alle Fotos
states-clear = Nicht fertig
states-filter_tooltip = Nur Fotos in diesem Zustand zeigen
states-search_hint = Suchen
states-search = Fotos suchen
states-note = Notiz
states-tags = Schlagwörter
states-tags_hint = Schlagwörter, durch Kommas getrennt
states-save = Speichern
states-cancel = Abbrechen
states-all_done = Alle Fotos sind fertig.
states-none_to_review = Kein anderes Foto ist zur Prüfung markiert.
states-none_empty = Alle anderen Fotos haben Masken oder sind fertig.
states-new = Neu
states-started = Begonnen
states-to_review = Zu prüfen
states-done = Fertig
states-progress = { $done } von { $photos } fertig
states-note_title = Notiz zu { $photo }


## The status bar.

status-ready = Bereit
status-cancel = Abbrechen
status-encoding_region = Bereich wird kodiert
status-encoding_photo = Foto wird kodiert
status-loading_model = Modell wird geladen
status-not_saved = Nicht gespeichert
status-saved_tooltip = Alle Arbeit an den Fotos liegt in den Dateien neben ihnen
status-saved_some_time = Gespeichert
status-saved_at = Gespeichert { $time }
status-model_loaded = Modell geladen in { $seconds } s
status-photo_encoded = Foto kodiert in { $seconds } s
status-mask_computed = Maske in { $seconds } ms


## What steps of undo are called.

undo-add_point = Punkt hinzufügen
undo-move_point = Punkt bewegen
undo-delete_point = Punkt löschen
undo-draw_box = Box zeichnen
undo-change_box = Box ändern
undo-delete_box = Box löschen
undo-choose_candidate = Kandidat wählen
undo-clear_prompt = Prompt verwerfen
undo-refine_mask = Maske verfeinern
undo-accept_mask = Maske übernehmen
undo-paint = Malen
undo-erase = Radieren
undo-edit_points = Punkte bearbeiten
undo-duplicate = Duplizieren
undo-fill_holes = Löcher füllen
undo-remove_specks = Flecken entfernen
undo-smooth = Glätten
undo-grow = Erweitern
undo-shrink = Schrumpfen
undo-refine_edge = Kante verfeinern
undo-keep_largest_part = Größten Teil behalten
undo-split = In Teile zerlegen
undo-merge = Vereinen
undo-subtract = Abziehen
undo-intersect = Schnittmenge
undo-add_masks =
    { $masks ->
        [one] Maske hinzufügen
        *[other] { $masks } Masken hinzufügen
    }
undo-filter_masks = Masken filtern
undo-import_masks =
    { $masks ->
        [one] Maske importieren
        *[other] { $masks } Masken importieren
    }
undo-paste_masks =
    { $masks ->
        [one] Maske einfügen
        *[other] { $masks } Masken einfügen
    }
undo-delete_masks =
    { $masks ->
        [one] Maske löschen
        *[other] { $masks } Masken löschen
    }
undo-rename_mask = Maske umbenennen
undo-accept_masks =
    { $masks ->
        [one] Maske annehmen
        *[other] { $masks } Masken annehmen
    }
undo-show_masks =
    { $masks ->
        [one] Maske einblenden
        *[other] { $masks } Masken einblenden
    }
undo-hide_masks =
    { $masks ->
        [one] Maske ausblenden
        *[other] { $masks } Masken ausblenden
    }
undo-show_one = Nur eine Maske zeigen
undo-show_all = Alle Masken zeigen
undo-lock_masks =
    { $masks ->
        [one] Maske sperren
        *[other] { $masks } Masken sperren
    }
undo-unlock_masks =
    { $masks ->
        [one] Maske entsperren
        *[other] { $masks } Masken entsperren
    }
undo-move_masks =
    { $masks ->
        [one] Maske bewegen
        *[other] { $masks } Masken bewegen
    }
undo-change_attribute = { $name } ändern
undo-classify_masks =
    { $masks ->
        [one] Maske klassifizieren
        *[other] { $masks } Masken klassifizieren
    }
undo-track_objects = Objekte verfolgen
undo-mark_absent = Als abwesend markieren
undo-add_class = Klasse { $name } hinzufügen
undo-add_classes = { units-classes } hinzufügen
undo-merge_classes = Klassen vereinen
undo-rename_class = Klasse umbenennen
undo-colour_class = Farbe der Klasse ändern
undo-change_key = Taste der Klasse ändern
undo-delete_class = Klasse löschen
undo-mark_done = { $photo } als fertig markieren
undo-mark_for_review = { $photo } zur Prüfung markieren
undo-clear_state = Zustand von { $photo } entfernen
undo-change_attributes = Attribute der Klasse ändern
undo-change_tags = Schlagwörter von { $photo } ändern
undo-change_note = Notiz zu { $photo } ändern


## Numbers with their nouns and units, and what stands between the parts of a list.

# Between the whole part of a number and its decimals.
units-decimal_mark = ,
units-masks =
    { $masks ->
        [one] { $masks } Maske
        *[other] { $masks } Masken
    }
units-photos =
    { $photos ->
        [one] { $photos } Foto
        *[other] { $photos } Fotos
    }
units-files =
    { $files ->
        [one] { $files } Datei
        *[other] { $files } Dateien
    }
units-pixels = { $pixels } Pixel
units-boxes =
    { $boxes ->
        [one] { $boxes } Box
        *[other] { $boxes } Boxen
    }
units-problems =
    { $problems ->
        [one] { $problems } Problem
        *[other] { $problems } Probleme
    }
units-points =
    { $points ->
        [one] { $points } Punkt
        *[other] { $points } Punkten
    }
units-frames =
    { $frames ->
        [one] { $frames } Frame
        *[other] { $frames } Frames
    }
units-objects =
    { $objects ->
        [one] { $objects } Objekt
        *[other] { $objects } Objekte
    }
units-classes =
    { $classes ->
        [one] { $classes } Klasse
        *[other] { $classes } Klassen
    }
units-seconds = { $seconds } s
units-minutes = { $minutes } min
units-minutes_seconds = { $minutes } min { $seconds } s
units-hours = { $hours } h
units-left = noch { $time }
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
vertices-detail_tooltip = Wie weit das Polygon vom Umriss abweichen darf. Pixel ändern sich nur dort, wo Punkte bewegt oder gelöscht werden.
vertices-simplify = Vereinfachen
vertices-simplify_tooltip = Alle Kanten gerade machen, sodass die Maske zum Polygon mit diesen Punkten wird
vertices-apply = Anwenden
vertices-apply_tooltip = Das Polygon in Pixel umwandeln (Eingabe)
vertices-discard = Verwerfen
vertices-discard_tooltip = Die Maske lassen, wie sie war (Esc)
vertices-gestures = Punkte ziehen; Klick auf eine Kante fügt einen hinzu; Entf oder Alt+Klick entfernt einen; mit Strg kein Einrasten
vertices-select_one = Eine Maske auswählen, um ihre Punkte zu bearbeiten.
vertices-tracing = Umriss wird nachgezeichnet…
vertices-unchanged = Die Punkte wurden nicht bewegt: kein Pixel hat sich geändert.
vertices-points =
    { $points ->
        [one] { $points } Punkt
        *[other] { $points } Punkte
    }
vertices-added = { units-pixels } hinzugefügt
vertices-removed = { units-pixels } entfernt


## A window without a photo.

welcome-opening = Wird geöffnet…
welcome-unreadable = Dieses Foto kann nicht geöffnet werden
welcome-drop = Ein Foto oder einen Ordner hier ablegen
welcome-open = Ein Foto oder einen Ordner öffnen
welcome-hint = Dann auf ein Objekt klicken, um seine Maske zu erhalten.
