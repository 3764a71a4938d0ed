/** Chromium's event by which a page can ask to be installed. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

/**
 * Keeps the page for use without a network, says so, and offers to install it. A new version waits until a person asks
 * for it: a reload in the middle would cost their work.
 *
 * @param parts - of the page: where it is said, the button that installs, and the bar with its button about a new version
 */
export function keepOffline(parts: {
  readonly status: HTMLElement;
  readonly install: HTMLButtonElement;
  readonly update: HTMLElement;
  readonly reload: HTMLButtonElement;
}): void {
  const { status, install, update, reload } = parts;
  offerInstallation(install);
  const container = "serviceWorker" in navigator ? navigator.serviceWorker : null;
  if (!container) return;
  void container.ready.then(() => (status.hidden = false));
  void container.register("service-worker.js", { updateViaCache: "none" }).then(
    (registration) => watchUpdates(container, registration, update, reload),
    // Not allowed here, or out of reach: the page works all the same, with a network.
    () => undefined,
  );
}

function watchUpdates(
  container: ServiceWorkerContainer,
  registration: ServiceWorkerRegistration,
  update: HTMLElement,
  reload: HTMLButtonElement,
): void {
  const offer = (): void => {
    // Without a controller this is the first version ever, and there is nothing to replace.
    if (registration.waiting && container.controller) update.hidden = false;
  };
  offer();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
  reload.addEventListener("click", () => {
    container.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage("take-over");
  });
}

function offerInstallation(install: HTMLButtonElement): void {
  let prompt: InstallPromptEvent | null = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event as InstallPromptEvent;
    install.hidden = false;
  });
  install.addEventListener("click", () => void prompt?.prompt());
  addEventListener("appinstalled", () => (install.hidden = true));
}
