/** What a loaded database needs and an empty one does not, built and taken down: NOT NULL, uniques, foreign keys, indexes, defaults, numbers, statistics. */
import { MigrationError } from "../../../domain/migration-error.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import type { Told } from "../../../ports/progress.ts";
import type { Run } from "../../../ports/runs.ts";
import { analyzeLines } from "../ledger/items/holding.ts";
import { unbuiltOn } from "../ledger/run/attempts.ts";
import { type Built, type BuiltKind, builtBy, forgetBuilt, forgetUnmade, type Note } from "../ledger/run/built.ts";
import { isTable } from "../session/catalogue.ts";
import type { Session } from "../session/connection.ts";
import { hasDependents } from "../session/errors.ts";
import { quote, type TablePlace, tableSql } from "../session/sql.ts";
import { atOnce, type Carrier } from "./carrying.ts";
import { forLater, referredTable, together } from "./ddl.ts";
import { type Defined, definedOn, sameName, sameThing, statementsFor } from "./definitions.ts";
import {
  laterPromises,
  ownPromises,
  type Promised,
  referencePromises,
  referredThere,
  type WantedOf,
  wantedOn,
} from "./promises.ts";
import { standIn } from "./standing.ts";

async function partitioned(session: Session, tables: readonly TablePlace[]): Promise<ReadonlySet<string>> {
  const { rows } = await session.query<{ tbl: string }>(
    "select tbl from unnest($1::text[]) t(tbl) join pg_class on oid = to_regclass(tbl) where relkind = 'p'",
    [tables.map(tableSql)],
  );
  return new Set(rows.map(({ tbl }) => tbl));
}

/** What rows that come in any order would meet, and what would put values in rows that no item gave. */
const IN_THE_WAY: ReadonlySet<BuiltKind> = new Set(["constraint", "default", "identity", "trigger"]);

const isInTheWay = ({ kind, version }: Note): boolean => version !== null || IN_THE_WAY.has(kind);

/**
 * Takes down what earlier passes built on these tables, whichever run it was, and what the schema's own migrations made there. It
 * is built again at the end of a pass, or by `restoreBuilt`. Throws MigrationError `in-use` where something else depends on it.
 */
export async function dropConstraints(session: Session, tables: readonly TablePlace[]): Promise<void> {
  const { notes } = await builtBy(session);
  const own = tables.map(tableSql).flatMap((tbl) => notes.filter((each) => each.tbl === tbl && isInTheWay(each)));
  const defined = await definedOn(session, [...new Set(own.map(({ tbl }) => tbl))]);
  for (const note of referencesFirst(own)) await unmake(session, note, defined(note.tbl));
}

const isReference = ({ definition }: Pick<Note, "definition">): boolean => definition.startsWith("FOREIGN KEY ");

/** As they can be taken down: what is unique stays for as long as something refers to it. */
const referencesFirst = (notes: readonly Note[]): readonly Note[] =>
  notes.toSorted((a, b) => Number(isReference(b)) - Number(isReference(a)));

/** What stands under the name of something that was built and is defined otherwise is somebody else's, and stays. */
async function unmake(session: Session, note: Note, present: readonly Defined[]): Promise<void> {
  const { tbl, kind, name, definition, unmade } = note;
  if (!present.some((each) => sameName(each, note) && each.definition === definition)) return;
  try {
    await session.query(unmade);
  } catch (error) {
    if (!hasDependents(error)) throw error;
    const problem = `something of somebody else's depends on the ${kind} ${name} of table ${tbl}`;
    const remedy = "drop it for the time of the migration: what it depends on is taken down and built again";
    throw new MigrationError("in-use", problem, remedy, { cause: error });
  }
}

/** What builds, and for which run. */
export interface Building {
  readonly session: Session;
  readonly run: Run;
  readonly carrier: Carrier;
}

/**
 * Builds everything the schema promises that the data keeps, one by one, and notes it. What is there by its definition is left as it
 * is. What the data breaks, or Postgres cannot build, is left to the proof to tell, with the reason.
 */
