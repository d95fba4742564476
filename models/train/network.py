"""The network: SAM 2.1's image path, made small, out of the official `sam2` modules.

Every state-dict key of the image path has its official name; only the sizes differ. The video memory is left out.
"""
import json
import math

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from sam2.modeling.backbones.hieradet import Hiera
from sam2.modeling.backbones.image_encoder import FpnNeck, ImageEncoder
from sam2.modeling.position_encoding import PositionEmbeddingSine
from sam2.modeling.sam2_base import SAM2Base

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
IMAGE_PATH = ("image_encoder.", "sam_prompt_encoder.", "sam_mask_decoder.", "no_mem_embed")
SIZES = dict(embed_dim=48, num_heads=1, stages=[1, 2, 5, 1], global_att_blocks=[5, 7], window_spec=[8, 4, 8, 4],
             q_pool=3, window_pos_embed_bkg_spatial_size=[8, 8], d_model=128)
# What readers of the weights need to know besides, the same for all sizes.
FIXED = dict(arch="sam2.1-image", mean=MEAN, std=STD, backbone_stride=16, scalp=1, fpn_top_down_levels=[2, 3],
             fpn_interp_model="nearest", dim_mul=2.0, head_mul=2.0, q_stride=[2, 2], decoder_depth=2,
             decoder_num_heads=8, decoder_mlp_dim=2048, iou_head_depth=3, iou_head_hidden_dim=256, mask_in_chans=16,
             num_multimask_outputs=3, use_high_res_features_in_sam=True, pred_obj_scores=True,
             pred_obj_scores_mlp=True, iou_prediction_use_sigmoid=True, use_multimask_token_for_obj_ptr=True,
             directly_add_no_mem_embed=True)


def build(size, config=SIZES):
    """A network for square pictures of `size` pixels, with the initial values that the official code draws."""
    d = config["d_model"]
    trunk = Hiera(**{k: config[k] for k in SIZES if k != "d_model"})
    neck = FpnNeck(PositionEmbeddingSine(d, normalize=True), d, trunk.channel_list, fpn_top_down_levels=[2, 3],
                   fpn_interp_model="nearest")
    memory = torch.nn.Identity()
    memory.d_model = d  # all that SAM2Base asks of the absent memory attention
    return SAM2Base(ImageEncoder(trunk, neck, scalp=1), memory, torch.nn.Identity(), num_maskmem=0, image_size=size,
                    directly_add_no_mem_embed=True, use_high_res_features_in_sam=True, multimask_output_in_sam=True,
                    iou_prediction_use_sigmoid=True, pred_obj_scores=True, pred_obj_scores_mlp=True,
                    use_multimask_token_for_obj_ptr=True, multimask_min_pt_num=0, multimask_max_pt_num=1)


@torch.no_grad()
def look_near_the_prompt(model, seed, peak=10.0):
    """Initial values of the decoder for short runs: queries and keys of the cross-attention read the same channels of
    the position code, four frequencies a head. Without it the first hours are spent predicting nothing."""
    g = torch.Generator().manual_seed(seed)
    decoder, prompts = model.sam_mask_decoder, model.sam_prompt_encoder
    code = prompts.pe_layer.positional_encoding_gaussian_matrix  # a stored buffer: readers need not know
    drawn = torch.randn(code.shape, generator=g)
    half = code.shape[1] // 2
    code.copy_(torch.cat([0.6 * drawn[:, :half], 1.4 * drawn[:, half:]], 1))
    d, layers = decoder.transformer_dim, decoder.transformer.layers
    attentions = [a for l in layers for a in (l.cross_attn_token_to_image, l.cross_attn_image_to_token)]
    for a in [decoder.transformer.final_attn_token_to_image, *attentions]:
        side = a.internal_dim // a.num_heads
        n = side // 2
        gain = math.sqrt(peak * math.sqrt(side) / n)
        w = torch.randn(a.internal_dim, d, generator=g) * 0.02
        for h in range(a.num_heads):
            for i in range(n):
                f = (h + i * (d // 2) // n + 3 * i) % (d // 2)
                w[h * side + i, f] += gain
                w[h * side + n + i, d // 2 + f] += gain
        for projection in (a.q_proj, a.k_proj):
            projection.weight.copy_(w)
            projection.bias.zero_()
    for l in layers:  # position speaks louder than content at first
        for norm, value in ((l.norm1, 0.35), (l.norm2, 0.35), (l.norm3, 0.35), (l.norm4, 0.5)):
            norm.weight.fill_(value)
    for e in [*prompts.point_embeddings, prompts.not_a_point_embed, prompts.no_mask_embed]:
        e.weight.mul_(0.3)


def set_size(model, size):
    """The same weights at another picture size: the position code is interpolated."""
    prompts = model.sam_prompt_encoder
    prompts.image_embedding_size = (size // 16, size // 16)
    prompts.mask_input_size = (size // 4, size // 4)
    prompts.input_image_size = (size, size)
    model.image_size = size
    model.sam_image_embedding_size = size // 16


def encode(model, pictures):
    """Normalised pictures -> features of stride 4, 8 and 16, as SAM2ImagePredictor makes them."""
    f = model.forward_image(pictures)["backbone_fpn"]
    return f[0], f[1], f[2] + model.no_mem_embed.reshape(1, -1, 1, 1)


def decode(model, features, points, labels, mask=None):
    """-> logits of four masks at a quarter of the size (the single one, then the candidates), four predicted IoUs, the
    object score. Prompts are evenly spread over the pictures, those of the first one first."""
    times = len(points) // len(features[0])
    s0, s1, embedding = (f.repeat_interleave(times, 0) for f in features)
    with torch.autocast(points.device.type, enabled=False):  # the position code needs float32
        sparse, dense = model.sam_prompt_encoder(points=(points, labels), boxes=None, masks=mask)
        image_pe = model.sam_prompt_encoder.get_dense_pe()
    masks, iou, _, score = model.sam_mask_decoder.predict_masks(
        image_embeddings=embedding, image_pe=image_pe, sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense,
        repeat_image=False, high_res_features=[s0, s1])
    return masks.float(), iou.float(), score.float()


def image_state(model):
    return {k: v for k, v in model.state_dict().items() if k.startswith(IMAGE_PATH)}


def load(path, size=None):
    """The network that a .safetensors file holds, for pictures of `size` pixels or of those it was trained on."""
    with safe_open(path, "pt") as f:
        config = json.loads(f.metadata()["config"])
        state = {k: f.get_tensor(k).float() for k in f.keys()}
    model = build(size or config["image_size"], config)
    missing, unknown = model.load_state_dict(state, strict=False)
    assert not unknown and not [k for k in missing if k.startswith(IMAGE_PATH)], (missing, unknown)
    return model.eval()


def export(state, size, path):
    """Writes weights as the program reads them: float16, sizes as JSON in the metadata."""
    channels = [SIZES["embed_dim"] * 2 ** i for i in (3, 2, 1, 0)]
    config = dict(image_size=size, **SIZES, **FIXED, backbone_channel_list=channels)
    state = {k: v.cpu().half().contiguous() for k, v in state.items()}
    save_file(state, path, {"config": json.dumps(config), "format": "pt"})
