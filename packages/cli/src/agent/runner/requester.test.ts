import type { Digest, Offer } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { taskId } from '../../engines/testing/metered-work.ts'
import { hello, offerOf } from '../testing/runner-at.ts'
import { type RunParts, runTask } from './run-task.ts'

test('the processes of two submitters, and of two coordinators, are kept apart', async () => {
  const seen: string[] = []
  const engine = {
    blobs: () => [],
    async run({ requester }: { readonly requester: string }) {
      seen.push(requester)
      return { kind: 'failed', reason: 'seen enough', isOurs: false }
    },
  }
  const run = async (requester: string | null, coordinator = 'here') => {
    const parts = {
      engines: { ready: new Map([['wasm_execution', engine]]) },
      coordinator: () => coordinator,
      nowMs: Date.now,
    }
    const named = requester === null ? {} : { requester: requester.repeat(64) as Digest }
    const offer: Offer = { ...offerOf(hello().task, 1), ...named }
    const watch = { signal: new AbortController().signal, note: () => undefined }
    await runTask(parts as unknown as RunParts, offer, watch)
    return seen.at(-1)
  }
  const [ana, ben, anaElsewhere] = [await run('a'), await run('b'), await run('a', 'there')]
  expect(await run('a')).toBe(ana)
  expect(new Set([ana, ben, anaElsewhere]).size).toBe(3)
  expect(await run(null)).toContain(taskId)
})
