/**
 * A number of items and a seed → that many DynamoDB items of the sample domain, the same ones every time. They are made
 * account by account and every item refers only to items before it, so the stream can end anywhere without an orphan and
 * holds one account in memory, however long it is.
 */
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Item } from "../../lambda/domain/decode/attribute.ts";
import { type Draft, Drafts } from "./drafts.ts";
import { Random } from "./random.ts";
import { fromSdk } from "./wire.ts";
import { CATEGORIES, GIVEN_NAMES } from "./words.ts";

export interface SampleOptions {
  /** How many items. From 60 on every table gets rows. */
  readonly items: number;
  readonly seed: number;
  /** What counts as now: items are older, live sessions end later. */
  readonly now: Date;
}

/** Exactly `items` items. */
export function* sampleItems({ items, seed, now }: SampleOptions): Generator<Item, void, undefined> {
  if (items <= 0) return;
  const random = new Random(seed);
  let left = items;
  for (const together of accounts(random, new Drafts(random, now.getTime()))) {
    // Both directions of an edge, or neither: with one place left, the next single item takes it.
    if (together.length > left) continue;
    for (const draft of together) yield fromSdk(marshall(draft, { removeUndefinedValues: true }));
    left -= together.length;
    if (left === 0) return;
  }
}

/** What later accounts may refer to: ids of earlier ones, the newest hundred of each kind. */
class Known {
  readonly users: string[] = [];
  readonly folders: string[] = [];
  readonly files: string[] = [];

  add({ users, folders, files }: { [K in keyof Omit<Known, "add">]: readonly string[] }): void {
    for (const [known, more] of [
      [this.users, users],
      [this.folders, folders],
      [this.files, files],
    ] as const) {
      known.push(...more);
      known.splice(0, known.length - 100);
    }
  }
}

/** Endless. What is in one array belongs together. */
function* accounts(random: Random, drafts: Drafts): Generator<readonly Draft[], never, undefined> {
  for (const [id, name] of CATEGORIES) yield [drafts.category(id, name)];
  const known = new Known();
  for (let number = 1; ; number += 1) yield* account(number, known, random, drafts);
}

/** One user and all that is theirs: something of every kind first, then more folders and files. */
function* account(number: number, known: Known, random: Random, drafts: Drafts): Generator<readonly Draft[]> {
  const [given, latin] = random.pick(GIVEN_NAMES);
  const userId = `${latin}-${number}`;
  yield [drafts.user(userId, latin)];
  if (number === 1 || random.chance(0.85)) yield [drafts.profile(userId, given, random.some(known.folders, 3))];

  for (const fileId of random.some(known.files, random.between(1, 4))) yield [drafts.share(userId, fileId)];
  for (const folderId of random.some(known.folders, random.between(1, 3))) yield drafts.collaborator(userId, folderId);

  const folders: string[] = [];
  const files: string[] = [];
  const writers = [userId, ...random.some(known.users, 3)];
  // The first account is small, so that a short stream holds a second one, which shares.
  const more = number === 1 ? 4 : random.magnitude(8, 120);
  for (let made = 0; made < more; made += 1) {
    if (made === 0 || (made > 1 && random.chance(0.25))) {
      const folderId = `folder-${random.hex(16)}`;
      yield [drafts.folder(userId, folderId, parentAmong(folders, random))];
      folders.push(folderId);
    } else {
      const fileId = random.uuid();
      yield [drafts.file(random.pick(folders), fileId, writers)];
      files.push(fileId);
    }
    if (made === 1) {
      for (const state of ["live", "expired"] as const) yield [drafts.session(userId, random.pick(folders), state)];
    }
  }
  known.add({ users: [userId], folders, files });
}

/** Mostly the newest folder: that is what makes a tree deep. */
function parentAmong(folders: readonly string[], random: Random): string | undefined {
  if (random.chance(0.1)) return undefined;
  return random.chance(0.6) ? folders.at(-1) : random.some(folders, 1)[0];
}
