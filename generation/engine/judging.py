"""What a classifier says of sounds: probabilities over its words."""

import torch
from torch import Tensor, nn

from generation.engine.features import FeatureConfig, log_mel

BATCH = 256


@torch.inference_mode()
def probabilities(network: nn.Module, features: Tensor) -> Tensor:
    """Give the probability of each word [B, W] for features [B, M, T], computed in batches on the network's device."""
    device = next(network.parameters()).device
    was_training = network.training
    network.eval()
    try:
        logits = [network(batch.to(device)) for batch in torch.split(features, BATCH)]
    finally:
        network.train(was_training)
    return torch.cat(logits).softmax(dim=1).to(features.device)


def judge_audio(network: nn.Module, waveform: Tensor, config: FeatureConfig) -> Tensor:
    """Give the probability of each word [B, W] for waveform [B, N], analysed as a recording would be.

    Raises SilentRecording and WaveformIsNotFinite.
    """
    return probabilities(network, log_mel(waveform, config))
