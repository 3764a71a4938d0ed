import { embedSlnet } from "./embed.js";
import { createViewer } from "./openseadragon-viewer.js";

const viewer = await createViewer(document.querySelector<HTMLElement>("#viewer")!);
await embedSlnet(viewer.host);
