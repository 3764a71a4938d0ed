/** A piece of HTML. {@link html} makes them, so that text from elsewhere is never taken for markup. */
export class Html {
  constructor(readonly source: string) {}
}

type Content = Html | string | number | readonly Content[];

/** Markup with values in it: texts and numbers are escaped, pieces of HTML are put in as they are, lists one after the other. */
export function html(markup: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(markup.map((text, i) => text + (i < values.length ? sourceOf(values[i] ?? "") : "")).join(""));
}

function sourceOf(content: Content): string {
  if (content instanceof Html) return content.source;
  if (typeof content === "object") return content.map(sourceOf).join("");
  return String(content)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
