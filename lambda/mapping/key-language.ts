/** A template → the automaton of the keys it matches, with some of its captures held to one value where wanted. */
import { type Automaton, DEAD, exactly, includes, nothing, numbered, START, seeker } from "./automaton.ts";
import type { Captured, Template } from "./template.ts";

/** How far the reading of a key has come. */
interface Spot {
  /** The part being read; past the last one, the key is complete. */
  readonly part: number;
  /** How much of the literal, or in a capture of the literal after it, ends what was read. */
  readonly seen: number;
  /**
   * In a capture: the states of its values after the last characters. The value turns out to have ended one literal's
   * length ago only when the literal is complete, so the state of that moment is kept.
   */
  readonly trail: readonly number[];
}

const NONE: Captured = new Map();
const whole = new WeakMap<Template, Automaton>();

/** The keys a template matches; with `held`, those of them whose captures have the values given. */
export function keyLanguage(template: Template, held: Captured = NONE): Automaton {
  if (held.size > 0) return build(template, held);
  // Kept, since each template is compared with every other: 40 kinds of item load three times as fast.
  const language = whole.get(template) ?? build(template, NONE);
  whole.set(template, language);
  return language;
}

function build({ parts, values, delimiter }: Template, held: Captured): Automaton {
  const parsed = parts.map((part) => {
    if (part.kind === "literal") return { ...part, chars: [...part.text], seek: seeker(part.text) };
    const form = values.get(part.name) ?? nothing;
    const value = held.get(part.name);
    if (value === undefined) return { kind: part.kind, values: form };
    return { kind: part.kind, values: includes(form, value) ? exactly(value) : nothing };
  });
  const enter = (part: number): Spot => ({ part, seen: 0, trail: parsed[part]?.kind === "capture" ? [START] : [] });

  const step = ({ part, seen, trail }: Spot, char: string): Spot | undefined => {
    const [current, next] = [parsed[part], parsed[part + 1]];
    if (current === undefined) return undefined;
    if (current.kind === "literal") {
      if (current.chars[seen] !== char) return undefined;
      return seen + 1 === current.chars.length ? enter(part + 1) : { part, seen: seen + 1, trail };
    }
    const last = trail.at(-1) ?? DEAD;
    const states = [...trail, last === DEAD ? DEAD : current.values.step(last, char)];
    if (next?.kind !== "literal") return states.at(-1) === DEAD ? undefined : { part, seen, trail: states.slice(-1) };
    const kept = states.slice(-1 - next.chars.length);
    const ended = kept[0] ?? DEAD;
    const found = next.seek(seen, char);
    if (found < next.chars.length) return ended === DEAD ? undefined : { part, seen: found, trail: kept };
    return ended !== DEAD && current.values.accepts(ended) ? enter(part + 2) : undefined;
  };

  const accepts = ({ part, trail }: Spot): boolean => {
    const current = parsed[part];
    if (current === undefined) return true;
    const state = trail.at(-1) ?? DEAD;
    return (
      current.kind === "capture" && parsed[part + 1] === undefined && state !== DEAD && current.values.accepts(state)
    );
  };

  const letters = [delimiter, ...parsed.map((part) => (part.kind === "literal" ? part.text : part.values.letters))];
  return numbered(letters.join(""), enter(0), step, accepts);
}
