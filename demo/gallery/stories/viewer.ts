import { autoContrast, HostModel, type HostFrame, type HostLayer } from "../../../src/plugin/host/index.js";
import type { SlnetStackViewer } from "../../../src/plugin/index.js";
import { themeViewer } from "../../theme.js";
import { sampleIn, type SampleStep } from "../sample-session.js";
import { show, withProperties, type Story, type StoryState } from "../story.js";

/** A viewer in the theme of the page. */
function createViewer(place: HTMLElement, signal: AbortSignal): SlnetStackViewer {
  const viewer = document.createElement("slnet-stack-viewer");
  themeViewer(viewer);
  place.append(viewer);
  signal.addEventListener("abort", () => viewer.dispose(), { once: true });
  return viewer;
}

function viewerWith(name: string, until: SampleStep, change?: (viewer: SlnetStackViewer) => void): StoryState {
  return {
    name,
    async make(place, signal) {
      const viewer = createViewer(place, signal);
      await sampleIn(viewer.host, until, signal);
      change?.(viewer);
    },
  };
}

export const stackViewerStory: Story = {
  tag: "slnet-stack-viewer",
  about: "Layers, contrast, a frame slider, and docks for panels. The reference of the host contract.",
  wide: true,
  states: [
    viewerWith("Empty", "closed"),
    viewerWith("Raw frames", "opened"),
    viewerWith("Cleaned frames", "cleaned"),
    viewerWith("Messages", "opened", (viewer) => {
      viewer.notify("info", "Opened simulated-seed-1.");
      viewer.notify("error", "text.tif is not a stack that can be read");
    }),
  ],
};

/** The layers of the cleaned sample, with the first frame of the one in front and its contrast. */
async function sampleLayers(
  signal: AbortSignal,
): Promise<{ layers: readonly HostLayer[]; activeId: string | null; frame: HostFrame | null }> {
  const host = new HostModel({ hostName: "gallery", capabilities: ["read-pixels", "multi-layer"] });
  await sampleIn(host, "cleaned", signal);
  const { activeId } = host.layers;
  const active = host.layers.list().find(({ id }) => id === activeId);
  const frame = (await active?.source.read(0)) ?? null;
  if (active && frame) host.layers.update(active.id, { contrastLimits: autoContrast(frame.samples).limits });
  return { layers: host.layers.list(), activeId, frame };
}

export const layerListStory: Story = {
  tag: "slnet-layer-list",
  about: "The layers, newest on top, and how the active one is drawn.",
  states: [
    withProperties("Empty", "slnet-layer-list", {}),
    {
      name: "Raw, cleaned and background",
      async make(place, signal) {
        const { layers, activeId, frame } = await sampleLayers(signal);
        show(place, "slnet-layer-list", { layers, activeId, activeFrame: frame });
      },
    },
  ],
};

export const layerControlsStory: Story = {
  tag: "slnet-layer-controls",
  about: "How one layer is drawn: its limits, opacity and colours.",
  padded: true,
  states: [
    {
      name: "Cleaned frames",
      async make(place, signal) {
        const { layers, activeId, frame } = await sampleLayers(signal);
        show(place, "slnet-layer-controls", { layers, frame, layer: layers.find(({ id }) => id === activeId) ?? null });
      },
    },
  ],
};

export const toastListStory: Story = {
  tag: "slnet-toast-list",
  about: "Messages to the person in front of the viewer. They go by themselves, errors later than others.",
  padded: true,
  states: [
    {
      name: "One of each kind",
      make(place) {
        const list = document.createElement("slnet-toast-list");
        place.append(list);
        list.show("info", "Cleaned 400 frames in 0.2 s.");
        list.show("warning", "The crop side is 64 instead of 128 pixels: the frames are smaller.");
        list.show("error", "cut.tif: frame 2 ends at byte 600, the file at byte 550");
      },
    },
  ],
};