export async function buildConstraints(
  building: Building,
  mapping: Mapping,
  told: Told = () => undefined,
): Promise<void> {
  const { session, run, carrier } = building;
  const made = await builtBy(session);
  await forgetUnpromised(session, run, mapping.tables, made);
  const compared = await wantedOn(session, mapping.tables);
  const inParts = await partitioned(session, mapping.tables);
  const all = mapping.tables.map(
    (table): Promising => ({ table, made, isPartitioned: inParts.has(tableSql(table)), ...compared(table) }),
  );
  const referred = await referredThere(session, mapping.tables);
  for (const [at, of] of all.entries()) {
    told({ doing: "constraints and indexes", done: at, of: all.length });
    for (const promised of ownPromises(of.table)) await build(building, of, promised);
  }
  // Statistics first: looking for orphans in tables Postgres takes for empty is a nested loop over millions.
  for (const { table } of all) {
    const counted = { tbl: tableSql(table), kind: "statistics", name: "" } as const;
    if (!carrier.hasEnded(counted)) await carrier.carry(counted, [`analyze ${tableSql(table)}`]);
  }
  for (const [done, of] of all.entries()) {
    told({ doing: "foreign keys", done, of: all.length });
    for (const [at, promised] of referencePromises(of.table).entries()) {
      const key = of.table.foreignKeys[at];
      // It belongs to the migration of another source, which has not run yet: the proof counts what points to nothing.
      if (key === undefined || !referred.has(referredTable(key))) continue;
      await build(building, of, promised);
    }
  }
  await analyzeLines(session);
  for (const of of all) {
    for (const promised of laterPromises(of.table)) await build(building, of, promised);
    for (const statement of forLater(of.table, mapping.after)) await session.query(statement);
  }
  await forgetUnbuilt(session, run, mapping.tables);
}

/** What this run has built and the schema does not say any more is nobody's. */
async function forgetUnpromised(
  session: Session,
  run: Run,
  tables: readonly TableModel[],
  { notes }: Built,
): Promise<void> {
  const promised = new Map(
    tables.map((table) => [
      tableSql(table),
      [...ownPromises(table), ...referencePromises(table), ...laterPromises(table)],
    ]),
  );
  for (const note of referencesFirst(notes)) {
    const promises = promised.get(note.tbl);
    if (note.run !== run.id || promises === undefined || note.version !== null) continue;
    if (promises.some((each) => sameName(each, note))) continue;
    await unmake(session, note, (await definedOn(session, [note.tbl]))(note.tbl));
    await forgetBuilt(session, note);
  }
}

/** What was noted before it was made, and could not be. */
async function forgetUnbuilt(session: Session, { id }: Run, tables: readonly TablePlace[]): Promise<void> {
  const own = new Set(tables.map(tableSql));
  const unbuilt = [...(await unbuiltOn(session, id))].filter(([tbl]) => own.has(tbl));
  const defined = await definedOn(
    session,
    unbuilt.map(([tbl]) => tbl),
  );
  for (const [tbl, things] of unbuilt)
    for (const named of things)
      if (!defined(tbl).some((each) => sameName(each, named))) await forgetUnmade(session, id, tbl, named);
}

/** A table, what Postgres makes of its promises, and what runs have made. */
interface Promising {
  readonly table: TableModel;
  readonly wanted: WantedOf;
  readonly made: Built;
  readonly isPartitioned: boolean;
  /** What the table has, beside what was built of it since; undefined where that is to be asked again. */
  present: readonly Defined[] | undefined;
}

/** What is there for one of them is there for the other, whatever it is called. */
const isWantedTwice = ({ table, wanted }: Promising, thing: Omit<Defined, "valid">): boolean =>
  [...ownPromises(table), ...referencePromises(table), ...laterPromises(table)].some((promised) => {
    const want = wanted(promised);
    return !sameName(promised, thing) && "definition" in want && sameThing(thing, { ...promised, ...want });
  });

