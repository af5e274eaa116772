/** Kinds of items with what their keys hold → whose ids a literal announces: of `CUSTOMER#{id}`, the customers'. */

import type { IdSet } from "../../profile/id-sets.ts";
import type { Values } from "../../profile/values.ts";
import { singular, snake, wordsOf } from "../names.ts";
import { GENERIC } from "./kind-words.ts";
import type { Capture, Kind } from "./kinds.ts";
import type { SurveyedKind } from "./survey.ts";

/** Of ids that are called alike so many, of others so many, are found among those of another kind by no chance. */
const FOUND = 2;
const AMONG = 20;

interface Owner {
  readonly kind: Kind;
  /** All there are of it. */
  readonly ids: IdSet;
}

export class Ownership {
  readonly #owners = new Map<string, Owner>();

  constructor(kinds: readonly SurveyedKind[]) {
    const some = kinds.filter(({ kind }) => !kind.isRest);
    this.#give(some.filter(({ kind }) => kind.captures.length === 1 && endsWithCapture(kind)));
    // What an item is beside the ids of others: each that is found may settle the next.
    for (let before = -1; before !== this.#owners.size; ) {
      before = this.#owners.size;
      this.#give(some.filter(({ kind }) => this.#unowned(kind).length === 1 && !isOnlyAbout(kind)));
    }
    // `USER#{id}#PROFILE`, where nothing else is about users.
    this.#give(some.filter(({ kind }) => kind.captures.length === 1));
  }

  ownerOf({ prefix }: Pick<Capture, "prefix">): Kind | undefined {
    return this.#owners.get(prefix)?.kind;
  }

  /** Captures of a kind that are no ids of another kind, as far as literals tell. */
  own(kind: Kind): Capture[] {
    return kind.captures.filter((capture) => {
      const owner = this.ownerOf(capture);
      return owner === kind || (owner === undefined && !isAbove(capture, kind));
    });
  }

  /** What an id behind this literal is called: `customer_id` of `c#`, where customers own it. */
  nameFor(prefix: string): string | undefined {
    const words = wordsOf(prefix);
    const [first] = words;
    if (first === undefined) return undefined;
    const owner = this.ownerOf({ prefix });
    const name = owner === undefined ? undefined : singular(withoutGeneric(wordsOf(owner.name)).join("_"));
    if (name !== undefined && abbreviates(first, name)) return `${name}_id`;
    return `${singular(words.join("_"))}_id`;
  }

  #unowned(kind: Kind): Capture[] {
    return kind.captures.filter((capture) => this.ownerOf(capture) === undefined && !isAbove(capture, kind));
  }

  #give(candidates: readonly SurveyedKind[]): void {
    const ranked = candidates
      .flatMap((each) => {
        const [own] = this.#unowned(each.kind);
        return own === undefined || !/\p{L}/u.test(own.prefix) ? [] : [{ ...each, own }];
      })
      .map((each) => ({ ...each, rank: rankOf(each) }))
      .sort((a, b) => a.rank - b.rank || a.profile.items - b.profile.items);
    for (const { own, kind, profile } of ranked) {
      const values = profile.captures.get(own.name);
      if (values === undefined || this.#owners.has(own.prefix) || this.#areOthers(own, values, kind)) continue;
      this.#owners.set(own.prefix, { kind, ids: values.ids });
    }
  }

  /** `TICKET#{eventId}`, beside whose ticket it is: each is the id of an event. */
  #areOthers({ name }: Capture, { ids }: Values, kind: Kind): boolean {
    if (kind.captures.length === 1) return false;
    return this.#owners.entries().some(([prefix, owner]) => {
      const isNamed = snake(name, "") === this.nameFor(prefix);
      return ids.size >= (isNamed ? FOUND : AMONG) && ids.missingIn(owner.ids).missing === 0;
    });
  }
}

/** What stands before a word in a partition key, `u#{id}#followers`, has those, and is something else. */
const isAbove = ({ isInPk }: Capture, kind: Kind): boolean =>
  isInPk && kind.captures.length > 1 && !endsWithCapture(kind);

const isOnlyAbout = (kind: Kind): boolean => kind.captures.length === 1 && !endsWithCapture(kind);

/** `u#{id}#followers` is about followers, not about who has them. */
const endsWithCapture = ({ pattern: { pk } }: Kind): boolean => pk.parts.at(-1)?.kind === "capture";

const withoutGeneric = (words: readonly string[]): readonly string[] => {
  const telling = words.filter((word) => !GENERIC.test(word));
  return telling.length === 0 ? words : telling;
};

/** `sh` and `shp` of `shipment_item`. */
function abbreviates(short: string, name: string): boolean {
  if (short.charAt(0) !== name.charAt(0)) return false;
  let at = 0;
  for (const letter of name) if (letter === short.charAt(at)) at += 1;
  return at >= short.length;
}

/** `PROFILE` in a sort key of nothing else. */
const genericOf = ({ pattern: { sk } }: Kind): string[] =>
  (sk?.parts ?? []).flatMap((part) =>
    part.kind === "literal" ? wordsOf(part.text).filter((word) => GENERIC.test(word)) : [],
  );

/** The less, the surer: an id no two items share, of items that are called so, whose keys hold nothing else. */
function rankOf({ kind, profile, own }: SurveyedKind & { readonly own: Capture }): number {
  const isShared = profile.captures.get(own.name)?.ids.isRepeated === true;
  const [first = ""] = wordsOf(own.prefix);
  const isNamed = wordsOf(kind.name).some((word) => word.startsWith(first)) && first !== "";
  const isItself = genericOf(kind).length > 0;
  const against = [isShared, kind.captures.length > 1, !isItself, !isNamed, !own.isInPk];
  return against.reduce((rank, is) => rank * 2 + (is ? 1 : 0), 0);
}
