/** What a loaded database needs and an empty one does not, built and taken down: NOT NULL, uniques, foreign keys, indexes, defaults, numbers, statistics. */
import { MigrationError } from "../../../domain/migration-error.ts";
import type { Mapping, TableModel } from "../../../mapping/model.ts";
import {
  type Built,
  type BuiltKind,
  builtBy,
  forgetBuilt,
  forgetUnbuilt,
  type Named,
  type Note,
  noteBuilt,
  noteUnbuilt,
} from "../ledger/built.ts";
import { analyzeLines } from "../ledger/holding.ts";
import { isTable } from "../session/catalogue.ts";
import { type Session, transaction } from "../session/connection.ts";
import { hasDependents, unbuildable } from "../session/errors.ts";
import { quote, type TablePlace, tableSql } from "../session/sql.ts";
import { forLater, referredTable } from "./ddl.ts";
import { type Defined, definedOn, sameName, sameThing, statementsFor } from "./definitions.ts";
import { laterPromises, ownPromises, type Promised, referencePromises, type WantedOf, wantedOn } from "./promises.ts";
import { standIn } from "./standing.ts";

async function isPartitioned(session: Session, tbl: string): Promise<boolean> {
  const { rows } = await session.query("select from pg_class where oid = to_regclass($1) and relkind = 'p'", [tbl]);
  return rows.length > 0;
}

async function hasRows(session: Session, table: TableModel, condition: string): Promise<boolean> {
  const { rows } = await session.query(`select from ${tableSql(table)} t where ${condition} limit 1`);
  return rows.length > 0;
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
  for (const tbl of tables.map(tableSql)) {
    const own = notes.filter((each) => each.tbl === tbl && isInTheWay(each));
    const present = own.length === 0 ? [] : await definedOn(session, tbl);
    for (const note of own) await unmake(session, note, present);
  }
}

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

/**
 * Builds everything the schema promises that the data keeps, and notes it. What is there by its definition is left as it is. What
 * the data breaks, or Postgres cannot build, is left to the proof to tell, with the reason.
 */
export async function buildConstraints(session: Session, run: number, mapping: Mapping): Promise<void> {
  const made = await builtBy(session);
  await forgetUnbuilt(session, run);
  for (const table of mapping.tables) await forgetUnpromised(session, run, table, made);
  const all: { readonly table: TableModel; readonly wanted: WantedOf }[] = [];
  for (const table of mapping.tables) all.push({ table, wanted: await wantedOn(session, table) });
  for (const { table, wanted } of all)
    for (const promised of ownPromises(table)) await build(session, run, table, promised, wanted, made);
  // Statistics first: looking for orphans in tables Postgres takes for empty is a nested loop over millions.
  for (const { table } of all) await session.query(`analyze ${tableSql(table)}`);
  for (const { table, wanted } of all) {
    for (const [at, promised] of referencePromises(table).entries()) {
      const key = table.foreignKeys[at];
      // It belongs to the migration of another source, which has not run yet: the proof counts what points to nothing.
      if (key === undefined || !(await isTable(session, referredTable(key)))) continue;
      await build(session, run, table, promised, wanted, made);
    }
  }
  await analyzeLines(session);
  for (const { table, wanted } of all) {
    for (const promised of laterPromises(table)) await build(session, run, table, promised, wanted, made);
    for (const statement of forLater(table, mapping.after)) await session.query(statement);
  }
}

/** What this run has built and the schema does not say any more is nobody's. */
async function forgetUnpromised(session: Session, run: number, table: TableModel, { notes }: Built): Promise<void> {
  const tbl = tableSql(table);
  const promises = [...ownPromises(table), ...referencePromises(table), ...laterPromises(table)];
  for (const note of notes) {
    if (note.run !== run || note.tbl !== tbl || note.version !== null) continue;
    if (promises.some((promised) => sameName(promised, note))) continue;
    await unmake(session, note, await definedOn(session, tbl));
    await forgetBuilt(session, note);
  }
}

