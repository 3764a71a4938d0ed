import { expect, fixture, html } from "@open-wc/testing";

import { errorMessage } from "../../src/core/errors.js";
import { defineElements } from "../../src/plugin/define-elements.js";
import {
  HostModel,
  observePlugins,
  offerPlugin,
  PluginRegistry,
  provideHost,
  requestHost,
  type PluginEntry,
} from "../../src/plugin/host/index.js";
import { slnetManifest, slnetPlugin } from "../../src/plugin/manifest.js";

const options = { workerUrl: "/dist/slnet.worker.js" };

function makeHost(): HostModel {
  return new HostModel({ hostName: "test", capabilities: ["read-pixels", "float32", "layer-update", "multi-layer"] });
}

/** A plugin of one command that counts what is done with it. */
function counter(name: string): { entry: PluginEntry; loads: number; runs: unknown[]; ended: boolean } {
  const manifest = {
    schemaVersion: "1",
    name,
    displayName: name,
    version: "1.0.0",
    contributions: {
      commands: [{ id: `${name}.count`, title: "Count" }],
      keyBindings: [{ command: `${name}.count`, key: "Alt+Shift+K" }],
    },
  } as const;
  const counted = {
    loads: 0,
    runs: [] as unknown[],
    ended: false,
    entry: {
      manifest,
      async load() {
        counted.loads++;
        return {
          manifest,
          activate({ signal, registerCommand }) {
            signal.addEventListener("abort", () => (counted.ended = true));
            registerCommand(`${name}.count`, (argument) => counted.runs.push(argument));
          },
        };
      },
    } satisfies PluginEntry,
  };
  return counted;
}

describe("a registry of plugins", () => {
  let registry: PluginRegistry;
  beforeEach(() => (registry = new PluginRegistry(makeHost())));
  afterEach(() => registry.dispose());

  it("lists what a plugin offers, and loads it when a command is run", async () => {
    const plugin = counter("first");
    const remove = registry.add(plugin.entry);
    expect(registry.manifests.map(({ name }) => name)).to.deep.equal(["first"]);
    expect(plugin.loads).to.equal(0);
    await registry.run("first.count", 7);
    await registry.run("first.count", 8);
    expect(plugin.loads).to.equal(1);
    expect(plugin.runs).to.deep.equal([7, 8]);
    remove();
    expect(plugin.ended).to.equal(true);
    expect(registry.manifests).to.deep.equal([]);
    expect(await registry.run("first.count").catch(errorMessage)).to.equal(
      "no plugin has a command first.count, expected one of a manifest",
    );
  });

  it("finds the command of a key", () => {
    registry.add(counter("keys").entry);
    const key = { key: "K", altKey: true, shiftKey: true };
    expect(registry.commandForKey(new KeyboardEvent("keydown", key))).to.equal("keys.count");
    expect(registry.commandForKey(new KeyboardEvent("keydown", { ...key, ctrlKey: true }))).to.equal(null);
  });

  it("refuses what is no plugin, and a second one of a name", () => {
    registry.add(counter("one").entry);
    expect(() => registry.add(counter("one").entry)).to.throw("plugin one is there already");
    for (const wrong of [null, {}, { manifest: { name: "x" }, load: () => null }]) {
      expect(() => registry.add(wrong as unknown as PluginEntry)).to.throw("a plugin lacks its manifest or load()");
    }
  });

  it("tries again where a plugin could not be loaded", async () => {
    const plugin = counter("late");
    let fails = true;
    registry.add({
      manifest: plugin.entry.manifest,
      load: () => (fails ? Promise.reject(new Error("no network")) : plugin.entry.load()),
    });
    expect(await registry.run("late.count").catch(errorMessage)).to.equal("no network");
    fails = false;
    await registry.run("late.count", 1);
    expect(plugin.runs).to.deep.equal([1]);
  });

  it("gets what was offered on the page, before it was there and after", () => {
    const [before, after] = [counter("offered-before"), counter("offered-after")];
    // As a page does that does not import this package.
    const page = globalThis as unknown as Record<symbol, PluginEntry[] | undefined>;
    (page[Symbol.for("web-image-plugins")] ??= []).push(before.entry);
    const late = new PluginRegistry(makeHost());
    offerPlugin(after.entry);
    offerPlugin(before.entry);
    page[Symbol.for("web-image-plugins")]!.push(null as unknown as PluginEntry);
    const names = (of: PluginRegistry): string[] => of.manifests.map(({ name }) => name);
    expect(names(late)).to.deep.equal(["offered-before", "offered-after"]);
    expect(names(registry)).to.deep.equal(["offered-before", "offered-after"]);
    late.dispose();
    offerPlugin(counter("offered-last").entry);
    expect(names(late)).to.deep.equal([]);
    expect(names(registry)).to.include("offered-last");
  });

  it("stops telling an observer that left", () => {
    const seen: string[] = [];
    const off = observePlugins(({ manifest }) => seen.push(manifest.name));
    const count = seen.length;
    off();
    offerPlugin(counter("unseen").entry);
    expect(seen).to.have.length(count);
  });
});

