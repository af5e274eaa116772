/** ElectroDB's task manager as tables: offices, the people in them, what they work on and what is said about it. */
import {
  date,
  defineTables,
  integer,
  numeric,
  type TargetDatabase,
  table,
  text,
  uuid,
} from "../../../lambda/mapping/index.ts";

export const tables = defineTables({
  offices: {
    office_name: text().primaryKey(),
    country: text(),
    state: text(),
    city: text(),
    zip: text(),
    address: text(),
  },
  // Every comment holds a copy of its author, whole. Copies that agree are no fault; one that did not would be told.
  employees: table({
    employee_id: uuid().primaryKey(),
    first_name: text(),
    last_name: text(),
    office_name: text().references("offices"),
    title: text(),
    team: text(),
    salary: numeric(),
    manager_id: uuid().nullable().references("employees"),
    date_hired: date(),
    birthday: date(),
  }).duplicates("identical"),
  tasks: table({
    task_id: uuid().primaryKey(),
    project: text().primaryKey(),
    employee_id: uuid().primaryKey().references("employees"),
    description: text(),
    status: text(),
    points: integer(),
  }),
  task_comments: table({
    task_id: uuid().primaryKey(),
    project: text().primaryKey(),
    employee_id: uuid().primaryKey(),
    position: integer().primaryKey(),
    author_id: uuid().references("employees"),
    body: text(),
  }).foreignKey(["task_id", "project", "employee_id"], "tasks"),
});

export type Database = TargetDatabase<typeof tables>;
