/** Subjects whose keys name two things and that say nothing else → pairs of them that are the two directions of one edge. */

import type { Subject } from "../columns/subjects.ts";
import { keyVariants, reversedName, type SurveyedKind, tupleName } from "../kinds/survey.ts";
import { singular, snake } from "../names.ts";

export interface Edge {
  readonly first: Subject;
  /** The same edge from its other end. */
  readonly second: Subject;
  readonly name: string;
  readonly doubts: readonly string[];
}

/** Of the edges of the one kind, so many have to stand in the other. */
const SHARED = 0.5;
const FEWEST = 2;
/** Words for the two ends of one edge. */
const ENDS: readonly (readonly [RegExp, RegExp])[] = [
  [/^followers?$/, /^(following|followings|followed|followee|followees)$/],
  [/^(parent|parents)$/, /^(child|children)$/],
  [/^senders?$/, /^(receiver|receivers|recipient|recipients)$/],
  [/^subscribers?$/, /^subscriptions?$/],
];

export function edgesOf(
  subjects: readonly { readonly subject: Subject; readonly surveyed: SurveyedKind }[],
): readonly Edge[] {
  const bare = subjects.filter(({ subject }) => isBare(subject));
  const taken = new Set<Subject>();
  return bare.flatMap((first, at) =>
    bare.slice(at + 1).flatMap((second): Edge[] => {
      if (taken.has(first.subject) || taken.has(second.subject)) return [];
      const found = edge(first, second) ?? edge(second, first);
      if (found === undefined) return [];
      taken.add(first.subject).add(second.subject);
      return [found];
    }),
  );
}

const isBare = ({ kind, fields, lists, isOpen, agreements }: Subject): boolean =>
  !kind.isRest &&
  kind.captures.length === 2 &&
  fields.length === 2 &&
  lists.length + agreements.length === 0 &&
  !isOpen;

function edge(
  one: { readonly subject: Subject; readonly surveyed: SurveyedKind },
  other: { readonly subject: Subject; readonly surveyed: SurveyedKind },
): Edge | undefined {
  const [a, b] = [one.subject.kind.captures, other.subject.kind.captures];
  const isReversed = a[0]?.prefix === b[1]?.prefix && a[1]?.prefix === b[0]?.prefix;
  if (!isReversed || a.some(({ prefix }) => !/\p{L}/u.test(prefix))) return undefined;
  const [variant] = keyVariants(one.subject.kind);
  if (variant === undefined) return undefined;
  const isSame = a[0]?.prefix === a[1]?.prefix;
  const name = tupleName(one.subject.kind, variant);
  const mine = one.surveyed.profile.tuples.get(name);
  const theirs = other.surveyed.profile.tuples.get(isSame ? reversedName(other.subject.kind) : name);
  if (mine === undefined || theirs === undefined) return undefined;
  const { missing, of } = mine.missingIn(theirs);
  const shared = of - missing;
  const fewer = Math.min(of, theirs.missingIn(mine).of);
  const isShared = shared >= FEWEST && shared >= fewer * SHARED;
  if (!isShared && !(isSame && areEnds(one.subject, other.subject))) return undefined;
  const single = of - shared + (theirs.missingIn(mine).of - shared);
  const doubts =
    single === 0
      ? []
      : [
          `${one.subject.kind.name} and ${other.subject.kind.name} as the two ends of one edge; ${mine.told(single)} edges stand at one end only`,
        ];
  return {
    first: one.subject,
    second: other.subject,
    name: edgeName(one.subject, other.subject),
    doubts,
  };
}

const areEnds = (one: Subject, other: Subject): boolean => {
  const [a, b] = [one, other].map(({ kind }) => snake(kind.name, ""));
  return ENDS.some(([first, second]) => first.test(a ?? "") && second.test(b ?? ""));
};

/** `follow` of followers and followings, where both begin alike. */
function edgeName(one: Subject, other: Subject): string {
  const [a, b] = [singular(snake(one.kind.name, "edge")), singular(snake(other.kind.name, "edge"))];
  let length = 0;
  while (length < a.length && a.charAt(length) === b.charAt(length)) length += 1;
  const common = a.slice(0, length).replace(/_+$/, "");
  return common.length > 3 ? common : a;
}
