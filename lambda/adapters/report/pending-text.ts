/** What waits for a decision → what a person reads: by reason, each with both sides and the words that let it go. */
import { isOpen, openIn, type Pending, type PendingGroup } from "../../domain/proof/pending.ts";
import { acceptCommand, keyText, placeText, rowKeyText } from "./key-text.ts";

const MEANING: Readonly<Record<string, string>> = {
  collision: "two items give one row",
  conflict: "copies of one row differ",
  "differing-parts": "two parts of one row say different things of one column",
  "foreign-row": "a row of somebody else, or one that was changed here since, has this key",
  superseded: "a later one holds the row, as the table declares: no decision is needed",
};

export function pendingText(groups: readonly PendingGroup[], nameOf: (source: string) => string): string {
  const waiting = groups.some((group) => openIn(group) > 0);
  return [
    ...(waiting
      ? [
          "Correct what is named and run repair or migrate; or let it go, with the --target and --schema of this command:",
          "one by one as below, or all of a kind: accept --reason-code CODE --entity NAME --all --reason TEXT",
        ]
      : ["Nothing waits for a decision."]),
    ...groups.flatMap((group) => ["", ...groupText(group, nameOf)]),
  ].join("\n");
}

function groupText(group: PendingGroup, nameOf: (source: string) => string): string[] {
  const { reason, entity, table, count, accepted, examples } = group;
  const subject = [...(table === null ? [] : [table]), entity ?? "items of no entity"].join(", ");
  const means = table === null ? undefined : MEANING[reason];
  const left = count - examples.length;
  return [
    `${subject}: ${reason}, ${count.toLocaleString("en-US")}${accepted === 0 ? "" : `, ${accepted.toLocaleString("en-US")} accepted`}`,
    ...(means === undefined ? [] : [`  ${means}`]),
    ...examples.flatMap((each) => lineText(each, nameOf)),
    ...(left > 0 ? [`  … ${left.toLocaleString("en-US")} more: --limit N shows more of them, --json FILE all`] : []),
  ];
}

function lineText(pending: Pending, nameOf: (source: string) => string): string[] {
  const { source, position, detail, rows, table, key, holder, accepted, acceptedAt } = pending;
  return [
    `  ${placeText(source, position)}`,
    ...(detail === null ? [] : [`    ${detail}`]),
    ...(rows === 0 ? [] : [`    ${rows} ${rows === 1 ? "row" : "rows"} of an earlier pass stand still`]),
    ...(key === null
      ? []
      : [`    ${table} ${rowKeyText(key)}, held by ${holder === null ? "somebody else" : keyText(holder)}`]),
    ...(accepted === null ? [] : [`    accepted: ${accepted} (${acceptedAt})`]),
    ...(isOpen(pending) ? [`    ${acceptCommand(source, nameOf)}`] : []),
  ];
}