async function build({ session, run, carrier }: Building, of: Promising, promised: Promised): Promise<void> {
  const { kind, name, validate } = promised;
  const tbl = tableSql(of.table);
  const want = of.wanted(promised);
  const what = { tbl, kind, name };
  // A table without its primary key is told by the proof, and a statement Postgres refuses is not tried on the rows.
  if (kind === "primary key" || "refused" in want || carrier.hasEnded(what)) return;
  of.present ??= (await definedOn(session, [tbl]))(tbl);
  const { present } = of;
  const found = standIn(present, promised, want);
  const notes = of.made.notes.filter((note) => note.tbl === tbl && sameName(note, promised));
  // An index that is not whole serves nobody, and is not mended: another one is built.
  if (found !== undefined && (found.valid || validate !== undefined)) {
    // A numbering that was there stays: only its next number is another.
    if (kind === "identity") {
      const { unmade = "select" } = notes[0] ?? {};
      const note = { ...what, kind, run: run.id, ...want, version: null, made: promised.made, unmade };
      await carrier.carry(what, [together(promised.made)], note);
    } else if (validate !== undefined && !found.valid) await carrier.carry(what, [validate]);
    return;
  }
  const migrated = notes.find(({ version }) => version !== null);
  if (migrated !== undefined) {
    await carrier.end(what, `the schema's own migration ${migrated.version} has made something else of that name`);
    return;
  }
  // Built for what the schema said before, or not whole.
  for (const note of notes) await unmake(session, note, present);
  // Postgres builds a foreign key of a partitioned table at once or not at all.
  const whole = validate === undefined || of.isPartitioned;
  const made = whole ? promised.made.map((sql) => sql.replace(/ not valid$/, "")) : promised.made;
  const before = present.find((each) => each.kind === "default" && each.name === name)?.definition;
  const earlier = notes.find((note) => note.run === run.id);
  const { unmade } = earlier ?? statementsFor(tbl, { kind, name, definition: want.definition, valid: true }, before);
  const note: Note = { tbl, kind, name, run: run.id, ...want, version: null, made, unmade };
  if (notes.length > 0 || isWantedTwice(of, { kind, name, ...want })) of.present = undefined;
  await carrier.carry(what, whole ? [together(made)] : [together(made), validate], note);
}

/** Makes what is noted and not there, and has Postgres vouch for it where it does that apart. */
async function remake(session: Session, carrier: Carrier, notes: readonly Note[]): Promise<void> {
  const referencesLast = notes.toSorted((a, b) => Number(isReference(a)) - Number(isReference(b)));
  for (const note of referencesLast) {
    const { tbl, kind, name, made, definition } = note;
    if (carrier.hasEnded(note) || !(await isTable(session, tbl))) continue;
    const found = (await definedOn(session, [tbl]))(tbl).find((each) => sameThing(each, note));
    if (found?.valid === true) continue;
    // Orphans of others stay what they are: not validated, and told by the proof.
    const validate = /^(FOREIGN KEY|CHECK) /.test(definition)
      ? [`alter table ${tbl} validate constraint ${quote(name)}`]
      : [];
    await carrier.carry(note, [...(found === undefined || kind === "trigger" ? [together(made)] : []), ...validate]);
  }
}

/** Builds again what the schema's own migrations have made on these tables and had to be taken down. */
export async function restoreMigrated(
  session: Session,
  carrier: Carrier,
  tables: readonly TablePlace[],
): Promise<void> {
  const places = new Set(tables.map(tableSql));
  const { notes } = await builtBy(session);
  await remake(
    session,
    carrier,
    notes.filter(({ tbl, version }) => places.has(tbl) && version !== null),
  );
}

/** Builds again what other runs have built and this one had to take down; takes away what only this one had built. */
export async function restoreBuilt(session: Session, run: number, tables: readonly TablePlace[]): Promise<void> {
  const places = new Set(tables.map(tableSql));
  const notes = (await builtBy(session)).notes.filter(({ tbl }) => places.has(tbl));
  const ofOthers = notes.filter((note) => note.run !== run);
  const isOthers = (note: Note) => ofOthers.some((each) => each.tbl === note.tbl && sameName(each, note));
  const isMigrated = ({ version }: Note) => version !== null;
  for (const note of referencesFirst(notes.filter((each) => each.run === run && !isMigrated(each) && !isOthers(each))))
    await unmake(session, note, (await definedOn(session, [note.tbl]))(note.tbl));
  // What a migration of this run's schema made and does not take back itself is left there.
  await remake(
    session,
    atOnce(session),
    notes.filter((each) => (each.run === run ? isMigrated(each) : isInTheWay(each))),
  );
}
