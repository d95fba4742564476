### The texts of the window in simplified Chinese. English (en.ftl) is the reference and says what the texts are about.


## The commands of the menus.

command-OpenPhotos = 打开图像…
    .tooltip = 打开一张或多张图像
command-OpenFolder = 打开文件夹…
    .tooltip = 打开文件夹中的所有图像
command-OpenSample = 打开示例图像
    .tooltip = 打开内置图像来试用
command-OpenModel = 打开模型…
    .tooltip = 从 .pt 或 .safetensors 文件或 ONNX 文件对加载权重
command-UseBuiltInModel = 使用内置模型
    .tooltip = 使用无需下载的 MobileSAM
command-Export = 导出…
    .tooltip = 将掩码导出为文件
command-ExportSelected = 导出所选…
    .tooltip = 将所选掩码导出为文件
command-ImportMasks = 导入掩码…
    .tooltip = 从 COCO、labelme、YOLO、ISAT、CVAT 或 PNG 文件导入掩码
command-ImportClasses = 导入类别…
    .tooltip = 从列表（classes.txt、data.yaml）、COCO、labelme、ISAT 或其他项目添加类别
command-Quit = 退出
    .tooltip = 关闭窗口
command-Undo = 撤销
    .tooltip = 撤销上一次更改
command-Redo = 重做
    .tooltip = 重做上一次撤销的更改
command-SelectAll = 全选
    .tooltip = 选择所有掩码
command-SelectNone = 取消选择
    .tooltip = 取消选择所有掩码
command-CopyMasks = 复制掩码
    .tooltip = 复制所选掩码，以便粘贴到另一张图像
command-PasteMasks = 粘贴掩码
    .tooltip = 在相同位置添加复制的掩码
command-PasteByShape = 按形状粘贴
    .tooltip = 由网络在此图像中查找复制的掩码，对象可以略有移动
command-PasteClass = 粘贴类别
    .tooltip = 将复制的掩码的类别赋给所选掩码
command-DuplicatePrevious = 复制上一张图像的掩码
    .tooltip = 在相同位置添加文件夹中上一张图像的所有掩码
command-DuplicateSelected = 创建所选掩码的副本
    .tooltip = 在相同位置添加所选掩码的副本
command-CopyCutout = 将抠图复制为图片
    .tooltip = 将所选对象以透明背景复制到剪贴板
command-CopyMask = 将掩码复制为图片
    .tooltip = 将所选掩码以黑底白色复制到剪贴板
command-DeleteSelected = 删除所选
    .tooltip = 删除所选掩码
command-NextPhoto = 下一张图像
    .tooltip = 打开文件夹中的下一张图像
command-PreviousPhoto = 上一张图像
    .tooltip = 打开文件夹中的上一张图像
command-NextPage = 下一页
    .tooltip = 打开图像文件的下一页
command-PreviousPage = 上一页
    .tooltip = 打开图像文件的上一页
command-NextEmptyPhoto = 下一张无掩码的图像
    .tooltip = 打开下一张没有掩码且未完成的图像
command-NextReviewPhoto = 下一张待审核的图像
    .tooltip = 打开下一张标记为待审核的图像
command-MarkDone = 完成，下一张图像
    .tooltip = 接受正在编辑的掩码，将图像标记为完成，并打开下一张未完成的图像
command-MarkReview = 待审核
    .tooltip = 将图像标记为待审核，或移除该标记
command-ClearState = 未完成
    .tooltip = 移除完成或待审核的标记
command-EditNote = 备注和标签…
    .tooltip = 为图像写备注并添加标签
command-ShowInFolder = 在文件夹中显示
    .tooltip = 在文件管理器中显示图像文件
command-Tool-Positive = 包含
    .tooltip = 在对象上单击；在对象外右键单击
command-Tool-Negative = 排除
    .tooltip = 在不属于对象的地方单击
command-Tool-Box = 框
    .tooltip = 围绕对象拖出一个框
command-Tool-Select = 选取掩码
    .tooltip = 单击掩码以选择它
command-Tool-Brush = 画笔
    .tooltip = 在所选掩码或新掩码上绘制；按住 Shift 擦除
command-Tool-Eraser = 橡皮擦
    .tooltip = 从所选掩码擦除；按住 Shift 绘制
command-Tool-Lasso = 套索
    .tooltip = 圈出一个区域并加入所选掩码；按住 Shift 移除
command-Tool-Vertices = 顶点
    .tooltip = 将所选掩码的轮廓作为多边形逐点编辑
command-BrushLarger = 增大画笔
    .tooltip = 增大画笔和橡皮擦
command-BrushSmaller = 减小画笔
    .tooltip = 减小画笔和橡皮擦
command-Cross =
    .tooltip = 在图像上移动十字准线，无需鼠标即可单击；按住 Shift 每次移动一个像素
command-Cross-Left = 十字准线左移
command-Cross-Right = 十字准线右移
command-Cross-Up = 十字准线上移
command-Cross-Down = 十字准线下移
command-ClickCross = 在十字准线处单击
    .tooltip = 无需鼠标在此处单击；按住 Shift 添加相反类型的点
command-Refine = 细化所选
    .tooltip = 用更多单击细化所选掩码
command-Accept = 接受掩码
    .tooltip = 将掩码加入列表
command-DropPrompt = 清除提示
    .tooltip = 移除所有点和框
command-NextCandidate = 下一个候选
    .tooltip = 显示下一个候选掩码
command-Candidate-1 = 候选 1
    .tooltip = 显示第一个候选掩码
command-Candidate-2 = 候选 2
    .tooltip = 显示第二个候选掩码
command-Candidate-3 = 候选 3
    .tooltip = 显示第三个候选掩码
command-EncodeRegion = 聚焦可见区域
    .tooltip = 先放大小对象；网络随后会更仔细地查看可见区域
command-WholePhoto = 整张图像
    .tooltip = 离开该区域，重新使用整张图像
command-SegmentEverything = 分割一切
    .tooltip = 为图像中的每个对象查找掩码
command-Compare = 比较两个模型…
    .tooltip = 用两个模型或两组设置分割一切并比较结果
command-Cancel = 取消
    .tooltip = 停止当前任务；已找到的掩码会保留
command-HideSelected = 显示或隐藏所选
    .tooltip = 隐藏所选掩码，或重新显示
command-SoloSelected = 仅显示所选
    .tooltip = 仅显示所选掩码，或重新显示所有掩码
command-LockSelected = 锁定或解锁所选
    .tooltip = 保护所选掩码不被更改和删除
command-RenameSelected = 重命名所选
    .tooltip = 重命名所选掩码
command-InspectSelected = 查看所选
    .tooltip = 缩放到所选掩码，并在侧边栏中显示其属性
command-Raise = 上移一层
    .tooltip = 将所选掩码上移一层
command-Lower = 下移一层
    .tooltip = 将所选掩码下移一层
command-ShowAll = 显示或隐藏所有掩码
    .tooltip = 显示不带掩码的图像，或重新显示掩码
command-ZoomIn = 放大
command-ZoomOut = 缩小
command-ZoomFit = 适合窗口
    .tooltip = 显示整张图像
command-ZoomActual = 100%
    .tooltip = 图像的一个像素对应屏幕的一个像素
command-ZoomSelection = 缩放到所选
    .tooltip = 放大所选掩码
command-Style-Fill = 填充掩码
    .tooltip = 用颜色填充掩码
command-Style-Outline = 仅轮廓
    .tooltip = 仅绘制掩码的轮廓
command-Style-Both = 填充和轮廓
    .tooltip = 用颜色填充掩码并绘制轮廓
