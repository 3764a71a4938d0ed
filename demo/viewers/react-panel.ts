import { createElement as h, useEffect, useRef, type ReactElement } from "react";

import { registerSlnet, type SlnetRegistration, type ViewerHost } from "../../src/plugin/index.js";

/** The plugin and its panel as a component: there as long as it is mounted. */
export function SlnetPanel({
  host,
  workerUrl,
  onRegister,
}: {
  host: ViewerHost;
  workerUrl: URL;
  onRegister?: (registration: SlnetRegistration) => void;
}): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const { href } = workerUrl;
  useEffect(() => {
    // React may end an effect before the plugin is there, and in its strict mode does.
    const life = new AbortController();
    void registerSlnet(host, { workerUrl: new URL(href) }).then((registration) => {
      if (life.signal.aborted) {
        registration.dispose();
        return;
      }
      life.signal.addEventListener("abort", registration.dispose);
      if (!registration.mounted) place.current?.append(registration.panel);
      onRegister?.(registration);
    });
    return () => life.abort();
  }, [host, href, onRegister]);
  return h("div", { ref: place });
}
