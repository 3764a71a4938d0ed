import {
  hostApiVersion,
  hostCapabilities,
  type HostEventMap,
  type ImageDisplay,
  type PickedShape,
  type ViewerHost,
} from "../contract.js";
import { expectRejection, expectSame, expectSoon, expectThat, expectThrow, pause } from "./expect.js";
import { ProbeSource, type ProbeOptions } from "./probe-source.js";

/** A viewer to check, empty. */
export interface ConformanceSubject {
  readonly host: ViewerHost;
  /** Ends the viewer as its page would: after it the host has fired `disposed` and holds nothing. */
  dispose(): void | Promise<void>;
}

/** Makes a viewer that is on the page and drawn. Called once for each check. */
export type MakeHost = () => Promise<ConformanceSubject>;

/** One thing that the contract asks for. */
export interface ConformanceCheck {
  /** A sentence. */
  readonly name: string;
  /**
   * @throws `ConformanceError` where the host does not do it
   */
  run(makeHost: MakeHost): Promise<void>;
}

type Event = { [K in keyof HostEventMap]: readonly [K, HostEventMap[K]] }[keyof HostEventMap];

const eventTypes: readonly (keyof HostEventMap)[] = [
  "layers-changed",
  "active-changed",
  "step-changed",
  "display-changed",
  "shape-picked",
  "disposed",
];
/** Longer than a frame of the screen: what a viewer says late, it says within this. */
const afterwardsMs = 120;

/** Everything that happens in a host, in order. */
function record(host: ViewerHost): Event[] {
  const events: Event[] = [];
  for (const type of eventTypes) host.on(type, (detail) => events.push([type, detail] as Event));
  return events;
}

function add(host: ViewerHost, source: ProbeSource, display: Partial<ImageDisplay> = {}): Promise<string> {
  return host.layers.add([source, { name: "Probe", contrastLimits: [0, 20], ...display }, "image"]);
}

/** A check on a host that has one layer, shown at frame 0. */
function withLayer(
  name: string,
  work: (given: {
    readonly host: ViewerHost;
    readonly source: ProbeSource;
    readonly id: string;
    readonly events: Event[];
    readonly dispose: () => void | Promise<void>;
  }) => Promise<void>,
  options: ProbeOptions = {},
): ConformanceCheck {
  return {
    name,
    async run(makeHost) {
      const subject = await makeHost();
      try {
        const { host } = subject;
        const source = new ProbeSource(options);
        const id = await add(host, source);
        await expectSoon(() => source.reads.includes(0) && source.pending === 0, "frame 0 is read once added");
        await pause(afterwardsMs);
        const events = record(host);
        await work({ host, source, id, events, dispose: () => subject.dispose() });
      } finally {
        await subject.dispose();
      }
    },
  };
}

/** A check on an empty host. */
function withHost(name: string, work: (host: ViewerHost) => Promise<void>): ConformanceCheck {
  return {
    name,
    async run(makeHost) {
      const subject = await makeHost();
      try {
        await work(subject.host);
      } finally {
        await subject.dispose();
      }
    },
  };
}

