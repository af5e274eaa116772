import { describe, expect, it } from "vitest";
import {
  comment,
  importLines,
  inBlock,
  property,
  propertyLines,
  quoted,
} from "../../../lambda/domain/draft/text/code.ts";

const read = (code: string): unknown => new Function(`return ${code};`)();

describe("a text in code", () => {
  it.each(['"info"', "it's", `both " and '`, "new\nline", "back\\slash", "\u2028", "\u0000", "\u202e", "`", "é"])(
    "is read as it was: %j",
    (text) => expect(read(quoted(text))).toBe(text),
  );

  it("stands in the quotes that save escapes", () => {
    expect(quoted('"info"')).toBe(`'"info"'`);
    expect(quoted("it's")).toBe(`"it's"`);
    expect(quoted(`a"b'c`)).toBe(`"a\\"b'c"`);
  });

  it("shows nothing that turns the line around", () => expect(quoted("a\u202eb")).toBe('"a\\u{202e}b"'));

  it("never ends a comment, nor begins another line", () => {
    expect(inBlock("a */ b")).toBe("a * / b");
    expect(comment("a\nb\u2028c")).toBe("// a b c");
  });
});

describe("a name in an object", () => {
  it.each(["name", "GSI1-PK", "__proto__", "a b", "日本", "constructor"])("is its own: %s", (name) => {
    expect(Object.keys(read(`({ ${property(name)}: 1 })`) as object)).toEqual([name]);
  });
});

describe("lines", () => {
  it("of an import are sorted as the formatter sorts them", () => {
    expect(importLines(["text", "type TargetDatabase", "date", "table"], "./x.ts")).toEqual([
      'import { date, type TargetDatabase, table, text } from "./x.ts";',
    ]);
    expect(importLines(["text", "date"], "./x".repeat(60))).toHaveLength(4);
  });

  it("of a long chain are one for each word", () => {
    const words = times(4).map((at) => ({ word: "at", args: [`member ${at}`.padEnd(20, "x")] }));
    const lines = propertyLines("column", { origin: { kind: "attr", name: "attribute" }, words }, 20);
    expect(lines[0]).toBe('column: attr("attribute")');
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toMatch(/^ {2}\.at\(.*\),$/);
  });
});

const times = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
