/** Contents of tables that are proven already, while others are not yet: each kept with the versions of the rows it was computed from. */
import { readSum, writeSum } from "../../../domain/decode/fingerprint.ts";
import type { TableContent } from "../../../domain/proof/evidence.ts";
import type { TableModel } from "../../../mapping/model.ts";
import type { Run } from "../../../ports/runs.ts";
import type { Session } from "../session/connection.ts";
import { LEDGER, rowVersions } from "../session/sql.ts";

export interface Lap {
  readonly content: TableContent;
  readonly versions: string;
}

/** By table: what earlier invocations of this very proof have computed. A proof is never an old one. */
export async function keptLaps(session: Session, { id, epoch }: Run): Promise<Map<number, Lap>> {
  const { rows } = await session.query<{ tbl: number; content: string; versions: string }>(
    `select tbl, content, versions from ${LEDGER}.lap where run = $1 and epoch = $2 and at > now() - interval '30 minutes'`,
    [id, epoch],
  );
  return new Map(rows.map(({ tbl, content, versions }) => [tbl, { versions, content: readContent(content) }]));
}

export const keepLap = (session: Session, { id, epoch }: Run, table: TableModel, { content, versions }: Lap) =>
  session.query(
    `insert into ${LEDGER}.lap (run, epoch, tbl, content, versions) values ($1, $2, $3, $4, $5)
     on conflict (run, tbl) do update set epoch = excluded.epoch, content = excluded.content, versions = excluded.versions, at = now()`,
    [id, epoch, table.index, writeContent(content), versions],
  );

export const forgetLaps = (session: Session, { id }: Run) =>
  session.query(`delete from ${LEDGER}.lap where run = $1`, [id]);

/** What changes when anything is written to the lines the ledger has of a table. */
export async function lineVersions(session: Session, { id }: Run, { index }: TableModel): Promise<string> {
  const lines = (name: string) =>
    `(select ${rowVersions("v")} from ${LEDGER}.${name} v where v.run = ${id} and v.tbl = ${index})`;
  const { rows } = await session.query<{ versions: string }>(
    `select ${lines("line")} || ' ' || ${lines("parked")} as versions`,
  );
  return rows[0]?.versions ?? "";
}

const writeContent = (content: TableContent): string =>
  JSON.stringify({
    ...content,
    facets: Object.fromEntries(Object.entries(content.facets).map(([facet, sum]) => [facet, writeSum(sum)])),
  });

function readContent(text: string): TableContent {
  const stored: Omit<TableContent, "facets"> & { facets: Record<string, string> } = JSON.parse(text);
  const facets = Object.entries(stored.facets).map(([facet, sum]) => [facet, readSum(sum)] as const);
  return { ...stored, facets: Object.fromEntries(facets) };
}
