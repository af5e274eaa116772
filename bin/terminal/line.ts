/** What is known of a step → one line that fits its terminal: what matters least goes first. */

export interface Part {
  readonly text: string;
  /** The smallest is left out first. */
  readonly weight: number;
}

const ELLIPSIS = "…";

export function fitted(label: string, parts: readonly Part[], width: number): string {
  const line = (shown: readonly Part[]): string =>
    shown.length === 0 ? label : `${label}: ${shown.map(({ text }) => text).join(" · ")}`;
  let shown = parts;
  while (shown.length > 0 && line(shown).length > width) {
    const least = Math.min(...shown.map(({ weight }) => weight));
    shown = shown.filter(({ weight }) => weight > least);
  }
  const text = line(shown);
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}${ELLIPSIS}`;
}
