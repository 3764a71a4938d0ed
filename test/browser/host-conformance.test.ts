import "../../src/plugin/define.js";

import { conformanceChecks } from "../../src/plugin/host/conformance/index.js";

describe("slnet-stack-viewer as a host", () => {
  for (const check of conformanceChecks) {
    it(check.name, () =>
      check.run(async () => {
        const viewer = document.createElement("slnet-stack-viewer");
        viewer.style.cssText = "display: block; width: 600px; height: 400px";
        document.body.append(viewer);
        await viewer.updateComplete;
        return {
          host: viewer.host,
          dispose() {
            viewer.dispose();
            viewer.remove();
          },
        };
      }),
    );
  }
});
