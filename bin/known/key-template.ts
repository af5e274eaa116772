/** A key as a model makes it, piece by piece → a template in a mapping's words. */
import { isTemplateProblem, parseTemplate } from "../../lambda/mapping/template.ts";

export type Piece = { readonly literal: string } | { readonly capture: string };

/** Forms and what follows a plain capture do not depend on it. */
const ANY_DELIMITER = "#";

/** Undefined where no template says it. Captures with nothing between them are one. */
export function templateOf(pieces: readonly Piece[]): string | undefined {
  const taken = new Set<string>();
  const text = joined(pieces)
    .map((piece) => ("literal" in piece ? literally(piece.literal) : `{${unused(nameOf(piece.capture), taken)}}`))
    .join("");
  return isTemplateProblem(parseTemplate(text, ANY_DELIMITER)) ? undefined : text;
}

/** `USER#${id}`: what stands in the braces is what the model fills in. */
export function piecesOf(text: string): Piece[] {
  return text.split(/(\$\{[^}]*\})/).flatMap((part): Piece[] => {
    const [, capture] = /^\$\{(.*)\}$/s.exec(part) ?? [];
    if (capture !== undefined) return [{ capture }];
    return part === "" ? [] : [{ literal: part }];
  });
}

const literally = (text: string): string => text.replace(/[{}]/g, "$&$&");

/** A capture's name is one of the language; `address.zip` is `address_zip`. */
function nameOf(text: string): string {
  const name = text.replace(/\W+/g, "_");
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}

function unused(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}`;
  taken.add(free);
  return free;
}

function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const before = all.at(-1);
    if (before !== undefined && "capture" in before && "capture" in piece)
      all.splice(-1, 1, { capture: `${before.capture}_${piece.capture}` });
    else if (!("literal" in piece) || piece.literal !== "") all.push(piece);
  }
  return all;
}
