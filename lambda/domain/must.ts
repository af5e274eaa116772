/** Says why a value has to be there, and fails as a bug where it is not. */
export function must<T>(value: T | undefined | null, why: string): T {
  if (value === undefined || value === null) throw new Error(`a value is missing: ${why}`);
  return value;
}
