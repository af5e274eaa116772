/** What every store of objects must do, as named checks: run against each, and against broken twins that must fail one. */
import { hash } from "node:crypto";
import type { ObjectStore } from "../../lambda/ports/objects.ts";

export type Objects = Readonly<Record<string, Uint8Array>>;

/** Makes a store that holds exactly these objects; whoever makes it ends it. */
export type Fill = (objects: Objects) => Promise<ObjectStore>;

const text = (content: string): Uint8Array => Buffer.from(content);
/** More than any one piece that comes over a line or from a disk, and nowhere the same. */
const LARGE = Buffer.concat(Array.from({ length: 80_000 }, (_, at) => Buffer.from(hash("sha256", `${at}`, "buffer"))));

const FEW: Objects = {
  "top.json": text("top"),
  "a/one.json": text("one"),
  "a/two words, 100%+é.json": text("two"),
  "a/deep/er/three.json": text("three"),
  "a/deep/four.json": text("four"),
  "a/none": text(""),
  "ab/five.json": text("five"),
};

/** Where there are pages, they have to be shorter. */
const MANY = 40;

async function bytesOf(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  const opened = await store.open(key);
  return opened && Buffer.concat(await Array.fromAsync(opened));
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${String(a).slice(0, 200)} instead of ${String(b).slice(0, 200)}`);
}

const digestOf = (bytes: Uint8Array | undefined) => bytes && `${bytes.length} ${hash("md5", bytes)}`;

/** A promise of the port → how to find out. Each throws where the promise is broken. */
export const CHECKS: Record<string, (fill: Fill) => Promise<void>> = {
  "what stands directly below a prefix is listed, once each, and what has something below it with a slash": async (
    fill,
  ) => {
    const store = await fill(FEW);
    const listed = async (prefix: string) => [...(await store.list(prefix))].sort();
    same(await listed(""), ["a/", "ab/", "top.json"], "the top");
    const inA = ["a/deep/", "a/none", "a/one.json", "a/two words, 100%+é.json"];
    same(await listed("a/"), inA, "a folder beside one with a longer name");
    same(await listed("a/deep/"), ["a/deep/er/", "a/deep/four.json"], "a deeper one");
  },
  "below a prefix that nothing has, nothing is listed": async (fill) => {
    const store = await fill(FEW);
    for (const prefix of ["none/", "a/none/", "a/one.json/", "A/", "a/de/"]) same(await store.list(prefix), [], prefix);
  },
  "however many stand there, all are listed": async (fill) => {
    const keys = Array.from({ length: MANY }, (_, at) => `m/${String(at).padStart(2, "0")}${at % 2 ? "" : "/x"}`);
    const store = await fill(Object.fromEntries(keys.map((key) => [key, text("")])));
    same([...(await store.list("m/"))].sort(), keys.map((key) => key.replace(/x$/, "")).sort(), "all of them");
  },
  "an object gives its bytes, in order, each time it is opened": async (fill) => {
    const store = await fill({ ...FEW, "a/large": LARGE });
    for (const [key, bytes] of Object.entries(FEW)) same(digestOf(await bytesOf(store, key)), digestOf(bytes), key);
    for (const which of ["first", "second"])
      same(digestOf(await bytesOf(store, "a/large")), digestOf(LARGE), `the ${which} time`);
  },
  "several are read at a time": async (fill) => {
    const store = await fill({ ...FEW, "a/large": LARGE });
    const keys = ["a/large", "a/one.json", "a/large", "top.json"];
    const read = await Promise.all(keys.map((key) => bytesOf(store, key)));
    const expected = [LARGE, FEW["a/one.json"], LARGE, FEW["top.json"]];
    same(read.map(digestOf), expected.map(digestOf), "side by side");
  },
  "an object that is not there is undefined, and so is what only others stand below": async (fill) => {
    const store = await fill(FEW);
    for (const key of ["none", "a", "a/deep", "a/One.json", "a/one.json/none"])
      if ((await store.open(key)) !== undefined) throw new Error(`${key} is there`);
  },
  "who stops early has had the beginning, and can begin again": async (fill) => {
    const store = await fill({ "a/large": LARGE });
    const opened = (await store.open("a/large")) ?? [];
    for await (const first of opened) {
      same(digestOf(first), digestOf(LARGE.subarray(0, first.length)), "the first piece");
      break;
    }
    same(await Array.fromAsync(opened), [], "after that");
    same(digestOf(await bytesOf(store, "a/large")), digestOf(LARGE), "from the beginning");
  },
};
