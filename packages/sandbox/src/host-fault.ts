// What goes wrong with the machine under a run, and says nothing about the guest: never evidence.

export const hostFaults = ['host_memory', 'host_stack', 'internal'] as const
export type HostFaultKind = (typeof hostFaults)[number]

/** Thrown through the guest's frames to end a run that this machine cannot finish. */
export class HostFault extends Error {
  readonly kind: HostFaultKind

  constructor(kind: HostFaultKind, cause: unknown) {
    super(`${kind}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'HostFault'
    this.kind = kind
  }
}

/**
 * Bytes of zero. Where the machine has no room for them it is known here that it was memory which
 * ran out: elsewhere the same kind of error stands for the stack.
 */
export function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes)
  } catch (error) {
    throw new HostFault('host_memory', error)
  }
}
