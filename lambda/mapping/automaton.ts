/**
 * A description of a set of texts → a deterministic automaton over characters (code points) that accepts just these. What
 * a template matches is worked out on automata, so that nothing has to be guessed from samples.
 */

/** Where every automaton begins, and where no text is accepted any more. */
export const START = 0;
export const DEAD = -1;

export interface Automaton {
  /** The characters it tells apart; all others are alike to it. */
  readonly letters: string;
  /** The state after one more character. Never called with `DEAD`. */
  step(state: number, char: string): number;
  accepts(state: number): boolean;
}

/** Any text but the empty one. */
export const anything: Automaton = { letters: "", step: () => 1, accepts: (state) => state === 1 };

export const nothing: Automaton = { letters: "", step: () => DEAD, accepts: () => false };

/** How many characters of `text` end what has been read so far, from how many before and one more character. */
export function seeker(text: string): (seen: number, char: string) => number {
  const chars = [...text];
  const shorter = [0, 0];
  const seek = (seen: number, char: string): number => {
    let at = seen;
    while (at > 0 && chars[at] !== char) at = shorter[at] ?? 0;
    return chars[at] === char ? at + 1 : 0;
  };
  for (const [at, char] of chars.entries()) if (at > 0) shorter.push(seek(shorter[at] ?? 0, char));
  return seek;
}

/** One character or more, `text` not among them. */
export function without(text: string): Automaton {
  const seek = seeker(text);
  const whole = [...text].length;
  const step = (state: number, char: string): number => {
    const seen = seek(Math.max(state - 1, 0), char);
    return seen === whole ? DEAD : seen + 1;
  };
  return { letters: text, step, accepts: (state) => state !== START };
}

/** This one text. */
export function exactly(text: string): Automaton {
  const chars = [...text];
  const step = (state: number, char: string): number => (chars[state] === char ? state + 1 : DEAD);
  return { letters: text, step, accepts: (state) => state === chars.length };
}

export function includes(automaton: Automaton, text: string): boolean {
  let state = START;
  for (const char of text) {
    state = automaton.step(state, char);
    if (state === DEAD) return false;
  }
  return automaton.accepts(state);
}

/** An automaton given by what its states mean, which must be plain data. Each step is worked out once. */
export function numbered<S>(
  letters: string,
  start: S,
  step: (state: S, char: string) => S | undefined,
  accepts: (state: S) => boolean,
): Automaton {
  const states = [{ meaning: start, next: new Map<string, number>() }];
  const numbers = new Map([[JSON.stringify(start), START]]);
  const numberOf = (meaning: S | undefined): number => {
    if (meaning === undefined) return DEAD;
    const text = JSON.stringify(meaning);
    const number = numbers.get(text) ?? states.push({ meaning, next: new Map() }) - 1;
    numbers.set(text, number);
    return number;
  };
  return {
    letters,
    step(from, char) {
      const state = states[from];
      if (state === undefined) return DEAD;
      const to = state.next.get(char) ?? numberOf(step(state.meaning, char));
      state.next.set(char, to);
      return to;
    },
    accepts(number) {
      const state = states[number];
      return state !== undefined && accepts(state.meaning);
    },
  };
}

/** So many characters, each one of `of`. */
export interface Stretch {
  readonly of: string;
  readonly least: number;
  readonly most: number;
}

/** Stretches one after the other; those under `maybe` all or none. A stretch takes all it can. */
export function spelled(parts: readonly (Stretch | { readonly maybe: readonly Stretch[] })[]): Automaton {
  const runs = parts.flatMap((part) => ("maybe" in part ? part.maybe : [part]));
  // Where a group that may be left out begins, reading can go on behind it.
  const skips = new Map<number, number>();
  let at = 0;
  for (const part of parts) {
    const length = "maybe" in part ? part.maybe.length : 1;
    if ("maybe" in part) skips.set(at, at + length);
    at += length;
  }
  /** The runs that may begin where the run before `run` has ended. */
  const openings = (run: number): number[] => {
    const skip = skips.get(run);
    const open = skip === undefined ? [] : openings(skip);
    return runs[run]?.least === 0 ? [run, ...openings(run + 1), ...open] : [run, ...open];
  };
  interface Place {
    readonly run: number;
    readonly seen: number;
  }
  const step = ({ run, seen }: Place, char: string): Place | undefined => {
    const current = runs[run];
    if (seen > 0 && current !== undefined) {
      if (seen < current.most && current.of.includes(char)) return { run, seen: counted(current, seen + 1) };
      if (seen < current.least) return undefined;
    }
    const next = openings(seen > 0 ? run + 1 : run).find((each) => runs[each]?.of.includes(char));
    return next === undefined ? undefined : { run: next, seen: 1 };
  };
  const accepts = ({ run, seen }: Place): boolean =>
    seen > 0 && seen >= (runs[run]?.least ?? 0) && openings(run + 1).includes(runs.length);
  return numbered(runs.map(({ of }) => of).join(""), { run: 0, seen: 0 }, step, accepts);
}

/** Beyond the least of a run without end it makes no difference how many there were. */
const counted = ({ least, most }: Stretch, seen: number): number =>
  most === Number.POSITIVE_INFINITY ? Math.min(seen, Math.max(least, 1)) : seen;

/** One of these texts. */
export const oneOf = (texts: readonly string[]): Automaton =>
  numbered(
    texts.join(""),
    "",
    (seen, char) => (texts.some((text) => text.startsWith(seen + char)) ? seen + char : undefined),
    (seen) => texts.includes(seen),
  );

/** What `a` accepts and `b` does not. */
export const butNot = (a: Automaton, b: Automaton): Automaton =>
  numbered<readonly [inA: number, inB: number]>(
    a.letters + b.letters,
    [START, START],
    ([inA, inB], char) => {
      const next = a.step(inA, char);
      return next === DEAD ? undefined : [next, inB === DEAD ? DEAD : b.step(inB, char)];
    },
    ([inA, inB]) => a.accepts(inA) && (inB === DEAD || !b.accepts(inB)),
  );
