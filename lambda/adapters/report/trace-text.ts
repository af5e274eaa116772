/** What the ledger knows of an item or a row → an answer somebody can act on. */
import type { TracedItem, TracedItems, TracedRow } from "../../ports/trace.ts";
import { keyText, rowKeyText } from "./key-text.ts";

const when = (row: TracedRow): string => `pass ${row.pass}, ${row.at.toISOString().slice(0, 19)}Z`;

export function itemsText({ count, items }: TracedItems, pass: number): string {
  const more = count > items.length ? [`… ${(count - items.length).toLocaleString("en-US")} more items`] : [];
  return [...items.flatMap((item, at) => [...(at === 0 ? [] : [""]), ...itemLines(item, pass)]), ...more].join("\n");
}

function itemLines({ source, seen, rows, quarantine, copies = [] }: TracedItem, pass: number): string[] {
  const entities = [...new Set(rows.map(({ entity }) => entity))].join(", ");
  return [
    `${keyText(source)}${entities === "" ? "" : `  (${entities})`}`,
    ...(seen || quarantine?.lastSeen === pass
      ? []
      : [`  not in the source when pass ${pass} read it: what it gave is stale`]),
    ...(quarantine === undefined ? [] : [quarantine, ...copies]).flatMap(
      ({ firstSeen, reason, detail, position, keptIn }) => [
        `  in quarantine since pass ${firstSeen}: ${reason}${position === undefined || position === source ? "" : `, at ${position}`}`,
        `      ${detail}`,
        `      → the ledger keeps it whole: ${keptIn}`,
      ],
    ),
    ...(rows.length === 0 && quarantine === undefined ? ["  gives no row: all its lists are empty"] : []),
    ...rows.map((row) => `  → ${place(row)}  ${state(row)}  (${when(row)})`),
  ];
}

const place = ({ table, key, columns }: TracedRow): string =>
  `${table} ${rowKeyText(key)}${columns.length === 0 ? "" : `: ${columns.join(", ")}`}`;

function state({ now, heldBy }: TracedRow): string {
  if (heldBy !== undefined) return `waits behind ${keyText(heldBy)}`;
  return now === "unchanged" ? "there, as written" : now;
}

export function rowText(table: string, key: readonly string[], there: boolean, rows: readonly TracedRow[]): string {
  const head = `${table} ${rowKeyText(key)}${there ? "" : "  is not there"}`;
  if (rows.length === 0) return `${head}\n  no item gave it: this migration has not written it`;
  return [
    head,
    ...rows.map((row) => {
      const columns = row.columns.length === 0 ? "" : `: ${row.columns.join(", ")}`;
      return `  ← ${keyText(row.source)}  (${row.entity})${columns}  ${state(row)}  (${when(row)})`;
    }),
  ].join("\n");
}
