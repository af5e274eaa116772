import { describe, expect, it } from "vitest";
import { camel, GivenNames, plural, singular, snake } from "../../../lambda/domain/draft/names.ts";

describe("a name", () => {
  it.each([
    ["officeName", "office_name"],
    ["GSI1-PK", "gsi1_pk"],
    ["HTTPStatusCode", "http_status_code"],
    ["follower#", "follower"],
    ["__edb_e__", "edb_e"],
    ["__proto__", "proto"],
    ["1st place", "_1st_place"],
    ["Größe", "große"],
    ["日本", "日本"],
    ["#*/", "column"],
  ])("%s becomes %s", (name, column) => expect(snake(name, "column")).toBe(column));

  it("is never longer than Postgres takes, in bytes", () => {
    expect(Buffer.byteLength(snake("日".repeat(80), "column"))).toBeLessThan(63);
    expect(snake("x".repeat(80), "column")).toHaveLength(50);
  });

  it.each([
    ["order_item", "order_items"],
    ["company", "companies"],
    ["day", "days"],
    ["box", "boxes"],
    ["status", "status"],
    ["bus", "buses"],
    ["person", "people"],
    ["progress", "progress"],
    ["tags", "tags"],
    ["address", "addresses"],
  ])("%s is many as %s", (one, many) => expect(plural(one)).toBe(many));

  it.each([
    ["tags", "tag"],
    ["categories", "category"],
    ["addresses", "address"],
    ["people", "person"],
    ["status", "status"],
    ["bus", "bus"],
    ["analysis", "analysis"],
  ])("of %s one is %s", (many, one) => expect(singular(many)).toBe(one));

  it("of a capture is an identifier", () => {
    expect(camel("office_name", "part")).toBe("officeName");
    expect(camel("日本", "part")).toBe("part");
    expect(camel("2nd_id", "part")).toBe("_2ndId");
  });

  it("is given out once", () => {
    const given = new GivenNames();
    expect([given.give("id"), given.give("id"), given.give("id_2")]).toEqual(["id", "id_2", "id_2_2"]);
  });
});
