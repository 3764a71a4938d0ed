import {
  AdditiveColormapExtension,
  DETAIL_VIEW_ID,
  ImageLayer,
  loadOmeTiff,
  PictureInPictureViewer,
} from "@hms-dbmi/viv";
import {
  createElement as h,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ChangeEvent,
  type ReactElement,
} from "react";
import { createRoot } from "react-dom/client";

import { vivFrameSource, VivLayers, type VivLayerProps } from "../../src/plugin/adapters/viv.js";
import type { ImageLayer as HostLayer, ViewerHost } from "../../src/plugin/host/index.js";

/** Viv's component with an overview, as Avivator has it. The lowest layer is its image, the others lie on top. */
function Picture({ layers, height, width }: { layers: VivLayers; height: number; width: number }): ReactElement | null {
  const props = useSyncExternalStore(
    (callback) => layers.subscribe(callback),
    () => layers.props,
  );
  const [lowest, ...others] = props;
  const image = lowest?.loader;
  const loader = useMemo(() => (image ? [image] : []), [image]);
  if (!lowest || height === 0 || width === 0) return null;
  return h(PictureInPictureViewer, {
    ...lowest,
    loader,
    channelsVisible: [lowest.visible],
    overview: { margin: 16, position: "bottom-left" },
    overviewOn: true,
    height,
    width,
    deckProps: { layers: others.map(onDetailView) },
  });
}

/** Viv draws a layer in the view whose name is in the layer's. */
function onDetailView(props: VivLayerProps): object {
  return new ImageLayer({ ...props, id: `${props.id}-#${DETAIL_VIEW_ID}#-` }) as object;
}

function LayerControls({ host, layer }: { host: ViewerHost; layer: HostLayer }): ReactElement {
  const { id, name, visible, opacity, contrastLimits } = layer;
  const [low, high] = contrastLimits ?? [0, 1];
  const limit = (label: string, value: number, changed: (value: number) => readonly [number, number]): ReactElement =>
    h("input", {
      type: "number",
      step: "any",
      "aria-label": `${label} of ${name}`,
      value: Number(value.toPrecision(5)),
      onChange: ({ target }: ChangeEvent<HTMLInputElement>) => {
        const limits = changed(target.valueAsNumber);
        if (limits[0] < limits[1]) host.layers.update(id, { contrastLimits: limits });
      },
    });
  return h(
    "li",
    null,
    h(
      "label",
      null,
      h("input", {
        type: "checkbox",
        checked: visible,
        onChange: ({ target }: ChangeEvent<HTMLInputElement>) => host.layers.update(id, { visible: target.checked }),
      }),
      name,
    ),
    h(
      "div",
      { className: "limits" },
      limit("Black", low, (value) => [value, high]),
      limit("White", high, (value) => [low, value]),
    ),
    h(
      "label",
      null,
      "Opacity",
      h("input", {
        type: "range",
        min: 0,
        max: 1,
        step: 0.05,
        "aria-label": `Opacity of ${name}`,
        value: opacity,
        onChange: ({ target }: ChangeEvent<HTMLInputElement>) =>
          host.layers.update(id, { opacity: target.valueAsNumber }),
      }),
    ),
  );
}

/** An image of the application's own, opened by Viv: the plugin finds it among the layers. */
async function openOmeTiff(host: ViewerHost, file: File): Promise<void> {
  const [image] = (await loadOmeTiff(file)).data;
  if (!image) return;
  const lengthOf = (axis: "t" | "z"): number => image.shape[image.labels.indexOf(axis)] ?? 1;
  const axis = lengthOf("z") > lengthOf("t") ? "z" : "t";
  await host.layers.add([vivFrameSource(image, { axis }), { name: file.name }, "image"]);
}

function OpenButton({ host }: { host: ViewerHost }): ReactElement {
  const [error, setError] = useState("");
  const open = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    const [file] = target.files ?? [];
    setError("");
    if (file) openOmeTiff(host, file).catch((reason: unknown) => setError(`Viv cannot open it: ${String(reason)}`));
    target.value = "";
  };
  return h(
    "label",
    { className: "open" },
    "Open OME-TIFF with Viv ",
    h("input", { type: "file", accept: ".tif,.tiff", "aria-label": "Open OME-TIFF with Viv", onChange: open }),
    h("span", { role: "alert" }, error),
  );
}

/** The layers of a host, bottom first: another list whenever one of them is another. */
function useLayers(host: ViewerHost): readonly HostLayer[] {
  return useSyncExternalStore(
    (callback) => {
      const unsubscribes = [host.on("layers-changed", callback), host.on("display-changed", callback)];
      return () => unsubscribes.forEach((unsubscribe) => unsubscribe());
    },
    () => host.layers.list(),
  );
}

function useSize(element: HTMLElement | null): { height: number; width: number } {
  const [size, setSize] = useState({ height: 0, width: 0 });
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ height: element.clientHeight, width: element.clientWidth }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** An application that keeps its frame in a state of its own. */
function Viewer({ layers }: { layers: VivLayers }): ReactElement {
  const { host } = layers;
  const list = useLayers(host);
  const [stage, setStage] = useState<HTMLElement | null>(null);
  const [frame, setFrame] = useState(host.dims.step);
  useEffect(() => host.on("step-changed", ({ step }) => setFrame(step)), [host]);
  // The host is told where the change is made. An effect that tells it afterwards may put an older frame back.
  const showFrame = (next: number): void => {
    setFrame(next);
    host.dims.setStep(next);
  };
  const last = Math.max(0, host.dims.frames - 1);
  return h(
    "div",
    { className: "viewer-app" },
    h("div", { className: "stage", ref: setStage }, h(Picture, { layers, ...useSize(stage) })),
    h(
      "ul",
      { className: "layers", "aria-label": "Layers" },
      [...list].reverse().map((layer) => h(LayerControls, { key: layer.id, host, layer })),
      h("li", { key: "open" }, h(OpenButton, { host })),
    ),
    h(
      "div",
      { className: "frame" },
      h("input", {
        type: "range",
        min: 0,
        max: last,
        "aria-label": "Frame",
        value: frame,
        disabled: last === 0,
        onChange: ({ target }: ChangeEvent<HTMLInputElement>) => showFrame(target.valueAsNumber),
      }),
      h("output", null, list.length > 0 ? `${frame} of ${last}` : ""),
    ),
  );
}

/** A React application around Viv. */
export async function createViewer(container: HTMLElement): Promise<{ host: ViewerHost; dispose(): void }> {
  const layers = new VivLayers({ hostName: "React application", controls: true, AdditiveColormapExtension });
  const root = createRoot(container);
  root.render(h(Viewer, { layers }));
  return {
    host: layers.host,
    dispose: () => {
      layers.dispose();
      root.unmount();
    },
  };
}
