import { createHash } from "node:crypto";

import { Html, html } from "./html.js";
import { reportStyles } from "./report-styles.js";

/**
 * A report as one page that asks for nothing else and runs no script.
 *
 * @param pictures - whether it has some, in addresses that hold them
 */
export function reportDocument(title: string, content: Html, pictures: boolean): string {
  const hash = createHash("sha256").update(reportStyles).digest("base64");
  const policy = `default-src 'none'; ${pictures ? "img-src data:; " : ""}style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${styleElement()}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `.source;
}

/** Not in a template, which the formatter would indent: the hash in the policy is of just this text. */
function styleElement(): Html {
  return new Html(`<style>${reportStyles}</style>`);
}

/** Terms with their meanings. */
export function definitionList(entries: readonly (readonly [term: string, meaning: string])[]): Html {
  return html`<dl>
    ${entries.map(
      ([term, meaning]) =>
        html`<dt>${term}</dt>
          <dd>${meaning}</dd>`,
    )}
  </dl>`;
}
