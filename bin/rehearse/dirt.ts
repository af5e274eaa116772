/**
 * What a table collects in ten years → one of every kind of fault, to be planted among the sample items. They refer to two
 * sound users and folders of their own, so that nothing goes wrong beside what is meant to.
 */
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { type Draft, Drafts } from "./drafts.ts";
import { Random } from "./random.ts";
import { fromSdk } from "./wire.ts";

export interface Fault {
  readonly fault: string;
  /** Where it shows in the report: part of a discrepancy's `problem`, or the name of a count. */
  readonly reason: string;
  readonly items: readonly Item[];
}

const drafts = new Drafts(new Random(0), Date.UTC(2025, 0, 1));
const [owner, attic, cellar] = ["mallory", "folder-attic", "folder-cellar"];

const user = (id: string, more: Draft = {}): Draft => ({ ...drafts.user(id, id), ...more });
const file = (number: number, more: Draft = {}, folder = attic): Draft => ({
  ...drafts.file(folder, `d1e70000-0000-4000-8000-${String(number).padStart(12, "0")}`, [owner]),
  Tags: undefined,
  CategoryIds: undefined,
  Versions: undefined,
  ...more,
});
const [edge, edgeBack] = drafts.collaborator(owner, attic);

const item = (draft: Draft): Item => fromSdk(marshall(draft, { removeUndefinedValues: true }));
const plant = (fault: string, reason: string, ...made: readonly Draft[]): Fault => ({
  fault,
  reason,
  items: made.map(item),
});

/** What the faulty items refer to. Nothing is wrong with these. */
const GROUND: readonly Item[] = [
  user(owner),
  drafts.folder(owner, attic, undefined),
  drafts.folder(owner, cellar, undefined),
].map(item);

export const DIRT: readonly Fault[] = [
  plant("an item no template matches", "no-entity", { PK: "INVOICE#2019-07", SK: "LINE#1", Amount: 12 }),
  plant("an attribute nobody reads", "no column takes it", file(1, { Color: "red" })),
  plant(
    "an attribute nobody reads, inside a list of maps",
    "no column takes it",
    file(2, { Versions: [{ Size: 1, UploadedBy: owner, UploadedAt: 1_500_000_000_000, CopiedFrom: "a USB stick" }] }),
  ),
  plant("a wrong type", "wrong-type", file(3, { FileSize: "12 KB" })),
  plant("a missing attribute", "missing-attribute", file(4, { Checksum: undefined })),
  plant("a NULL where none may be", "null-attribute", file(5, { Score: null })),
  plant("U+0000 in a text", "not-storable-text", file(6, { FileName: "report\0.pdf" })),
  plant("a number beyond its column", "out-of-range", user("trent", { QuotaBytes: 2n ** 63n })),
  plant("an orphan", "a row that is not there", drafts.folder(owner, "folder-adrift", "folder-that-never-was")),
  plant("two items with one target key", "collision", file(7), file(7, {}, cellar)),
  plant("copies of one edge that differ", "conflict", { ...edge, Role: "editor" }, { ...edgeBack, Role: "viewer" }),
  plant(
    "two users with one unique address",
    "must be unique",
    user("carol", { Email: "office@example.com" }),
    user("carlos", { Email: "office@example.com" }),
  ),
  plant("a profile without its user", "NULL where the mapping promises", drafts.profile("nobody", "Nobody", [])),
  plant(
    "an item whose time to live has run out: left behind, but counted",
    "expired",
    drafts.session(owner, attic, "expired"),
  ),
];

/** Sample items between two planted ones. */
const APART = 5;

export const planted: readonly Item[] = [...GROUND, ...DIRT.flatMap(({ items }) => items)];

/** The sample with everything planted among it. */
export function* soiled(sample: Iterable<Item>): Generator<Item> {
  const dirt = planted.values();
  let at = 0;
  for (const sound of sample) {
    yield sound;
    at += 1;
    if (at % APART > 0) continue;
    const { value } = dirt.next();
    if (value !== undefined) yield value;
  }
  yield* dirt;
}