command-Style-Dim = 调暗其他部分
    .tooltip = 调暗掩码以外的所有部分
command-Minimap = 缩略地图
    .tooltip = 放大时显示图像概览
command-LivePreview = 实时预览
    .tooltip = 显示单击将得到的掩码；按住 Alt 显示更大或更小的掩码
command-Filmstrip = 胶片栏
    .tooltip = 显示文件夹中图像的缩略图
command-SidePanel = 侧边栏
    .tooltip = 在图像旁显示类别、掩码和属性
command-Image = 图像
    .tooltip = 显示掩码和图像的外观：不透明度、样式、颜色、亮度、页和通道
command-Theme-System = 跟随系统主题
    .tooltip = 跟随系统的浅色或深色主题
command-Theme-Light = 浅色主题
command-Theme-Dark = 深色主题
command-Language-System = 跟随系统
    .tooltip = 使用系统设置的语言
command-Language-English = English
command-Language-German = Deutsch
command-Language-Chinese = 简体中文
command-LargerText = 增大文字
    .tooltip = 增大文字和按钮
command-SmallerText = 减小文字
    .tooltip = 减小文字和按钮
command-NormalText = 标准文字
    .tooltip = 将文字和按钮恢复为标准大小
command-Shape-FillHoles = 填充孔洞
    .tooltip = 填充所选掩码的所有孔洞
command-Shape-RemoveSpecks = 移除杂点
    .tooltip = 移除小于“更改形状”面板中所设大小的独立部分
command-Shape-Smooth = 平滑
    .tooltip = 按“更改形状”面板中的距离圆滑边角并闭合间隙
command-Shape-Grow = 扩展
    .tooltip = 按“更改形状”面板中的距离扩展
command-Shape-Shrink = 收缩
    .tooltip = 按“更改形状”面板中的距离收缩
command-RefineEdge = 细化边缘
    .tooltip = 在“更改形状”面板所设的范围内，将边界移到图像中的边缘
command-Shape-KeepLargestPart = 保留最大部分
    .tooltip = 移除除最大部分外的所有独立部分
command-Shape-Split = 拆分为多个部分
    .tooltip = 将每个独立部分变为单独的掩码
command-Shape-Union = 合并
    .tooltip = 将所选掩码合并为一个
command-Shape-Subtract = 减去
    .tooltip = 从列表中第一个所选掩码减去其他所选掩码
command-Shape-Intersect = 相交
    .tooltip = 仅保留所有所选掩码共有的区域
command-Class =
    .tooltip = 将此类别赋给所选掩码；未选择时，新掩码使用此类别
command-Class-1 = 类别 1
command-Class-2 = 类别 2
command-Class-3 = 类别 3
command-Class-4 = 类别 4
command-Class-5 = 类别 5
command-Class-6 = 类别 6
command-Class-7 = 类别 7
command-Class-8 = 类别 8
command-Class-9 = 类别 9
command-AcceptAs =
    .tooltip = 以此类别接受掩码，之后的掩码也使用此类别
command-AcceptAs-1 = 接受为类别 1
command-AcceptAs-2 = 接受为类别 2
command-AcceptAs-3 = 接受为类别 3
command-AcceptAs-4 = 接受为类别 4
command-AcceptAs-5 = 接受为类别 5
command-AcceptAs-6 = 接受为类别 6
command-AcceptAs-7 = 接受为类别 7
command-AcceptAs-8 = 接受为类别 8
command-AcceptAs-9 = 接受为类别 9
command-NoClass = 无类别
    .tooltip = 移除所选掩码的类别；未选择时，新掩码没有类别
command-SegmentAll = 在所有图像中分割一切…
    .tooltip = 在后台为文件夹中所有图像的每个对象查找掩码
command-BoxesToMasks = 由框生成掩码…
    .tooltip = 由检测器的框生成掩码：COCO、YOLO、Pascal VOC、labelme 或 CVAT 文件
command-StopBatch = 停止批处理
    .tooltip = 停止批处理；已完成的图像保留其掩码
command-Review = 审核建议
    .tooltip = 逐个审核建议的掩码，最不确定的优先；或结束审核
command-AcceptProposal = 接受建议
    .tooltip = 接受建议的掩码并转到下一个
command-RejectProposal = 拒绝建议
    .tooltip = 删除建议的掩码并转到下一个
command-SkipProposal = 跳过建议
    .tooltip = 暂不决定建议的掩码并转到下一个
command-Sequence = 文件夹是序列
    .tooltip = 将文件夹中的图像作为帧显示在时间轴上，可在其中跟踪对象
command-OpenFrames = 打开此文件的所有帧
    .tooltip = 将打开的文件（如 TIFF 堆栈或动画）的页或帧作为序列显示
command-FollowForward = 向前跟踪
    .tooltip = 从此帧起向后续帧跟踪所有对象；所选掩码成为对象
command-FollowBackward = 向后跟踪
    .tooltip = 从此帧起向先前帧跟踪所有对象；所选掩码成为对象
command-FollowBoth = 双向跟踪
    .tooltip = 从此帧起先向后续帧、再向先前帧跟踪所有对象；所选掩码成为对象
command-StopFollowing = 停止跟踪
    .tooltip = 停止；已跟踪的结果会保留
command-Play = 播放
    .tooltip = 播放带掩码的序列，或停止
command-FirstFrame = 第一帧
command-LastFrame = 最后一帧
command-NextDoubtful = 下一个可疑帧
    .tooltip = 转到下一个掩码可能有误的帧
command-PreviousDoubtful = 上一个可疑帧
    .tooltip = 转到上一个掩码可能有误的帧
command-NextPrompted = 下一个提示帧
    .tooltip = 转到下一个有对象提示或修正的帧
command-PreviousPrompted = 上一个提示帧
    .tooltip = 转到上一个有对象提示或修正的帧
command-CopyToNextFrame = 复制到下一帧
    .tooltip = 将所选掩码作为提示放到下一帧并转到该帧
command-MarkAbsent = 标记为不存在
    .tooltip = 表明所选对象不在此帧上
command-ClearFromHere = 从此处清除
    .tooltip = 从此帧起移除所选对象或所有对象的跟踪结果；提示帧会保留
command-DeleteObjects = 删除对象
    .tooltip = 从所有帧移除所选对象
command-ExportSequence = 导出序列…
    .tooltip = 写出所有帧上的对象：DAVIS、COCO、YouTube-VIS、MOTS、CVAT 等格式，或视频
command-Palette = 所有命令…
    .tooltip = 按名称查找并运行命令
command-Keys = 快捷键和手势
    .tooltip = 显示或更改键盘快捷键
command-Diagnostics = 诊断…
    .tooltip = 检查 Tinsel 在此计算机上所需的条件，用于错误报告


## Attributes of classes and masks.

attributes-add = 添加属性
attributes-name = 属性名称
attributes-yes_no = 是或否
attributes-text = 文本
attributes-number = 数字
attributes-choice = 选项
attributes-choices = 左, 右, …
attributes-none = –
attributes-delete = 删除属性
attributes-save = 保存
attributes-cancel = 取消
attributes-title = { $class } 的属性


## Batches over the photos of the folder: what to do, how far they are, and how they have ended.

