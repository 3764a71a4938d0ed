import { execFile, type ExecFileException } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const limitMs = 4 * 60_000;

/** What npm says where there is no way to the registry, or no packages of it that were kept. */
const noRegistry =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;

/** The packages of an app cannot be had here and now, which says nothing about this one. */
export class NoRegistry extends Error {}

/** Apps into which the package is installed as a stranger would, each in a folder of its own. */
export interface Workshop {
  /** The published archive. */
  readonly tarball: string;
  /**
   * Copies an app of `test/apps` and installs the archive and the packages that it names.
   *
   * @returns its folder
   * @throws {@link NoRegistry}
   */
  install(app: string): Promise<string>;
  remove(): Promise<void>;
}

export async function createWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), "slnet-apps-"));
  const packed = await npm(root, "pack", "--json", "--pack-destination", folder);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const tarball = join(folder, filename);
  return {
    tarball,
    async install(app) {
      const appFolder = join(folder, app);
      const own = (path: string): boolean => !/[\\/](node_modules|dist|public)$/.test(path);
      await cp(join(root, "test/apps", app), appFolder, { recursive: true, filter: own });
      await npm(
        appFolder,
        "install",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        tarball,
      ).catch((error: unknown) => {
        throw noRegistry.test(String(error)) ? new NoRegistry(String(error)) : error;
      });
      return appFolder;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs npm in a folder. @throws with all that it wrote where it fails */
export function npm(folder: string, ...args: readonly string[]): Promise<string> {
  const script = process.env["npm_execpath"];
  return script?.endsWith("js") ? run(folder, process.execPath, script, ...args) : run(folder, "npm", ...args);
}

/** Runs a program in a folder; what it prints. @throws with all that it wrote where it fails */
export function run(folder: string, program: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, timeout: limitMs, maxBuffer: 2 ** 24 };
    execFile(program, args, options, (error: ExecFileException | null, out, err) => {
      if (error) reject(new Error(`${program} ${args.join(" ")} failed: ${error.message}\n${out}\n${err}`));
      else resolve(out);
    });
  });
}
