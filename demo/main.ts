import "../src/plugin/define.js";

import { registerSlnet, type SessionState, type SlnetStackViewer } from "../src/plugin/index.js";
import { takeDrops } from "./drop-anywhere.js";
import { keepOffline } from "./offline.js";

const viewer = document.querySelector<SlnetStackViewer>("slnet-stack-viewer")!;

const { session } = await registerSlnet(viewer.host, {
  workerUrl: new URL("slnet.worker.js", import.meta.url),
});

keepOffline({
  status: document.querySelector<HTMLElement>("#offline")!,
  install: document.querySelector<HTMLButtonElement>("#install")!,
  update: document.querySelector<HTMLElement>("#update")!,
  reload: document.querySelector<HTMLButtonElement>("#reload")!,
});

session.subscribe(({ activity, progress }: SessionState) => {
  const share = progress && progress.total > 0 ? ` ${Math.floor((100 * progress.done) / progress.total)} %` : "";
  document.title = activity === "idle" ? "slnet-web" : `${activity}${share} – slnet-web`;
});

takeDrops(document.querySelector<HTMLElement>("#drop")!, (dropped) => void session.openDropped(dropped));