batch-everything_title = 在所有图像中分割一切
batch-boxes_title = 由框生成掩码
batch-preset = 预设
batch-current_settings = 当前设置
batch-only_without_masks = 仅无掩码的图像
batch-min_score = 最低分数
batch-min_score_tooltip = 跳过检测器置信度较低的框
batch-hint = 在后台运行。掩码作为建议随每张图像保存，之后可审核。
batch-start = 开始
batch-import_instead = 将矩形导入为掩码
batch-cancel = 取消
batch-stop = 停止
batch-stop_tooltip = 停止批处理；已完成的图像保留其掩码
batch-running = 已有批处理在运行。请先停止它。
batch-none_covered = 此文件中没有此窗口中任何图像的框。
batch-photos_in_window = 此窗口中有 { units-photos }
batch-boxes_for = { units-boxes }，对应此窗口中的 { units-photos }
# Photos in the file that the window does not have.
batch-missing = 文件中有 { units-photos }在此处找不到
batch-so_far = 批处理：已完成 { $done } / { units-photos }
batch-proposed = 在 { units-photos }中建议了 { units-masks }
batch-skipped = 跳过 { units-photos }
batch-stopped = 已停止，剩余 { units-photos }
# How a batch has ended, with what went wrong.
batch-with_problems = { $ended } 问题：{ $problems }
batch-no_object = { $photo }：在 { units-boxes }中未找到对象
batch-changed = { $photo }：其间已更改；已跳过
# A problem with a file of boxes.
batch-problem_in_file = { $place }：{ $what }
# A problem with the boxes of a photo.
batch-problem = { $photo }：{ $place }：{ $what }


## The photo with its prompts.

canvas-photo = 图像
canvas-overview = 图像概览
canvas-whole_photo = 整张图像
canvas-point_tooltip = 拖动以移动，单击以删除
canvas-region_tooltip = 对此区域内的提示，网络会更仔细地查看
# `number` counts from 1.
canvas-point =
    点 { $number }（{ $positive ->
        [yes] 正
        *[no] 负
    }）
# Sizes in pixels.
canvas-region = 区域 { $width } × { $height }


## The panel of classes.

classes-new = 新类别
classes-add = 添加类别
classes-search = 搜索类别
classes-nothing_found = 未找到类别
classes-rename = 重命名
classes-new_name = 类别的新名称
classes-merge = 合并到
classes-attributes = 属性…
classes-key = 按键
classes-no_key = 无
classes-select_masks = 选择其掩码
classes-none_active = 新掩码无类别
classes-delete = 删除
classes-delete_tooltip = 所有图像中此类别的掩码会保留，但没有类别
classes-choose_tooltip = 将此类别赋给所选掩码；未选择时，新掩码使用此类别
classes-title_without = 类别（{ $classes }）
classes-title_with = 类别（{ $classes }）：{ $active }
classes-class = { $name }（{ $masks }）
# The menu of a class, for screen readers.
classes-menu = 类别 { $name } 的菜单


## Copying and pasting masks.

clipboard-finding = 正在查找粘贴的掩码
clipboard-nothing_in_previous = 上一张图像没有掩码。
clipboard-no_class = 复制的掩码没有类别。
clipboard-copy_of = { $mask } 副本
clipboard-copied = 已复制 { units-masks }。
clipboard-cut = { units-masks }：在边界处被裁剪
clipboard-outside = { units-masks }：位于图像外，已跳过
clipboard-nothing_cut = 未裁剪任何内容
# Sizes in pixels.
clipboard-of_size = 掩码来自 { $width }×{ $height } 像素的图像，位置保持不变。{ $cut }。
# Masks whose objects were not found in the photo.
clipboard-not_found = 在此图像中未找到：{ $names }


## Comparing two models or settings.

comparison-dialog = 比较两个模型或设置
comparison-choose_file = 选择文件…
comparison-compare = 比较
comparison-same_sides = 两侧相同
comparison-view = 比较
comparison-photo = 图像
comparison-all_masks = 所有掩码
comparison-only_unmatched = 仅未匹配的掩码
comparison-only_unmatched_tooltip = 当 IoU 至少为 0.75 时，A 的掩码与 B 的掩码匹配
comparison-save = 保存对比图…
comparison-save_tooltip = 将图像、A 和 B 连同说明保存为一个 PNG
comparison-close = 关闭比较
comparison-close_tooltip = 返回图像（Esc）
comparison-hint = 指向掩码可查看其匹配项；拖动和滚动可移动三个视图
comparison-standard_settings = 标准设置
comparison-current_settings = 当前设置
# A model with other settings than the standard ones; `settings` names a preset, or is "current".
comparison-model_with =
    { $model }，{ $settings ->
        [Strict] 严格
        [Quick] 快速
        [Dense] 密集
        [LargeObjects] 大对象
        *[current] 当前设置
    }
comparison-model_box = 模型 { $letter }
comparison-settings_box = 设置 { $letter }
comparison-running = 正在比较 { $a } 与 { $b }
comparison-caption = { $name }：{ units-masks }，{ $unmatched } 个未匹配，{ $seconds } 秒
# Below the name of a side in the saved figure.
comparison-note = { units-masks }，{ $matched } 个已匹配
comparison-matched_mask = { $letter } 的掩码：与匹配项的 IoU 为 { $iou }
comparison-unmatched_mask = { $letter } 的掩码：未匹配


## Titles and file types of the system's dialogs.

dialogs-open_photos = 打开图像
dialogs-photos = 图像
dialogs-open_folder = 打开图像文件夹
dialogs-open_model = 打开模型
dialogs-models = 模型
dialogs-export_to = 导出到
dialogs-split_list = train、val 和 test 的图像列表
dialogs-text = 文本
dialogs-save_in = 将工作保存到
dialogs-import_masks = 导入掩码
dialogs-open_boxes = 打开含框的文件
dialogs-boxes = 框
dialogs-masks = 掩码
dialogs-save_comparison = 保存比较
dialogs-import_classes = 导入类别
dialogs-classes = 类别列表


## Details of internal errors, how the window is drawn, and the diagnostics.

doctor-copy_details = 复制详细信息
doctor-copy_details_tooltip = 版本、系统和日志的最后几行，用于报告此错误。其中可能包含文件名。
doctor-drawn_by_software = 窗口由软件绘制，没有使用显卡，可能反应较慢。详见“帮助 > 诊断”。
doctor-title = 诊断
doctor-copy_report = 复制报告
doctor-copy_report_tooltip = 文本形式的报告。其中包含文件夹名称，但不含文件的其他信息。
doctor-check_again = 重新检查
# The check that is running.
doctor-checking = 正在检查：{ $check }
doctor-ok = 正常
doctor-warning = 警告
doctor-failed = 失败
doctor-everything_works = 一切正常。
doctor-works_with_limits = Tinsel 可以运行，但有以下限制。
doctor-does_not_work = 有些功能无法运行。


## Everything mode: its presets and parameters, and how far it is.

