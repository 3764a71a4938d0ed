import { registerSlnetTransform } from "../../src/plugin/adapters/niivue.js";
import { createWorkerClient } from "../../src/plugin/index.js";
import { embedSlnet } from "./embed.js";
import { createViewer } from "./niivue-next-viewer.js";

const workerUrl = new URL("../slnet.worker.js", document.baseURI);
const viewer = await createViewer(document.querySelector<HTMLElement>("#viewer")!);
await embedSlnet(viewer.host);
registerSlnetTransform(viewer.nv, { startClient: () => createWorkerClient({ workerUrl }) });
Object.assign(globalThis, { nv: viewer.nv });
