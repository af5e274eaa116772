/** A temporary folder that goes when it is let go, or with this process, whatever ends it: once nobody writes there any more. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";

export interface TemporaryFolder {
  readonly path: string;
  /** To be handed on to every process that writes there: one that has just begun would make the folder anew. */
  readonly held: Writable;
  /** Returns when the folder has gone. */
  remove(): Promise<void>;
}

/** Ctrl-C and a terminal that is closed reach all of a process group: engines are none of it, and end when they are asked to. */
export const APART = { detached: true };

/** Says that it is there, and waits on a pipe that is open for as long as this process or one it was handed on to lives. */
const JANITOR = `
  echo
  cat >/dev/null
  rm -rf "$1"
`;

/** Makes the folder. Throws where there would be nobody to remove it. */
export async function temporaryFolder(janitorScript = JANITOR): Promise<TemporaryFolder> {
  const path = join(tmpdir(), `dynamodb-to-postgres-${randomBytes(6).toString("hex")}`);
  const janitor = spawn("/bin/sh", ["-c", janitorScript, "sh", path], {
    ...APART,
    cwd: "/",
    stdio: ["pipe", "pipe", "ignore"],
  });
  const gone = once(janitor, "exit");
  // It comes before the folder: a Ctrl-C that finds it before it is apart ends it.
  const came = await Promise.race([once(janitor.stdout, "data").then(() => true), gone.then(() => false)]);
  if (!came) throw new Error("what removes a temporary folder ended before it began");
  await mkdir(path, { mode: 0o700 });
  return {
    path,
    held: janitor.stdin,
    remove: async () => {
      // To end it would be an end for those, too, who hold it still.
      janitor.stdin.destroy();
      await gone;
    },
  };
}
