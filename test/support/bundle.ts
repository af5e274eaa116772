/** The function's sources → the bundle that is deployed, in a temporary folder: the SDK is in it, so what is tested is what runs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { must } from "../../lambda/domain/must.ts";

const root = resolve(import.meta.dirname, "../..");

export interface Bundle extends AsyncDisposable {
  /** Holds index.mjs; its handler is `index.handler`. */
  readonly folder: string;
  readonly bytes: number;
  /** Every file it was made of, from the project's root. */
  readonly inputs: readonly string[];
}

export async function bundleFunction(): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), "dynamodb-to-postgres-bundle-"));
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
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
