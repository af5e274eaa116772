/** Words that must not compile where they stand, with what the compiler says, and their twins that must. */

/** Columns of a file, one of them with the value in question. */
const file = (column: "size" | "created_at" | "note", value: string): string => {
  const columns = { size: 'attr("s")', created_at: 'attr("c")', note: 'attr("n").optional()', [column]: value };
  const row = Object.entries(columns).map(([name, reader]) => `${name}: ${reader}`);
  return `defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr, constant }) => [into("files", { file_id: key.f, ${row.join(", ")} })])]);`;
};
const person = (value: string): string =>
  `defineItems(tables, options, ({ item, part }) => [item("P", { pk: "P#{p}", sk: "M" }, ({ key, attr }) => [part("people", { id: key.p, ok: ${value} })])]);`;

const rows = (writes: string): string =>
  `defineItems(tables, options, ({ item, into, each, when, choose, agree }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr, compose }) => [${writes}])]);`;
const tag = (value: string): string => `into("tags", { file_id: key.f, tag: ${value} })`;

const told = (where: string): string =>
  `defineItems(tables, options, ({ ignoreItem }) => [ignoreItem("I", { pk: "F#{f}", sk: "M", where: ${where} }, "why")]);`;

export const WORD_CASES: readonly (readonly [string, RegExp | undefined])[] = [
  [rows(tag('attr("x").captures("{a:open|closed}#{b:!int}").b')), undefined],
  [rows(tag('attr("x").captures("{a:open|closed}#{b:!int}").closed')), /Property 'closed' does not exist/],
  [file("size", "constant(null)"), /"may be null"' is not assignable to type '"never null"/],
  [file("note", "constant(null)"), undefined],
  [file("note", "undefined"), /'undefined' is not assignable/],
  [file("note", 'attr("n").trueFalse("1", "0")'), /Property 'text' is missing/],
  [person('attr("o").optional().trueFalse("1", "0")'), undefined],
  [person('attr("o").digits().trueFalse("1", "0")'), undefined],
  [person('attr("o").trueFalse("1")'), /Expected 2 arguments/],
  [person('attr("o").trueFalse("1", "0").oneOf("1")'), /Property 'oneOf' does not exist/],
  [file("note", 'attr("n").withoutPrefix("[").withoutSuffix("]").captures("{a}").a.withoutSuffix("x")'), undefined],
  [file("note", 'attr("n").hex()'), /Property 'text' is missing/],
  [file("created_at", 'attr("c").dateOnly()'), /Property 'timestamptz' is missing/],
  [file("note", 'attr("n").epochMillis().dateOnly()'), undefined],
  [file("note", 'attr("n").captures("{{{x}").x'), undefined],
  [file("note", 'attr("n").captures("{{{x}}}-{{y}}").x'), undefined],
  [file("note", 'attr("n").captures("{{y}}").y'), /Property 'y' does not exist/],
  [file("size", 'attr("s").digits({ thousands: ",", point: ".", unit: "$" })'), undefined],
  [file("note", 'attr("n").digits({ thousands: "," })'), /Property 'text' is missing/],
  [file("size", 'attr("s").digits({ thousand: "," })'), /'thousand' does not exist/],
  [file("created_at", 'attr("c").format("M/D/YYYY HH:mm Z")'), undefined],
  [file("created_at", 'attr("c").format("M/D/YYYY HH:mm")'), /Property 'timestamptz' is missing/],
  [file("created_at", 'attr("c").format("D.M.YYYY [at HH Z]")'), /Property 'timestamptz' is missing/],
  [file("created_at", 'attr("c").format("M/D/YY HH:mm Z", { firstYear: 1950 })'), undefined],
  [file("created_at", 'attr("c").format("M/D/YY HH:mm Z")'), /Expected 2 arguments/],
  [file("created_at", 'attr("c").format("M/D/YYYY HH:mm Z", { firstYear: 1950 })'), /Expected 1 arguments/],
  [rows(`when(attr("A").optional(), (a) => ${tag('a.at("B").at(0).captures("{c}").c')})`), undefined],
  [rows(`when(attr("A").nullable(), (a) => [${tag('a.at("B")')}, ${tag("a")}])`), undefined],
  [rows(`when(attr("A"), (a) => ${tag("a")})`), /"never null"' is not assignable to type '"may be null"/],
  [rows(`when(attr("A").optional(), (a) => ${tag("a.optional()")})`), /Property 'optional' does not exist/],
  [rows(`when(attr("A").optional(), (a) => ${tag('a.at("B").optional()')})`), /"may be null"' is not assignable/],
  [rows(`when(attr("A").optional().digits(), (a) => ${tag("a")})`), /Property 'text' is missing/],
  [rows(`when(attr("A").optional().captures("{b}").b, (b) => ${tag("b.withoutPrefix('x')")})`), undefined],
  [rows(`when(attr("A").optional().captures("{b}").b, (b) => ${tag("b.at(0)")})`), /Property 'at' does not exist/],
  [
    rows(`each(attr("A"), (a) => choose(a.at("Role"), { admin: () => ${tag('a.at("B")')}, guest: () => [] }))`),
    undefined,
  ],
  [
    rows(`choose(attr("A").optional(), { admin: () => ${tag("key.f")} })`),
    /"may be null"' is not assignable to type '"never null"/,
  ],
  [rows(`choose(attr("A").digits(), { "1": () => ${tag("key.f")} })`), /Property 'text' is missing/],
  [rows(`choose(key.f, { admin: ${tag("key.f")} })`), /is not assignable to type '\(\) => Writes'/],
  [told("{ A: absent, B: present, C: 1, D: { E: { F: absent }, G: true } }"), undefined],
  [told("{ A: null }"), /'null' is not assignable to type/],
  [told("{ A: { B: undefined } }"), /'undefined' is not assignable to type/],
  [
    rows(
      `agree(attr("G"), compose("U#{a}#{b:int}", { a: key.f, b: attr("B").digits() })), ${tag('compose("{a}", { a: attr("A") })')}`,
    ),
    undefined,
  ],
  [rows(tag('compose("{a}#{b}", { a: key.f })')), /Property 'b' is missing/],
  [rows(tag('compose("{a}", { a: key.f, c: key.f })')), /'c' does not exist/],
  [rows(tag('compose("{a}", { a: attr("A").optional() })')), /"may be null"' is not assignable to type '"never null"/],
  [rows('agree(attr("G"), "U#1")'), /is not assignable to parameter of type 'AnyReader'/],
];
