/** The contract of a store of objects, and that each of its checks finds a store that breaks it. */
import { expect, it } from "vitest";
import { must } from "../../lambda/domain/must.ts";
import type { ObjectStore } from "../../lambda/ports/objects.ts";
import { describeObjectStore } from "./describe-object-store.ts";
import { CHECKS, type Fill, type Objects } from "./object-store.ts";

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000_000) yield bytes.subarray(at, at + 1_000_000);
}

const memoryStore = (objects: Objects): ObjectStore => ({
  list: async (prefix) => [
    ...new Set(
      Object.keys(objects)
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(0, prefix.length) + (/^[^/]*\/?/.exec(key.slice(prefix.length))?.[0] ?? "")),
    ),
  ],
  open: async (key) => {
    const bytes = Object.hasOwn(objects, key) ? objects[key] : undefined;
    return bytes && pieces(bytes);
  },
});

const fill: Fill = async (objects) => memoryStore(objects);
describeObjectStore("a store in memory", fill);

const broken =
  (change: (store: ObjectStore) => Partial<ObjectStore>): Fill =>
  async (objects) => {
    const store = memoryStore(objects);
    return { ...store, ...change(store) };
  };
const listing = (change: (keys: readonly string[], prefix: string) => readonly string[]) =>
  broken(({ list }) => ({ list: async (prefix) => change(await list(prefix), prefix) }));
const opening = (change: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>) =>
  broken(({ open }) => ({
    open: async (key) => {
      const bytes = await open(key);
      return bytes && change(bytes);
    },
  }));

const LISTED = "what stands directly below a prefix is listed, once each, and what has something below it with a slash";
const READ = "an object gives its bytes, in order, each time it is opened";

const TWINS: Record<string, readonly [fill: Fill, check: string]> = {
  "lists one page": [listing((keys) => keys.slice(0, 30)), "however many stand there, all are listed"],
  "lists folders as it does files": [listing((keys) => keys.map((key) => key.replace(/\/$/, ""))), LISTED],
  "lists a folder for each file in it": [
    listing((keys) => [...keys, ...keys.filter((key) => key.endsWith("/"))]),
    LISTED,
  ],
  "lists names without what stands before": [
    listing((keys, prefix) => keys.map((key) => key.slice(prefix.length))),
    LISTED,
  ],
  "takes a prefix for the beginning of a name": [
    broken(({ list }) => ({ list: (prefix) => list(prefix.replace(/(.)\/$/, "$1")) })),
    "below a prefix that nothing has, nothing is listed",
  ],
  "loses the last piece": [
    opening(async function* (bytes) {
      yield* (await Array.fromAsync(bytes)).slice(0, -1);
    }),
    READ,
  ],
  "gives what is not there as empty": [
    broken(({ open }) => ({ open: async (key) => (await open(key)) ?? pieces(Buffer.of()) })),
    "an object that is not there is undefined, and so is what only others stand below",
  ],
  "mixes what is read at a time": [
    broken(({ open }) => {
      let last: string | undefined;
      const read = async function* (key: string) {
        last = key;
        await Promise.resolve();
        yield* must(await open(last), "it was there");
      };
      return { open: async (key) => ((await open(key)) === undefined ? undefined : read(key)) };
    }),
    "several are read at a time",
  ],
  "goes on for who has stopped": [
    opening((bytes) => {
      const all = Array.fromAsync(bytes);
      return {
        async *[Symbol.asyncIterator]() {
          yield* await all;
        },
      };
    }),
    "who stops early has had the beginning, and can begin again",
  ],
};

it.each(Object.entries(TWINS))("a store that %s is found out", async (_, [twin, check]) => {
  await expect(must(CHECKS[check], "it is a check")(twin)).rejects.toThrow();
});
