import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, it } from "node:test";

import { parseArguments, type ParsedArguments } from "../../src/cli/arguments.js";
import { commands } from "../../src/cli/command-list.js";
import { commandHelp, programHelp } from "../../src/cli/commands/help.js";
import {
  checkedConfiguration,
  configurationOptions,
  givenConfiguration,
  namedAsTyped,
} from "../../src/cli/configuration-options.js";
import { frameRangeIn, parseFrameRange } from "../../src/cli/frame-range.js";
import { nearestName } from "../../src/cli/nearest-name.js";
import { createOption } from "../../src/cli/option.js";
import { outputPathOf, requireSeparateFiles } from "../../src/cli/output-paths.js";
import { createProgressDisplay, formatDuration } from "../../src/cli/progress.js";
import { WrongUsage } from "../../src/cli/wrong-usage.js";
import { configurationFields, createConfiguration, defaultConfiguration } from "../../src/core/configuration.js";
import { kebabCase } from "../../src/core/kebab-case.js";
import { isSlnetError } from "../../src/core/errors.js";

const rules = {
  name: "train",
  operand: "STACK",
  options: [
    createOption({ name: "output", short: "o", kind: { type: "text" }, placeholder: "MODEL", help: "" }),
    createOption({ name: "json", kind: { type: "flag" }, help: "" }),
    ...configurationOptions(),
  ],
};

function parse(...args: string[]): ParsedArguments {
  return parseArguments(args, rules);
}

function wrongUsage(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof WrongUsage, String(error));
    assert.ok(isSlnetError(error, "bad-input"));
    assert.match(error.message, message);
    return true;
  };
}

describe("arguments of a command", () => {
  it("every option of the configuration can be given in kebab case and comes back as the same value", () => {
    const typed: string[] = [];
    for (const field of configurationFields) {
      const name = `--${kebabCase(field.key)}`;
      if (field.kind === "boolean") typed.push(field.default ? name : name.replace("--", "--no-"));
      else typed.push(name, Array.isArray(field.default) ? field.default.join(",") : String(field.default));
    }
    const given = givenConfiguration(parse(...typed));
    assert.deepEqual(createConfiguration(given), { ...defaultConfiguration });
    assert.deepEqual(Object.keys(given).sort(), configurationFields.map((field) => field.key).sort());
  });

  it("options that were not given are not there", () => {
    assert.deepEqual(givenConfiguration(parse("stack.tif", "--batch-size", "4")), { batchSize: 4 });
  });

  it("values are converted by the kind of their option", () => {
    const given = givenConfiguration(
      parse(
        "--temporal-shifts",
        "0, 20,40",
        "--learning-rate=1e-3",
        "--use-bias",
        "--no-plot-images",
        "--files-to-store",
        "a,b",
      ),
    );
    assert.deepEqual(given, {
      temporalShifts: [0, 20, 40],
      learningRate: 0.001,
      useBias: true,
      plotImages: false,
      filesToStore: ["a", "b"],
    });
  });

  it("a negative number after an option is its value", () => {
    assert.equal(parse("--norm-type", "-1").number("norm-type"), -1);
    assert.equal(parse("--norm-type=-1").number("norm-type"), -1);
  });

  it("of an option given twice the last one counts, also against its negation", () => {
    assert.equal(parse("--seed", "1", "--seed", "2").number("seed"), 2);
    assert.equal(parse("--use-bias", "--no-use-bias").value("use-bias"), false);
    assert.equal(parse("--no-use-bias", "--use-bias").value("use-bias"), true);
  });

  it("short options and the stack may stand in any order", () => {
    const parsed = parse("-o", "m.json", "stack.tif", "--json");
    assert.equal(parsed.operand, "stack.tif");
    assert.equal(parsed.text("output"), "m.json");
    assert.equal(parsed.flag("json"), true);
    assert.equal(parse("--", "--odd-name.tif").operand, "--odd-name.tif");
  });

  const refused: readonly (readonly [title: string, args: readonly string[], message: RegExp])[] = [
    ["an unknown option", ["--lerning-rate", "1"], /no option --lerning-rate; did you mean --learning-rate\?/],
    ["an option by its published name", ["--SL_alpha_l1=3"], /did you mean --sparsity-weight\?/],
    ["an option like no other", ["--zzzzzzzz"], /no option --zzzzzzzz; "slnet help train" lists them/],
    ["an unknown letter", ["-q"], /no option -q;/],
    ["a missing value at the end", ["-o"], /-o has no value, expected MODEL/],
    ["a missing value before an option", ["--output", "--json"], /--output has no value, expected MODEL/],
    ["a value for a flag", ["--json=yes"], /--json takes no value, but "yes" was given/],
    ["a negation of what is no switch", ["--no-seed"], /no option --no-seed/],
    [
      "a number that is none",
      ["--learning-rate", "fast"],
      /--learning-rate is "fast", expected a number from 1e-8 to 1/,
    ],
    ["a hexadecimal number", ["--seed", "0x10"], /--seed is "0x10", expected a whole number/],
    ["an empty number", ["--seed="], /--seed is "", expected a whole number/],
    ["a broken whole number", ["--batch-size", "1.5"], /--batch-size is "1.5", expected a whole number from 1 to 256/],
    ["a number out of range", ["--batch-size", "0"], /--batch-size is "0", expected a whole number from 1 to 256/],
    ["a list with a hole", ["--temporal-shifts", "0,,9"], /--temporal-shifts is "0,,9", expected whole numbers/],
    ["a choice that is none", ["--engine", "cuda"], /--engine is "cuda", expected one of auto, webgpu, wasm, /],
    ["two stacks", ["a.tif", "b.tif"], /train was given "b.tif" too many, expected one STACK/],
  ];
  for (const [title, args, message] of refused) {
    it(`${title} is wrong usage`, () => {
      assert.throws(() => parse(...args), wrongUsage(message));
    });
  }
});

