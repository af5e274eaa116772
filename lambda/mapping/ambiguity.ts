/**
 * The kinds of item of a mapping → the order in which their patterns are tried, so that the first that matches is the
 * only one meant, and the pairs for which there is no such order.
 */
import { contains, type Example, overlap } from "./overlap.ts";
import type { KeyPattern } from "./template.ts";

export interface AmbiguityInput {
  readonly name: string;
  readonly pattern: KeyPattern;
}

export type Ambiguity =
  /** Both match the example, and neither is the more specific. */
  | { readonly kind: "ambiguous"; readonly first: string; readonly second: string; readonly example: Example }
  /** Every item of `entity` is one of `hiddenBy` and the other way round; `hiddenBy` was declared first. */
  | { readonly kind: "unreachable"; readonly entity: string; readonly hiddenBy: string };

export interface Ambiguities {
  /** Names, the most specific pattern first, otherwise as declared. */
  readonly order: readonly string[];
  readonly problems: readonly Ambiguity[];
}

/** Finds the order and what stands in its way. Names are taken to be unique. */
export function findAmbiguities(entities: readonly AmbiguityInput[]): Ambiguities {
  const problems: Ambiguity[] = [];
  const wider = new Map<AmbiguityInput, Set<AmbiguityInput>>(entities.map((entity) => [entity, new Set()]));
  const hidden = new Set<AmbiguityInput>();
  for (const [at, second] of entities.entries()) {
    for (const first of entities.slice(0, at)) {
      if (hidden.has(first) || hidden.has(second)) continue;
      const [inFirst, inSecond] = [contains(second.pattern, first.pattern), contains(first.pattern, second.pattern)];
      if (inFirst && inSecond) {
        hidden.add(second);
        problems.push({ kind: "unreachable", entity: second.name, hiddenBy: first.name });
      } else if (inFirst) wider.get(second)?.add(first);
      else if (inSecond) wider.get(first)?.add(second);
      else {
        const example = overlap(first.pattern, second.pattern);
        if (example !== undefined)
          problems.push({ kind: "ambiguous", first: first.name, second: second.name, example });
      }
    }
  }
  return { order: sorted(entities, wider), problems };
}

/** Again and again the first declared that is wider than none of those still waiting. */
function sorted(
  entities: readonly AmbiguityInput[],
  wider: ReadonlyMap<AmbiguityInput, ReadonlySet<AmbiguityInput>>,
): readonly string[] {
  const order: string[] = [];
  const waiting = [...entities];
  while (waiting.length > 0) {
    const free = waiting.findIndex((entity) => !waiting.some((other) => wider.get(other)?.has(entity)));
    // "Wider than" has no cycles, so one is always free; 0 keeps a wrong claim from hanging the load.
    const [next] = waiting.splice(Math.max(free, 0), 1);
    if (next !== undefined) order.push(next.name);
  }
  return order;
}
