/**
 * The items of the task manager. ElectroDB writes keys in lower case, so nothing is taken from them: they only tell what
 * kind of item it is, and the attributes hold the values as they were given.
 */
import { defineItems } from "../../../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

const INDEXES = [1, 2, 3, 4, 5].flatMap((index) => [`gsi${index}pk`, `gsi${index}sk`]);

export const items = defineItems(
  tables,
  { keys: { pk: "pk", sk: "sk" }, ignore: ["__edb_v__", ...INDEXES] },
  ({ item, into, each }) => [
    item(
      "Office",
      {
        pk: "$task-manager#country_{country}#state_{state}",
        sk: "$office_1#city_{city}#zip_{zip}#officename_{name}",
        where: { __edb_e__: "Office" },
      },
      ({ attr }) => [
        into("offices", {
          office_name: attr("officeName"),
          country: attr("country"),
          state: attr("state"),
          city: attr("city"),
          zip: attr("zip"),
          address: attr("address"),
        }),
      ],
    ),

    item(
      "Employee",
      { pk: "$task-manager#employee_{id}", sk: "$employee_1", where: { __edb_e__: "employee" } },
      ({ attr, key }) => [
        into("employees", {
          employee_id: attr("employee").agreesWith(key.id),
          first_name: attr("firstName"),
          last_name: attr("lastName"),
          office_name: attr("officeName"),
          title: attr("title"),
          team: attr("team"),
          salary: attr("salary").digits(),
          manager_id: attr("manager").optional(),
          date_hired: attr("dateHired"),
          birthday: attr("birthday"),
        }),
      ],
    ),

    item(
      "Task",
      {
        pk: "$task-manager#taskname_{task}",
        sk: "$task_1#project_{project}#employee_{employee}",
        where: { __edb_e__: "task" },
      },
      ({ attr }) => {
        const task = { task_id: attr("taskName"), project: attr("project"), employee_id: attr("employee") };
        return [
          into("tasks", {
            ...task,
            description: attr("description"),
            status: attr("status").oneOf("open", "in-progress", "on-hold", "completed", "closed"),
            points: attr("points"),
          }),
          each(attr("comments"), (comment, position) => {
            const author = comment.at("author");
            return [
              into("task_comments", { ...task, position, author_id: author.at("employee"), body: comment.at("text") }),
              into("employees", {
                employee_id: author.at("employee"),
                first_name: author.at("firstName"),
                last_name: author.at("lastName"),
                office_name: author.at("officeName"),
                title: author.at("title"),
                team: author.at("team"),
                salary: author.at("salary").digits(),
                manager_id: author.at("manager").optional(),
                date_hired: author.at("dateHired"),
                birthday: author.at("birthday"),
              }),
            ];
          }),
        ];
      },
    ),
  ],
);
