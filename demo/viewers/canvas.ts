import { createViewer } from "./canvas-viewer.js";
import { embedSlnet } from "./embed.js";

const viewer = await createViewer(document.querySelector<HTMLElement>("#viewer")!);
await embedSlnet(viewer.host);
