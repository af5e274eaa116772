/**
 * The ledger as tests see it: what it holds, and what might become of it behind a run's back. No other test names its tables;
 * who gave which row stands in its view `contribution`, for everybody.
 */
import { query } from "./migration.ts";

/** What is kept of a run, without the hours. */
const PARTS = {
  runs: "select id, source, mapping, parts, pass, phase, stops, sealed_at from migration_ledger.run",
  units: "select run, pass, unit, cursor, done, pages, tally, read, quarantined from migration_ledger.unit",
  contributions:
    "select run, tbl, facet, key, item, item_fp, row_fp, rank, holds, entity, source from migration_ledger.contribution",
  items: "select hash, fp, entity, source from migration_ledger.item",
  passes: "select hash, pass from migration_ledger.item",
  parked: `select c.run, c.tbl, c.facet, c.key, c.item, p.vals from migration_ledger.parked p
    join migration_ledger.contribution c on c.id = p.item and c.tbl = p.tbl and c.facet = p.facet and c.key = p.key`,
  refusals: "select run, item, version, entity, reason, source from migration_ledger.quarantine",
  quarantine: "select * from migration_ledger.quarantine",
  copies: "select item, version, kind, positions, fate, body from migration_ledger.repeated",
  seen: "select * from migration_ledger.seen",
  "made tables": "select * from migration_ledger.created_table",
  built: "select tbl, kind, name, run, definition, version, made, unmade from migration_ledger.built",
  attempts: "select tbl, kind, name, ended, reason is null as well from migration_ledger.attempt",
  ungiven: "select * from migration_ledger.ungiven",
  unremoved: "select * from migration_ledger.unremoved",
  damage: "select * from migration_ledger.damage",
  laps: "select run, what, content from migration_ledger.lap",
  allowances: "select source, share from migration_ledger.allowance",
} as const;

export type LedgerPart = keyof typeof PARTS;

/** The lines of one part, in one order: equal exactly when what is kept is. */
export const linesOf = <R extends object = Record<string, unknown>>(url: string, part: LedgerPart): Promise<R[]> =>
  query<R & Record<string, unknown>>(url, `select * from (${PARTS[part]}) t order by t::text`);

/** As `linesOf`, of several parts. */
export async function ledgerOf(url: string, ...parts: readonly LedgerPart[]) {
  const lines: Partial<Record<LedgerPart, unknown[]>> = {};
  for (const part of parts) lines[part] = await linesOf(url, part);
  return lines;
}

/** The only run. */
export async function runAt(url: string): Promise<{ pass: number; phase: string }> {
  const [run, ...others] = await linesOf<{ pass: number; phase: string }>(url, "runs");
  if (run === undefined || others.length > 0) throw new Error(`${others.length + 1} runs, or none`);
  return { pass: run.pass, phase: run.phase };
}

const pagesSql = "select coalesce(sum(u.pages), 0)::int from migration_ledger.unit u";

/** How far a run is, while it is at work; asks in one statement, on a connection that is given. */
export async function progressOn(ask: (sql: string) => Promise<{ rows: Record<string, unknown>[] }>) {
  const { rows: there } = await ask(
    "select to_regclass('migration_ledger.damage') is not null as ledger, to_regnamespace('migration_ledger') is not null as begun",
  );
  if (there[0]?.ledger !== true) return { phase: there[0]?.begun === true ? "ledger" : "nothing", pages: 0 };
  const { rows } = await ask(
    `select r.phase, (${pagesSql} where u.run = r.id and u.pass = r.pass) as pages from migration_ledger.run r`,
  );
  return { phase: String(rows[0]?.phase ?? "ledger"), pages: Number(rows[0]?.pages ?? 0) };
}

/** What a source key stands as in logs: a run's secret and the keys it knows. */
export const keysBehind = (url: string, hashes: readonly string[]) =>
  query<{ source: string }>(
    url,
    `select distinct source from (
       select r.log_key, i.source from migration_ledger.item i join migration_ledger.run r on r.id = i.run
       union all select r.log_key, q.source from migration_ledger.quarantine q join migration_ledger.run r on r.id = q.run) s
     where left(encode(sha256(convert_to(log_key::text || source, 'UTF8')), 'hex'), 16) = any($1)`,
    [hashes],
  );

export async function logKeyAt(url: string): Promise<string> {
  const [run] = await query<{ log_key: string }>(url, "select log_key from migration_ledger.run");
  return run?.log_key ?? "";
}

/** The verdicts of its proofs, for roles of which some may not ask. */
export const VERDICTS = "select report::json ->> 'verdict' as verdict from migration_ledger.run";

const ofLine = (table: number, key: string) => `tbl = ${table} and key = '{${key}}'`;

/** Statements that change the ledger, as nobody should. */
export const SPOILED = {
  run: (assignments: string) => `update migration_ledger.run set ${assignments}`,
  tally: (pattern: string, by: string) =>
    `update migration_ledger.unit set tally = regexp_replace(tally, '${pattern}', '${by}')`,
  lineLost: (table: number, key: string) => `delete from migration_ledger.line where ${ofLine(table, key)}`,
  lineChanged: (table: number, key: string) =>
    `update migration_ledger.line set fp = gen_random_uuid() where ${ofLine(table, key)}`,
  lineCopied: (table: number, key: string, to: string) =>
    `insert into migration_ledger.line (item, fp, run, tbl, facet, rank, key)
     select item, fp, run, tbl, facet, rank, '{${to}}' from migration_ledger.line where ${ofLine(table, key)} limit 1`,
  lineParked: (table: number, key: string) =>
    `insert into migration_ledger.parked select run, tbl, facet, key, item, '{}' from migration_ledger.line where ${ofLine(table, key)}`,
  quarantineLost: "delete from migration_ledger.quarantine",
  acceptedEarlier: "update migration_ledger.accepted set at = at - interval '1 hour'",
  lapsEarlier: "update migration_ledger.lap set at = at - interval '31 minutes'",
  allowanceEarlier: (source: string) =>
    `update migration_ledger.allowance set at = at - interval '10 s' where source = '${source}'`,
  lapsLost: "delete from migration_ledger.lap",
  lapsReplaced: (content: string) => `update migration_ledger.lap set content = '${content}'`,
  lapsMarked: `update migration_ledger.lap set content = regexp_replace(content, '"rows":[0-9]+', '"rows":-1')`,
  madeTablesLost: "delete from migration_ledger.created_table",
  /** A note that a table was made fails, of one table. */
  madeTableRefused: (name: string) =>
    `alter table migration_ledger.created_table add constraint spoiled check (name <> '${name}')`,
  madeTableAllowed: "alter table migration_ledger.created_table drop constraint spoiled",
} as const;

/** Holds one of its tables against whoever writes, or whoever comes. */
export const lockOn = (table: "run" | "item", mode: "exclusive" | "access exclusive") =>
  `lock table migration_ledger.${table} in ${mode} mode`;