everything-presets = 预设
everything-reset = 重置为模型默认值
everything-running = 正在分割一切
everything-no_mask_passed = 没有掩码通过筛选。可在掩码列表上方放宽筛选条件。
everything-points_per_side = 网格每边的点数；点越多，找到的对象越小
everything-points_per_batch = 窗口两次更新之间的点数
everything-pred_iou_thresh = 保留预测 IoU 高于此值的掩码
everything-stability_score_thresh = 保留边界清晰的掩码
everything-stability_score_offset = 测量稳定性时掩码阈值的偏移
everything-mask_threshold = logit 高于此值的像素属于掩码
everything-box_nms_thresh = 框的重叠超过此值的掩码中仅保留最佳的
everything-crop_n_layers = 另外搜索图像的 4、16、… 个重叠裁剪区
everything-crop_nms_thresh = 同 box_nms_thresh，用于不同裁剪区的掩码之间
everything-crop_overlap_ratio = 裁剪区的重叠，占短边的比例
everything-crop_n_points_downscale_factor = 每多一层，每边的点数减少到几分之一
everything-min_mask_region_area = 填充小于此值的孔洞并移除小于此值的独立部分（像素）
everything-use_m2m = 让每个掩码再次通过网络以细化；较慢
everything-multimask_output = 每个点取三个掩码而不是一个
everything-skip_covered = 跳过已找到的掩码中不太可能有新发现的点：用一半时间得到大部分掩码
everything-standard = 标准
everything-strict = 严格
everything-quick = 快速
everything-dense = 密集
everything-large_objects = 大对象
everything-standard_tooltip = 官方生成器的设置，阈值适合该模型
everything-strict_tooltip = 更少但更可靠的掩码：SAM 1 生成器的阈值
everything-quick_tooltip = 四分之一的点：会漏掉小对象
everything-dense_tooltip = 四倍的点和一层裁剪：能找到小对象，耗时八倍
everything-large_objects_tooltip = 主要对象：点少、无杂点、重复少
everything-progress = { units-masks }，已完成 { $done } / { units-points }，剩余 { $seconds } 秒
everything-complete = 分割一切用时 { $seconds } 秒
everything-cancelled = 分割在 { $seconds } 秒后取消；已找到的掩码会保留
# The name of a new mask; `number` counts from 1.
everything-mask_name = 找到 { $number }


## The question about work that could not be saved.

exit-title = 部分工作无法保存
exit-ways_out = 请保存到其他文件夹（文件 > 导入掩码… 可重新打开），或释放一些空间后再次关闭窗口。
exit-save_elsewhere = 保存到别处…
exit-keep_open = 保持窗口打开
exit-discard = 放弃并关闭


## The export window, and how an export has ended.

export-title = 导出
export-folder = 文件夹
export-choose = 选择…
export-counting = 正在统计…
export-write = 导出掩码
export-cancel = 取消导出
export-no_masks = 没有可导出的掩码。
export-margin = 边距
export-soft_edge = 柔化边缘
export-soft_edges = 图像的边缘
export-soft_edges_tooltip = 将边缘移到图像中的边缘，并采用其柔和程度
export-compressed_rle = 压缩 RLE
export-uncompressed_rle = 未压缩 RLE
export-polygons = 多边形
export-pixels = 像素
export-parts_joined = 连接各部分
export-parts_separate = 各部分作为独立对象
export-copy_photo = 同时复制图像
export-tolerance = 轮廓简化程度不超过
export-only_states = 仅以下状态的图像
export-states_tooltip = 未选择时：有掩码的图像和标记为完成的图像
export-split = 划分
export-split_tooltip = 按这些比例将图像划分为训练、验证和测试集。添加其他图像时，图像所属部分保持不变；带有标签 train、val 或 test 的图像属于相应部分。
export-seed = 随机种子
export-split_list = 列表…
export-split_list_tooltip = 手动分配图像：文本文件，每行如 `train NAME`
export-overwrite_title = 覆盖文件？
export-overwrite = 覆盖
export-keep = 取消
export-visible_masks = 可见掩码（{ $masks }）
export-selected_masks = 所选掩码（{ $masks }）
export-all_masks = 所有掩码（{ $masks }）
export-all_photos = 所有图像的所有掩码（{ units-photos }）
# Removes the list of photos assigned by hand.
export-without_list = 移除 { $name }
export-part = { $name } { $photos }
export-summary_with_parts = { $summary }（{ $parts }）
export-photos_done = { $done } / { $photos }
# What of how many photos an export is about.
export-content = { units-photos }的 { units-masks }
export-will_save =
    { $files ->
        [1] 将保存 { $first }
        *[other] 将保存 { units-files }：{ $first }、…
    }
export-will_save_content =
    { $files ->
        [1] 将保存 { $first }，含 { $content }
        *[other] 将保存 { units-files }，含 { $content }：{ $first }、…
    }
# What would be overwritten; `first` is one of the files.
export-already_exist =
    { $files ->
        [1] { $first } 已存在。
        *[other] { units-files }已存在，包括 { $first }。
    }
export-saved_file = 已保存：{ $file }
export-saved_files = 已将 { units-files }保存到 { $folder }
export-saved_files_of = 已将 { units-photos }的 { units-files }保存到 { $folder }
export-cancelled = 导出已取消。{ export-saved_files_of }
export-skipped = 跳过的图像：{ $photos }


## The photos of the folder.

filmstrip-unreadable = 无法读取
filmstrip-photo_in_state = { $name }，{ $state }
# The same for screen readers.
filmstrip-photo = 图像 { $tooltip }


## The filters on the results of everything mode.

filters-predicted_iou = 预测 IoU 高于
filters-predicted_iou_tooltip = 保留网络评分高于此值的掩码。若要更低，请用更低的阈值重新分割一切
filters-stability = 稳定性不低于
filters-stability_tooltip = 保留边界清晰的掩码
filters-box_overlap = 框重叠不超过
filters-box_overlap_tooltip = 两个掩码的框重叠（交并比）超过此值时，仅保留较好的一个
filters-area = 面积
filters-to = 到
filters-smallest_area = 最小面积
filters-largest_area = 最大面积
filters-area_tooltip = 占图像的比例
filters-smallest_part = 最小孔洞或部分
filters-smallest_part_tooltip = 填充小于此值的孔洞并移除小于此值的独立部分
filters-hide_nested = 隐藏位于其他掩码内的掩码
filters-hide_nested_tooltip = 仅保留最外层的掩码
filters-reset = 重置筛选
filters-reset_tooltip = 恢复分割一切时使用的参数
filters-filters = 筛选
filters-title = 筛选：{ $kept } / { units-masks }


## The names of the formats in the windows of exports.

formats-cutouts = 抠图，已裁剪（PNG）
formats-cutouts-full = 抠图，原始尺寸（PNG）
formats-contact-sheet = 抠图联系表（PNG）
formats-masks = 二值掩码（PNG）
formats-overlay = 彩色叠加（PNG）
formats-labels = 带图例的标签图（PNG）
formats-script = SAM 2 脚本的叠加图和图层（PNG）
formats-coco = COCO 实例（JSON）
formats-json = SAM 2 生成器的记录（JSON）
formats-labelme = labelme（JSON）
formats-yolo = YOLO 分割（TXT）
formats-voc = Pascal VOC 类别和对象（PNG）
formats-isat = ISAT（JSON）
formats-svg = 轮廓（SVG）
formats-geojson = 轮廓（GeoJSON）
formats-csv = 测量值（CSV）
# Of sequences.
formats-sequence-coco = 带轨迹的 COCO（JSON）
formats-sequence-cutouts = 编号抠图（PNG）
formats-sequence-cvat-video = CVAT 视频（XML）
formats-sequence-cvat-images = CVAT 图像（XML）
formats-sequence-davis = DAVIS、YouTube-VOS（PNG）
formats-sequence-film = 彩色叠加（视频，需要 ffmpeg）
formats-sequence-isat = ISAT（JSON）
formats-sequence-labelme = labelme（JSON）
formats-sequence-mattes = 编号蒙版（PNG）
formats-sequence-mots = MOTS（文本）
formats-sequence-mots-png = MOTS（PNG）
formats-sequence-sa-v = SA-V（PNG）
formats-sequence-youtube-vis = YouTube-VIS（JSON）


## The tab about the picture.

