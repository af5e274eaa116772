/** The function's sources → the bundle that is deployed, in the run's own folder: the SDK is in it, so what is tested is what runs. */
import { mkdtemp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { inject } from "vitest";
import { must } from "../../lambda/domain/must.ts";

const root = resolve(import.meta.dirname, "../..");

export interface Bundle {
  /** Holds index.mjs; its handler is `index.handler`. */
  readonly folder: string;
  readonly bytes: number;
  /** Every file it was made of, from the project's root. */
  readonly inputs: readonly string[];
}

let bundled: Promise<Bundle> | undefined;

/** Made once, for all files that share their modules. */
export function bundleFunction(): Promise<Bundle> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<Bundle> {
  const folder = await mkdtemp(join(inject("runFolder"), "bundle-"));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["lambda/handler.ts"],
    outfile: join(folder, "index.mjs"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    minify: true,
    sourcemap: true,
    metafile: true,
    logLevel: "error",
    // pg and pino are CommonJS, and require what is built into Node.
    banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
  });
  const made = Object.entries(metafile.outputs).find(([file]) => file.endsWith("index.mjs"));
  return {
    folder,
    bytes: must(made, "esbuild wrote what it was asked for")[1].bytes,
    inputs: Object.keys(metafile.inputs),
  };
}