async function build(
  session: Session,
  run: number,
  table: TableModel,
  promised: Promised,
  wanted: WantedOf,
  made: Built,
): Promise<void> {
  const { kind, name, validate } = promised;
  const tbl = tableSql(table);
  const want = wanted(promised);
  // A table without its primary key is told by the proof, and a statement Postgres refuses is not tried on the rows.
  if (kind === "primary key" || "refused" in want) return;
  const present = await definedOn(session, tbl);
  const found = standIn(present, promised, want);
  const broken = async () => promised.broken !== undefined && (await hasRows(session, table, promised.broken));
  if (found === undefined) {
    const others = present.find((each) => sameName(each, promised));
    const notes = made.notes.filter((note) => note.tbl === tbl && sameName(note, promised));
    const migrated = notes.find(({ version }) => version !== null);
    if (migrated !== undefined) {
      const reason = `the schema's own migration ${migrated.version} has made something else of that name`;
      await noteUnbuilt(session, run, tbl, promised, reason);
      return;
    }
    // Built for what the schema said before.
    for (const note of notes) if (others !== undefined) await unmake(session, note, present);
    const whole = validate === undefined || (await isPartitioned(session, tbl));
    if (whole && (await broken())) return;
    // Postgres builds a foreign key of a partitioned table at once or not at all.
    const statements = whole ? promised.made.map((sql) => sql.replace(/ not valid$/, "")) : promised.made;
    const before = present.find((each) => each.kind === "default" && each.name === name)?.definition;
    const earlier = notes.find((note) => note.run === run);
    const { unmade } = earlier ?? statementsFor(tbl, { kind, name, definition: want.definition, valid: true }, before);
    await makeOf(session, { tbl, kind, name, run, ...want, version: null, made: statements, unmade });
  } else if (kind === "identity") {
    // One that was there stays: only its next number is another.
    const earlier = made.notes.find((note) => note.tbl === tbl && sameName(note, promised));
    await makeOf(session, {
      tbl,
      kind,
      name,
      run,
      ...want,
      version: null,
      made: promised.made,
      unmade: earlier?.unmade ?? "select",
    });
  }
  if (validate === undefined || found?.valid === true || (await broken())) return;
  await validated(session, run, tbl, promised, validate);
}

async function validated(session: Session, run: number, tbl: string, promised: Named, sql: string) {
  const isNow = (await definedOn(session, tbl)).some((each) => sameName(each, promised));
  if (isNow)
    await trying(
      () => session.query(sql),
      (reason) => noteUnbuilt(session, run, tbl, promised, reason),
    );
}

/** Makes something and notes it, or leaves both and notes why. */
async function makeOf(session: Session, note: Note): Promise<void> {
  await trying(
    () =>
      transaction(session, async () => {
        for (const statement of note.made) await session.query(statement);
        await noteBuilt(session, note);
      }),
    (reason) => noteUnbuilt(session, note.run, note.tbl, note, reason),
  );
}

/** A value too long for an index, a row that was written to in this moment, a name that somebody else has taken. */
async function trying(work: () => Promise<unknown>, refused: (reason: string) => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = unbuildable(error);
    if (reason === undefined) throw error;
    await refused(reason);
  }
}

/** Makes what is noted and not there, and has Postgres vouch for it where it does that apart. */
async function remake(session: Session, run: number, notes: readonly Note[]): Promise<void> {
  for (const note of notes) {
    if (!(await isTable(session, note.tbl))) continue;
    const found = (await definedOn(session, note.tbl)).find((each) => sameThing(each, note));
    if (found?.valid === true) continue;
    if (found === undefined || note.kind === "trigger") await makeOf(session, note);
    // Orphans of others stay what they are: not validated, and told by the proof.
    if (/^(FOREIGN KEY|CHECK) /.test(note.definition))
      await validated(session, run, note.tbl, note, `alter table ${note.tbl} validate constraint ${quote(note.name)}`);
  }
}

/** Builds again what the schema's own migrations have made on these tables and had to be taken down. */
export async function restoreMigrated(session: Session, run: number, tables: readonly TablePlace[]): Promise<void> {
  const places = new Set(tables.map(tableSql));
  const { notes } = await builtBy(session);
  await remake(
    session,
    run,
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
  for (const note of notes.filter((each) => each.run === run && !isMigrated(each) && !isOthers(each)))
    await unmake(session, note, await definedOn(session, note.tbl));
  // What a migration of this run's schema made and does not take back itself is left there.
  await remake(
    session,
    run,
    notes.filter((each) => (each.run === run ? isMigrated(each) : isInTheWay(each))),
  );
}
