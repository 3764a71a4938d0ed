import { conformanceChecks, type ConformanceSubject } from "../../src/plugin/host/conformance/index.js";

/** The viewers of the demo's pages, `demo/viewers/<name>-viewer.ts`, bundled with the real package of each. */
const names = ["canvas", "openseadragon", "niivue", "niivue-next", "viv", "react"];

for (const name of names) {
  describe(`the ${name} viewer as a host`, () => {
    let createViewer: (container: HTMLElement) => Promise<ConformanceSubject>;

    before(async () => {
      ({ createViewer } = (await import(`/build/bundles/viewers/${name}.js`)) as { createViewer: typeof createViewer });
    });

    for (const check of conformanceChecks) {
      it(check.name, () =>
        check.run(async () => {
          const container = document.createElement("div");
          container.style.cssText = "position: relative; width: 400px; height: 300px";
          document.body.append(container);
          const viewer = await createViewer(container);
          return {
            host: viewer.host,
            async dispose() {
              await viewer.dispose();
              container.remove();
            },
          };
        }),
      ).timeout(20_000);
    }
  });
}
