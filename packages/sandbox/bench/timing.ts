// Lists of times, and what is said of them.

export async function timesOf(count: number, work: (round: number) => unknown): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < count; round++) {
    const began = performance.now()
    await work(round)
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)
}

/** Of sorted times; 0 is the best. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
