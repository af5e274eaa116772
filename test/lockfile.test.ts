/** Each rule of the lockfile check passes on what is right and fires on what is planted. */
import { expect, it } from "vitest";
import {
  falseEngines,
  loosePins,
  missingOptional,
  problemsOf,
  undecidedScripts,
  withoutEngines,
} from "./support/lockfile.ts";

const good = {
  packages: {
    "": {},
    "node_modules/a": { optionalDependencies: { b: "1.0.0" } },
    "node_modules/b": { hasInstallScript: true },
  },
};
const manifest = { dependencies: { a: "1.0.0" }, allowScripts: { b: false } };

it("a complete lockfile with exact pins has no problem", () => {
  expect(problemsOf(good, manifest)).toEqual([]);
});

it("a dropped optional package is found, nested ones too", () => {
  const packages = { "": {}, "node_modules/a": { optionalDependencies: { "@x/linux": "1.0.0" } } };
  expect(missingOptional({ packages })).toEqual([expect.stringContaining("@x/linux, which a wants")]);
});

it.each(["^1.0.0", "~1.2.3", "latest", "1.x", "*"])("the pin %s is loose", (version) => {
  expect(loosePins({ devDependencies: { a: version } })).toHaveLength(1);
});

it("engines are found and removed", () => {
  const lockfile = { packages: { "": { engines: {} }, "node_modules/a": { engines: { node: ">=22" } } } };
  expect(falseEngines(lockfile)).toHaveLength(1);
  expect(falseEngines(withoutEngines(lockfile))).toEqual([]);
  expect(withoutEngines(lockfile).packages[""]).toHaveProperty("engines");
});

it("an install script nobody decided about is found, and a decision about nothing", () => {
  expect(undecidedScripts(good, {})).toEqual([expect.stringContaining("b has an install script")]);
  expect(undecidedScripts(good, { allowScripts: { b: false, gone: true } })).toEqual([expect.stringContaining("gone")]);
});
