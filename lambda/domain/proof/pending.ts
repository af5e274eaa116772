/** What of a run waits for an operator's decision and what was decided: counted in full, named in part. */

/** Why an operator let something go, and since when. */
export interface Acceptance {
  readonly accepted: string | null;
  /** RFC 3339. */
  readonly acceptedAt: string | null;
}

/** An item in quarantine, or a contribution that does not hold its row. */
export interface Pending extends Acceptance {
  /** Why it is no row: the code of its quarantine, or what it means to wait under the table's policy. */
  readonly reason: string;
  readonly entity: string | null;
  readonly source: string;
  /** Of an item in quarantine: where it stands, as far as its source says so. */
  readonly position: string | null;
  /** Of an item in quarantine. */
  readonly detail: string | null;
  /** Of an item in quarantine: rows that an earlier pass wrote for it and that still stand. */
  readonly rows: number;
  /** Of a contribution: its row, and the item that holds it; null where the row is somebody else's. */
  readonly table: string | null;
  readonly key: readonly string[] | null;
  readonly holder: string | null;
}

/** All of one reason, entity and table. */
export interface PendingGroup extends Pick<Pending, "reason" | "entity" | "table" | "rows"> {
  readonly count: number;
  /** Those of them that an operator has let go. */
  readonly accepted: number;
  readonly examples: readonly Pending[];
}

/** What waits and is as it should be: an equal row, and one that a later one replaces. */
const AS_DECLARED: ReadonlySet<string> = new Set(["copy", "superseded"]);

/** Whether somebody has to decide, or to mend something. */
export const needsDecision = ({ reason }: Pick<Pending, "reason">): boolean => !AS_DECLARED.has(reason);

/** Whether that decision, or the mending, is still to come. */
export const isOpen = (pending: Pick<Pending, "reason" | "accepted">): boolean =>
  needsDecision(pending) && pending.accepted === null;

/** How many of a group nobody has decided about. */
export const openIn = (group: Pick<PendingGroup, "reason" | "count" | "accepted">): number =>
  needsDecision(group) ? group.count - group.accepted : 0;

/** Items in quarantine as a report has them. */
export interface QuarantineGroup extends Pick<PendingGroup, "reason" | "entity" | "count" | "accepted"> {
  readonly examples: readonly {
    readonly source: string;
    /** Where it stands, as far as its source says so. */
    readonly position?: string;
    readonly detail: string;
    /** Why an operator let it go, where one did. */
    readonly accepted?: string | null;
  }[];
}

export const quarantineOf = (groups: readonly PendingGroup[]): QuarantineGroup[] =>
  groups
    .filter(({ table }) => table === null)
    .map(({ reason, entity, count, accepted, examples }) => ({
      ...{ reason, entity, count, accepted },
      examples: examples.map(({ source, position, detail, accepted: why }) => ({
        ...{ source, detail: detail ?? "", accepted: why },
        ...(position === null ? {} : { position }),
      })),
    }));

/** What an operator has let go, by what it is. */
export interface LetGo extends Omit<PendingGroup, "accepted" | "examples"> {
  /** The first of them, with the words of whoever decided. */
  readonly items: readonly Pick<Pending, "source" | "key" | "holder" | "accepted" | "acceptedAt">[];
}

/** Acceptances that hold no more, though what they were of waits still. */
export interface LostAcceptances {
  /** What it waits for now. */
  readonly reason: string;
  readonly entity: string | null;
  /** What is another one since: the item, or what holds its place. */
  readonly since: "item" | "holder";
  readonly count: number;
  readonly examples: readonly { readonly source: string }[];
}

/** How many of what, without any key. */
export const countsOf = ({
  reason,
  entity,
  table,
  count,
}: Pick<PendingGroup, "reason" | "entity" | "table" | "count">) => ({
  ...{ reason, entity, table, count },
});

const subjectOf = ({ entity, table }: Pick<PendingGroup, "entity" | "table">): string =>
  table ?? entity ?? "items of no entity";

/** `2 wrong-type (Pet), 1 collision (pets) and 3 rows of before`. */
export function letGoText(groups: readonly LetGo[]): string {
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  const waited = [...Map.groupBy(groups, (group) => `${group.reason} (${subjectOf(group)})`)].map(
    ([what, of]) => `${of.reduce((sum, { count }) => sum + count, 0).toLocaleString("en-US")} ${what}`,
  );
  const stay = rows === 1 ? "row of an earlier pass stays" : "rows of an earlier pass stay";
  const behind = rows === 0 ? "" : `; ${rows.toLocaleString("en-US")} ${stay}`;
  return `${waited.join(", ")}${behind}`;
}
