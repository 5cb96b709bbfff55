import type { PeerId, SignedNodeBinding } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { signedNode } from '../testing/signed-node.ts'
import { type Bindings, createKnownBindings } from './known-bindings.ts'

/** A table that counts how often it is read, and answers when it is told to. */
function table() {
  const rows = new Map<PeerId, SignedNodeBinding>()
  const reads = { count: 0, held: Promise.resolve() }
  const bindings: Bindings = {
    put: async (binding) => void rows.set(binding.peer_id, binding),
    async get(peerId) {
      reads.count += 1
      const found = rows.get(peerId) ?? null
      await reads.held
      return found
    },
  }
  return { reads, bindings }
}

const node = signedNode(1)
const { peerId } = node.signer

test('a binding is read once, and what is put is what is read', async () => {
  const { reads, bindings } = table()
  const known = createKnownBindings(bindings)
  expect([await known.get(peerId), await known.get(peerId)]).toEqual([null, null])
  expect(reads.count).toBe(1)
  const [first, second] = [node.binding(), signedNode(1, 'node-1', signedNode(2).wallet).binding()]
  for (const binding of [first, second]) {
    await known.put(binding)
    expect(await known.get(peerId)).toEqual(binding)
  }
  expect(reads.count).toBe(1)
})

test('what was read before a change is not remembered after it', async () => {
  const { reads, bindings } = table()
  const known = createKnownBindings(bindings)
  const answer = Promise.withResolvers<void>()
  reads.held = answer.promise
  const early = known.get(peerId)
  const binding = node.binding()
  await known.put(binding)
  answer.resolve()
  expect(await early).toBeNull()
  expect(await known.get(peerId)).toEqual(binding)
})
