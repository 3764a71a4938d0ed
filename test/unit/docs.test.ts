import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

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

  it("has one version everywhere", () => {
    const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string };
    assert.equal(slnetWebVersion, version);
    assert.match(
      readFileSync(new URL("CHANGELOG.md", root), "utf8"),
      new RegExp(`## ${version.replaceAll(".", "\\.")}`),
    );
  });
});
