/** The member of that name, whatever it is: `constructor` and `__proto__` are names like others, and a table or attribute may have them. */
export const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
