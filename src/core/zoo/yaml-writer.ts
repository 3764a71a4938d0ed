/** What a YAML document is made of here. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** Words that are not text where they stand without quotes, in YAML 1.1 or 1.2. */
const plainWord = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z_][\w./()-]*(?: [\w./()-]+)*$/i;

/** A value as YAML that readers of 1.1 and 1.2 take for the same. Numbers keep all their digits. */
export function writeYaml(value: Readonly<Record<string, YamlValue>>): string {
  return `${mapLines(value).join("\n")}\n`;
}

function mapLines(value: Readonly<Record<string, YamlValue>>): string[] {
  return Object.entries(value).flatMap(([key, part]) => {
    const name = scalar(key);
    const inline = onOneLine(part);
    if (inline !== null) return [`${name}: ${inline}`];
    return [`${name}:`, ...blockLines(part).map((line) => `  ${line}`)];
  });
}

function blockLines(value: YamlValue): string[] {
  if (!isList(value)) return typeof value === "object" && value !== null ? mapLines(value) : [scalar(value)];
  return value.flatMap((item) => {
    const [first, ...rest] = onOneLine(item) === null ? blockLines(item) : [onOneLine(item)];
    return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

/** Plain values, lists of them and what is empty; `null` for what needs lines of its own. */
function onOneLine(value: YamlValue): string | null {
  if (typeof value !== "object" || value === null) return scalar(value);
  if (isList(value)) {
    return value.every((item) => typeof item !== "object" || item === null)
      ? `[${value.map(scalar).join(", ")}]`
      : null;
  }
  return Object.keys(value).length === 0 ? "{}" : null;
}

function scalar(value: YamlValue): string {
  // Text in double quotes is the same in JSON and YAML.
  if (typeof value === "string") return plainWord.test(value) ? value : JSON.stringify(value);
  // YAML 1.1 takes 1e-7 for text and 1.0e-7 for a number.
  return JSON.stringify(value).replace(/^(-?\d+)e/, "$1.0e");
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}
