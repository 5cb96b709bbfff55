import { setTimeout as pause } from 'node:timers/promises'

/** Asks again until the answer is good or the time is over; the answer is the last one. */
export async function eventually<Answer>(
  withinMs: number,
  isGood: (answer: Answer) => boolean,
  ask: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const beganMs = performance.now()
  for (;;) {
    const answer = await ask()
    if (isGood(answer) || performance.now() - beganMs > withinMs) return answer
    await pause(100)
  }
}
