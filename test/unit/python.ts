import { execFileSync } from "node:child_process";

/**
 * A Python that has these modules, or `undefined`: the one that `SLNET_PYTHON` names, or Debian's, which is not always the
 * first one in the path.
 */
export function pythonWith(...modules: readonly string[]): string | undefined {
  const { SLNET_PYTHON: chosen } = process.env;
  return [...(chosen === undefined ? [] : [chosen]), "/usr/bin/python3", "python3"].find((program) => {
    try {
      execFileSync(program, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}
