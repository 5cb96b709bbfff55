// A node in a secure round: the test is its coordinator, and the three other nodes.
import {
  maskedSum,
  SecureNode,
  SecureServer,
  secureRound,
  secureUnits,
  systemRandom,
  updateUnits,
} from '@vcp/learning'
import { type BlobStore, openMemoryStore } from '@vcp/mesh'
import {
  type Advert,
  type Cid,
  type Offer,
  type Outcome,
  type PeerId,
  pass,
  type RoundOrder,
  refuse,
  type SealedShares,
  type SecureAnswer,
  type SecureAsk,
  type Signature,
  signerFrom,
} from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  grantPoints,
  roundOrder,
  taskIdOf,
  trainingTask,
} from '../../engines/testing/training-work.ts'
import { openTrainEngine } from '../../engines/train/train-engine.ts'
import { temporaryFolder } from '../../testing/host.ts'
import type { RoundEnd } from '../core/inputs.ts'
import { openAgentFile } from '../store/agent-file.ts'
import { signer } from '../testing/kept-run.ts'
import type { RoundLine } from './run-secure-round.ts'
import { createRunner, type RunnerInput } from './runner.ts'

const taskId = taskIdOf(1)
const secured = { secure_aggregation: true, updates_min: 3 }
const given = trainingTask(secured)
const { inputs } = given.task
const others = [1, 2, 3].map((byte) => signerFrom(new Uint8Array(32).fill(byte)))
const members = [signer.peerId, ...others.map(({ peerId }) => peerId)]
const units = take(secureUnits(members.length, inputs.privacy))

