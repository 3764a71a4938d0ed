import "slnet-web/define";
import { registerSlnet } from "slnet-web";

const viewer = document.querySelector("slnet-stack-viewer");
await registerSlnet(viewer.host);
