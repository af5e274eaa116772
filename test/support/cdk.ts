/** The CDK's command line as somebody types it, in a folder with settings of its own, on a machine that has never heard of AWS. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

/** The app as the command runs it, without the command and the validator, which take as long again: where the bundle is looked at. */
export const APP =
  'CDK_OUTDIR=cdk.out CDK_VALIDATION=false CDK_CONTEXT_JSON="$(node -p \'JSON.stringify(JSON.parse(fs.readFileSync("cdk.json")).context)\')" node bin/app.ts';

export interface CdkFolder extends AsyncDisposable {
  readonly folder: string;
  /** Runs a shell command there, and waits for its end. */
  run(command: string): Promise<{ readonly status: number; readonly output: string }>;
}

const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|VITEST)/.test(name))),
  PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}`,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/nonexistent",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
  CDK_DISABLE_CLI_TELEMETRY: "true",
  // A sixth of the processor time of a command is compiling the CDK.
  NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/compiled"),
});

/** `stacks` are those of its cdk.json. */
export async function cdkFolder(stacks: unknown): Promise<CdkFolder> {
  // Below the lock file, which the CDK looks for, and where version control does not look.
  await mkdir(join(ROOT, "cdk.out"), { recursive: true });
  const folder = await mkdtemp(join(ROOT, "cdk.out/typed-"));
  for (const name of ["bin", "schema"]) await symlink(join(ROOT, name), join(folder, name));
  const settings = JSON.parse(await readFile(join(ROOT, "cdk.json"), "utf8"));
  Object.assign(settings.context, { stacks });
  await writeFile(join(folder, "cdk.json"), JSON.stringify(settings));
  return {
    folder,
    run: (command) =>
      new Promise((ended) => {
        execFile("bash", ["-c", command], { cwd: folder, env: environment() }, (error, stdout, stderr) => {
          const status = error === null ? 0 : Number(error.code ?? -1);
          ended({ status, output: `${stdout}${stderr}` });
        });
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
