// So many tasks a second, whatever becomes of them meanwhile.
import { setInterval } from 'node:timers/promises'
import { apiKey, connect, submitTask } from '@vcp/client'
import { smallTask } from '../../network/small-task.ts'

export interface Rate {
  readonly perSecond: number
  readonly seconds: number
}

/** Resolves with how many were taken; the machine that does it is the one that shows them too. */
export async function submitSteadily(
  { url, api_key }: { readonly url: string; readonly api_key: string },
  { perSecond, seconds }: Rate,
): Promise<number> {
  const connection = connect({ url, credentials: apiKey(api_key) })
  const under: Promise<unknown>[] = []
  const beganMs = performance.now()
  for await (const _ of setInterval(20)) {
    const passed = (performance.now() - beganMs) / 1_000
    if (passed > seconds) break
    while (under.length < passed * perSecond) {
      under.push(submitTask(connection, smallTask(under.length)))
    }
  }
  const done = await Promise.allSettled(under)
  await connection.close()
  return done.filter(({ status }) => status === 'fulfilled').length
}
