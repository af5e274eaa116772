/** Five columns of each case. */
import { afterHash, each, type Probe, pk, type RawItem, type RawValue, sk, text } from "./probe.ts";

export type CaseName =
  | "battle-royale"
  | "online-shop"
  | "electrodb-taskmanager"
  | "elearning"
  | "social-network"
  | "all-types";

const isUser = (item: RawItem): boolean => pk(item).startsWith("USER#");
const isGame = (item: RawItem): boolean => pk(item).startsWith("GAME#") && sk(item).startsWith("#METADATA#");
const isPlayer = (item: RawItem): boolean => pk(item).startsWith("GAME#") && sk(item).startsWith("USER#");
const isA = (type: string) => (item: RawItem) => text(item, "EntityType") === type;

const isElectro =
  (entity: string) =>
  (item: RawItem): boolean =>
    text(item, "__edb_e__") === entity;
const taskKey = (item: RawItem): string =>
  ["taskName", "project", "employee"].map((name) => text(item, name)).join(" ");
/** Placeholders are told by their tenant: they must not have become rows. */
const isLearning =
  (kind: string) =>
  (item: RawItem): boolean =>
    (item.sk?.S ?? "").startsWith(kind) && text(item, "tenant_id") !== "sample_tenant_id";

const allTypes = (column: string, name: string, sql: string, value: (raw: RawValue) => string | undefined): Probe => ({
  column: `all_types.${column}`,
  raw: (item) => [[text(item, "id") ?? "", value(item[name] ?? {}) ?? null]],
  sql: `select id as key, ${sql} as value from all_types`,
});

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS'`;

