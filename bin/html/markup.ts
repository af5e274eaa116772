/** Text → markup of a page. What is not written in this program is escaped: only `html` makes markup, and nothing but markup, text and numbers goes into it. */
import { visible } from "../../lambda/domain/visible.ts";

/** No text is one, whatever it holds. */
export class Markup {
  readonly #text: string;
  private constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }

  static of(parts: TemplateStringsArray, values: readonly Part[]): Markup {
    return new Markup(parts.reduce((before, part, at) => `${before}${written(values[at - 1])}${part}`));
  }

  /** A drawing whose every name was escaped where it was drawn, without what stands before its first element. */
  static drawn(svg: string): Markup {
    return new Markup(svg.slice(svg.indexOf("<svg")));
  }
}

type Part = Markup | string | number | undefined | readonly (Markup | undefined)[];

export const html = (parts: TemplateStringsArray, ...values: readonly Part[]): Markup => Markup.of(parts, values);

function written(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.toString();
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  return part.map(written).join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}](?:[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{M}\p{Zs}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{M}])?/gu;

/** A sentence with names in it, of which some may be read from the right: what follows them stays where it is. */
export function words(text: string): Markup {
  const found = [...text.matchAll(RIGHT_TO_LEFT)];
  const ends = found.map((match) => match.index + match[0].length);
  const between = found.map((match, at) => html`${text.slice(ends[at - 1] ?? 0, match.index)}<bdi>${match[0]}</bdi>`);
  return html`${joined(between)}${text.slice(ends.at(-1) ?? 0)}`;
}

/** Without a space between. */
export const joined = (list: readonly Markup[]): Markup => list.reduce((all, each) => html`${all}${each}`, html``);
