/** A compiled query → the statement as a person would write it, ready to be pasted into psql. Only to be looked at. */
import type { CompiledQuery } from "kysely";

const CLAUSES = /\(select|[()]| (?=(?:select|from|inner join|where|union|group by|order by|limit)\b)/g;

/** One clause a line, subqueries indented, no quotes round plain names, and the parameters in their places. */
export function sqlText({ sql, parameters }: CompiledQuery): string {
  /** The open brackets, and whether each holds a subquery. */
  const open: boolean[] = [];
  const newLine = () => `\n${"  ".repeat(open.filter((isSubquery) => isSubquery).length)}`;
  return sql
    .replace(/"([a-z_]+)"/g, "$1")
    .replace(CLAUSES, (mark) => {
      switch (mark) {
        case "(select":
          open.push(true);
          return `(${newLine()}select`;
        case "(":
          open.push(false);
          return mark;
        case ")":
          return open.pop() ? `${newLine()})` : mark;
        default:
          return open.at(-1) === false ? mark : newLine();
      }
    })
    .replace(/\$(\d+)/g, (_, number) => literal(parameters[Number(number) - 1]));
}

const literal = (value: unknown): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
