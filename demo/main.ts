import "../src/plugin/define.js";

import { followTitle, registerSlnet, rememberDropped, type SlnetStackViewer } from "../src/plugin/index.js";
import { takeDrops } from "./drop-anywhere.js";
import { keepOffline } from "./offline.js";

const viewer = document.querySelector<SlnetStackViewer>("slnet-stack-viewer")!;

const { session } = await registerSlnet(viewer.host, {
  workerUrl: new URL("slnet.worker.js", import.meta.url),
  keepHistory: "browser",
});

keepOffline({
  status: document.querySelector<HTMLElement>("#offline")!,
  install: document.querySelector<HTMLButtonElement>("#install")!,
  update: document.querySelector<HTMLElement>("#update")!,
  reload: document.querySelector<HTMLButtonElement>("#reload")!,
});

followTitle(session);

takeDrops(document.querySelector<HTMLElement>("#drop")!, (dropped) => {
  void rememberDropped(dropped);
  void session.openDropped(dropped);
});