image-page = 页
image-channel = 通道
image-one_channel = 单个通道
image-colours = 通道作为颜色
image-red = 红
image-green = 绿
image-blue = 蓝
image-window = 窗宽窗位
image-black = 黑点
image-black_tooltip = 不高于此值的采样为黑色；双击恢复自动
image-white = 白点
image-white_tooltip = 不低于此值的采样为白色；双击恢复自动
image-midtones = 中间调
image-midtones_tooltip = 大于 1 时提亮黑白之间的部分；双击恢复为 1
image-automatic = 自动
image-automatic_tooltip = 当采样只占其范围的一小部分时，为几乎所有采样使用全部色阶
image-whole_range = 全部范围
image-whole_range_tooltip = 从文件可存储的最小数到最大数
image-view = 所有图像的显示
image-view_tooltip = 仅更改屏幕显示，绝不更改文件或掩码
image-brightness = 亮度
image-contrast = 对比度
image-gamma = 伽马
image-reset = 重置显示
image-reset_tooltip = 双击以重置
image-network_sees = 同样用于网络
image-network_sees_tooltip = 网络看到的图像采用此亮度、对比度和伽马；每次更改都会重新编码图像
image-of_pages = / { $pages }
image-of_channels = / { $channels }


## Importing masks.

import-question_title = 多张图像的掩码
import-question_hint = 对于尚未打开的图像，掩码会添加到其旁边保存的工作中。
import-import_all = 全部导入
import-this_photo_only = 仅此图像
import-cancel = 取消导入
import-photo_changed = 其间已更改；已跳过
import-question = { $file } 含有此窗口中 { units-photos }的掩码。
import-masks_imported = 已导入 { units-masks }
import-masks_of_photos_imported = 已为 { units-photos }导入 { units-masks }
import-with_problems = { $imported }；跳过或更改：{ $problems }
import-failed = { $error }。未导入任何内容。
# `new` of the classes that were read were not in the list.
import-classes_imported = 读取了 { units-classes }；其中 { $new } 个是新的。


## The selected mask with its measurements.

inspect-title = 属性
inspect-title_tooltip = 所选掩码：其内容以及如何更改其形状
inspect-empty = 选择一个掩码以查看。
inspect-picture = 所选掩码的抠图
inspect-name = 名称
inspect-class = 类别
inspect-area = 面积
inspect-bounding_box = 框
inspect-predicted_iou = 预测 IoU
inspect-stability = 稳定性
inspect-no_score = 无
inspect-model = 模型
inspect-perimeter = 周长
inspect-centroid = 质心
inspect-equivalent_diameter = 等效直径
inspect-parts_and_holes = 部分、孔洞
inspect-mean_colour = 平均颜色
inspect-selected = 已选择 { units-masks }，共 { units-pixels }
inspect-area_of = { units-pixels }，{ $percent }%
# In pixels.
inspect-length = { $pixels } 像素


## The hint for the first photo.

introduction-title = 第一个掩码
introduction-click = 单击对象。
introduction-dismiss = 关闭提示
# `next` is the key of the next candidate.
introduction-refine = 单击缺少的部分，右键单击不属于它的部分。{ $next } 显示其他大小。
# `key` accepts the mask.
introduction-accept = { $key } 保留掩码。


## What the engine was doing when something went wrong.

jobs-model = 加载模型
jobs-encoding = 编码图像
jobs-ahead = 编码下一张图像
jobs-prompt = 计算掩码
jobs-preview = 计算预览
jobs-everything = 分割一切
jobs-comparison = 比较
jobs-batch = 处理图像
jobs-shapes = 查找粘贴的掩码
jobs-following = 跟踪对象


## What an export would lose.

losses-empty = 跳过 { $masks } 个没有像素的掩码。
losses-holes = { units-masks }的孔洞会被填充（{ units-pixels }）。
losses-joined_parts = { units-masks }的各部分会用线连接。
losses-separate_parts = { units-masks }的每个部分会成为独立对象。
losses-simplified = 轮廓简化程度不超过 { $pixels } 像素。
losses-hidden = 掩码重叠处仅保留上层掩码（隐藏 { units-pixels }）。
losses-unclassed = { $masks } 个没有类别的掩码称为“{ $name }”。
losses-details = 掩码的名称、分数和颜色会丢失。
losses-attributes = { units-masks }的属性会丢失。
losses-attributes_except_flags = { units-masks }的属性会丢失，是/否属性除外。


## The list of masks.

masks-empty = 还没有掩码。请单击图像中的对象，或分割一切。
masks-no_match = 没有掩码符合搜索。
masks-search = 搜索
masks-search_label = 搜索掩码
masks-order = 顺序
masks-name = 名称
masks-area = 面积
masks-predicted_iou = 预测 IoU
masks-stability = 稳定性
masks-tree = 树
masks-classes = 类别
masks-tree_tooltip = 将每个掩码列在包含它的掩码之下
masks-classes_tooltip = 按类别对掩码分组；将掩码拖到类别上即可赋予该类别
masks-sort = 排序掩码
masks-new_name = 新名称
masks-rename = 重命名
masks-locked = 已锁定
# As short as it fits the name next to it.
masks-proposed = 新
masks-show = 显示
masks-hide = 隐藏
masks-solo = 单独显示
masks-delete = 删除
masks-collapse = 折叠
masks-expand = 展开
masks-without_class = 未分类
masks-coverage_tooltip = 图像中至少属于一个掩码、以及属于两个或更多掩码的比例
masks-list_by_tree = 按树列出
masks-list_by_classes = 按类别列出
masks-title = 掩码（{ $masks }）
masks-made_by = 由 { $model } 生成，尚未审核。对掩码的任何更改都会接受它。
masks-made_by_some_model = 由模型生成，尚未审核。对掩码的任何更改都会接受它。
# What a button with this verb does, for screen readers.
masks-button = { $verb }：{ $name }
masks-all_of = { $class } 的全部掩码
masks-group = { $class }：{ $masks }
# In percent of the photo, as short as it fits beside the title.
masks-covered = { $percent }%
# In percent of the photo.
masks-coverage = 覆盖 { $covered }%，重叠 { $overlapping }%


## The menus, the rail of tools, and the options above the photo.

menus-file = 文件
menus-edit = 编辑
menus-photo = 图像
menus-view = 视图
menus-mask = 掩码
menus-shape = 形状
menus-batch = 批处理
menus-sequence = 序列
menus-help = 帮助
menus-prompt = 提示
menus-brush_radius = 画笔半径
menus-brush_radius_tooltip = 画笔和橡皮擦的半径，以图像像素为单位
menus-settings = 设置
menus-settings_tooltip = “分割一切”的设置：搜索的细致程度以及保留哪些掩码
menus-opacity = 不透明度
menus-opacity_number = 不透明度百分比
menus-style = 样式
# Submenus.
menus-style_of_masks = 掩码样式
menus-theme = 主题
menus-language = 语言
menus-text_size = 文字大小
menus-tool = 工具
menus-crosshair = 十字准线
menus-candidate = 候选
# The menus of the secondary button.
menus-refine = 细化
menus-edit_outline = 编辑轮廓
menus-inspect = 查看
menus-hide = 隐藏
menus-show = 显示
menus-show_alone = 仅显示此项
menus-show_all = 重新显示全部
menus-lock = 锁定
menus-unlock = 解锁
menus-rename = 重命名
menus-class = 类别
menus-no_class = 无类别
menus-copy = 复制
menus-duplicate = 创建副本
menus-export = 导出…
menus-delete = 删除
menus-open_photo = 打开
menus-copy_path = 复制路径
menus-loading = 正在加载…
menus-colours = 颜色
menus-by_class = 按类别
menus-by_class_tooltip = 类别的颜色；没有类别的掩码使用自己的颜色
menus-own = 各自
menus-own_tooltip = 每个掩码保持自己的颜色
menus-random = 随机
menus-random_tooltip = 每次单击使用新颜色，以区分相邻掩码
menus-by_area = 按面积
menus-by_area_tooltip = 从最小掩码的深蓝色到最大掩码的黄色
menus-by_score = 按分数
menus-by_score_tooltip = 从预测 IoU 为 0 的深蓝色到 1 的黄色
# A command, and what it would act on.
menus-command_on = { $command }：{ $object }
# The field with the number of a slider, for screen readers.
menus-number_of = { $slider }，数值
# A choice, and what is chosen.
menus-choice = { $name }：{ $current }
menus-with_shortcut = { $tooltip }（{ $shortcut }）
menus-model = 模型：{ $name }


