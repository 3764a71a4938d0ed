import { usesModel } from "../protocol/cleaning-methods.js";
import { planOfRun, type RunPlan } from "./run-record-plan.js";
import type { RecordedMethod, RunRecord } from "../protocol/run-record.js";

/**
 * The run as an ES module for Node, in a folder that holds the stack. In a page `stack` is a `File` and the target a file
 * handle; the rest is the same.
 */
export function moduleCode(record: RunRecord): string {
  const plan = planOfRun(record);
  const readsModel = plan.cleans && usesModel(record.cleaning?.method.type ?? "slnet") && !plan.trains;
  const usesFiles = readsModel || plan.checkpointName !== null || (plan.trains && !plan.cleans);
  const { engine } = plan;
  const lines = [
    ...(usesFiles ? ['import { readFile, writeFile } from "node:fs/promises";', ""] : []),
    `import { createSlnetClient${readsModel || plan.checkpointName !== null ? ", parseModelFile" : ""} } from "slnet-web/client";`,
    "",
    `const slnet = await createSlnetClient(${engine === "auto" ? "" : literal({ engine })});`,
    "try {",
    `  const stack = ${opened(record, plan)};`,
    ...(plan.trains ? trainLines(plan) : []),
    ...(readsModel ? [`  const model = ${readModel(plan.modelName)};`] : []),
    ...(plan.cleans
      ? saveLines(record, plan)
      : [`  await writeFile(${literal(plan.modelName)}, JSON.stringify(model));`]),
    "  await stack.close();",
    "} finally {",
    "  slnet.dispose();",
    "}",
    "",
  ];
  return lines.join("\n").replace("{ readFile, writeFile }", fileImports(readsModel, plan));
}

function fileImports(readsModel: boolean, plan: RunPlan): string {
  const reads = readsModel || plan.checkpointName !== null;
  const writes = plan.trains && !plan.cleans;
  return `{ ${[reads && "readFile", writes && "writeFile"].filter(Boolean).join(", ")} }`;
}

function opened({ stack }: RunRecord, plan: RunPlan): string {
  if (stack.format === "simulated") return 'await slnet.open({ type: "simulated", options: {} })';
  const selected = Object.keys(stack.selection).length > 0 ? `, ${literal({ selection: stack.selection })}` : "";
  return `await slnet.open(${literal(plan.stackName)}${selected})`;
}

function trainLines({ trainingOptions, checkpointName, region }: RunPlan): string[] {
  const parts = [
    ...(region ? [`region: ${literal(region)}`] : []),
    ...(Object.keys(trainingOptions).length > 0 ? [`configuration: ${literal(trainingOptions)}`] : []),
    ...(checkpointName === null ? [] : [`model: ${readModel(checkpointName)}`]),
  ];
  return [`  const model = await slnet.train(stack${parts.length > 0 ? `, { ${parts.join(", ")} }` : ""});`];
}

function readModel(name: string): string {
  return `parseModelFile(await readFile(${literal(name)}, "utf8"), ${literal(name)})`;
}

function saveLines({ cleaning, saving, metadataSaid }: RunRecord, plan: RunPlan): string[] {
  const said = Object.keys(metadataSaid).length > 0;
  const { range } = plan;
  const options: readonly (readonly [string, string] | false)[] = [
    ["method", methodCode(cleaning?.method ?? { type: "slnet" })],
    ["target", literal({ type: "path", path: plan.outputName })],
    saving?.part === "low-rank" && ["part", literal(saving.part)],
    saving !== null && saving.type !== "uint16" && ["type", literal(saving.type)],
    saving !== null && saving.format !== "tiff" && ["format", literal(saving.format)],
    saving !== null && saving.compression !== "none" && ["compression", literal(saving.compression)],
    saving !== null && ["offsetAdu", literal(saving.offsetAdu)],
    cleaning?.tail === "drop" && ["tail", literal("drop")],
    range !== null && ["from", literal(range.from)],
    range !== null && ["to", literal(range.to)],
    said && ["metadata", literal(metadataSaid)],
  ];
  const given = options.filter((option) => option !== false);
  return ["  await slnet.save(stack, {", ...given.map(([name, code]) => `    ${name}: ${code},`), "  });"];
}

function methodCode(method: RecordedMethod): string {
  const code = literal(method);
  return usesModel(method.type) ? code.replace(/ }$/, ", model }") : code;
}

/** A value as code; names that need no quotation marks have none. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${literal(field)}`);
    return `{ ${fields.join(", ")} }`;
  }
  // A line of JavaScript may hold what ends a line of old JavaScript, but editors may not.
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
}
