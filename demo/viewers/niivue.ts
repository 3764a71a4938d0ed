import { embedSlnet } from "./embed.js";
import { createViewer } from "./niivue-viewer.js";

const viewer = await createViewer(document.querySelector<HTMLElement>("#viewer")!);
await embedSlnet(viewer.host);
Object.assign(globalThis, { nv: viewer.nv });