## Messages, and what is said in them about masks and commands.

messages-dismiss = 关闭
messages-show_in_folder = 在文件夹中显示
messages-stopped = 出现问题，任务已停止。
messages-copied = 已复制到剪贴板。
messages-selected_locked = 所选掩码已锁定。请先解锁。
messages-one_selected_locked = 有一个所选掩码已锁定。请先解锁。
messages-locked = 掩码已锁定。请先解锁。
messages-select_one_to_paint = 请选择一个掩码来绘制，或不选择以新建掩码。
messages-select_to_erase = 请选择要擦除的掩码。
messages-masks_changed = 掩码在此期间已更改。请重试。
messages-empty_mask = 掩码为空。请在对象上添加点，或选择其他候选。
messages-model_loading = 模型仍在加载。请稍后重试。
messages-zoom_in = 请先放大，直到只能看到小对象及其部分周围。
messages-zoom_out = 可见的图像部分太少。请稍微缩小。
messages-comparison_ready = 比较已完成。回到对应的图像即可查看。
# `number` counts from 1.
messages-dismiss_message = 关闭消息 { $number }
messages-and_more = 另有 { $messages } 条
messages-quoted = “{ $command }”
messages-both = { $first }和{ $second }
# The commands whose shortcut has been given to another one; `count` is their number.
messages-without_shortcut =
    { $count ->
        [1] { $commands }不再使用此快捷键。
        *[other] { $commands }均不再使用此快捷键。
    }
# What failed, and why.
messages-failed = { $job }：{ $reason }


## The menu of models, downloads, and what is kept of encoded photos.

models-built_in = MobileSAM，内置：速度快，掩码干净
models-ready = 就绪
models-on_disk = 已在磁盘上
models-download_first = 请先下载
models-download = 下载
models-resume = 继续
models-stop = 停止
models-connecting = 正在连接
models-checking = 正在校验
models-open_file = 打开模型文件…
models-network_input = 网络输入
models-network_input_tooltip = 越小越快，但越不精确：内置模型单击所得的掩码与 1024 像素时的掩码相比，平均 IoU 在 768 像素时为 0.85，在 512 像素时为 0.75
models-pixels = 像素
models-smaller_input = 更快，精度较低
models-mirror = 镜像
models-mirror_hint = 留空：使用发布者的服务器
models-encode_ahead = 空闲时编码下一张图像
models-embeddings_tooltip = 以前编码过的图像可立即打开；最久未使用的最先移除
models-clear = 清除
models-clear_embeddings = 清除已编码的图像
models-use_model = 使用 { $name }
models-get = 更精细的掩码：获取 { $name }
models-get_with_size = 更精细的掩码：获取 { $name }，{ $size }
models-parameters = { $model }，{ $parameters } 个参数
models-verb_with_size = { $verb } { $size }
# What a button with this verb does, for screen readers.
models-button = { $verb } { $name }
models-downloading = { $name }，{ $progress }
models-per_second = { $megabytes } MB/s
models-licence = 所有权重：{ $licence }，来自其发布者
models-folder = 存储在 { $folder }
# In pixels.
models-network_input_of = { $side } 像素的网络输入
# In pixels.
models-trained_with = 以 { $side } 训练？使用该值
models-embeddings_of = 磁盘上的已编码图像：{ $size }，上限
models-no_limit = 无
models-keep_none = 不保留已编码的图像
models-keep_gigabytes = 最多保留 { $size } 已编码的图像
# What the models of the catalogue are good for.
models-sam2_1-tiny = SAM 2.1 tiny：SAM 2 中最快
models-sam2_1-small = SAM 2.1 small：略优于 tiny，速度相近
models-sam2_1-base-plus = SAM 2.1 base plus：介于 small 和 large 之间
models-sam2_1-large = SAM 2.1 large：掩码最佳，速度最慢
models-edgetam = EdgeTAM：专为跟踪对象设计，速度约为 SAM 2.1 tiny 的五倍
models-sam2-tiny = SAM 2 tiny：首个版本；2.1 更好
models-sam2-small = SAM 2 small：首个版本；2.1 更好
models-sam2-base-plus = SAM 2 base plus：首个版本；2.1 更好
models-sam2-large = SAM 2 large：首个版本；2.1 更好
models-sam-vit-b = SAM 1 base，375 MB：用于与较早的工作比较；SAM 2 更好
models-sam-vit-l = SAM 1 large，1250 MB
models-sam-vit-h = SAM 1 huge：2023 年的多数论文所用
models-mobile-sam-original = 作者发布的 MobileSAM；与内置模型几乎相同


## The command palette.

palette-title = 命令
palette-hint = 输入命令
palette-label = 命令
palette-nothing_found = 没有名为“{ $typed }”的命令。


## Opening photos.

# The title of the window.
photos-window_title = { $photo } - Tinsel
# Which of how many photos it is; `number` counts from 1.
photos-place = { $name }（{ $number } / { $count }）
photos-changed_size = { $photo }：尺寸已更改；从无掩码开始
photos-no_photos = { $folder }：不含图像
photos-unreadable_folder = { $folder }：无法读取文件夹：{ $error }
# The project of the folder cannot be used.
photos-project_unusable = { $why }。类别和图像状态的更改不会保存。
# The project of the folder cannot be saved at the moment.
photos-project_not_saved = { $why }。类别和图像状态的更改尚未保存；Tinsel 会继续尝试。


## The bar beside the object that is being prompted.

prompt-delete_box = 删除框
prompt-computing = 正在计算…
prompt-no_mask = 无掩码
prompt-accept = 接受
prompt-accept_tooltip = 将掩码加入列表（Enter）
prompt-clear = 放弃
prompt-clear_tooltip = 移除所有点和框（Esc）
prompt-no_class = 无类别
prompt-class_tooltip = 掩码的类别（用数字键选择）
prompt-single = 单一
prompt-points = { $positive } 正，{ $negative } 负
# `number` counts from 1.
prompt-candidate = 候选 { $number }
prompt-scores = 预测 IoU { $predicted_iou }，稳定性 { $stability }，{ units-pixels }
# The class that the mask gets, for screen readers.
prompt-class = 掩码的类别：{ $name }
prompt-shows_it = { $key } 显示它
prompt-shows_next = { $key } 显示下一个


## What was opened last.

recent-open_recent = 最近打开
recent-recent = 最近
recent-clear = 清空列表
recent-none = 尚未打开任何内容
recent-missing = { $path } 已不存在


## The review of proposals.

