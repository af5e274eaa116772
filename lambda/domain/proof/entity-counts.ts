/** What is counted of each entity by name, one after the other → how often each was. Only names the mapping knows: there are few. */

export type CountsOfEntities = Readonly<Record<string, Readonly<Record<string, number>>>>;

export class EntityCounts {
  readonly #entities = new Map<string, Map<string, number>>();

  add(entity: string, name: string, count: number): void {
    const names = this.#entities.get(entity) ?? new Map<string, number>();
    if (names.size === 0) this.#entities.set(entity, names);
    names.set(name, (names.get(name) ?? 0) + count);
  }

  addAll(all: CountsOfEntities): void {
    for (const [entity, names] of Object.entries(all))
      for (const [name, count] of Object.entries(names)) this.add(entity, name, count);
  }

  /** What was counted and all of it taken away again was never there. */
  counts(): CountsOfEntities {
    return Object.fromEntries(
      [...this.#entities].map(([entity, names]) => [
        entity,
        Object.fromEntries([...names].filter(([, count]) => count !== 0)),
      ]),
    );
  }
}
