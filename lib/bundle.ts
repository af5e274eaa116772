/** How TypeScript becomes the code of a function: one module for Node 24, with the SDK that was tested in it. */
import { type BundlingOptions, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

export const BUNDLE: BundlingOptions = {
  format: OutputFormat.ESM,
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  sourceMap: true,
  // The runtime's own SDK is of whatever version it was built with.
  bundleAwsSDK: true,
  // pg and pino are CommonJS, and require what is built into Node.
  banner: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);',
};

export const RUNTIME_ENVIRONMENT = {
  NODE_OPTIONS: "--enable-source-maps",
  /** The certificates of RDS, among others, which Node does not read of itself since version 20. */
  NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
} as const;
