/** A browser reads the address some time after the click; a minute is plenty, and the file stays small for us: it is only a handle. */
const addressLifetimeMs = 60_000;

/** Gives a file to the person in front of the page, in the way the browser saves downloads. */
export function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), addressLifetimeMs);
}
