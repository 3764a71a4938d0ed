import "slnet-web/define";
import { registerSlnet } from "slnet-web";

const viewer = document.querySelector("slnet-stack-viewer");
// The bundler takes the worker along. The readers and WASM files that the worker fetches when it needs them are copied.
await registerSlnet(viewer.host, { assetsBaseUrl: "slnet/" });