/** What every host of the contract does. Each check is independent of the others and needs no test framework. */
export const conformanceChecks: readonly ConformanceCheck[] = [
  withHost("says which contract it follows, its name, and that it is empty", async (host) => {
    expectSame(host.apiVersion, hostApiVersion, "apiVersion");
    expectThat(typeof host.hostName === "string" && host.hostName !== "", "hostName is a name");
    const unknown = [...host.capabilities].filter((capability) => !hostCapabilities.includes(capability));
    expectSame(unknown, [], "capabilities that the contract does not know");
    expectSame([host.layers.list().length, host.layers.activeId, host.dims.frames], [0, null, 0], "an empty host");
    expectSame(host.notify !== undefined, host.capabilities.has("notifications"), "notify() and its capability");
    expectSame(host.mountPanel !== undefined, host.capabilities.has("panels"), "mountPanel() and its capability");
    expectSame(host.shapes !== undefined, host.capabilities.has("shapes"), "shapes and its capability");
  }),
  withHost("lists a layer that was added, active, before it says so", async (host) => {
    const seen: unknown[] = [];
    host.on("layers-changed", ({ reason, id }) => seen.push([reason, host.layers.get(id)?.name]));
    host.on("active-changed", ({ id }) => seen.push(["active", id === host.layers.activeId]));
    const id = await add(host, new ProbeSource(), { name: "First" });
    expectSame(
      host.layers.list().map((layer) => layer.name),
      ["First"],
      "list()",
    );
    expectSame([host.layers.activeId, host.layers.get(id)?.kind, host.dims.frames], [id, "image", 12], "the layer");
    await pause(afterwardsMs);
    expectSame(
      seen,
      [
        ["added", "First"],
        ["active", true],
      ],
      "events, in order",
    );
  }),
  withHost("refuses what is no image, and goes on", async (host) => {
    await expectRejection(
      host.layers.add([new ProbeSource(), {}, "points"] as unknown as Parameters<ViewerHost["layers"]["add"]>[0]),
      "a layer of points",
    );
    await expectRejection(add(host, new ProbeSource({ frames: 0 })), "a layer without frames");
    expectSame(host.layers.list().length, 0, "layers after the refusals");
    await add(host, new ProbeSource());
    expectSame(host.layers.list().length, 1, "layers after a good one");
  }),
  withLayer("reads the frame it shows, at first and after a step", async ({ host, source, events }) => {
    source.reads.length = 0;
    host.dims.setStep(5);
    expectSame(host.dims.step, 5, "step at once");
    await expectSoon(() => source.reads.includes(5), "frame 5 is read");
    await pause(afterwardsMs);
    expectSame(events, [["step-changed", { step: 5, frames: 12 }]], "events of one step");
  }),
  withLayer("keeps the step in the range and says nothing where nothing changes", async ({ host, events }) => {
    host.dims.setStep(99);
    host.dims.setStep(11);
    host.dims.setStep(-3);
    host.dims.setStep(0.4);
    host.dims.setStep(Number.NaN);
    await pause(afterwardsMs);
    expectSame(host.dims.step, 0, "step");
    expectSame(
      events,
      [
        ["step-changed", { step: 11, frames: 12 }],
        ["step-changed", { step: 0, frames: 12 }],
      ],
      "events",
    );
  }),
  withLayer("does not echo a step made while it tells of one", async ({ host, events }) => {
    host.on("step-changed", ({ step }) => host.dims.setStep(step));
    host.dims.setStep(3);
    await pause(2 * afterwardsMs);
    host.dims.setStep(4);
    await pause(2 * afterwardsMs);
    expectSame(
      events.map(([type, detail]) => [type, (detail as { step?: number }).step]),
      [
        ["step-changed", 3],
        ["step-changed", 4],
      ],
      "events",
    );
  }),
  withLayer("ends at the last of many fast steps, with few reads at once", async ({ host, source }) => {
    source.mostPending = 0;
    for (let round = 0; round < 20; round++) for (let step = 1; step < 12; step++) host.dims.setStep(step);
    host.dims.setStep(7);
    await expectSoon(() => source.reads.at(-1) === 7 && source.pending === 0, "frame 7 is read last");
    expectThat(source.mostPending <= 8, `at most 8 reads at once, found ${source.mostPending}`);
  }),
  withLayer("aborts the read of a frame that is not wanted any more", async ({ host, source }) => {
    source.behaviour = "wait";
    host.dims.setStep(4);
    await expectSoon(() => source.reads.includes(4), "frame 4 is read");
    host.dims.setStep(9);
    await expectSoon(() => source.aborted.includes(4), "the read of frame 4 is aborted");
  }),
  withLayer("reads a frame again that became invalid, and no other", async ({ host, source }) => {
    host.dims.setStep(2);
    await expectSoon(() => source.reads.includes(2), "frame 2 is read");
    await pause(afterwardsMs);
    source.reads.length = 0;
    source.invalidate(5, 8);
    await pause(2 * afterwardsMs);
    expectThat(!source.reads.includes(2), "frame 2 is not read again for other frames");
    source.invalidate(2, 3);
    await expectSoon(() => source.reads.includes(2), "frame 2 is read again");
    source.reads.length = 0;
    host.dims.setStep(6);
    await expectSoon(() => source.reads.includes(6), "frame 6, invalid since, is read");
  }),
  withLayer("waits for frames that are not there yet", async ({ host, source }) => {
    source.behaviour = "missing";
    host.dims.setStep(8);
    await expectSoon(() => source.reads.includes(8), "frame 8 is read");
    await pause(afterwardsMs);
    expectSame(host.dims.step, 8, "step at a frame that is missing");
    source.behaviour = "give";
    source.reads.length = 0;
    source.invalidate(0, 12);
    await expectSoon(() => source.reads.includes(8), "frame 8 is read once it is there");
  }),
  withLayer("takes a read that fails without harm", async ({ host, source }) => {
    source.behaviour = "fail";
    host.dims.setStep(1);
    await expectSoon(() => source.reads.includes(1), "frame 1 is read");
    await pause(afterwardsMs);
    source.behaviour = "give";
    host.dims.setStep(2);
    await expectSoon(() => source.reads.includes(2), "frame 2 is read afterwards");
    expectSame(host.layers.list().length, 1, "layers");
  }),
  withLayer("changes how a layer is drawn, and says what changed", async ({ host, id, events }) => {
    host.layers.update(id, { name: "Renamed", contrastLimits: [1, 9] });
    const layer = host.layers.get(id);
    expectSame([layer?.name, layer?.contrastLimits], ["Renamed", [1, 9]], "the layer");
    host.layers.update(id, { contrastLimits: [1, 9] });
    host.layers.update("no such layer", { opacity: 0.5 });
    await pause(afterwardsMs);
    expectSame(events, [["display-changed", { id, patch: { name: "Renamed", contrastLimits: [1, 9] } }]], "one event");
  }),
  withLayer("removes a layer once, with its source and what it listened to", async ({ host, source, id, events }) => {
    host.layers.remove(id);
    host.layers.remove(id);
    await pause(afterwardsMs);
    expectSame([host.layers.list().length, host.layers.get(id) ?? null, host.dims.frames], [0, null, 0], "after it");
    expectSame([source.disposals, source.listeners], [1, 0], "disposals and listeners of the source");
    expectSame(
      events,
      [
        ["layers-changed", { reason: "removed", id }],
        ["active-changed", { id: null }],
      ],
      "events, in order",
    );
    source.invalidate(0, 12);
    await pause(afterwardsMs);
  }),
  withLayer("stacks layers or replaces them, as its capabilities say", async ({ host, source, id }) => {
    const second = await add(host, new ProbeSource({ frames: 4 }), { name: "Second" });
    const several = host.capabilities.has("multi-layer");
    expectSame(
      host.layers.list().map((layer) => layer.id),
      several ? [id, second] : [second],
      "layers, bottom first",
    );
    expectSame([host.layers.activeId, source.disposals], [second, several ? 0 : 1], "active layer and disposals");
    expectSame(host.dims.frames, several ? 12 : 4, "frames of the longest layer");
  }),
  withLayer("gives pixels back as they are, where it says that it does", async ({ host, id }) => {
    const source = host.layers.get(id)?.source;
    if (!host.capabilities.has("read-pixels")) return;
    const frame = await source?.read(3);
    expectSame([...(frame?.samples ?? [])].slice(0, 9), [3, 4, 5, 6, 7, 8, 9, 3, 4], "samples of frame 3");
  }),
  withLayer(
    "shows floating-point samples",
    async ({ host, source }) => {
      host.dims.setStep(1);
      await expectSoon(() => source.reads.includes(1), "frame 1 is read");
    },
    { type: "float32", height: 17, width: 23 },
  ),
  withLayer("shows shapes of plugins and arms its tools in silence, where it says that it can", async (given) => {
    const { host, events, dispose } = given;
    const { shapes } = host;
    if (!shapes || !host.capabilities.has("shapes")) return;
    const drawn: readonly PickedShape[] = [
      { kind: "point", x: 0, y: 0 },
      { kind: "line", from: [31, 0], to: [0, 23] },
      { kind: "rectangle", x: 4, y: 5, width: 28, height: 19 },
    ];
    for (const shape of drawn) {
      shapes.show("probe", shape);
      shapes.show(`probe ${shape.kind}`, shape);
      shapes.pick(shape.kind);
      await pause(afterwardsMs);
    }
    const broken = { kind: "rectangle", x: 0, y: Number.NaN, width: 0, height: 1 } as const;
    expectThrow(() => shapes.show("broken", broken), "a rectangle without a place or a width");
    shapes.show("probe", null);
    shapes.show("probe", null);
    shapes.show("never shown", null);
    await pause(afterwardsMs);
    expectSame(events, [], "events, without a person who picks");
    await dispose();
    shapes.show("probe", { kind: "point", x: 1, y: 1 });
  }),
  withLayer("stops telling a listener that left", async ({ host }) => {
    let calls = 0;
    const off = host.on("step-changed", () => calls++);
    host.dims.setStep(1);
    off();
    off();
    host.dims.setStep(2);
    await pause(afterwardsMs);
    expectSame(calls, 1, "calls");
  }),
  withLayer("leaves nothing behind when it is disposed of", async ({ host, source, events, dispose }) => {
    source.behaviour = "wait";
    host.dims.setStep(4);
    await expectSoon(() => source.reads.includes(4), "frame 4 is read");
    await dispose();
    await dispose();
    await expectSoon(() => source.pending === 0, "no read is under way");
    expectSame([source.disposals, source.listeners], [1, 0], "disposals and listeners of the source");
    expectSame(events.filter(([type]) => type === "disposed").length, 1, "disposed events");
    await expectRejection(add(host, new ProbeSource()), "adding to a viewer that is gone");
  }),
];
