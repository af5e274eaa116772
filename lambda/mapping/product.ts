/** Two automata, walked side by side → whether one's texts lie within the other's, and the texts both accept. */
import { type Automaton, DEAD, START } from "./automaton.ts";

/** Every character that the two tell apart, after one that neither knows and that stands for all others. */
function alphabet(a: Automaton, b: Automaton): readonly string[] {
  const letters = new Set([...a.letters, ...b.letters]);
  let other = "x";
  for (let code = 0x61; letters.has(other); code += 1) other = String.fromCodePoint(code);
  return [other, ...letters];
}

/** Whether `b` accepts every text that `a` accepts. */
export function isWithin(a: Automaton, b: Automaton): boolean {
  const chars = alphabet(a, b);
  const seen = new Set<string>();
  const open: [number, number][] = [[START, START]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [inA, inB] = pair;
    if (a.accepts(inA) && (inB === DEAD || !b.accepts(inB))) return false;
    for (const char of chars) {
      const next: [number, number] = [a.step(inA, char), inB === DEAD ? DEAD : b.step(inB, char)];
      const name = next.join();
      if (next[0] === DEAD || seen.has(name)) continue;
      seen.add(name);
      open.push(next);
    }
  }
  return true;
}

interface Node {
  readonly next: Map<string, Node>;
  readonly before: Set<Node>;
  readonly accepted: boolean;
  /** How many more characters the shortest accepted text needs from here. */
  left: number;
}

/** The pairs of live states that can be reached. */
function explore(a: Automaton, b: Automaton): readonly Node[] {
  const chars = alphabet(a, b);
  const found = new Map<string, { readonly at: readonly [number, number]; readonly node: Node }>();
  const visit = (inA: number, inB: number): Node => {
    const name = `${inA},${inB}`;
    const known = found.get(name);
    if (known !== undefined) return known.node;
    const accepted = a.accepts(inA) && b.accepts(inB);
    const node: Node = { next: new Map(), before: new Set(), accepted, left: accepted ? 0 : Number.POSITIVE_INFINITY };
    found.set(name, { at: [inA, inB], node });
    return node;
  };
  visit(START, START);
  // A map hands out what is added to it while it is walked, so this ends when nothing new is found.
  for (const { at, node } of found.values()) {
    for (const char of chars) {
      const [inA, inB] = [a.step(at[0], char), b.step(at[1], char)];
      if (inA === DEAD || inB === DEAD) continue;
      const next = visit(inA, inB);
      node.next.set(char, next);
      next.before.add(node);
    }
  }
  return [...found.values()].map(({ node }) => node);
}

/** Works out `left`, from the accepting nodes backwards. */
function measure(nodes: readonly Node[]): void {
  let reached = nodes.filter(({ accepted }) => accepted);
  for (let distance = 1; reached.length > 0; distance += 1) {
    const nearer = new Set(reached.flatMap(({ before }) => [...before]));
    reached = [...nearer].filter(({ left }) => left === Number.POSITIVE_INFINITY);
    for (const node of reached) node.left = distance;
  }
}

/**
 * The texts that both accept, shortest first and each once; perhaps without end. Where any character will do, it is
 * first one that stands in neither.
 */
export function* commonTexts(a: Automaton, b: Automaton): Generator<string> {
  const nodes = explore(a, b);
  measure(nodes);
  // Unfinished texts by the length of the shortest text they lead to: a text is only begun when it can be ended.
  const open = new Map<number, [string, number, Node][]>();
  const add = (text: string, length: number, node: Node): void => {
    if (node.left === Number.POSITIVE_INFINITY) return;
    const total = length + node.left;
    const sameLength = open.get(total) ?? [];
    open.set(total, sameLength);
    sameLength.push([text, length, node]);
  };
  const [first] = nodes;
  if (first !== undefined) add("", 0, first);
  while (open.size > 0) {
    const total = Math.min(...open.keys());
    const entry = open.get(total)?.pop();
    if (entry === undefined) {
      open.delete(total);
      continue;
    }
    const [text, length, node] = entry;
    // An accepting node leads to itself with nothing left, so its text comes before any that goes on from it.
    if (node.accepted) yield text;
    for (const [char, next] of [...node.next].reverse()) add(text + char, length + 1, next);
  }
}
