/** What the schema promises of a table → whether it stands: by its definition, in force, and where it does not, why. */
import type { TableModel } from "../../../mapping/model.ts";
import { type Unbuilt, unbuiltOn } from "../ledger/run/attempts.ts";
import type { Named } from "../ledger/run/built.ts";
import type { Session } from "../session/connection.ts";
import { tableSql } from "../session/sql.ts";
import { type Defined, sameName, sameThing } from "./definitions.ts";
import { type Compared, type WantedOf, wantedOn } from "./promises.ts";

export interface Standing {
  /** Something of this definition is there, whatever it is called. */
  readonly there: boolean;
  readonly valid: boolean;
  /** Why not, where it is not. */
  readonly reason?: string;
  /** Postgres does not take it, whatever the rows are. */
  readonly refused?: true;
}

/** What of a table's things is what was wanted. */
export function standIn(
  present: readonly Defined[],
  promised: Named,
  wanted: ReturnType<WantedOf>,
): Defined | undefined {
  if ("refused" in wanted) return undefined;
  const { kind, name } = promised;
  const found = present.filter((each) => sameThing(each, { kind, name, definition: wanted.definition }));
  return found.find(({ valid }) => valid) ?? found[0];
}

export interface Standings {
  of(promised: Named): Standing;
  readonly present: readonly Defined[];
  /** What was tried, and could not be built. */
  readonly unbuilt: readonly Unbuilt[];
}

/** Asked of all tables at once. */
export async function standingsOn(
  session: Session,
  run: number,
  tables: readonly TableModel[],
): Promise<(table: TableModel) => Standings> {
  const compared = await wantedOn(session, tables);
  const unbuilt = await unbuiltOn(session, run);
  return (table) => standings(compared(table), unbuilt.get(tableSql(table)) ?? []);
}

function standings({ wanted, present }: Compared, unbuilt: Standings["unbuilt"]): Standings {
  const of = (promised: Named): Standing => {
    const want = wanted(promised);
    const found = standIn(present, promised, want);
    const tried = unbuilt.find((each) => sameName(each, promised))?.reason;
    const reason =
      "refused" in want
        ? want.refused
        : (tried ??
          (found === undefined && present.some((each) => sameName(each, promised))
            ? `what stands under the name ${promised.name} is defined otherwise`
            : undefined));
    const is = { there: found !== undefined, valid: found?.valid === true };
    if (is.valid || reason === undefined) return is;
    return "refused" in want ? { ...is, reason, refused: true } : { ...is, reason };
  };
  return { of, present, unbuilt };
}
