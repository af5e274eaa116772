/** Questions to the log that are asked again and again, saved beside it. */
import { type ILogGroup, QueryDefinition, QueryString } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

interface Query {
  readonly fields: string[];
  readonly filter: string;
  readonly limit: number;
}

/** Names as the function's log writes them; what Lambda itself writes has a `type`. */
export const QUERIES: Readonly<Record<string, Query>> = {
  "Parity reports": {
    fields: [
      "@timestamp",
      "report.run",
      "report.pass",
      "report.verdict",
      "report.items.read",
      "report.items.quarantined",
      "@message",
    ],
    filter: 'message = "report"',
    limit: 50,
  },
  "Verdict per table": {
    fields: ["@timestamp", "run", "pass", "table.name", "table.expectedRows", "table.actualRows", "table.agrees"],
    filter: 'message = "table"',
    limit: 200,
  },
  "Refusals and failures": {
    fields: ["@timestamp", "level", "code", "message", "@message"],
    filter: 'level in ["ERROR", "FATAL"]',
    limit: 100,
  },
  Progress: {
    fields: [
      "@timestamp",
      "run",
      "pass",
      "phase",
      "message",
      "ItemsRead",
      "ItemsQuarantined",
      "ReadUnits",
      "ReadRetries",
    ],
    filter: 'message in ["phase", "done", "progress", "metrics"]',
    limit: 200,
  },
  "Invocations and their memory": {
    fields: [
      "@timestamp",
      "record.status",
      "record.metrics.durationMs",
      "record.metrics.maxMemoryUsedMB",
      "record.metrics.memorySizeMB",
    ],
    filter: 'type = "platform.report"',
    limit: 200,
  },
};

export function saveQueries(scope: Construct, stackName: string, logGroup: ILogGroup): void {
  for (const [name, { fields, filter, limit }] of Object.entries(QUERIES)) {
    const id = name.replaceAll(" ", "");
    new QueryDefinition(scope, id, {
      // A slash makes a folder in the console.
      queryDefinitionName: `${stackName}/${name}`,
      queryString: new QueryString({ fields, filterStatements: [filter], sort: "@timestamp desc", limit }),
      logGroups: [logGroup],
    });
  }
}
