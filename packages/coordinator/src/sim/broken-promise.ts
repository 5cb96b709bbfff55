// Something that we promise did not hold.

export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

export function promise(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new BrokenPromise(typeof what === 'string' ? what : what())
}
