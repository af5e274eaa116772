/** A migrated database → what each of its columns holds, as one text that is equal exactly where the values are; and its foreign keys. */
import pg from "pg";
import type { Report } from "../../../lambda/domain/proof/report.ts";
import { ask } from "../measure/engine.ts";

/** A column, and the multiset of its values as text. A NULL is none. */
export interface Holding {
  readonly table: string;
  readonly column: string;
  readonly values: string;
}

export interface Relation {
  readonly table: string;
  readonly columns: readonly string[];
  readonly references: string;
  readonly referencedColumns: readonly string[];
  readonly orphans: number;
}

export interface Contents {
  readonly columns: readonly Holding[];
  readonly relations: readonly Relation[];
}

const quoted = pg.escapeIdentifier;

/** What a run has made, by its own report. */
export async function contentsOf(url: string, report: Pick<Report, "schema" | "foreignKeys">): Promise<Contents> {
  const columns: Holding[] = [];
  for (const { schema, name, columns: of } of report.schema) {
    // Of each value a hash, so that the rows of a large table are ordered in memory that does not grow with what they hold.
    const hashes = of.map(({ name: column }, at) => {
      const value = `md5(${quoted(column)}::text)`;
      return `md5(string_agg(${value}, '' order by ${value})) as c${at}`;
    });
    const sql = `select ${hashes.join(", ")} from ${quoted(schema)}.${quoted(name)}`;
    const [row] = await ask<Record<string, string | null>>(url, sql);
    of.forEach(({ name: column }, at) => {
      columns.push({ table: name, column, values: row?.[`c${at}`] ?? "" });
    });
  }
  return { columns, relations: report.foreignKeys };
}
