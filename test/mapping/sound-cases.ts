/** What must compile: the compiler says nothing of these lines. */
export const SOUND_CASES: readonly (readonly [string, undefined])[] = [
  [
    'defineItems(defineTables({ a: table({ id: text().primaryKey(), n: text(), m: text() }).duplicates("merge", { agree: ["n"] }) }), options, ({ item, part }) => [item("X", { pk: "X#{x}", sk: "M" }, ({ key, attr }) => [part("a", { id: key.x, n: attr("n").optional() })])]);',
    undefined,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), n: text().nullable() }).duplicates("merge", { agree: ["n"] }).unique("n") });',
    undefined,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text().references("b"), n: text(), m: integer() }).repeats("b", { n: "name" }).duplicates("identical", { copies: 2 }).index("n"), b: { id: text().primaryKey(), name: text() } });',
    undefined,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), x: text(), y: text(), n: text() }).foreignKey(["x", "y"], "b").repeats(["y", "x"], { n: "name" }), b: { x: text().primaryKey(), y: text().primaryKey(), name: text() } });',
    undefined,
  ],
  [
    'defineTables({ a: table({ id: text().primaryKey(), b: text().references("b", "code"), c: text(), d: text().nullable().references("b", "id") }).foreignKey(["b", "c"], "b", ["y", "x"]).foreignKey(["c"], "b"), b: table({ id: text().primaryKey(), code: text().unique().nullable(), x: text(), y: text() }).unique("x", "y").index("x") });',
    undefined,
  ],
  [
    'defineTables({ a: { id: text().primaryKey(), b: text().references("b", "code") }, b: table({ id: text().primaryKey(), code: text() }).unique("code").check("c", "true") });',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").oneOf("a").nullIf("x").optional().nullable() })])]);',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").optional().nullable().at("x").at(0).withoutPrefix("v").captures("{a}-{b}").b })])]);',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c"), note: attr("n").orElse("x").captures("{a}").a.convert("up", (v) => v).oneOf("b") })])]);',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [each(attr("t").convert("list", (v) => v).optional(), (tag) => into("tags", { file_id: key.f, tag }))])]);',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [each(key.f.split(","), (tag) => into("tags", { file_id: key.f, tag }))])]);',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("T", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [each(attr("t").captures("x#{y}").y.split(","), (tag) => into("tags", { file_id: key.f, tag }))])]);',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, into }) => [item("F", { pk: "F#{f}", sk: "{n:int}" }, ({ key, attr, surrogate }) => [into("files", { file_id: surrogate("file", key.f, attr("x")), size: key.n.digits(), created_at: attr("c").digits().epochSeconds(), note: attr("n").nullIf("-").oneOf("a") })])]);',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, into, each }) => [item("F", { pk: "F#{f}", sk: "M" }, ({ key, attr }) => [into("files", { file_id: key.f, size: attr("s"), created_at: attr("c").epochMillis(), note: attr("n").optional().nullable() }), each(attr("t"), (tag) => into("tags", { file_id: key.f, tag }))])]);',
    undefined,
  ],
  [
    'export const right = (db: Kysely<Database>): Promise<{ size: string; note: string | null }[]> => db.selectFrom("files").select(["size", "note"]).execute();',
    undefined,
  ],
  [
    'defineItems(tables, options, ({ item, part }) => [item("P", { pk: "P#{p}", sk: "M" }, ({ key, attr }) => [part("people", { id: key.p, ok: attr("o") })])]);',
    undefined,
  ],
];
