/** What AWS says of whoever asks → one cause and what to type, by the error's name; and who may not do what, by IAM's words. */

/** Says whose credentials these are. */
export const WHO = "aws sts get-caller-identity";

export interface CallerFault {
  readonly problem: string;
  readonly remedy: string;
}

const UNKNOWN: CallerFault = {
  problem: "there are no credentials for AWS",
  remedy: `sign in (aws sso login, aws configure, or AWS_PROFILE), until this says who you are: ${WHO}`,
};
const EXPIRED: CallerFault = {
  problem: "the credentials for AWS have run out",
  remedy: `sign in again (aws sso login), or take new ones, until this says who you are: ${WHO}`,
};
const OTHER_KEY: CallerFault = {
  problem: "AWS does not know this access key",
  remedy: `correct AWS_ACCESS_KEY_ID, or the profile that AWS_PROFILE names, until this says who you are: ${WHO}`,
};
const OTHER_SECRET: CallerFault = {
  problem: "the secret key does not belong to the access key",
  remedy: `correct AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile that AWS_PROFILE names, until this says who you are: ${WHO}`,
};

const FAULTS: Readonly<Record<string, CallerFault>> = {
  CredentialsProviderError: UNKNOWN,
  MissingAuthenticationToken: UNKNOWN,
  MissingAuthenticationTokenException: UNKNOWN,
  TokenProviderError: EXPIRED,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  InvalidAccessKeyId: OTHER_KEY,
  InvalidClientTokenId: OTHER_KEY,
  UnrecognizedClientException: OTHER_KEY,
  IncompleteSignature: OTHER_SECRET,
  IncompleteSignatureException: OTHER_SECRET,
  InvalidSignatureException: OTHER_SECRET,
  InvalidToken: OTHER_SECRET,
  SignatureDoesNotMatch: OTHER_SECRET,
};

export const callerFault = (name: string): CallerFault | undefined => FAULTS[name];
/** Nobody at all, as far as AWS was told. */
export const isNobody = (name: string): boolean => FAULTS[name] === UNKNOWN;

const DENIED = new Set(["AccessDenied", "AccessDeniedException", "OptInRequired"]);
export const isDenied = (name: string): boolean => DENIED.has(name);

/** IAM quotes no item, and nothing but these is taken from it. */
const NOT_AUTHORIZED =
  /^User: (arn:[\w+=,.@:/-]+) is not authorized to perform: ([\w-]+:\w+)(?: on resource: "?(arn:[\w+=,.@:/*-]+))?/;

export interface Denial {
  readonly principal: string;
  readonly action: string;
  readonly resource: string | undefined;
}

export function denialIn(message: string): Denial | undefined {
  const [, principal, action, resource] = NOT_AUTHORIZED.exec(message) ?? [];
  return principal === undefined || action === undefined ? undefined : { principal, action, resource };
}
