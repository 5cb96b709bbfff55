import {
  checkpointsTopic,
  type GossipedCheckpoint,
  makeCheckpoint,
  signerFrom,
} from '@vcp/protocol'
import { expect, test } from 'vitest'
import { knownLogOf } from '../log/log-key.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { publishHeads } from './heads.ts'

const key = { origin: 'test.example/log', signer: signerFrom(new Uint8Array(32).fill(5)) }

function publishing(followers: number) {
  const clock = manualClock()
  const published: GossipedCheckpoint[] = []
  let size = 0
  let signed = 0
  const log = {
    async checkpoint() {
      signed += 1
      const head = { treeSize: size, rootHash: 'ab'.repeat(32) as never }
      return makeCheckpoint({ origin: key.origin, ...head }, key.signer)
    },
  }
  const gossip = {
    peers: () => Array.from({ length: followers }, () => 'somebody' as never),
    async publish(topic: unknown, message: unknown) {
      expect(topic).toBe(checkpointsTopic)
      return published.push(message as GossipedCheckpoint)
    },
  }
  const heads = publishHeads(log, knownLogOf(key), gossip as never, clock)
  const grow = () => {
    size += 1
    heads.wanted()
  }
  const advance = async (ms: number) => {
    clock.advance(ms)
    for (let turns = 0; turns < 10; turns++) await Promise.resolve()
  }
  return { heads, published, clock, grow, advance, signed: () => signed }
}

test('a log that grows is published once a second, its newest head alone', async () => {
  const { published, grow, advance, clock } = publishing(1)
  for (let entries = 0; entries < 5; entries++) grow()
  await advance(999)
  expect(published).toEqual([])
  await advance(1)
  expect(published.map(({ checkpoint }) => checkpoint.treeSize)).toEqual([5])
  expect(clock.nextDueMs).toBeNull()
  grow()
  await advance(1_000)
  expect(published.map(({ checkpoint }) => checkpoint.treeSize)).toEqual([5, 6])
})

test('nothing is signed for nobody, nor after the end', async () => {
  const alone = publishing(0)
  alone.grow()
  await alone.advance(1_000)
  expect(alone.signed()).toBe(0)
  const { heads, published, grow, advance } = publishing(1)
  grow()
  heads.stop()
  grow()
  await advance(5_000)
  expect(published).toEqual([])
})
