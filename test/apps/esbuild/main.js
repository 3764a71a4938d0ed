import "slnet-web/define";
import { registerSlnet } from "slnet-web";

const viewer = document.querySelector("slnet-stack-viewer");
// The worker and what it fetches lie beside the bundle, where they are looked for.
await registerSlnet(viewer.host);
