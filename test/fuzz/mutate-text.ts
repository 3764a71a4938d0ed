import type { Random } from "../../src/core/random.js";

/** Numbers as texts say them, with which programs count, divide and allocate. */
const oddNumbers: readonly string[] = [
  "0",
  "-0",
  "-1",
  "1",
  "2",
  "3",
  "255",
  "65535",
  "65536",
  "2147483647",
  "2147483648",
  "4294967295",
  "4294967296",
  "-2147483649",
  "9007199254740993",
  "18446744073709551615",
  "18446744073709551616",
  "1e308",
  "1e309",
  "-1e-320",
  "1e400000",
  "0.5",
  "1.0000000000000002",
  "NaN",
  "nan",
  "Infinity",
  "-inf",
  "0x10",
  "1,5",
  "1_000",
  "٣",
  "",
  " ",
  "null",
  "true",
  "[]",
  "{}",
  "9".repeat(400),
];

const nesting = 20_000;

/** Pieces of XML, JSON, YAML and lines that are meant to hurt who reads them. */
const snares: readonly string[] = [
  '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>',
  '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
  '<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;',
  "&d;&c;&b;&lt;&#0;&#x10FFFF;&#xD800;&nosuch;",
  "<![CDATA[",
  "]]>",
  "<!--",
  "-->",
  "<?pi ?>",
  "</OME>",
  "<Image><Pixels>",
  '<TiffData IFD="0" PlaneCount="4000000000"/>',
  '<UUID FileName="../../../../etc/passwd">urn:uuid:0</UUID>',
  "<a>".repeat(nesting),
  "[".repeat(nesting),
  '{"a":'.repeat(nesting),
  "(".repeat(nesting),
  "- ".repeat(2000),
  "&a [*a, *a, *a]",
  "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n",
  "!!js/function x",
  "? ",
  "---\n",
  "...\n",
  "%YAML 9.9\n",
  "<<: *a\n",
  "__proto__: 1\n",
  '"__proto__": {"x": 1},',
  '"constructor": null,',
  "../",
  "/dev/zero",
  "C:\\con",
  "\0",
  "\r",
  "\r\n",
  "\n",
  "\t",
  "\ufeff",
  "\xc3\x28",
  "\xff\xfe",
  "\xed\xa0\x80",
  "=",
  ":",
  '"',
  "'",
  "\\",
  "\\u0000",
  "a".repeat(70_000),
  "a=".repeat(5000),
  "\n".repeat(5000),
];

/** How many of the first bytes are text; 0 where the file does not begin with one. */
export function readsAsText(bytes: Uint8Array): number {
  let length = 0;
  // A short prefix of other bytes, as `.npy` has it, is let pass.
  while (length < bytes.length && (length < 10 || isTextByte(bytes[length]!))) length++;
  return length >= 24 ? length : 0;
}

/** Changes a number, a word, a line or the punctuation of a text; the length changes too. */
export function mutateText(text: string, random: Random): string {
  const numbers = [...text.matchAll(/-?\d+(\.\d+)?/g)];
  const choice = random.integer(10);
  if (choice < 4 && numbers.length > 0) {
    const { 0: found, index } = numbers[random.integer(numbers.length)]!;
    return replaced(text, index, found.length, otherNumber(found, random));
  }
  if (choice < 6) {
    const lines = text.split(/(?<=[\n>,])/);
    const line = random.integer(lines.length);
    const other = lines[random.integer(lines.length)]!;
    if (choice === 4) lines.splice(line, random.integer(3));
    else lines.splice(line, random.integer(2), other);
    return lines.join("");
  }
  const at = random.integer(text.length + 1);
  if (choice < 8) return replaced(text, at, random.integer(4), snares[random.integer(snares.length)]!);
  const words = [...text.matchAll(/[A-Za-z_]+/g)];
  if (choice === 8 && words.length > 0) {
    const { 0: found, index } = words[random.integer(words.length)]!;
    const other = words[random.integer(words.length)]![0];
    return replaced(text, index, found.length, random.next() < 0.7 ? other : found.toUpperCase());
  }
  return replaced(text, at, 1 + random.integer(20), String.fromCharCode(random.integer(256)));
}

function otherNumber(found: string, random: Random): string {
  const value = Number(found);
  switch (random.integer(5)) {
    case 0:
      return String(value + 1);
    case 1:
      return String(value - 1);
    case 2:
      return String(value * (2 + random.integer(3)));
    default:
      return oddNumbers[random.integer(oddNumbers.length)]!;
  }
}

function replaced(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length);
}

function isTextByte(byte: number): boolean {
  return byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127);
}
