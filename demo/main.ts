import "../src/plugin/define.js";

import { followTitle, registerSlnet, rememberDropped, type SlnetStackViewer } from "../src/plugin/index.js";
import { keepOffline } from "./offline.js";

const viewer = document.querySelector<SlnetStackViewer>("slnet-stack-viewer")!;
const overlay = document.querySelector<HTMLElement>("#drop")!;
const themeButton = document.querySelector<HTMLButtonElement>("#theme")!;

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

themeButton.addEventListener("click", () => {
  const light = document.documentElement.classList.toggle("light");
  viewer.theme = light ? "light" : "dark";
  themeButton.textContent = light ? "Dark theme" : "Light theme";
});

// A drag enters and leaves every element on its way; only a count of both tells when it leaves the page.
let entered = 0;
document.addEventListener("dragenter", (event) => {
  if (!carriesFile(event)) return;
  entered++;
  overlay.hidden = false;
});
document.addEventListener("dragleave", (event) => {
  if (carriesFile(event)) overlay.hidden = --entered <= 0;
});
document.addEventListener("dragover", (event) => {
  // Without this the browser would open the file in place of the page.
  if (carriesFile(event)) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  entered = 0;
  overlay.hidden = true;
  if (!event.dataTransfer) return;
  void rememberDropped(event.dataTransfer);
  void session.openDropped(event.dataTransfer);
});

function carriesFile(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
