/** A manifest → its text, compared with the checksum that stands beside it. None is held that no export could have. */
import { createHash } from "node:crypto";
import type { ObjectStore } from "../../../ports/objects.ts";

export interface SmallObject {
  readonly text: string;
  /** Whether it is what AWS wrote; undefined where no checksum stands beside it. */
  readonly isAsWritten: boolean | undefined;
}

/** Undefined where there is none. */
export async function smallObject(
  store: ObjectStore,
  key: string,
  most: number,
): Promise<SmallObject | { readonly problem: string } | undefined> {
  const bytes = await bytesOf(store, key, most);
  if (bytes === undefined) return undefined;
  if (bytes === "too long") return { problem: `it has more than ${most} bytes, as no manifest has` };
  const text = bytes.toString("utf8");
  const sum = await checksumOf(store, key);
  if (sum === undefined) return { text, isAsWritten: undefined };
  return { text, isAsWritten: sum === createHash("md5").update(bytes).digest("base64") };
}

/** As real exports call it, and as AWS's description does. */
const ENDINGS = [".md5", ".checksum"];
const MOST_OF_A_SUM = 1_000;

async function checksumOf(store: ObjectStore, key: string): Promise<string | undefined> {
  for (const ending of ENDINGS) {
    const bytes = await bytesOf(store, key.replace(/\.json$/, ending), MOST_OF_A_SUM);
    if (bytes !== undefined) return bytes === "too long" ? "" : bytes.toString("latin1").trim();
  }
  return undefined;
}

async function bytesOf(store: ObjectStore, key: string, most: number): Promise<Buffer | "too long" | undefined> {
  const chunks = await store.open(key);
  if (chunks === undefined) return undefined;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most) return "too long";
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
