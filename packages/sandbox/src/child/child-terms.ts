// What parent and child have agreed on beforehand; no import, for a child starts with it.

/** The descriptor on which a child finds its parent. */
export const parentSocket = 3

/** How long after its deadline a child ends itself, where the parent is too busy to. */
export const deadlineGraceMs = 60

/** 1 M stack units use at most 8.3 MB of native stack (measured); the rest is V8's own. */
export const workerLimits = { stackSizeMb: 64 } as const

/** JavaScript's own heap. A flag of the process, so it holds for the worker, whatever that sets. */
export const heapMb = 512

/** How much a child may say about what happened, for people. */
export const detailCharactersMax = 2_000
