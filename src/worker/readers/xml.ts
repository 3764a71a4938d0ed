import type { SaxesParser } from "saxes";

import { errorMessage, SlnetError } from "../../core/errors.js";
import type { XmlReader } from "../../core/io/xml-events.js";

/** OME-XML has some 10. */
const deepest = 100;

/** Reads XML by `saxes`, which is loaded here. Of entities it knows the five of XML itself. */
export const readXml: XmlReader = async (parts, handler) => {
  const { SaxesParser } = await import("saxes");
  const parser: SaxesParser = new SaxesParser({ position: false });
  let depth = 0;
  parser.on("doctype", () => {
    throw new SlnetError("bad-input", "the XML declares a document type, expected none");
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (++depth > deepest) {
      throw new SlnetError("bad-input", `the XML is nested more than ${deepest} deep`);
    }
    handler.open(localName(name), attributes);
  });
  parser.on("text", (text) => handler.text(text));
  parser.on("closetag", ({ name }) => {
    depth--;
    handler.close(localName(name));
  });
  try {
    for await (const part of parts) parser.write(part);
    parser.close();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof SlnetError || error.name === "AbortError") throw error;
    throw new SlnetError("bad-input", `the XML is broken: ${errorMessage(error)}`, { cause: error });
  }
};

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
