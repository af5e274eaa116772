/** Says why a value has to be there, and fails as a bug where it is not. */
export function must<T>(value: T | undefined | null, why: string): T {
  if (value === undefined || value === null) throw new Error(`a value is missing: ${why}`);
  return value;
}

/** The end of a total `switch`: reaching it is a compile error first and a bug second. */
export function assertNever(value: never): never {
  throw new Error(`not a known case: ${JSON.stringify(value)}`);
}
