import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { slnetWebVersion } from "../../src/core/version.js";

const root = new URL("../../../", import.meta.url);

describe("the documentation", () => {
  it("lists the options as the code has them", async () => {
    const { configurationPage } = (await import(new URL("scripts/write-docs.mjs", root).href)) as {
      configurationPage(): Promise<string>;
    };
    const page = readFileSync(new URL("docs/configuration.md", root), "utf8");
    assert.equal(page, await configurationPage(), "run node scripts/write-docs.mjs");
  });

  it("gives every parameter of the published code a place", () => {
    const page = readFileSync(new URL("docs/configuration.md", root), "utf8");
    const published =
      "data_folder data_folder_test files_to_store prefix checkpoint images_to_use images_to_use_test img_size batch_size " +
      "learning_rate max_epochs validation_split eval_every shuffle_dataset use_bias plot_images add_noise signal_power_max " +
      "signal_power_min norm_type dark_current dark_current_sparse n_frames rank SL_alpha_l1 SL_mu_sum_constraint " +
      "weight_multiplier temporal_shifts use_random_shifts frame_to_grab l0_ths output_path main_gpu";
    for (const name of published.split(" ")) assert.ok(page.includes(`| \`${name}\` |`), name);
  });

  it("has commands that work for who comes from the Python code", { timeout: 120_000 }, () => {
    const page = readFileSync(new URL("docs/from-python.md", root), "utf8");
    const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, text]) => text!.split("\n"));
    const cells = [...page.matchAll(/\| `(slnet [^`]*)`/g)].map(([, text]) => text!);
    const commands = [...cells, ...blocks]
      .map((line) => line.replace(/#.*/, "").replace("npm run -s slnet --", "slnet").trim())
      .filter((line) => line !== "");
    assert.ok(commands.length >= 10, `${commands.length} commands`);
    const folder = mkdtempSync(join(tmpdir(), "slnet-docs-"));
    try {
      const golden = (name: string): URL => new URL(`test/golden/${name}`, root);
      copyFileSync(golden("reference_checkpoint.pt"), join(folder, "model_100"));
      copyFileSync(golden("state_dict_n3.pt"), join(folder, "weights.pt"));
      const program = fileURLToPath(new URL("dist/cli/slnet.js", root));
      const run = (command: string): void => {
        const [name, ...args] = command.split(/\s+/);
        assert.equal(name, "slnet", command);
        const { status, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
        assert.equal(status, 0, `${command}: ${stderr}`);
      };
      run("slnet simulate -o stack.tif --seed 1 --frames 250 --width 48 --height 40");
      for (const command of commands) run(command);
      for (const file of ["model.json", "model.pt", "sparse.tif", "as-tested.tif"]) {
        assert.ok(existsSync(join(folder, file)), file);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has one version everywhere", () => {
    const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string };
    assert.equal(slnetWebVersion, version);
    assert.match(
      readFileSync(new URL("CHANGELOG.md", root), "utf8"),
      new RegExp(`## ${version.replaceAll(".", "\\.")}`),
    );
    assert.ok(readFileSync(new URL("CITATION.cff", root), "utf8").includes(`\nversion: ${version}\n`), "CITATION.cff");
  });
});
