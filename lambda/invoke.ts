/** What an event asks for → which use case answers. */
import { reportIn, runListQuarantine, runStatus } from "./ask.ts";
import { type Edge, nameOf, type Outcome, type Task } from "./compose.ts";
import { type Answer, type Event, type LogSettings, type Options, optionsSchema } from "./contract.ts";
import { outward } from "./domain/migration-error.ts";
import { countsOf } from "./domain/proof/pending.ts";
import { withoutKeys } from "./domain/proof/report-keys.ts";
import { runAccept, runDropLedger, runRollback, runSeal, runStop } from "./operate.ts";
import { copyStep, finalizeStep } from "./pipeline/steps.ts";
import { runMigration, runPlan, runRepair, runStep, runVerify } from "./run.ts";

export interface Invocation extends Omit<Task, "options"> {
  readonly event: Event;
  readonly log: LogSettings;
}

type Action = (invocation: Invocation, edge: Edge) => Promise<Outcome | Answer>;

/** Of a workflow whose event does not say; and units for each, so that a large one at the end keeps nobody waiting long. */
const WORKERS = 4;
const UNITS_PER_WORKER = 16;

/** Examples of each reason, where an event does not say how many. */
const EXAMPLES = 10;

const ACTIONS: Record<Event["action"], Action> = {
  plan: async (invocation, edge) => {
    const { workers = WORKERS } = invocation.event;
    const { id, pass } = await runPlan(taskOf(invocation, { units: workers * UNITS_PER_WORKER }), edge);
    return { action: "plan", run: id, pass, workers: Array.from({ length: workers }, (_, worker) => worker) };
  },
  copy: async (invocation, edge) => ({ action: "copy", ...(await runStep(taskOf(invocation), edge, copyStep)) }),
  finalize: async (invocation, edge) => ({
    action: "finalize",
    ...(await runStep(taskOf(invocation), edge, finalizeStep)),
  }),
  migrate: (invocation, edge) => runMigration(taskOf(invocation), edge),
  verify: (invocation, edge) => runVerify(taskOf(invocation), edge),
  repair: (invocation, edge) => runRepair({ ...taskOf(invocation), force: invocation.event.force === true }, edge),
  status: async ({ target, event }) => {
    const { run, progress, left } = await runStatus(target, event.run, event.window);
    const { units, done, pages, stopping, read } = progress;
    const { id, pass, phase, sealedAt } = run;
    const how = { units, done, pages, read, stopping, sealed: sealedAt !== undefined };
    return { action: "status", run: id, pass, phase, ...how, ...left };
  },
  report: async ({ target, event, log }) => {
    const { run } = await runStatus(target, event.run);
    return { action: "report", run: run.id, report: { ...withoutKeys(reportIn(run), nameOf(log, run.logKey)) } };
  },
  "list-quarantine": async ({ target, schema, event: { limit = EXAMPLES }, log }) => {
    const { run, logKey, groups } = await runListQuarantine({ target, schema, limit });
    const name = nameOf(log, logKey);
    const named = groups.map(({ reason, entity, table, count, accepted, examples }) => ({
      ...{ reason, entity, table, count, accepted },
      examples: examples.map(({ source, position, detail, holder }) => ({
        ...{ key: name(source), detail: detail ?? "" },
        ...(position === null ? {} : { position }),
        ...(holder === null ? {} : { holder: name(holder) }),
      })),
    }));
    return { action: "list-quarantine", run, groups: named };
  },
  accept: async ({ target, schema, event: { key = [], all, reasonCode, entity, reason = "" }, log }, { progress }) => {
    const done = await runAccept({ target, schema, key, all, reasonCode, entity, reason, progress });
    const { run, logKey, source, items, remains } = done;
    const groups = done.groups.map(({ accepted, ...group }) => ({ ...countsOf(group), accepted }));
    const named = source === undefined ? {} : { key: nameOf(log, logKey)(source) };
    return { action: "accept", run, ...named, reason, items, groups, remains: outward(remains) };
  },
  stop: async ({ target, event }, { progress }) => ({
    action: "stop",
    ...(await runStop({ target, run: event.run, progress })),
  }),
  seal: async ({ target, event }, { progress }) => {
    const { run, letGo } = await runSeal({ target, run: event.run, force: event.force === true, progress });
    return { action: "seal", run, ...(letGo.length === 0 ? {} : { letGo: letGo.map(countsOf) }) };
  },
  rollback: async ({ target, schema, event }, { progress }) => {
    const how = { run: event.run, force: event.force === true, progress };
    const { source: _, ...undone } = await runRollback({ target, schema, ...how });
    return { action: "rollback", ...undone };
  },
  "drop-ledger": async ({ target }, { progress }) => ({
    action: "drop-ledger",
    ...(await runDropLedger({ target, progress })),
  }),
};

function taskOf({ event, ...place }: Invocation, defaults: Options = {}): Task {
  const known = Object.keys(optionsSchema.shape);
  const said = Object.entries(event).filter(([name, value]) => known.includes(name) && value !== undefined);
  return { ...place, options: optionsSchema.parse({ ...defaults, ...Object.fromEntries(said) }) };
}

export const invoke: Action = (invocation, edge) => ACTIONS[invocation.event.action](invocation, edge);
