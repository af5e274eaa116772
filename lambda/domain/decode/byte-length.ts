/** A text → its bytes as UTF-8, as Postgres counts them. */

/** Short texts are looked at here: asking takes as long as 50 characters. */
const SHORT = 50;
const LAST_ASCII = 0x7f;

/** Half a surrogate pair counts as the replacement character it would become. */
export function byteLength(text: string): number {
  if (text.length > SHORT) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > LAST_ASCII) return Buffer.byteLength(text);
  return text.length;
}