function take<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.reason}`)
  return outcome.value
}

function orderOf(id: number, changes: Partial<RoundOrder> = {}): RoundOrder {
  return { ...roundOrder(inputs.model, 1, id), members, ...changes }
}

async function machine() {
  const dataDir = temporaryFolder()
  grantPoints(dataDir)
  const trainer = await openTrainEngine({ dataDir })
  onTestFinished(() => trainer.close())
  const store = await openMemoryStore(200_000_000)
  return { trainer, store, kept: openAgentFile(':memory:').kept }
}
type Machine = Awaited<ReturnType<typeof machine>>

/** Its training is prepared; then one round is gone through to its end. */
async function roundOn(
  { trainer, store, kept }: Machine,
  order: RoundOrder,
  line: RoundLine,
  { task } = given,
) {
  const waiting: ((input: RunnerInput) => void)[] = []
  const heard = <Type extends RunnerInput['type']>(type: Type) =>
    new Promise<RunnerInput & { type: Type }>((resolve) => {
      waiting.push((input) => {
        if (input.type === type) resolve(input as RunnerInput & { type: Type })
      })
    })
  const runner = createRunner({
    engines: { ready: new Map(), trainer },
    kept,
    store,
    source: {
      fetch: (cid) => store.put([given.blobs.get(cid)!], { shape: 'whole' }),
    },
    signer,
    line,
    nowMs: Date.now,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    coordinator: () => 'a test',
    async tell(input) {
      for (const hear of waiting) hear(input)
    },
  })
  onTestFinished(() => runner.close())
  const ends = { lease_epoch: 1, lease_ends_at_ms: Date.now() + 30_000 }
  const offer: Offer = { task_id: taskId, peer_id: signer.peerId, ...ends, task }
  const begun = heard('progress-made')
  const ended = heard('round-ended')
  runner.carryOut({ type: 'start-run', offer })
  await begun
  runner.carryOut({ type: 'start-round', offer, order })
  return { end: (await ended).end, close: () => runner.close() }
}

async function bytesOf(store: BlobStore, cid: Cid): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of store.read(cid)) parts.push(part)
  return Buffer.concat(parts)
}

/** The update that waits to be hidden; nothing of it is in what is told. */
async function updateOn({ store, kept }: Machine) {
  const [cid] = kept.holds(taskId)
  return { cid: cid!, bytes: (await bytesOf(store, cid!)).slice(32) }
}

const ones = (length: number) => new Int32Array(length).fill(1_000)

/** The coordinator and the three others, who all stay. */
function honest(
  order: RoundOrder,
  here: Machine,
  onKeys: () => unknown = () => null,
  { task } = given,
) {
  const round = take(secureRound({ roundId: order.round_id, members }, task.inputs))
  const server = new SecureServer(round)
  const nodes = others.map((other) => new SecureNode(round, other, systemRandom()))
  const peerOf = (node: SecureNode) => node.advert.peer_id
  const sum = Promise.withResolvers<Int32Array>()
  let shared: readonly Advert[] = []
  const opened = {
    wordsOf: null as Cid | null,
  }

  async function hear({ said }: SecureAsk): Promise<Outcome<SecureAnswer>> {
    switch (said.step) {
      case 'keys': {
        await onKeys()
        for (const advert of [said.advert, ...nodes.map((node) => node.advert)]) {
          take(server.takeAdvert(advert))
        }
        shared = take(server.closeAdverts())
        return pass({ next: 'share', adverts: [...shared] })
      }
      case 'shares': {
        take(server.takeShares(signer.peerId, said.shares))
        for (const node of nodes)
          take(server.takeShares(peerOf(node), take(node.shareKeys(shared))))
        const inboxes = take(server.closeShares())
        inboxesOf = inboxes
        return pass({ next: 'mask', inbox: [...inboxes.get(signer.peerId)!] })
      }
      case 'words': {
        opened.wordsOf = here.kept.holds(taskId)[0]!
        for (const peer of members) take(server.takeWords(peer))
        const survivors = take(server.closeWords())
        return pass({ next: 'sign', survivors: [...survivors] })
      }
      case 'survivors':
        return pass({ next: 'open', request: await requestAfter(said.signature) })
      case 'opening': {
        take(server.takeAnswer(said.answer))
        sum.resolve(added.open(take(server.masks())))
        return pass({ next: 'rest' })
      }
    }
  }
  let inboxesOf: ReadonlyMap<PeerId, readonly SealedShares[]>
  let added: ReturnType<typeof maskedSum>

  async function requestAfter(signature: Signature) {
    const bytes = await bytesOf(here.store, opened.wordsOf!)
    const words = new Uint32Array(Uint8Array.from(bytes).buffer)
    added = maskedSum(words.length)
    take(added.add(words))
    const survivors = [...members].sort()
    take(server.takeSignature({ peer_id: signer.peerId, signature }))
    for (const node of nodes) {
      const masked = take(node.mask(inboxesOf.get(peerOf(node))!, ones(words.length)))
      take(added.add(masked))
      const own = take(node.signSurvivors(survivors))
      take(server.takeSignature({ peer_id: peerOf(node), signature: own }))
    }
    const request = take(server.closeSignatures())
    for (const node of nodes) take(server.takeAnswer(take(node.unmask(request))))
    return request
  }
  const line: RoundLine = { ask: hear }
  return { sum: sum.promise, opened, line }
}

describe('a node in a secure round', () => {
  test('sends words, and the sum that is opened with its help is exact', async () => {
    const here = await machine()
    const order = orderOf(1)
    let update: Awaited<ReturnType<typeof updateOn>> | null = null
    const round = honest(order, here, async () => {
      update = await updateOn(here)
    })
    const { end } = await roundOn(here, order, round.line)
    expect(end).toMatchObject({ kind: 'contributed' })
    const sum = await round.sum
    const mine = take(updateUnits(update!.bytes, units))
    expect(mine.some((unit) => unit !== 0)).toBe(true)
    expect(sum).toEqual(mine.map((unit) => unit + 3_000))
    const { delta } = (end as RoundEnd & { kind: 'contributed' }).update.payload
    expect(delta).toBe(round.opened.wordsOf)
    expect(await bytesOf(here.store, delta)).not.toEqual(new Uint8Array(mine.buffer))
    expect(await here.store.manifest(update!.cid)).toBeNull()
  })

  test('hides another update when the round is repeated, and pays for it', async () => {
    const here = await machine()
    const seen: { cid: Cid; bytes: Uint8Array }[] = []
    const epsilons: number[] = []
    for (const id of [1, 2]) {
      const order = orderOf(id)
      const round = honest(order, here, async () => seen.push(await updateOn(here)))
      const { end, close } = await roundOn(here, order, round.line)
      await round.sum
      await close()
      epsilons.push((end as RoundEnd & { kind: 'contributed' }).update.payload.privacy!.epsilon)
    }
    expect(seen[1]!.bytes).not.toEqual(seen[0]!.bytes)
    expect(epsilons[1]!).toBeGreaterThan(epsilons[0]!)
  })

  test('that comes to nothing before its words are sent costs nothing more', async () => {
    const here = await machine()
    const seen: { cid: Cid; bytes: Uint8Array }[] = []
    const note = async () => seen.push(await updateOn(here))
    const lost: RoundLine = {
      async ask({ said }) {
        await note()
        return refuse('ROUND_CLOSED', `enough of ${said.step}`)
      },
    }
    const first = await roundOn(here, orderOf(1), lost)
    expect(first.end).toEqual({ kind: 'missed', reason: 'ROUND_CLOSED: enough of keys' })
    await first.close()
    const order = orderOf(2)
    const second = await roundOn(here, order, honest(order, here, note).line)
    expect(second.end.kind).toBe('contributed')
    expect(seen[1]).toEqual(seen[0])
  })
})

describe('a node that is itself what is protected', () => {
  test('adds its part of the noise under the masks, as much as is accounted for', async () => {
    const privacy = { unit: 'node', budget: { epsilon: 500, delta: 1e-5 }, noise_multiplier: 2 }
    const noisy = trainingTask({ ...secured, privacy })
    const here = await machine()
    const order = orderOf(1)
    let update: Awaited<ReturnType<typeof updateOn>> | null = null
    const round = honest(
      order,
      here,
      async () => {
        update = await updateOn(here)
      },
      noisy,
    )
    await roundOn(here, order, round.line, noisy)
    const fine = take(secureUnits(members.length, noisy.task.inputs.privacy))
    const mine = take(updateUnits(update!.bytes, fine))
    const noise = (await round.sum).map((unit, at) => unit - 3_000 - mine[at]!)
    const squares = noise.reduce((sum, each) => sum + each * each, 0)
    // Of four, three have to stay, and one of them may add none.
    const sigma = (2 * 2 ** fine.fixedPoint.fractionBits) / Math.sqrt(2)
    const ratio = Math.sqrt(squares / noise.length) / sigma
    expect(ratio).toBeGreaterThan(0.6)
    expect(ratio).toBeLessThan(1.4)
  })
})

describe('a coordinator that is up to no good', () => {
  async function missedWith(change: (answer: SecureAnswer) => SecureAnswer, order = orderOf(1)) {
    const here = await machine()
    const { line } = honest(orderOf(1), here)
    const { end } = await roundOn(here, order, {
      async ask(ask, signal) {
        const answer = await line.ask(ask, signal)
        return answer.ok ? pass(change(answer.value)) : answer
      },
    })
    const [cid] = here.kept.holds(taskId)
    // What was not hidden is still here, to be hidden in another round.
    expect(await here.store.manifest(cid!)).not.toBeNull()
    return end
  }

  test('brings in keys of its own, and is told nothing', async () => {
    const round = take(secureRound({ roundId: orderOf(1).round_id, members }, inputs))
    const stranger = new SecureNode(round, signerFrom(new Uint8Array(32).fill(9)), systemRandom())
    const swapped = (answer: SecureAnswer): SecureAnswer =>
      answer.next === 'share'
        ? { next: 'share', adverts: [...answer.adverts.slice(0, 3), stranger.advert] }
        : answer
    const reason = expect.stringContaining('SIGNER_UNEXPECTED')
    expect(await missedWith(swapped)).toEqual({ kind: 'missed', reason })
  })

  test('leaves too few to hide among', async () => {
    const few = (answer: SecureAnswer): SecureAnswer =>
      answer.next === 'share' ? { next: 'share', adverts: answer.adverts.slice(0, 2) } : answer
    const reason = expect.stringContaining('cannot hide')
    expect(await missedWith(few)).toEqual({ kind: 'missed', reason })
  })

  test('asks for another step than comes next', async () => {
    const reason = expect.stringContaining('PEER_MISBEHAVED')
    expect(await missedWith(() => ({ next: 'rest' }))).toEqual({ kind: 'missed', reason })
  })

  test('does not say who takes part, or leaves this node out', async () => {
    for (const named of [[], members.slice(1)]) {
      const order = orderOf(1, { members: named })
      const reason = expect.stringContaining('announced')
      expect(await missedWith((answer) => answer, order)).toEqual({ kind: 'missed', reason })
    }
  })
})