export const PROBES: Readonly<Record<CaseName, readonly Probe[]>> = {
  "battle-royale": [
    {
      column: "users.address",
      raw: each(
        isUser,
        (item) => afterHash(pk(item)),
        (item) => text(item, "address"),
      ),
      sql: "select username as key, address as value from users",
    },
    {
      column: "users.birthdate",
      raw: each(
        isUser,
        (item) => afterHash(pk(item)),
        (item) => text(item, "birthdate"),
      ),
      sql: "select username as key, to_char(birthdate, 'YYYY-MM-DD') as value from users",
    },
    {
      column: "games.people",
      raw: each(
        isGame,
        (item) => afterHash(pk(item)),
        (item) => item.people?.N ?? null,
      ),
      sql: "select game_id::text as key, people::text as value from games",
    },
    {
      column: "games.start_time",
      raw: each(
        isGame,
        (item) => afterHash(pk(item)),
        (item) => text(item, "start_time"),
      ),
      sql: `select game_id::text as key, to_char(start_time, ${ISO}) as value from games`,
    },
    {
      column: "game_players.place",
      raw: each(
        isPlayer,
        (item) => `${afterHash(pk(item))} ${afterHash(sk(item))}`,
        (item) => text(item, "place"),
      ),
      sql: "select game_id::text || ' ' || username as key, place as value from game_players",
    },
  ],

  "online-shop": [
    {
      column: "products.price",
      raw: each(
        isA("product"),
        (item) => afterHash(pk(item)),
        (item) => text(item, "Price"),
      ),
      sql: "select product_id as key, trim_scale(price)::text as value from products",
    },
    {
      column: "orders.ordered_at",
      raw: each(
        isA("order"),
        (item) => afterHash(pk(item)),
        (item) => text(item, "Date"),
      ),
      sql: `select order_id as key, to_char(ordered_at, ${ISO}) as value from orders`,
    },
    {
      column: "payments.amount",
      raw: (item) =>
        (item.Detail?.M?.Payments?.L ?? []).map((payment, position) => [
          `${afterHash(sk(item))} ${position}`,
          payment.M?.Amount?.N ?? null,
        ]),
      sql: "select invoice_id || ' ' || position as key, trim_scale(amount)::text as value from payments",
    },
    {
      column: "shipments.address",
      raw: each(
        isA("shipment"),
        (item) => afterHash(sk(item)),
        (item) =>
          Object.entries(item.Address?.M ?? {})
            .map(([name, value]) => `${name}=${value.S}`)
            .sort()
            .join(","),
      ),
      sql: `select shipment_id as key, (
              select string_agg(name || '=' || member, ',' order by name collate "C") from jsonb_each_text(address) as members (name, member)
            ) as value from shipments`,
    },
    {
      column: "shipment_items.product_id",
      raw: each(
        isA("shipmentItem"),
        (item) => afterHash(sk(item)),
        (item) => afterHash(text(item, "GSI1-SK")),
      ),
      sql: "select shipment_item_id as key, product_id as value from shipment_items",
    },
  ],

  "electrodb-taskmanager": [
    {
      column: "offices.country",
      raw: each(
        isElectro("Office"),
        (item) => text(item, "officeName"),
        (item) => text(item, "country"),
      ),
      sql: "select office_name as key, country as value from offices",
    },
    {
      column: "employees.salary",
      raw: each(
        isElectro("employee"),
        (item) => text(item, "employee"),
        (item) => text(item, "salary"),
      ),
      sql: "select employee_id::text as key, salary::text as value from employees",
    },
    {
      column: "employees.manager_id",
      raw: each(
        isElectro("employee"),
        (item) => text(item, "employee"),
        (item) => text(item, "manager"),
      ),
      sql: "select employee_id::text as key, manager_id::text as value from employees",
    },
    {
      column: "tasks.description",
      raw: each(isElectro("task"), taskKey, (item) => text(item, "description")),
      sql: "select concat_ws(' ', task_id, project, employee_id) as key, description as value from tasks",
    },
    {
      column: "task_comments.body",
      raw: (item) =>
        (item.comments?.L ?? []).map((comment, at) => [`${taskKey(item)} ${at}`, comment.M?.text?.S ?? null]),
      sql: "select concat_ws(' ', task_id, project, employee_id, position) as key, body as value from task_comments",
    },
  ],

  elearning: [
    {
      column: "courses.created_at",
      raw: each(
        isLearning("COURSE#DETAILS"),
        (item) => text(item, "course_id"),
        (item) => item.created_at?.N ?? null,
      ),
      sql: "select course_id as key, extract(epoch from created_at)::bigint::text as value from courses",
    },
    {
      column: "course_tags.tag",
      raw: (item) =>
        isLearning("COURSE#DETAILS")(item)
          ? (item.tags?.L ?? []).map((tag) => [`${text(item, "course_id")} ${tag.S}`, tag.S ?? null])
          : [],
      sql: "select course_id || ' ' || tag as key, tag as value from course_tags",
    },
    {
      column: "lessons.lesson_order",
      raw: each(
        isLearning("LESSON#"),
        (item) => text(item, "lesson_id"),
        (item) => item.lesson_order?.N ?? null,
      ),
      sql: "select lesson_id as key, lesson_order::text as value from lessons",
    },
    {
      column: "enrollments.grade",
      raw: each(
        isLearning("ENROLLMENT#"),
        (item) => text(item, "course_id"),
        (item) => text(item, "grade"),
      ),
      sql: "select course_id as key, grade as value from enrollments",
    },
    {
      column: "certificates.issued_at",
      raw: each(
        isLearning("CERT#"),
        (item) => text(item, "course_id"),
        (item) => sk(item).split("#")[2] ?? null,
      ),
      sql: "select course_id as key, extract(epoch from issued_at)::bigint::text as value from certificates",
    },
  ],

  "social-network": [
    {
      column: "users.followers",
      raw: each(
        (item) => sk(item) === '"count"' && pk(item).startsWith("u#"),
        (item) => afterHash(pk(item)),
        (item) => item["follower#"]?.N ?? null,
      ),
      sql: "select user_id as key, followers::text as value from users",
    },
    {
      column: "users.image_url",
      raw: each(
        (item) => sk(item) === '"info"',
        (item) => afterHash(pk(item)),
        (item) => text(item, "imageUrl"),
      ),
      sql: "select user_id as key, image_url as value from users",
    },
    {
      column: "follows",
      raw: (item) => {
        const [, user = "", list] = pk(item).split("#");
        const other = afterHash(sk(item)) ?? "";
        if (list === "follower") return [[`${other} ${user}`, other]];
        return list === "following" ? [[`${user} ${other}`, user]] : [];
      },
      sql: "select follower_id || ' ' || followed_id as key, follower_id as value from follows",
    },
    {
      column: "posts.posted_at",
      raw: each(
        (item) => pk(item).endsWith("#post"),
        (item) => afterHash(sk(item)),
        (item) => text(item, "timestamp"),
      ),
      sql: "select post_id as key, extract(epoch from posted_at)::bigint::text as value from posts",
    },
    {
      column: "timeline_entries.author_id",
      raw: each(
        (item) => pk(item).endsWith("#timeline"),
        (item) => sk(item).split("#")[1] ?? null,
        (item) => sk(item).split("#")[3] ?? null,
      ),
      sql: "select post_id as key, author_id as value from timeline_entries",
    },
  ],

  "all-types": [
    allTypes("decimal_field", "decimalField", "decimal_field::text", (value) => value.N),
    allTypes(
      "deep_value",
      "nestedMap",
      "deep_value",
      (value) => value.M?.level1?.M?.level2?.M?.level3?.M?.deepValue?.S,
    ),
    allTypes("number_array", "numberArray", "array_to_string(number_array, ',')", (value) => value.NS?.join()),
    allTypes("binary_data", "binaryData", "encode(binary_data, 'base64')", (value) => value.B),
    allTypes(
      "binary_set",
      "binarySet",
      "(select string_agg(encode(b, 'base64'), ',' order by b) from unnest(binary_set) b)",
      (value) => value.BS?.join(),
    ),
  ],
};
