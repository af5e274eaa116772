/** Tables that the run of another source has made, or is about to make: its proof takes every row in them for its own. */
import type { MappingParts } from "../../../../domain/decode/mapping-parts.ts";
import type { Finding } from "../../../../domain/migration-error.ts";
import { type Asking, isTable } from "../../session/catalogue.ts";
import type { Session } from "../../session/connection.ts";
import { LEDGER, quote, tableSql } from "../../session/sql.ts";
import { createdTables } from "./built.ts";

type Parts = MappingParts["tables"];

interface Owner {
  readonly id: number;
  readonly source: string;
  readonly parts: string;
}

/** What a run of this source may not write. A table that was there before either run is nobody's, and may be filled by both. */
export async function ownedByOthers(session: Asking, source: string, tables: Parts): Promise<Finding[]> {
  if (!(await isTable(session, `${LEDGER}.run`))) return [];
  const { rows: runs } = await session.query<Owner>(
    `select id, source, parts from ${LEDGER}.run where source <> $1 order by id`,
    [source],
  );
  const there = new Set<string>();
  for (const [name, { model }] of Object.entries(tables)) {
    const at = tableSql({ schema: model.schema, name });
    if (await isTable(session, at)) there.add(at);
  }
  // Asked last: a table is made and noted in one, so that of one that was there it is known whose it is.
  const made = await createdTables(session);
  const findings: Finding[] = [];
  for (const [name, { model }] of Object.entries(tables)) {
    const { schema } = model;
    const at = tableSql({ schema, name });
    const owner = runs.find(({ id, parts }) => {
      if (there.has(at)) return made.some((each) => each.run === id && tableSql(each) === at);
      const theirs: MappingParts = JSON.parse(parts);
      return theirs.tables[name]?.model.schema === schema;
    });
    if (owner !== undefined) findings.push(ownedBy(owner, name));
  }
  return findings;
}

/** A ledger that belongs to a role which this one cannot stand in for. */
export async function ledgerOfOthers(session: Session, role: string): Promise<Finding | undefined> {
  const { rows } = await session.query<{ owner: string }>(
    `select pg_get_userbyid(relowner) as owner from pg_class where relnamespace = to_regnamespace('${LEDGER}') and relkind = 'r'
       and not pg_has_role(relowner, 'usage') limit 1`,
  );
  const [found] = rows;
  return (
    found && {
      where: `the ledger ${LEDGER}`,
      problem: `it belongs to ${found.owner}, and ${role} could not go on with it`,
      remedy: `migrate as ${found.owner}, or: grant ${quote(found.owner)} to ${quote(role)}`,
    }
  );
}

const ownedBy = ({ id, source }: Owner, name: string): Finding => ({
  where: `table ${name}`,
  problem: `run ${id} has made it, or is about to, for another source: ${source}`,
  remedy:
    "give it another schema with .schema(); where this source only refers to it, say .writtenElsewhere(); for both to fill it, roll that run back, and make the table yourself before either (check --ddl prints how)",
});
