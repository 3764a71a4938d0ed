// A page that is to a widget what JupyterLab is: the classes of anywidget over those of ipywidgets, and a comm that ends in
// the test. Bundled and loaded by `notebook-page.ts`.
import * as base from "@jupyter-widgets/base";
import type { AnyWidget } from "anywidget/types";

import type slnetWidget from "../../../src/plugin/notebook/anywidget.js";
import type { CommData, NotebookHost, SentBuffers } from "./host.js";

// Our module is what the protocol asks for.
true satisfies typeof slnetWidget extends AnyWidget ? true : false;

type Callbacks = Parameters<base.IClassicComm["send"]>[1];
type CommListener = (message: { readonly content: { readonly data: CommData }; readonly buffers: DataView[] }) => void;
interface AnywidgetClasses {
  readonly AnyModel: new (attributes: unknown, options: unknown) => base.DOMWidgetModel;
  readonly AnyView: new (options: unknown) => base.DOMWidgetView;
}

const outside = globalThis as unknown as {
  define: (names: readonly string[], factory: (module: typeof base) => AnywidgetClasses) => void;
  /** Given by the test: a message for Python. */
  toKernel: (modelId: string, data: string, buffers: SentBuffers) => Promise<void>;
  notebook: NotebookHost;
};

/** Anywidget comes as a module for the loader of JupyterLab, which gives it ipywidgets. */
const classes = new Promise<AnywidgetClasses>((resolve) => {
  outside.define = (_names, factory) => resolve(factory(base));
});
const frontEnd = "./anywidget-front-end.js";
await import(frontEnd);
const { AnyModel, AnyView } = await classes;

/** The end in the page of a comm. What is sent arrives in order. */
class Comm {
  readonly target_name = "jupyter.widget";
  readonly listeners: CommListener[] = [];
  #sent: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(readonly comm_id: string) {}

  send(
    data: unknown,
    callbacks?: Callbacks,
    _metadata?: unknown,
    buffers: (ArrayBuffer | ArrayBufferView)[] = [],
  ): string {
    const text = JSON.stringify(data);
    const bytes = buffers.map(base64);
    this.#sent = this.#sent.then(async () => {
      await outside.toKernel(this.comm_id, text, bytes);
      callbacks?.iopub?.["status"]?.({ content: { execution_state: "idle" } } as never);
    });
    return `message-${++this.#count}`;
  }

  on_msg(callback: CommListener): void {
    this.listeners.push(callback);
  }

  on_close(): void {
    // The kernel of these tests never goes.
  }

  open(): string {
    return "";
  }

  close(): string {
    return "";
  }
}

const comms = new Map<string, Comm>();
const models = new Map<string, base.DOMWidgetModel>();
const views = new Map<string, base.DOMWidgetView>();

const manager = {
  callbacks: () => ({}),
  inline_sanitize: (text: string) => text,
  resolveUrl: async (url: string) => url,
  has_model: (id: string) => models.has(id),
  get_model: async (id: string) => models.get(id)!,
};

outside.notebook = {
  async createModel(id, state) {
    const comm = new Comm(id);
    comms.set(id, comm);
    const esm = await (await fetch("anywidget.js")).text();
    const attributes = { ...state, _esm: esm, _anywidget_id: "slnet_widget.SlnetWidget", _css: "" };
    models.set(id, new AnyModel(attributes, { model_id: id, comm, widget_manager: manager }));
  },
  async showView(id, modelId) {
    const model = models.get(modelId)!;
    const view = new AnyView({ model, options: {} });
    view.listenTo(model, "destroy", () => void view.remove());
    views.set(id, view);
    await view.render();
    const cell = document.createElement("div");
    cell.id = id;
    cell.className = "jp-OutputArea-output";
    cell.append(view.el);
    document.querySelector("main")!.append(cell);
    view.trigger("displayed");
  },
  removeView(id) {
    views.get(id)?.remove();
    document.getElementById(id)?.remove();
  },
  async destroyModel(id) {
    await models.get(id)?.close(true);
  },
  receive(modelId, data, buffers) {
    const message = { content: { data }, buffers: buffers.map(bytesOf) };
    for (const listener of comms.get(modelId)?.listeners ?? []) listener(message);
  },
};

function base64(buffer: ArrayBuffer | ArrayBufferView): string {
  const bytes = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Behind a few other bytes, as in the message that JupyterLab takes apart. */
function bytesOf(text: string): DataView {
  const found = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const whole = new Uint8Array(found.length + 3);
  whole.set(found, 3);
  return new DataView(whole.buffer, 3);
}
