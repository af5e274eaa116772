/**
 * package.json and package-lock.json → what is wrong with them, each with its remedy. Run as a script it checks this
 * project and exits 1 where something is; with --write it mends what can be mended.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

interface LockedPackage {
  readonly engines?: unknown;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const nameOf = (path: string): string => path.replace(/^.*node_modules\//, "");

/** npm drops an optional package its registry lacks without a word, and `npm ci` fails wherever it is wanted. */
export function missingOptional({ packages }: Lockfile): string[] {
  const locked = new Set(Object.keys(packages).map(nameOf));
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !locked.has(name))
      .map(
        (name) =>
          `${name}, which ${nameOf(path) || "this project"} wants, is not in the lockfile: pin a version whose packages are all there`,
      ),
  );
}

export function loosePins(manifest: Manifest): string[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  return all
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${name} is pinned to "${version}": write one exact version`);
}

/** npm compares `engines` with the Node that runs npm; every script here runs on the Node 24 of node_modules. */
export function falseEngines({ packages }: Lockfile): string[] {
  const found = Object.entries(packages).filter(([path, { engines }]) => path !== "" && engines !== undefined);
  return found.map(([path]) => `${nameOf(path)} carries engines, about which npm would warn in vain: npm run lock`);
}

export function undecidedScripts({ packages }: Lockfile, { allowScripts = {} }: Manifest): string[] {
  const scripted = new Set(
    Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript === true ? [nameOf(path)] : [],
    ),
  );
  const locked = new Set(Object.keys(packages).map(nameOf));
  return [
    ...[...scripted]
      .filter((name) => allowScripts[name] === undefined)
      .map((name) => `${name} has an install script: name it in allowScripts`),
    ...Object.keys(allowScripts)
      .filter((name) => !locked.has(name))
      .map((name) => `allowScripts names ${name}, which is not installed: remove it`),
  ];
}

export function problemsOf(lockfile: Lockfile, manifest: Manifest): string[] {
  return [
    ...missingOptional(lockfile),
    ...loosePins(manifest),
    ...falseEngines(lockfile),
    ...undecidedScripts(lockfile, manifest),
  ];
}

export function withoutEngines(lockfile: Lockfile): Lockfile {
  const packages = Object.entries(lockfile.packages).map(([path, locked]) => {
    const { engines: _, ...rest } = locked;
    return [path, path === "" ? locked : rest] as const;
  });
  return { ...lockfile, packages: Object.fromEntries(packages) };
}

async function main(): Promise<void> {
  const root = resolve(import.meta.dirname, "../..");
  const file = join(root, "package-lock.json");
  const manifest: Manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const before: Lockfile = JSON.parse(await readFile(file, "utf8"));
  const lockfile = process.argv.includes("--write") ? withoutEngines(before) : before;
  if (lockfile !== before) await writeFile(file, `${JSON.stringify(lockfile, null, 2)}\n`);
  const problems = problemsOf(lockfile, manifest);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (import.meta.main) await main();
