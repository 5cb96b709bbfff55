/** What a WASI call answers with: the numbers of `errno` in preview 1 that the sandbox uses. */
export const errno = {
  success: 0,
  badf: 8,
  fault: 21,
  inval: 28,
  nosys: 52,
  notdir: 54,
  spipe: 70,
} as const

export type Errno = (typeof errno)[keyof typeof errno]
