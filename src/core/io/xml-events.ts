/** What is told of an XML text while it is read, in order. Names come without their prefix. */
export interface XmlHandler {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

/**
 * Reads an XML text of which only a part at a time is held.
 *
 * @throws `SlnetError` `bad-input` where it is no XML, is nested absurdly or declares a document type or entities
 */
export type XmlReader = (parts: AsyncIterable<string>, handler: XmlHandler) => Promise<void>;