describe("the configuration of a command", () => {
  it("options that contradict each other are wrong usage, named as they are typed", () => {
    assert.throws(
      () => checkedConfiguration({ temporalShifts: [0, 5, 3] }),
      wrongUsage(/^--temporal-shifts is \[0, 5, 3\], expected 0 first/),
    );
    assert.throws(
      () => checkedConfiguration({ signalPowerMin: 5000 }),
      wrongUsage(/^--signal-power-min is 5000, expected at most --signal-power-max/),
    );
  });

  it("file names and ordinary words are not taken for options", () => {
    assert.equal(namedAsTyped("the stack has 3 frames"), "the stack has 3 frames");
    assert.equal(namedAsTyped("/data/trainFrames.tif is empty"), "/data/trainFrames.tif is empty");
    assert.equal(namedAsTyped('trainFrames: "x" is none'), '--train-frames: "x" is none');
    assert.equal(namedAsTyped("rank is 0, expected more"), "--rank is 0, expected more");
  });
});

describe("the nearest name", () => {
  const names = ["train", "clean", "eval", "info"];

  it("is the one that a typing error was made from", () => {
    assert.equal(nearestName("trian", names), "train");
    assert.equal(nearestName("CLEAN", names), "clean");
  });

  it("is none for a word unlike all of them, however long it is", () => {
    assert.equal(nearestName("frobnicate", names), null);
    assert.equal(nearestName("x".repeat(100_000), names), null);
  });
});

describe("a range of frames", () => {
  it("has open ends", () => {
    assert.deepEqual(parseFrameRange("3:10"), [3, 10]);
    assert.deepEqual(parseFrameRange(":10"), [0, 10]);
    assert.deepEqual(parseFrameRange("3:"), [3, Infinity]);
    assert.deepEqual(frameRangeIn(parseFrameRange(":"), 40), { from: 0, to: 40 });
  });

  it("stops at the end of the stack, and is refused where it begins after it", () => {
    assert.deepEqual(frameRangeIn([30, 50], 40), { from: 30, to: 40 });
    assert.throws(() => frameRangeIn([40, 50], 40), /begins at frame 40, but the stack has 40 frames/);
  });

  it("is wrong usage where it is empty or of another form", () => {
    for (const text of ["5", "a:b", "1:2:3", "-1:4", "4:4", "9:3", ""]) {
      assert.throws(() => parseFrameRange(text), wrongUsage(/^--frames is /), text);
    }
  });
});