review-title = 审核
review-accept = 接受
review-reject = 拒绝
review-refine = 细化
review-skip = 跳过
review-end = 结束
review-resume = 继续审核
review-elsewhere = 打开其他图像时暂停。
# The label of the step of undo that leads back to the previous photo.
review-undo = 上一个决定
review-no_class = 无
review-nothing = 此窗口中没有图像有待审核的建议。
review-here = 此处有 { $proposals } 个待审核
review-to_come = 后面还有 { units-photos }
review-iou = IoU { $score }
review-detector = 检测器 { $score }
review-class = 类别：{ $name }
review-decided = 审核：接受 { $accepted }，修正 { $corrected }，拒绝 { $rejected }
review-undecided = 剩余 { $masks }


## Sequences: the timeline, following objects, and what comes of it.

sequence-running = 正在跟踪对象。请先停止。
sequence-model_loading = 模型仍在加载。
sequence-no_objects = 没有可跟踪的对象。请先创建掩码，再跟踪它。
sequence-step = 跟踪对象
sequence-stopped_by_undo = 已停止。再次撤销可移除已跟踪的结果。
sequence-still_saving = 上一次更改仍在保存。请稍后重试。
sequence-clear = 从此处清除
sequence-merge = 合并对象
sequence-split = 拆分对象
sequence-rename = 重命名对象
sequence-classify = 设置对象类别
sequence-copy = 复制到下一帧
sequence-follow = 跟踪
sequence-to_the_end = 到末尾
sequence-to_next_prompt = 到下一个提示帧
sequence-reach = 跟踪范围
sequence-rate = 每秒帧数
sequence-timeline = 时间轴
sequence-no_objects_yet = 对象显示在此处：在任意帧上创建掩码，然后跟踪它。
sequence-reading = 正在读取各帧的会话…
sequence-by_shape = 按形状跟踪，适合小幅移动。SAM 2.1 和 EdgeTAM 具有记忆。
sequence-by_memory = 利用网络对每个对象的记忆进行跟踪。
sequence-doubts = 可疑判定
sequence-doubts_tooltip = 跟踪的掩码从何时起视为可疑
sequence-predicted_iou = 预测 IoU 低于
sequence-area_ratio = 面积变化的倍数
sequence-shift = 移动占其大小的比例
sequence-object_score = 视为不存在的对象分数
sequence-reset = 重置
sequence-prompted = 提示
sequence-followed = 跟踪
sequence-doubtful = 可疑
sequence-absent = 不存在
sequence-name = 对象名称
sequence-delete = 删除对象
sequence-split_here = 在此帧拆分
sequence-merge_into = 合并到
sequence-rename_ellipsis = 重命名…
sequence-stop = 停止
sequence-export_title = 导出序列
sequence-overwrite = 覆盖现有文件
sequence-writing = 正在写入…
sequence-cancelled = 导出已取消；未写入任何内容。
sequence-nothing_to_export = 没有可导出的对象。请先创建掩码并跟踪它。
sequence-preparing = 正在准备…
sequence-frame_number = 第 { $number } / { $count } 帧
# For the chosen object.
sequence-next_mask = 此帧上的下一个掩码是 { $name }
# The rest of an object that was split.
sequence-part = { $name } 部分
sequence-of_another_size = 第 { $number } 帧尺寸不同，与掩码不符。
# For an object without a name.
sequence-object = 对象 { $track }
sequence-lane = 对象 { $name }，{ $state }
sequence-prompted_frames = { units-frames }有提示
sequence-deleted = 删除 { units-objects }
sequence-sign_absent = 不存在
sequence-sign_low_iou = 置信度低
sequence-sign_area = 面积突变
sequence-sign_place = 突然移动
sequence-signs = { $name }：{ $signs }
sequence-frames_done = { $done } / { units-frames }
sequence-of_frame = 每帧 { $seconds } 秒
sequence-exported = 已将 { units-objects }以 { units-files }保存到 { $folder }
sequence-ended_well = 已在 { units-frames }上跟踪 { units-objects }
sequence-doubtful_frames = { $frames } 帧可疑
sequence-stopped = { $text }（已停止）
sequence-with_problems = { $text }。已跳过：{ $problems }
sequence-not_saved = 各帧上的对象：{ $problems }


## The panel that changes the shape of masks.

shape-title = 更改形状
shape-distance = 扩展、收缩、平滑
shape-distance_label = 距离
shape-distance_tooltip = 扩展、收缩和平滑的距离
shape-specks = 杂点
shape-specks_label = 杂点大小
shape-specks_tooltip = “移除杂点”会移除小于此值的部分
shape-edge_radius = “细化边缘”的范围
shape-edge_radius_label = 边缘范围
shape-edge_radius_tooltip = “细化边缘”可将边界移动多远
shape-edge_strength = 强度
shape-edge_strength_label = 边缘强度
shape-edge_strength_tooltip = 图像颜色相对于当前边界的权重


## The window of shortcuts and gestures.

shortcuts-title = 快捷键和手势
shortcuts-hint = 单击快捷键可更改，+ 可添加。
shortcuts-reset_all = 重置所有快捷键
shortcuts-add_mark = +
shortcuts-reset = 重置
shortcuts-reset_tooltip = 恢复此命令的默认快捷键
shortcuts-held_keys = H 和空格键已保留：按住 H 隐藏所有掩码，按住空格键移动图像
# Keys by what is printed on them.
shortcuts-escape = Esc
shortcuts-page_up = Page Up
shortcuts-page_down = Page Down
shortcuts-left = ←
shortcuts-right = →
shortcuts-up = ↑
shortcuts-down = ↓
shortcuts-enter = Enter
shortcuts-tab = Tab
shortcuts-space = 空格
shortcuts-delete = Delete
shortcuts-backspace = Backspace
shortcuts-insert = Insert
shortcuts-home = Home
shortcuts-end = End
shortcuts-ctrl = Ctrl
shortcuts-alt = Alt
shortcuts-shift = Shift
shortcuts-press_for = 请按“{ $command }”的新快捷键。Backspace 移除，Esc 取消。
shortcuts-change = 更改 { $command } 的 { $shortcut }
shortcuts-add = 为 { $command } 添加快捷键
shortcuts-reset_command = 重置 { $command } 的快捷键
shortcuts-gesture_include = 左键单击
    .effect = 对象上的点
shortcuts-gesture_exclude = 右键单击，Shift + 左键单击
    .effect = 对象外的点
shortcuts-gesture_box = 左键拖动
    .effect = 围绕对象的框
shortcuts-gesture_menu = 使用其他工具时右键单击掩码
    .effect = 可对其执行的操作
shortcuts-gesture_move_point = 拖动点
    .effect = 移动它
shortcuts-gesture_delete_point = 单击点
    .effect = 删除它
shortcuts-gesture_change_box = 在框内、边或角上拖动
    .effect = 移动框或调整大小
shortcuts-gesture_hold_alt = 按住 Alt
    .effect = 预览更大或更小的掩码
shortcuts-gesture_hold_ctrl = 按住 Ctrl
    .effect = 预览再加一个点的效果
shortcuts-gesture_refine = 双击掩码
    .effect = 细化它
shortcuts-gesture_zoom = 滚轮、双指缩放
    .effect = 在指针处缩放
shortcuts-gesture_pan = 中键拖动，空格 + 左键拖动
    .effect = 移动图像
shortcuts-gesture_minimap = 在缩略地图中单击或拖动
    .effect = 转到该处
shortcuts-gesture_hide = 按住 H
    .effect = 隐藏所有掩码
shortcuts-gesture_opposite = 画笔、套索：Shift
    .effect = 移除而不是添加
shortcuts-gesture_pick = 选取掩码：单击，再次单击
    .effect = 选择掩码，再选择其下方的掩码
