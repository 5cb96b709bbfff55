// Readings as they come, made into readings that can be true, or null. systeminformation and the
// tools below it say `''`, 0, -1, NaN or `unknown` where they could not read; so do mainboards.

const placeholders = new Set([
  'unknown',
  'not available',
  'not specified',
  'not defined',
  'none',
  'n/a',
  '[n/a]',
  '-',
  'null',
  'undefined',
  'default',
  'default string',
  'to be filled by o.e.m.',
])

/** A text that names something, on one line. */
export function named(value: unknown): string | null {
  if (typeof value !== 'string') return null
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a model name ends up on a terminal
  const text = value.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return text === '' || placeholders.has(text.toLowerCase()) ? null : text.slice(0, 200)
}

/** A number within bounds, both included. */
export function within(value: unknown, min: number, max: number): number | null {
  return typeof value === 'number' && value >= min && value <= max ? value : null
}

/** A number above zero: where zero stands for "not read". */
export function positive(value: unknown, max: number): number | null {
  return typeof value === 'number' && value > 0 && value <= max ? value : null
}

/** A count of at least one. */
export function count(value: unknown, max: number): number | null {
  return Number.isInteger(value) ? positive(value, max) : null
}

/** A field of an answer whose form nobody guarantees. */
export function field(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null
    ? (answer as Record<string, unknown>)[name]
    : undefined
}

/** The items of an answer that should be a list. */
export function items(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : []
}

/** Kernel files and tools write numbers as text. */
export function numberIn(text: string | null): number | null {
  if (text === null || !/^\s*-?\d+(\.\d+)?\s*$/.test(text)) return null
  return Number(text)
}
