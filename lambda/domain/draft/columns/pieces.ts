/** How the texts of an attribute are made → whether it says anything of its own, and if so, which pieces of it. */
import type { Piece } from "../../profile/composition.ts";
import { type AttributeProfile, INDEX_NAME } from "../../profile/item-profile.ts";
import type { Values } from "../../profile/values.ts";
import type { Kind } from "../kinds/kinds.ts";
import type { Ownership } from "../kinds/ownership.ts";
import { camel, GivenNames, snake, wordsOf } from "../names.ts";

export type Made =
  | { readonly kind: "made of others"; readonly why: string }
  | { readonly kind: "pieces"; readonly template: string; readonly pieces: readonly OwnPiece[] };

export interface OwnPiece {
  readonly capture: string;
  readonly column: string;
  readonly prefix: string;
  readonly values: Values;
}

export interface Around {
  readonly kind: Kind;
  readonly ownership: Ownership;
  readonly items: number;
  /** Captures by what they are called where they are read. */
  readonly called: ReadonlyMap<string, string>;
}

/** The literal that stands before what varies. */
function prefixOf({ stem }: Piece, before: Piece | undefined, delimiter: string): string {
  if (stem !== "") return stem;
  return before !== undefined && isLiteral(before) ? `${before.stem}${before.constant}${delimiter}` : "";
}

/** An id of customers does not repeat one of orders, though both are 12345. */
function mayBe(name: string, prefix: string, kind: Kind, ownership: Ownership): boolean {
  const capture = kind.captures.find((each) => `key.${each.name}` === name);
  if (capture === undefined) return true;
  const [one, other] = [ownership.ownerOf({ prefix }), ownership.ownerOf(capture)];
  return one === undefined || other === undefined || one === other;
}

/** Before so many items have shown it, a piece that repeats another value may do so by chance. */
const TELLING = 5;
const WORD = /^[A-Za-z$_"'][\w$"'.-]*$/;

/** undefined where the attribute is a value like any other. */
export function readPieces(
  name: string,
  { composition, values }: AttributeProfile,
  { kind, ownership, items, called }: Around,
): Made | undefined {
  if (composition?.pieces === undefined || composition.pieces.length === 0) return undefined;
  const pieces = composition.pieces.map((piece, at) => {
    const prefix = prefixOf(piece, composition.pieces?.[at - 1], composition.delimiter);
    return { ...piece, repeats: piece.repeats.filter((repeat) => mayBe(repeat.name, prefix, kind, ownership)) };
  });
  if (values.countOf("S") + values.countOf("NULL") < values.count) return undefined;
  const isIndex = INDEX_NAME.test(name);
  const repeats = pieces.filter((piece) => !isLiteral(piece) && piece.repeats.length > 0);
  const own = pieces.filter((piece) => !isLiteral(piece) && piece.repeats.length === 0);
  if (own.length === 0 && (isIndex || (repeats.length > 0 && items >= TELLING && repeats.every(isExact))))
    return { kind: "made of others", why: whyOf(pieces, called) };
  if (composition.isRagged || values.texts.nothing.size > 0) return undefined;
  const parts = isIndex ? own : [...own, ...repeats];
  const isParted = pieces.length > 1 || pieces.some(({ stem }) => stem !== "");
  if (!isParted || parts.length === 0) return undefined;
  if (!isIndex && !isTold(pieces, composition.delimiter, ownership, items)) return undefined;
  return spelled(name, pieces, parts, composition.delimiter, ownership);
}

const isExact = ({ repeats }: Piece): boolean => repeats.some((repeat) => repeat.isExact);

/** A word that is always the same, and nothing that stands elsewhere in the item. */
const isLiteral = ({ constant, stem, repeats }: Piece): boolean =>
  constant !== undefined && (constant === "" || (repeats.length === 0 && WORD.test(stem + constant)));

/** Of data that happens to hold a delimiter, only what begins as keys do is taken apart. */
function isTold(pieces: readonly Piece[], delimiter: string, ownership: Ownership, items: number): boolean {
  const [first] = pieces;
  if (first?.constant === undefined || !isLiteral(first) || first.constant === "") return false;
  return ownership.ownerOf({ prefix: first.constant + delimiter }) !== undefined || items >= TELLING;
}

function whyOf(pieces: readonly Piece[], called: ReadonlyMap<string, string>): string {
  const said = pieces.filter((piece) => !isLiteral(piece));
  const texts = pieces.filter((piece) => isLiteral(piece) && piece.constant !== "");
  if (said.length === 0) return `always ${texts.map(({ constant, stem }) => stem + constant).join(" ")}`;
  const names = said.map(({ repeats }) => {
    const { name = "" } = repeats.find((repeat) => repeat.isExact) ?? repeats[0] ?? {};
    return name.startsWith("key.") ? (called.get(name.slice(4)) ?? name.slice(4)) : name.replace(/^attr\./, "");
  });
  const how = said.every(isExact) ? "" : ", in another case";
  return `made of ${[...new Set(names)].join(" and ")}${how}`;
}

function spelled(
  name: string,
  pieces: readonly Piece[],
  parts: readonly Piece[],
  delimiter: string,
  ownership: Ownership,
): Made {
  const given = new GivenNames();
  const columns: OwnPiece[] = [];
  const escaped = (literal: string): string => literal.replace(/[{}]/g, "$&$&");
  const texts = pieces.map((piece, at) => {
    if (isLiteral(piece)) return escaped(piece.stem + (piece.constant ?? ""));
    const prefix = prefixOf(piece, pieces[at - 1], delimiter);
    const isIndex = INDEX_NAME.test(name);
    const announced = wordsOf(prefix).length > 0 ? ownership.nameFor(prefix) : undefined;
    const alone = parts.length === 1 && !isIndex ? snake(name, "part") : undefined;
    const column = alone ?? announced ?? snake(`${name} ${at + 1}`, "part");
    const capture = given.give(camel(column, "part"));
    if (parts.includes(piece)) columns.push({ capture, column, prefix, values: piece.values });
    return `${escaped(piece.stem)}{${capture}}`;
  });
  return { kind: "pieces", template: texts.join(escaped(delimiter)), pieces: columns };
}
