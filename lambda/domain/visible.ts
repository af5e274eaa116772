/** Text of others → text that is all seen: nothing in it commands a terminal, turns what stands around it, or passes for something else. */

/** What turns the text around it, moves a cursor, or is no character of XML. */
const UNSEEN = /[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/gu;

const hex = (sign: string): string => (sign.codePointAt(0) ?? 0).toString(16).padStart(4, "0");

/** Each such sign is told by its number. */
export const visible = (text: string): string => text.replace(UNSEEN, (sign) => `⟨U+${hex(sign).toUpperCase()}⟩`);

/** What was shown so, as it was. A text that holds such words itself is shown no other way: both may be meant. */
export const asItWas = (shown: string): string =>
  shown.replace(/⟨U\+([0-9A-F]{4})⟩/g, (_, number: string) => String.fromCodePoint(Number.parseInt(number, 16)));

/** The same of JSON, which stays JSON. */
export const visibleJson = (json: string): string => json.replace(UNSEEN, (sign) => `\\u${hex(sign)}`);

/** The same of lines, which stay lines. */
export const visibleLines = (text: string): string => text.split("\n").map(visible).join("\n");
