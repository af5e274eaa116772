/** A draft → what a person who goes on with it wants to know: what was decided, what is doubtful, and what to type next. */
import type { DraftModel } from "../../domain/draft/model.ts";
import { doubtsOf, tableLine } from "../../domain/draft/told.ts";
import { shell } from "../../domain/typed.ts";
import { visible } from "../../domain/visible.ts";

const count = (value: number): string => value.toLocaleString("en-US");
const items = (value: number): string => `${count(value)} ${value === 1 ? "item" : "items"}`;
const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines];

/** Doubts that are shown; all of them stand in the files. */
const MOST_DOUBTS = 40;

export interface DraftView {
  readonly model: DraftModel;
  readonly read: number;
  readonly unusable: number;
  readonly whole: boolean;
  readonly tried: number;
  readonly notDecoded: readonly {
    readonly entity: string | undefined;
    readonly detail: string;
    readonly count: number;
  }[];
  readonly folder: string;
  /** The source as it was named, and as it is known. */
  readonly given: string;
  readonly source: string;
}

export function draftText(view: DraftView): string {
  const { model, read, unusable, whole, source, folder } = view;
  if (model.kinds.length === 0)
    return `EMPTY  ${items(read)} read, of which nothing can be drafted. Nothing was written.\n${source}\n`;
  const doubts = doubtsOf(model);
  return [
    `DRAFTED  ${folder}/tables.ts and ${folder}/items.ts, from ${items(read)}${whole ? "" : ", a sample"}.`,
    source,
    ...(model.known === undefined ? [] : [`with ${visible(model.known.origin)}`]),
    ...section(
      "Kinds of items",
      model.kinds.map((kind) => `  ${kind.name}: ${keyLine(kind)}, ${items(kind.items)}`),
    ),
    ...section(
      "In the model, and no item is one",
      model.known === undefined || model.known.unseen.length === 0
        ? []
        : [`  ${visible(model.known.unseen.join(", "))}`],
    ),
    ...section(
      "Tables",
      model.tables.map((table) => `  ${visible(tableLine(table))}`),
    ),
    ...section(
      "Doubtful, and a comment at the place",
      doubts.slice(0, MOST_DOUBTS).map(({ where, doubt }) => `  ${visible(`${where}: ${doubt}`)}`),
    ),
    ...(doubts.length > MOST_DOUBTS ? [`  … ${count(doubts.length - MOST_DOUBTS)} more`] : []),
    ...section(
      "Seen in a sample alone",
      whole || [model, ...model.kinds].every(({ ignore }) => ignore.length === 0)
        ? []
        : [
            "  what is left behind is made of others in these items; others may hold more: draft without --sample tells",
          ],
    ),
    ...section("Tried out", tried(view)),
    ...(unusable > 0
      ? [`  ${items(unusable)} could not be read, or ${unusable === 1 ? "has" : "have"} no key: check tells where`]
      : []),
    "",
    "What to type next",
    `  bin/ddb2pg ${shell("check", "--source", view.given, "--schema", folder)}`,
    `  bin/ddb2pg ${shell("migrate", "--source", view.given, "--schema", folder, "--target", "embedded")}`,
    "",
  ].join("\n");
}

const keyLine = ({ pk, sk }: { readonly pk: string; readonly sk?: string }): string =>
  visible(sk === undefined ? pk : `${pk} / ${sk}`);

function tried({ tried: all, notDecoded }: DraftView): string[] {
  if (notDecoded.length === 0)
    return [
      `  all ${items(all)} it was tried on can become rows, and nothing of them is left unread; check tells what two of them share`,
    ];
  return notDecoded.map(
    ({ entity, detail, count: of }) => `  ${entity ?? "no entity"}: ${items(of)}: ${visible(detail)}`,
  );
}
