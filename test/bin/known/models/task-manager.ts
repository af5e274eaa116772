/** The task manager of ElectroDB's own example, as a team would have it in its code: three entities, one service. */
import { Entity, Service } from "electrodb";

const table = "electro";

export const offices = new Entity(
  {
    model: { entity: "office", version: "1", service: "task-manager" },
    attributes: {
      office: { type: "string", field: "officeName" },
      country: { type: "string" },
      city: { type: "string" },
      address: { type: "map", properties: { street: { type: "string", required: true }, zip: { type: "string" } } },
    },
    indexes: {
      locations: {
        pk: { field: "pk", composite: ["country"] },
        sk: { field: "sk", composite: ["city", "office"] },
      },
      office: {
        index: "gsi1pk-gsi1sk-index",
        collection: "workplaces",
        pk: { field: "gsi1pk", composite: ["office"] },
        sk: { field: "gsi1sk", composite: [] },
      },
    },
  },
  { table },
);

export const employees = new Entity(
  {
    model: { entity: "employee", version: "1", service: "task-manager" },
    attributes: {
      employee: { type: "string" },
      firstName: { type: "string", required: true },
      office: { type: "string", field: "officeName", required: true },
      team: { type: ["development", "marketing", "finance"] as const, required: true },
      salary: { type: "number", required: true },
      manager: { type: "string" },
      skills: { type: "set", items: "string" },
      notes: { type: "list", items: { type: "map", properties: { text: { type: "string" } } } },
      remote: { type: "boolean" },
      more: { type: "any" },
    },
    indexes: {
      employee: { pk: { field: "pk", composite: ["employee"] }, sk: { field: "sk", composite: [] } },
      coworkers: {
        index: "gsi1pk-gsi1sk-index",
        collection: "workplaces",
        pk: { field: "gsi1pk", composite: ["office"] },
        sk: { field: "gsi1sk", composite: ["team", "employee"] },
      },
      teams: {
        index: "gsi2pk-salary-index",
        pk: { field: "gsi2pk", composite: ["team"] },
        sk: { field: "salary", composite: ["salary"], cast: "number", template: "${salary}" },
      },
    },
  },
  { table },
);

export const tasks = new Entity(
  {
    model: { entity: "task", version: "2", service: "task-manager" },
    attributes: {
      task: { type: "string" },
      project: { type: "string" },
      employee: { type: "string" },
      status: { type: ["open", "closed"] as const, default: "open" },
      points: { type: "number" },
    },
    indexes: {
      task: {
        pk: { field: "pk", template: "TASK|${task}|", composite: ["task"], casing: "none" },
        sk: { field: "sk", template: "Of#${project}#${employee}", composite: ["project", "employee"], casing: "upper" },
      },
    },
  },
  { table },
);

export const taskManager = new Service({ offices, employees, tasks });