describe("names of outputs", () => {
  const naming = { typed: undefined, stack: "data/run.ome.tif", prefix: "", ending: "_sparse.tif", outputPath: "" };

  it("a default name follows the stack and stands beside it", () => {
    assert.equal(outputPathOf(naming), resolve("data/run_sparse.tif"));
  });

  it("the prefix goes in front of a default name only", () => {
    assert.equal(outputPathOf({ ...naming, prefix: "a_" }), resolve("data/a_run_sparse.tif"));
    assert.equal(outputPathOf({ ...naming, prefix: "a_", typed: "x.tif" }), resolve("x.tif"));
  });

  it("the output folder holds relative names", () => {
    assert.equal(outputPathOf({ ...naming, outputPath: "out" }), resolve("out/run_sparse.tif"));
    assert.equal(outputPathOf({ ...naming, outputPath: "out", typed: "x.tif" }), resolve("out/x.tif"));
    assert.equal(outputPathOf({ ...naming, outputPath: "out", typed: resolve("/x.tif") }), resolve("/x.tif"));
  });

  it("an output that is the input, or named twice, is wrong usage", () => {
    assert.throws(() => requireSeparateFiles(["a.tif"], ["./a.tif"]), wrongUsage(/is the input file itself/));
    assert.throws(
      () => requireSeparateFiles(["a.tif"], ["b.tif", "./x/../b.tif"]),
      wrongUsage(/named for two outputs/),
    );
    requireSeparateFiles(["a.tif"], ["b.tif", "c.tif"]);
  });
});

describe("progress", () => {
  const report = (done: number) => ({ done, total: 200, perSecond: 50, secondsLeft: (200 - done) / 50 });

  it("is a line at most every 2 s where there is no terminal", () => {
    const written: string[] = [];
    let time = 0;
    const display = createProgressDisplay("cleaning", "frames", { write: (text) => written.push(text) }, () => time);
    for (let done = 0; done <= 100; done++) {
      display.show(report(done));
      time += 50;
    }
    assert.deepEqual(written, [
      "cleaning: 40/200 frames, 50 frames/s, 3 s left\n",
      "cleaning: 80/200 frames, 50 frames/s, 2 s left\n",
    ]);
  });

  it("is one line that redraws itself on a terminal, never longer than it", () => {
    const written: string[] = [];
    let time = 0;
    const output = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
    const display = createProgressDisplay("cleaning", "frames", output, () => (time += 100));
    display.show(report(100), "loss 0.1234567890123456789");
    display.clear();
    display.clear();
    assert.equal(written.length, 2);
    const [line = "", wiped] = written;
    assert.ok(
      line.startsWith("\r\x1b[2Kcleaning [############            ]  50 % 100/200 frames"),
      JSON.stringify(line),
    );
    assert.ok(line.length - "\r\x1b[2K".length < 60);
    assert.equal(wiped, "\r\x1b[2K");
  });

  it("says durations in the units that people use", () => {
    assert.deepEqual([3.4, 200, 7500].map(formatDuration), ["3 s", "3 min 20 s", "2 h 5 min"]);
  });
});

describe("help", () => {
  it("lists every command", () => {
    const text = programHelp(commands);
    for (const { name, summary } of commands) assert.ok(text.includes(name) && text.includes(summary), name);
  });

  it("of eval and evaluate, whose names are close, points at the other", () => {
    const helpOf = (name: string): string => commandHelp(commands.find((command) => command.name === name)!);
    assert.match(helpOf("eval"), /^See also: evaluate, /m);
    assert.match(helpOf("evaluate"), /^See also: eval, /m);
  });

  it("of a command says every option with its unit, range, default and published name", () => {
    for (const command of commands) {
      const text = commandHelp(command);
      for (const { name } of command.options) assert.ok(text.includes(`--${name}`), `${command.name} --${name}`);
      for (const line of text.split("\n")) assert.ok(line.length <= 110, line);
    }
    const train = commands.find(({ name }) => name === "train");
    assert.ok(train);
    const words = commandHelp(train).replace(/\s+/g, " ");
    assert.match(words, /--sparsity-weight N .* \(0 to 1000; default: 12; published as SL_alpha_l1\)/);
    assert.match(words, /--use-bias, --no-use-bias Give both layers a bias\. \(default: off; published as use_bias\)/);
    assert.match(words, /--temporal-shifts N,N,… .* \(unit: frames; default: 0,49,99; published as temporal_shifts\)/);
  });

  it("no command takes two options of one name or letter", () => {
    for (const command of commands) {
      const names = command.options.flatMap(({ name, short }) => (short === "" ? [name] : [name, short]));
      assert.equal(new Set(names).size, names.length, command.name);
    }
  });
});
