/** Key families as they stand in tables of the real world, and how patterns of keys are written in tests. */

import type { AmbiguityInput } from "../../lambda/mapping/ambiguity.ts";
import { conditionsOf, type Where } from "../../lambda/mapping/conditions.ts";
import { isTemplateProblem, type KeyPattern, parseTemplate, type Template } from "../../lambda/mapping/template.ts";

export function template(text: string, delimiter = "#"): Template {
  const parsed = parseTemplate(text, delimiter);
  if (isTemplateProblem(parsed)) throw new Error(parsed.problem);
  return parsed;
}

export const pattern = (pk: string, sk: string, where: Where = {}): KeyPattern => ({
  pk: template(pk),
  sk: template(sk),
  where: conditionsOf(where),
});

export const entities = (of: Readonly<Record<string, [pk: string, sk: string, where?: Where]>>): AmbiguityInput[] =>
  Object.entries(of).map(([name, [pk, sk, where]]) => ({ name, pattern: pattern(pk, sk, where) }));

/** Key families as they stand in tables of the real world. */
export const FAMILIES = {
  "a game": entities({
    User: ["USER#{username}", "#METADATA#{username}"],
    Game: ["GAME#{gameId}", "#METADATA#{gameId}"],
    Player: ["GAME#{gameId}", "USER#{username}"],
  }),
  "a shop": entities({
    customer: ["c#{id}", "c#{id}"],
    product: ["p#{id}", "p#{id}"],
    warehouse: ["w#{id}", "w#{id}"],
    warehouseItem: ["p#{product}", "w#{warehouse}"],
    order: ["o#{id}", "c#{customer}"],
    orderItem: ["o#{order}", "p#{product}"],
    invoice: ["o#{order}", "i#{id}"],
    shipment: ["o#{order}", "sh#{id}"],
    shipmentItem: ["o#{order}", "shp#{id}"],
  }),
  "tenants within tenants": entities({
    Tenant: ["TENANT#{t}", "ORG#PROFILE"],
    User: ["TENANT#{t}#USER#{u}", "USER#PROFILE"],
    Course: ["TENANT#{t}#COURSE#{c}", "COURSE#DETAILS"],
    Lesson: ["TENANT#{t}#COURSE#{c}", "LESSON#{order}#{lesson}"],
    Enrollment: ["TENANT#{t}#USER#{u}", "ENROLLMENT#{c}#{at}"],
    Certificate: ["TENANT#{t}#USER#{u}", "CERT#{c}#{at}"],
    Progress: ["TENANT#{t}#USER#{u}#COURSE#{c}", "PROGRESS#{lesson}#{at}"],
  }),
  "tenants told by the partition key alone": entities({
    Tenant: ["TENANT#{t}", "{any}"],
    User: ["TENANT#{t}#USER#{u}", "{any}"],
    Course: ["TENANT#{t}#USER#{u}#COURSE#{c}", "{any}"],
  }),
  "a task manager": entities({
    Office: ["$task-manager#country_{country}#state_{state}", "$office_1#city_{city}#zip_{zip}#officename_{name}"],
    Employee: ["$task-manager#employee_{employee}", "$employee_1"],
    Task: ["$task-manager#taskname_{task}", "$task_1#project_{project}#employee_{employee}"],
  }),
  "a social network": entities({
    User: ["u#{user}", '"info"'],
    Counts: ["u#{user}", '"count"'],
    Follower: ["u#{user}#follower", "u#{follower}"],
    Following: ["u#{user}#following", "u#{followed}"],
    Post: ["u#{user}#post", "p#{post}"],
    Like: ["p#{post}#likelist", "u#{user}"],
    LikeCount: ["p#{post}#likecount", '"count"'],
    Timeline: ["u#{user}#timeline", "p#{post}#u#{author}"],
  }),
};
