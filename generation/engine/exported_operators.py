"""The operators of PyTorch that an exported network may call, each a function of tensors and numbers alone.

Named one by one, because PyTorch's own namespace also holds operators that open files, print, or hand out memory
that was never written. A network that needs another is read after its name was added here, once somebody has seen
that it reads and writes nothing but its tensors.
"""

SHAPES = """
_to_copy alias cat chunk clone concat constant_pad_nd contiguous copy detach_ diagonal expand expand_as flatten flip
index_select movedim narrow pad permute reflection_pad1d reflection_pad2d repeat repeat_interleave
replication_pad1d replication_pad2d reshape roll select slice split split_with_sizes squeeze stack sym_size swapaxes
t tile to transpose type_as unbind unflatten unsqueeze view view_as
"""
VALUES = """
arange full full_like lift_fresh_copy new_full new_ones new_zeros ones ones_like scalar_tensor zeros zeros_like
"""
ARITHMETIC = """
abs add add_ atan ceil clamp clamp_max clamp_min cos cumsum div div_ erf exp expm1 floor fmod log log10 log1p log2
lerp maximum minimum mul mul_ neg pow reciprocal remainder round rsqrt rsub sign sin sqrt square sub sub_ tan
true_divide
"""
COMPARISONS = """
bitwise_and bitwise_not bitwise_or eq ge gt isfinite isinf isnan le logical_and logical_not logical_or lt masked_fill
ne tril triu where
"""
REDUCTIONS = "all amax amin any argmax argmin logsumexp max mean min norm prod std std_mean sum topk var var_mean"
ACTIVATIONS = """
celu elu elu_ gelu glu hardsigmoid hardswish hardswish_ hardtanh hardtanh_ leaky_relu leaky_relu_ log_sigmoid
log_softmax mish prelu relu relu6 relu_ selu selu_ sigmoid sigmoid_ silu silu_ softmax softplus tanh tanh_
"""
LAYERS = """
_native_batch_norm_legit_no_training adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool1d adaptive_max_pool2d
addmm alpha_dropout avg_pool1d avg_pool2d baddbmm batch_norm bmm conv1d conv2d conv_transpose1d conv_transpose2d
convolution cosine_similarity dropout dropout_ einsum feature_dropout group_norm gru instance_norm layer_norm linear
lstm matmul max_pool1d max_pool2d mm native_layer_norm rms_norm rnn_relu rnn_tanh
scaled_dot_product_attention upsample_bilinear2d upsample_linear1d upsample_nearest1d upsample_nearest2d
"""
# What a graph computes with its symbolic sizes.
ON_SIZES = frozenset(f"_operator.{name}" for name in ("add", "sub", "mul", "floordiv", "mod", "neg", "getitem"))
ON_TENSORS = frozenset(" ".join((SHAPES, VALUES, ARITHMETIC, COMPARISONS, REDUCTIONS, ACTIVATIONS, LAYERS)).split())
PREFIX = "torch.ops.aten."


def is_allowed(target: object) -> bool:
    """Tell whether a graph may call the function of this name, such as `torch.ops.aten.relu.default`."""
    if not isinstance(target, str):
        return False
    name, _, overload = target.removeprefix(PREFIX).partition(".")
    return target in ON_SIZES or (target.startswith(PREFIX) and name in ON_TENSORS and overload.isidentifier())
