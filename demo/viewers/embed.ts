import { registerSlnet, type SlnetRegistration, type ViewerHost } from "../../src/plugin/index.js";

/** Puts the plugin into the viewer of this page, with its panel beside it. */
export async function embedSlnet(host: ViewerHost): Promise<SlnetRegistration> {
  const registration = await registerSlnet(host, { workerUrl: new URL("../slnet.worker.js", document.baseURI) });
  if (!registration.mounted) document.querySelector("#panel")?.append(registration.panel);
  // For the console, and for tests that end the viewer in the middle of something.
  Object.assign(globalThis, { slnet: registration });
  return registration;
}