describe("slnet-web as a plugin", () => {
  it("has a manifest that is plain data, with commands that all exist", async () => {
    expect(JSON.parse(JSON.stringify(slnetManifest))).to.deep.equal(slnetManifest);
    const host = makeHost();
    const registry = new PluginRegistry(host);
    registry.add(slnetPlugin(options));
    const { commands, readers, writers, widgets, sampleData, keyBindings } = slnetManifest.contributions;
    const ids: readonly string[] = commands.map(({ id }) => id);
    for (const { command } of [...readers, ...writers, ...widgets, ...sampleData, ...keyBindings]) {
      expect(ids).to.include(command);
    }
    expect(await registry.run("slnet-web.open-files", "no files").catch(errorMessage)).to.contain(
      "the reader was called without files",
    );
    expect(await registry.run("slnet-web.use-layer").catch(errorMessage)).to.contain("the viewer has no active layer");
    const panel = await registry.run("slnet-web.show-panel");
    expect(panel).to.be.instanceOf(HTMLElement);
    registry.dispose();
  });

  it("opens and cleans by commands, and leaves with its registry", async () => {
    const host = makeHost();
    const registry = new PluginRegistry(host);
    registry.add(slnetPlugin(options));
    await registry.run("slnet-web.open-sample");
    await registry.run("slnet-web.median");
    expect(host.layers.list().map(({ name }) => name)).to.include("Sparse");
    const frame = await host.layers.get(host.layers.activeId!)!.source.read(200);
    expect(frame?.samples.some((value) => value > 50)).to.equal(true);
    registry.dispose();
    expect(host.layers.list()).to.deep.equal([]);
  });
});

describe("an element inside a viewer", () => {
  it("finds the nearest one, also through shadow roots, and none outside of it", async () => {
    const [outer, inner] = [makeHost(), makeHost()];
    const box = await fixture<HTMLElement>(
      html`<div>
        <section><p></p></section>
      </div>`,
    );
    const stopOuter = provideHost(box, outer);
    const section = box.querySelector("section")!;
    const stopInner = provideHost(section, inner);
    const deep = document.createElement("span");
    section.querySelector("p")!.attachShadow({ mode: "open" }).append(deep);
    expect(requestHost(deep)).to.equal(inner);
    stopInner();
    expect(requestHost(deep)).to.equal(outer);
    stopOuter();
    expect(requestHost(deep)).to.equal(null);
  });

  it("is a panel with a session of its own, for as long as it is there", async () => {
    defineElements();
    const viewer = await fixture<HTMLElementTagNameMap["slnet-stack-viewer"]>(
      html`<slnet-stack-viewer><slnet-panel worker-url="/dist/slnet.worker.js"></slnet-panel></slnet-stack-viewer>`,
    );
    const panel = viewer.querySelector("slnet-panel")!;
    const session = panel.session!;
    await session.openSample();
    expect(viewer.host.layers.list()).to.have.length(1);
    panel.remove();
    expect(panel.session).to.equal(null);
    expect(viewer.host.layers.list()).to.have.length(0);
    viewer.append(panel);
    expect(panel.session).to.not.equal(session);
    panel.remove();
  });

  it("is defined once, by whichever copy of the package comes first", async () => {
    defineElements();
    const first = customElements.get("slnet-panel");
    const address: string = "/dist/define.js";
    const copy = (await import(address).catch((error: unknown) => errorMessage(error))) as unknown;
    expect(typeof copy, "the other copy loads").to.equal("object");
    expect(customElements.get("slnet-panel")).to.equal(first);
  });
});
