/**
 * Two templates, the first within the second → what each capture of the second takes, in terms of the first's own text
 * and captures. Two captures that take the same parts are equal in every key, whatever the values.
 */
import type { Template } from "./template.ts";

/** A character of a literal, or the name of a capture, which stands for its whole value. */
type Piece = { readonly char: string } | { readonly capture: string; readonly until: string | undefined };

function piecesOf({ parts }: Template): readonly Piece[] {
  return parts.flatMap((part, at): Piece[] => {
    if (part.kind === "literal") return [...part.text].map((char) => ({ char }));
    const next = parts[at + 1];
    return [{ capture: part.name, until: next?.kind === "literal" ? next.text : undefined }];
  });
}

const charAt = (pieces: readonly Piece[], at: number): string | undefined => {
  const piece = pieces[at];
  return piece !== undefined && "char" in piece ? piece.char : undefined;
};

/** Where a capture of the outer template ends that begins at `from` and is followed by `literal`, where that is sure. */
function endOf(pieces: readonly Piece[], from: number, literal: string): number | undefined {
  const first = pieces[from];
  // Both captures begin at one place and end at the first occurrence of one literal.
  if (first !== undefined && "capture" in first && first.until === literal) return from + 1;
  const chars = [...literal];
  for (let at = from; charAt(pieces, at) !== undefined; at += 1) {
    if (chars.every((char, offset) => charAt(pieces, at + offset) === char)) return at;
  }
  return undefined;
}

/** Whether two runs of pieces are the same text in every key. */
export function areSame(a: readonly Piece[], b: readonly Piece[]): boolean {
  const texts = [a, b].map((pieces) =>
    JSON.stringify(pieces.map((piece) => ("char" in piece ? piece.char : [piece.capture]))),
  );
  return texts[0] === texts[1];
}

/**
 * Capture of `outer` → the pieces of an `inner` key it takes, the same for every key. `undefined` where that depends on
 * the values, or is hard to tell. Every key of `inner` has to be one of `outer`.
 */
export function align(inner: Template, outer: Template): ReadonlyMap<string, readonly Piece[]> | undefined {
  const pieces = piecesOf(inner);
  const taken = new Map<string, readonly Piece[]>();
  let at = 0;
  for (const [index, part] of outer.parts.entries()) {
    if (part.kind === "literal") {
      for (const char of part.text) {
        if (charAt(pieces, at) !== char) return undefined;
        at += 1;
      }
      continue;
    }
    const next = outer.parts[index + 1];
    const end = next?.kind === "literal" ? endOf(pieces, at, next.text) : pieces.length;
    if (end === undefined) return undefined;
    taken.set(part.name, pieces.slice(at, end));
    at = end;
  }
  return taken;
}
