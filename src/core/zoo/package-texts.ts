import type { ModelFile } from "../model.js";
import { affineOf } from "../normalisation.js";

/** Where the packages say how the published network is trained. */
export const paper = "https://arxiv.org/abs/2401.07746";

/** Names of the channels of a package, one for each frame of its window: t0, t49, t99. */
export function channelName(shift: number): string {
  return `t${shift}`;
}

/** The network in Python, for the weights in PyTorch's form. */
export const architecture = `"""SLNet: the background of a group of camera frames, as two 1x1 convolutions with one ReLU behind both."""

import torch


class SLNet(torch.nn.Module):
    def __init__(self, frames: int = 3, bias: bool = False) -> None:
        super().__init__()
        self.conv1 = torch.nn.Conv2d(frames, 2 * frames, kernel_size=1, bias=bias)
        self.conv2 = torch.nn.Conv2d(2 * frames, frames, kernel_size=1, bias=bias)

    def forward(self, window: torch.Tensor) -> torch.Tensor:
        """window: [batch, frames, y, x], normalised. Returns the background of each frame, of the same shape."""
        return torch.relu(self.conv2(self.conv1(window)))
`;

/**
 * The documentation of a package.
 *
 * @param title - of the model
 */
export function packageReadme(title: string, model: ModelFile): string {
  const { temporalShifts, configuration, epoch, steps } = model;
  const { shift, scale } = affineOf(model.normalisation);
  const shifts = temporalShifts.map((frames) => `t + ${frames}`).join(", ");
  const range = Math.max(...temporalShifts);
  return `# ${title}

Estimates the background of single-molecule (STORM, PALM) camera recordings, so that it can be taken away before molecules are
localized. The network is an SLNet: two 1×1 convolutions, ${temporalShifts.length} → ${2 * temporalShifts.length} → ${temporalShifts.length} channels, with one ReLU behind both
(${paper}). It is trained on the recording that it is for, without ground truth.

## Input and output

- **Input**: ${temporalShifts.length} frames of one recording as the channels of an image, in camera counts: frames ${shifts}. Consecutive
  frames are no input for it: molecules that are on in all of them would be taken for background.
- **Output**: \`low_rank\`, the background L of each of these frames, in camera counts.
- **The cleaned frame** is S = max(0, frame − L). The description of a model has no step that takes the input, so whoever runs
  the model has to subtract: \`cleaned = numpy.maximum(0, frame - low_rank)\`.
- Every frame t needs ${range} frames behind it. For the last ones, take the window that ends with them and the later channels.

Normalisation, which is in the description of the model: (counts − ${shift}) / ${scale}.

## Training

${epoch} epochs, ${steps} steps; sparsity weight ${configuration.sparsityWeight}, singular-value threshold ${configuration.singularValueThreshold}, learning rate ${configuration.learningRate},
seed ${model.seed}. Everything else is in \`config.slnet_web.model\` of the description; slnet-web goes on with it as with its own file.

## Validation

1. The weights against each other: \`test_input.npy\` must give \`test_low_rank.npy\` within 0.1 % in every form of the weights.
   \`slnet model\` of slnet-web does this for all that are in the package.
2. The model on a recording: S should hold the molecules and little else, and L no trace of them. Look at L in places where
   molecules blink, and at how many pixels of S are above zero; a network near the identity gives an S of zeros.
3. Against truth: simulate a recording with known positions, clean it, localize in S and compare recall, precision and errors of
   position with those of the raw frames and of a temporal median.

S is an image for finding molecules. Intensities in it are biased, since what is below the background is cut off at zero:
measure photons in the raw frames.

## Limits

The model knows the brightness and the background of the recordings that it was trained on. For another camera, sample or
excitation train another one; that takes seconds.
`;
}