shortcuts-gesture_pick_several = 选取掩码：Shift + 单击
    .effect = 选择多个
shortcuts-gesture_list = 列表：单击，Shift 或 Ctrl + 单击
    .effect = 选择一个、一段或多个
shortcuts-gesture_list_zoom = 列表：双击
    .effect = 缩放到该掩码
shortcuts-gesture_list_drag = 列表：拖动
    .effect = 更改图层顺序；在分组中则赋予类别


## What the system does not give: why the window cannot be opened, read on the terminal, and why the file manager shows nothing.

startup-no_driver = 没有可用于绘制的图形驱动，连软件驱动也没有；请安装：在 Debian 和 Ubuntu 上用 apt-get install mesa-vulkan-drivers libvulkan1 libegl1 libgl1-mesa-dri，在 Fedora 上用 dnf install mesa-vulkan-drivers vulkan-loader mesa-dri-drivers，其他系统请安装显卡驱动；tinsel doctor 会列出检查结果
startup-no_display = 没有显示（{ $cause }）；请在桌面会话中启动，通过 ssh 时使用 ssh -X，在虚拟屏幕上使用 xvfb-run tinsel，或使用不需要显示的命令：tinsel --help 会列出它们
# A file that was to be shown in its folder.
startup-nothing_to_show = { $path }：已不存在，无法显示
# `opener` was started, but could not show the path.
startup-no_file_manager = { $path }：{ $opener } 未找到可显示它的文件管理器。请安装一个，或手动前往。
startup-opener_failed =
    { $path }：无法启动 { $opener }（{ $error }）。{ $opener ->
        [xdg-open] 请安装 xdg-utils，或手动前往。
        *[other] 请手动前往。
    }


## The states of photos.

states-all = 所有图像
states-clear = 未完成
states-filter_tooltip = 仅显示此状态的图像
states-search_hint = 搜索
states-search = 搜索图像
states-note = 备注
states-tags = 标签
states-tags_hint = 标签，用英文逗号分隔
states-save = 保存
states-cancel = 取消
states-all_done = 所有图像均已完成。
states-none_to_review = 没有其他图像标记为待审核。
states-none_empty = 所有其他图像都有掩码或已完成。
states-new = 新
states-started = 已开始
states-to_review = 待审核
states-done = 完成
states-progress = 已完成 { $done } / { $photos }
states-note_title = { $photo } 的备注


## The status bar.

status-ready = 就绪
status-cancel = 取消
status-encoding_region = 正在编码区域
status-encoding_photo = 正在编码图像
status-loading_model = 正在加载模型
status-not_saved = 未保存
status-saved_tooltip = 图像的所有工作都保存在其旁边的文件中
status-saved_some_time = 已保存
status-saved_at = 已保存 { $time }
status-model_loaded = 模型加载用时 { $seconds } 秒
status-photo_encoded = 图像编码用时 { $seconds } 秒
status-mask_computed = 掩码用时 { $seconds } 毫秒


## What steps of undo are called.

undo-add_point = 添加点
undo-move_point = 移动点
undo-delete_point = 删除点
undo-draw_box = 绘制框
undo-change_box = 更改框
undo-delete_box = 删除框
undo-choose_candidate = 选择候选
undo-clear_prompt = 清除提示
undo-refine_mask = 细化掩码
undo-accept_mask = 接受掩码
undo-paint = 绘制
undo-erase = 擦除
undo-edit_points = 编辑顶点
undo-duplicate = 创建副本
undo-fill_holes = 填充孔洞
undo-remove_specks = 移除杂点
undo-smooth = 平滑
undo-grow = 扩展
undo-shrink = 收缩
undo-refine_edge = 细化边缘
undo-keep_largest_part = 保留最大部分
undo-split = 拆分为多个部分
undo-merge = 合并
undo-subtract = 减去
undo-intersect = 相交
undo-add_masks = 添加 { units-masks }
undo-filter_masks = 筛选掩码
undo-import_masks = 导入 { units-masks }
undo-paste_masks = 粘贴 { units-masks }
undo-delete_masks = 删除 { units-masks }
undo-rename_mask = 重命名掩码
undo-accept_masks = 接受 { units-masks }
undo-show_masks = 显示 { units-masks }
undo-hide_masks = 隐藏 { units-masks }
undo-show_one = 仅显示一个掩码
undo-show_all = 显示所有掩码
undo-lock_masks = 锁定 { units-masks }
undo-unlock_masks = 解锁 { units-masks }
undo-move_masks = 移动 { units-masks }
undo-change_attribute = 更改 { $name }
undo-classify_masks = 设置 { units-masks }的类别
undo-track_objects = 跟踪对象
undo-mark_absent = 标记为不存在
undo-add_class = 添加类别 { $name }
undo-add_classes = 添加 { units-classes }
undo-merge_classes = 合并类别
undo-rename_class = 重命名类别
undo-colour_class = 更改类别颜色
undo-change_key = 更改类别按键
undo-delete_class = 删除类别
undo-mark_done = 将 { $photo } 标记为完成
undo-mark_for_review = 将 { $photo } 标记为待审核
undo-clear_state = 清除 { $photo } 的状态
undo-change_attributes = 更改类别属性
undo-change_tags = 更改 { $photo } 的标签
undo-change_note = 更改 { $photo } 的备注


## Numbers with their nouns and units, and what stands between the parts of a list.

# Between the whole part of a number and its decimals.
units-decimal_mark = .
units-masks = { $masks } 个掩码
units-photos = { $photos } 张图像
units-files = { $files } 个文件
units-pixels = { $pixels } 像素
units-boxes = { $boxes } 个框
units-problems = { $problems } 个问题
units-points = { $points } 个点
units-frames = { $frames } 帧
units-objects = { $objects } 个对象
units-classes = { $classes } 个类别
units-seconds = { $seconds } 秒
units-minutes = { $minutes } 分钟
units-minutes_seconds = { $minutes } 分 { $seconds } 秒
units-hours = { $hours } 小时
units-left = 剩余 { $time }
units-megabytes = { $megabytes } MB
units-in_gigabytes = { $gigabytes } GB
units-percent = { $percent }%
# Behind the numbers in fields.
units-percent_suffix = { "%" }
units-pixels_suffix = { " px" }
units-rate_suffix = { " fps" }
units-comma = { "，" }
units-semicolon = { "；" }
units-sentence = { $text }。


## The bar of the tool that edits outlines point by point, and what it reports.

vertices-detail = 细节
vertices-detail_tooltip = 多边形可偏离轮廓多远。只有移动或删除点的地方像素才会改变。
vertices-simplify = 简化
vertices-simplify_tooltip = 将所有边变直，使掩码成为由这些点构成的多边形
vertices-apply = 应用
vertices-apply_tooltip = 将多边形转换为像素（Enter）
vertices-discard = 放弃
vertices-discard_tooltip = 保持掩码不变（Esc）
vertices-gestures = 拖动点；单击边可添加点；Delete 或 Alt+单击可移除点；按住 Ctrl 不吸附
vertices-select_one = 选择一个掩码以编辑其顶点。
vertices-tracing = 正在描绘轮廓…
vertices-unchanged = 点未移动：没有像素改变。
vertices-points = { units-points }
vertices-added = 添加了 { units-pixels }
vertices-removed = 移除了 { units-pixels }


## A window without a photo.

welcome-opening = 正在打开…
welcome-unreadable = 无法打开此图像
welcome-drop = 将图像或文件夹拖放到此处
welcome-open = 打开图像或文件夹
welcome-hint = 然后单击对象即可得到其掩码。
