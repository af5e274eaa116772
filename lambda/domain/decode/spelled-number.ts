/** A number as people write it, `(1,234.50)` or `€ 1.234,50`, by what a mapping says of its spelling → plain digits. */
import { literally } from "../../mapping/literally.ts";
import type { NumberSpelling } from "../../mapping/plans.ts";

const BLANK = "[ \\u00a0\\u202f]?";

/** Groups are of three digits and all parted, or none is. A number in parentheses is below zero, and has no other sign. */
export function spelledNumber({ thousands, point = ".", unit }: NumberSpelling): (text: string) => string | undefined {
  const groups = thousands === undefined ? "" : `\\d{1,3}(?:${literally(thousands)}\\d{3})+|`;
  const [before, after] =
    unit === undefined ? ["", ""] : [`(?:${literally(unit)}${BLANK})?`, `(?:${BLANK}${literally(unit)})?`];
  const amount = `(?<whole>${groups}\\d+)(?:${literally(point)}(?<fraction>\\d+))?`;
  const whole = new RegExp(
    `^(?<open>\\()?(?<sign>[+-])?${before}(?<inner>[+-])?${amount}${after}(?<behind>-)?(?<close>\\))?$`,
  );
  return (text) => {
    const found = whole.exec(text)?.groups;
    if (found === undefined) return undefined;
    const { open, sign, inner, behind, close, fraction } = found;
    const signs = [open, sign, inner, behind].filter((each) => each !== undefined);
    if (signs.length > 1 || (open === undefined) !== (close === undefined)) return undefined;
    const digits = (found.whole ?? "").replace(/\D/g, "");
    const isBelow = signs[0] === "(" || signs[0] === "-";
    return `${isBelow ? "-" : ""}${digits}${fraction === undefined ? "" : `.${fraction}`}`;
  };
}
