/**
 * Kept versions of items, the smallest fingerprint first → of each item the one that holds the rows; every other stays in
 * quarantine, whole. What had been counted for them while nobody knew of the others is counted anew.
 */
import { versionThatCounts } from "../../../domain/decode/copies.ts";
import type { Decode, Decoded } from "../../../domain/decode/decode.ts";
import { parseItem } from "../../../domain/decode/dynamodb-json.ts";
import { parseJson } from "../../../domain/decode/json-names.ts";
import { must } from "../../../domain/must.ts";
import { addTallies, EMPTY_TALLY, type Fate } from "../../../domain/proof/tally.ts";
import type { Mapping } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import { type Version, versionOf } from "../ledger/items/items.ts";
import { takeLeft } from "../ledger/items/left-behind.ts";
import * as quarantine from "../ledger/items/quarantine.ts";
import * as repeated from "../ledger/passes/repeated.ts";
import { correct } from "../ledger/passes/units.ts";
import type { Session } from "../session/connection.ts";
import { FEW_ROWS } from "../session/lookups.ts";
import type { WritePlace } from "./changes.ts";
import { writeItems } from "./page.ts";
import { Straight } from "./straight.ts";

/** Versions decided in one transaction: 40 MB at the most. */
const BATCH = 100;
/** Other positions that are named beside one. */
const NAMED = 3;

/** A version with what it gives. */
interface Kept {
  readonly line: repeated.Kept;
  readonly decoded: Decoded;
}

/** Decides the next of them; false where there is none. To be called inside a transaction. */
export async function decideKept(session: Session, run: Run, mapping: Mapping, decode: Decode): Promise<boolean> {
  await session.query(FEW_ROWS);
  const all = (await repeated.nextKept(session, run, BATCH)).map(
    (line): Kept => ({ line, decoded: decodedOf(line, decode) }),
  );
  if (all.length === 0) return false;
  const place = { run: run.id, pass: run.pass, tables: mapping.tables, straight: new Straight() };
  const written = await offer(
    session,
    place,
    Map.groupBy(all, ({ line }) => line.item),
  );
  const decided = all.map(({ line, decoded }) => {
    const fate = written.get(decoded);
    const isMigrated = fate === "migrated" || (fate === "unchanged" && line.isWritten);
    return {
      line,
      decoded,
      ...versionOf(decoded),
      fate: isMigrated ? "migrated" : (fate ?? fateOf(line, decoded)),
    };
  });
  await repeated.markDecided(session, run, decided);
  const holding = decided.filter(({ fate }) => fate === "migrated" || fate === "unchanged");
  const tally = decided
    .map(({ line, decoded, fate }) => repeated.recounted(decoded, line.counted, fate))
    .reduce(addTallies, EMPTY_TALLY);
  await correct(session, run, tally, holding);
  await quarantine.takeOut(session, place, holding);
  await takeLeft(
    session,
    place,
    decided.filter(({ fate }) => fate === "quarantined"),
  );
  await tell(
    session,
    run,
    decided.filter(({ line, fate }) => fate === "quarantined" && line.versions > 1),
    written,
  );
  return true;
}

function decodedOf({ body, positions: [position] }: repeated.Kept, decode: Decode): Decoded {
  const parsed = parseItem(parseJson(body));
  if (!("item" in parsed)) throw new Error(`an item in the ledger cannot be read: ${parsed.problem}`);
  return decode({ ...parsed, ...(position === undefined ? {} : { position }) });
}

/** Offers each item's rows to the version that counts and, where Postgres refuses that, to the next one. */
async function offer(
  session: Session,
  place: WritePlace,
  byItem: ReadonlyMap<string, readonly Kept[]>,
): Promise<Map<Decoded, Fate>> {
  const fates = new Map<Decoded, Fate>();
  const refused = new Set<string>();
  const next = (item: string): readonly Decoded[] => {
    const versions = byItem.get(item) ?? [];
    const counting = versionThatCounts(
      versions.map(({ decoded }) => decoded),
      refused,
    );
    const isOffered = counting?.outcome.kind === "rows" && !refused.has(counting.fingerprint);
    return isOffered && versions[0]?.line.isHeld === false ? [counting] : [];
  };
  for (let offered = [...byItem.keys()].flatMap(next); offered.length > 0; ) {
    await quarantine.takeOut(session, place, offered.map(versionOf));
    const taken = await writeItems(session, place, offered, true);
    for (const [at, { version, fate }] of taken.entries()) {
      fates.set(must(offered[at], "what became of each item is told"), fate);
      if (fate === "quarantined") refused.add(version);
    }
    offered = taken.flatMap(({ item, fate }) => (fate === "quarantined" ? next(item) : []));
  }
  return fates;
}

/** What a version counts as that was not offered any row. */
const fateOf = (line: repeated.Kept, { outcome: { kind } }: Decoded): Fate =>
  line.isLeftBehind && kind !== "rows" ? kind : "quarantined";

interface Told extends Version {
  readonly line: repeated.Kept;
  readonly decoded: Decoded;
}

/** Puts versions away that another one excludes, and says of each in quarantine where the others stand. */
async function tell(
  session: Session,
  run: Run,
  told: readonly Told[],
  written: ReadonlyMap<Decoded, Fate>,
): Promise<void> {
  if (told.length === 0) return;
  const items = [...new Set(told.map(({ item }) => item))];
  const others = await repeated.versionsOf(session, run, items, NAMED + 1);
  const about = ({ item, version, line }: Told): string =>
    detailOf(
      (others.get(item) ?? []).filter((other) => other.version !== version),
      line.versions - 1,
    );
  // A reason of its own is not hidden by that of another copy.
  const isRefused = ({ line, decoded }: Told): boolean =>
    line.isRefused || decoded.outcome.kind === "quarantined" || written.get(decoded) === "quarantined";
  const place = { run: run.id, pass: run.pass };
  await quarantine.put(
    session,
    place,
    told
      .filter((each) => !isRefused(each))
      .map((each) => ({ by: each.decoded, reason: "repeated-key", detail: about(each) })),
  );
  const refused = told.filter(isRefused).map((each) => ({ ...each, more: about(each) }));
  await quarantine.addDetail(session, place, refused);
}

function detailOf(others: readonly repeated.OtherVersion[], count: number): string {
  const shown = others.slice(0, NAMED);
  const places = shown.map(
    ({ position, holds }) => `${position ?? "elsewhere"}${holds ? ", which holds the rows" : ""}`,
  );
  const more = count > shown.length ? [`${count - shown.length} more`] : [];
  return `the same key stands, with something else, at ${[...places, ...more].join("; ")}: correct the source, and run migrate again`;
}
