/** A draft → what was decided and what is doubtful, in lines. */
import type { DraftModel, DraftTable } from "./model.ts";

/** `table.column` with a doubt about it. */
export interface ToldDoubt {
  readonly where: string;
  readonly doubt: string;
}

export function doubtsOf({ tables, kinds }: DraftModel): ToldDoubt[] {
  return [
    ...kinds.flatMap(({ name, doubts }) => doubts.map((doubt) => ({ where: `item ${name}`, doubt }))),
    ...tables.flatMap(({ name, columns, foreignKeys, doubts }) => [
      ...doubts.map((doubt) => ({ where: name, doubt })),
      ...columns.flatMap((column) => column.doubts.map((doubt) => ({ where: `${name}.${column.name}`, doubt }))),
      ...foreignKeys.flatMap((key) =>
        key.doubts.map((doubt) => ({ where: `${name} (${key.columns.join(", ")}) → ${key.references}`, doubt })),
      ),
    ]),
  ];
}

/** `users (username), 5 columns`, with where it points to. */
export function tableLine({ name, columns, foreignKeys }: DraftTable): string {
  const key = columns.filter((column) => column.key).map((column) => column.name);
  const targets = [...new Set(foreignKeys.filter(({ isOffered }) => !isOffered).map(({ references }) => references))];
  const to = targets.length === 0 ? "" : ` → ${targets.join(", ")}`;
  const size = `${columns.length} ${columns.length === 1 ? "column" : "columns"}`;
  return `${name} (${key.join(", ")}), ${size}${to}`;
}
