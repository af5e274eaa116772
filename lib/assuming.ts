/** A role to assume → a file in the function's code that tells the SDK so, as a profile that only the reading of the table uses. */
import type { BundlingOptions } from "aws-cdk-lib/aws-lambda-nodejs";
import { ENVIRONMENT } from "../lambda/contract.ts";

const PROFILE = "source";
const FILE = "aws-config";

interface Assuming {
  readonly environment: Readonly<Record<string, string>>;
  readonly hooks: Pick<BundlingOptions, "commandHooks">;
}

export function assuming(roleArn: string | undefined): Assuming {
  if (roleArn === undefined) return { environment: {}, hooks: {} };
  // The function's own credentials are in its environment.
  const lines = [`[profile ${PROFILE}]`, `role_arn = ${roleArn}`, "credential_source = Environment"];
  const words = lines.map((line) => `'${line}'`).join(" ");
  return {
    environment: { [ENVIRONMENT.sourceProfile]: PROFILE, AWS_CONFIG_FILE: `/var/task/${FILE}` },
    hooks: {
      commandHooks: {
        beforeBundling: () => [],
        beforeInstall: () => [],
        afterBundling: (_, folder) => [`printf '%s\\n' ${words} > '${folder}/${FILE}'`],
      },
    },
  };
}
