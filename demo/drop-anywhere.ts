/** A browser says many times a second that something is still held over the page; after this silence it is gone. */
const silenceMs = 700;

/**
 * Takes files and folders that are dropped anywhere on the page, and shows an overlay while some are held over it.
 *
 * @param open - is given what was dropped, at once: afterwards the browser empties it
 */
export function takeDrops(overlay: HTMLElement, open: (dropped: DataTransfer) => void): void {
  let timer = 0;
  const hide = (): void => {
    clearTimeout(timer);
    overlay.hidden = true;
  };
  // Not `dragleave`: it also comes between the elements of the page, and not at all from one that is taken away.
  const onHeld = (event: DragEvent): void => {
    if (!carriesFile(event)) return;
    // Without this the browser would open the file in place of the page.
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    overlay.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(hide, silenceMs);
  };
  document.addEventListener("dragenter", onHeld);
  document.addEventListener("dragover", onHeld);
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    hide();
    if (event.dataTransfer) open(event.dataTransfer);
  });
}

function carriesFile(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
