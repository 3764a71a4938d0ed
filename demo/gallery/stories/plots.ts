import { HostModel } from "../../../src/plugin/host/index.js";
import type { SlnetSession } from "../../../src/plugin/index.js";
import { sampleIn, sampleSession, startTraining } from "../sample-session.js";
import { show, withProperties, type Story } from "../story.js";

/** A molecule of the sample that blinks, and a line over it. */
const pixel = [83, 89] as const;
const line = { from: [70, 89], to: [100, 95] } as const;

function cleanedSample(signal: AbortSignal): Promise<SlnetSession> {
  return sampleIn(new HostModel({ hostName: "gallery", capabilities: ["read-pixels"] }), "cleaned", signal);
}

export const lossPlotStory: Story = {
  tag: "slnet-loss-plot",
  about: "The loss over the training steps, as a plot and as a table for those who cannot see it.",
  padded: true,
  states: [
    withProperties("Before training", "slnet-loss-plot", {}),
    {
      name: "Training",
      async make(place, signal) {
        const session = await sampleSession("opened", signal);
        const plot = show(place, "slnet-loss-plot", {});
        const stop = session.subscribe(({ training }) => {
          Object.assign(plot, { training: training?.losses ?? [], validation: training?.validations ?? [] });
        });
        signal.addEventListener("abort", stop, { once: true });
        await startTraining(session);
      },
    },
    {
      name: "Trained",
      async make(place, signal) {
        const { state } = await sampleSession("trained", signal);
        const { losses, validations } = state.training!;
        show(place, "slnet-loss-plot", { training: losses, validation: validations });
      },
    },
  ],
};

export const weightMapStory: Story = {
  tag: "slnet-weight-map",
  about: "What the network has learned, as a small heat map and as a sentence.",
  padded: true,
  states: [
    withProperties("No model", "slnet-weight-map", {}),
    {
      name: "Trained",
      async make(place, signal) {
        const { state } = await sampleSession("trained", signal);
        show(place, "slnet-weight-map", { model: state.model });
      },
    },
  ],
};

export const histogramStory: Story = {
  tag: "slnet-histogram",
  about: "The values of the pixels of a frame, with the limits between which they are drawn.",
  padded: true,
  states: [
    withProperties("No frame", "slnet-histogram", {}),
    {
      name: "A frame of the sample",
      async make(place, signal) {
        const host = new HostModel({ hostName: "gallery", capabilities: ["read-pixels"] });
        await sampleIn(host, "opened", signal);
        const frame = (await host.layers.list()[0]?.source.read(0)) ?? null;
        show(place, "slnet-histogram", { frame, limits: [125, 340], colormap: "hot" });
      },
    },
  ],
};

export const tracePlotStory: Story = {
  tag: "slnet-trace-plot",
  about: "A pixel over the frames: raw, background and cleaned. It shows whether the blinking is still there.",
  padded: true,
  states: [
    withProperties("No pixel", "slnet-trace-plot", {}),
    {
      name: "A pixel of the sample",
      async make(place, signal) {
        const inspection = await (await cleanedSample(signal)).inspect();
        await inspection.trace(...pixel);
        show(place, "slnet-trace-plot", { profile: inspection.state.trace, frame: 120 });
      },
    },
  ],
};

export const kymographStory: Story = {
  tag: "slnet-kymograph",
  about: "The pixels of a line over the frames.",
  padded: true,
  states: [
    withProperties("No line", "slnet-kymograph", {}),
    {
      name: "A line of the sample",
      async make(place, signal) {
        const inspection = await (await cleanedSample(signal)).inspect();
        await inspection.kymograph(line);
        show(place, "slnet-kymograph", { profile: inspection.state.kymograph, frame: 120 });
      },
    },
  ],
};

export const inspectorStory: Story = {
  tag: "slnet-inspector",
  about: "Looks into the stack: pixels, lines and projections over time.",
  padded: true,
  states: [
    {
      name: "Before anything is asked",
      async make(place, signal) {
        show(place, "slnet-inspector", { inspection: await (await cleanedSample(signal)).inspect() });
      },
    },
    {
      name: "A pixel and a line",
      async make(place, signal) {
        const inspection = await (await cleanedSample(signal)).inspect();
        await inspection.trace(...pixel);
        await inspection.kymograph(line);
        show(place, "slnet-inspector", { inspection });
      },
    },
    withProperties("Nothing is open", "slnet-inspector", {}),
  ],
};

export const frameAxisStory: Story = {
  tag: "slnet-frame-axis",
  about: "The frames under a plot: shows the current one, goes to another, and marks some to look closer.",
  padded: true,
  states: [
    withProperties("All frames", "slnet-frame-axis", { outlined: true, range: [0, 400], frame: 120, label: "Frame" }),
  ],
};

export const scaleBarStory: Story = {
  tag: "slnet-scale-bar",
  about: "How long something in the picture is.",
  padded: true,
  states: [
    withProperties("Pixel size known", "slnet-scale-bar", { pixelSizeNm: 108, screenPixelsPerPixel: 4 }),
    withProperties("Pixel size unknown", "slnet-scale-bar", { screenPixelsPerPixel: 4 }),
  ],
};
