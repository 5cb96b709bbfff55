import { cidOf, pass, refuse, type TaskId, taskDigest, telemetryTopic } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { assignmentOf } from '../core/tasks/task-record.ts'
import { taskIdOf, telemetry, wasmTask } from '../core/testing/samples.ts'
import { createMemoryDisk } from '../journal/memory-journal.ts'
import { traceOf } from '../sim/traces.ts'
import { type MeshedServer, startMeshedServer } from '../testing/meshed-server.ts'
import { resultOf, type ScriptedNode } from '../testing/scripted-node.ts'

const one = taskIdOf(1)
const kept = { ok: true, value: { kept: true } }

async function started(...options: Parameters<typeof startMeshedServer>): Promise<MeshedServer> {
  const server = await startMeshedServer(...options)
  onTestFinished(() => server.stop())
  return server
}

async function submit(server: MeshedServer, changes = {}, taskId = one): Promise<void> {
  const body = { task_id: taskId, task: wasmTask(changes) }
  const { status, text } = await server.submitter.call('submitTask', { body })
  if (status !== 201) throw new Error(text)
}

async function shown(server: MeshedServer, taskId: TaskId = one) {
  return (await server.submitter.call('getTask', { params: { id: taskId } })).json
}

function holding(server: MeshedServer, { peerId }: ScriptedNode, taskId: TaskId = one) {
  return assignmentOf(server.loop.state.tasks.get(taskId)!, peerId)
}

describe('a task over the mesh', () => {
  test('is offered, run, committed to, shown with its output, and can be had', async () => {
    const server = await started()
    const node = await server.node(1)
    await submit(server)
    const { offer } = await node.asked('offer')
    expect(offer).toMatchObject({ task_id: one, peer_id: node.peerId, task: wasmTask() })
    const result = resultOf(offer, 'the answer')
    expect(await node.commit(result)).toMatchObject(kept)
    expect(await node.asked('reveal')).toMatchObject({ task_id: one, lease_epoch: 1 })
    expect(await node.reveal(result, 'the answer')).toMatchObject(kept)
    const { output } = result
    expect(await shown(server)).toMatchObject({ status: 'completed', result: { output } })
    const blob = await server.submitter.call('getBlob', { params: { cid: output } })
    expect(blob).toMatchObject({ status: 200, text: 'the answer' })
    const evidence = await server.submitter.call('taskEvidence', { params: { id: one } })
    expect(evidence.json).toMatchObject({ level: 'signed', task_id: one })
    expect(result.task_digest).toBe(taskDigest(wasmTask()))
  })

  test('that nobody else runs is shown at once, by a receipt that brings its output', async () => {
    const server = await started()
    const node = await server.node(1)
    await submit(server, { verification: { quorum: 1 } })
    const { offer } = await node.asked('offer')
    const result = resultOf(offer, 'the answer')
    expect(await node.reveal(result)).toMatchObject({ code: 'BLOB_UNAVAILABLE' })
    expect(await node.reveal(result, 'another answer')).toMatchObject({ code: 'BLOB_CORRUPT' })
    expect(await node.reveal(result, 'the answer')).toMatchObject(kept)
    expect(await shown(server)).toMatchObject({ status: 'completed', level: 'signed' })
    const body = { task_ids: [one], outputs: true }
    const { json } = await server.submitter.call('tasksEvidence', { body })
    expect(json['results']).toMatchObject([
      { evidence: { receipts: [{ committed: null }] }, output: btoa('the answer') },
    ])
    expect(node.asks.map(({ ask }) => ask)).toEqual(['offer'])
  })

  test('has its output fetched where it is too large to come with the receipt', async () => {
    const server = await started()
    const node = await server.node(1)
    await submit(server)
    const { offer } = await node.asked('offer')
    const output = 'x'.repeat(3_000_000)
    const result = resultOf(offer, output)
    await node.keep(Buffer.from(output))
    await node.commit(result)
    await node.asked('reveal')
    expect(await node.reveal(result)).toMatchObject(kept)
    const blob = await server.submitter.call('getBlob', { params: { cid: result.output } })
    expect(blob.text).toBe(output)
  })

  test('reported twice is reported once', async () => {
    const server = await started()
    const node = await server.node(1)
    await submit(server)
    const { offer } = await node.asked('offer')
    const result = resultOf(offer)
    for (let time = 0; time < 2; time++) expect(await node.commit(result)).toMatchObject(kept)
    await node.asked('reveal')
    const both = [node.reveal(result, 'output'), node.reveal(result, 'output')]
    for (const answer of await Promise.all(both)) expect(answer).toMatchObject(kept)
    expect(await node.reveal(result, 'output')).toMatchObject(kept)
    const { json } = await server.submitter.call('taskAssignments', { params: { id: one } })
    expect(json['assignments']).toMatchObject([{ state: 'validated' }])
  })

  test('is declined, and goes to another', async () => {
    const server = await started()
    const busy = await server.node(1)
    busy.answer = async (ask) => {
      if (ask.ask !== 'offer') return pass({ answered: 'noted' })
      const { task_id, lease_epoch } = ask.offer
      const why = { reason: 'busy', needs: 2, has: 1, retry_after_seconds: null } as const
      const answer = { answer: 'decline', task_id, lease_epoch, ...why } as const
      return pass({ answered: 'offer', answer })
    }
    await submit(server)
    await busy.asked('offer')
    const other = await server.node(2)
    expect((await other.asked('offer')).offer.lease_epoch).toBe(2)
    expect(holding(server, busy)).toMatchObject({ state: 'declined', declined: 'busy' })
  })

  test('that is cancelled is taken back, after its offer was answered', async () => {
    const server = await started()
    const node = await server.node(1)
    const thinking = Promise.withResolvers<void>()
    const { answer } = node
    node.answer = async (ask) => {
      if (ask.ask === 'offer') await thinking.promise
      return answer(ask)
    }
    await submit(server)
    await node.asked('offer')
    await server.submitter.call('cancelTask', { params: { id: one } })
    expect(node.asks.map(({ ask }) => ask)).toEqual(['offer'])
    thinking.resolve()
    expect(await node.asked('withdraw')).toMatchObject({ task_id: one, lease_epoch: 1 })
  })

  test('is renewed by progress, and ends with a run that failed', async () => {
    const server = await started({ core: { leaseMs: 60_000 } })
    const node = await server.node(1)
    await submit(server)
    const { offer } = await node.asked('offer')
    const lease = { task_id: one, lease_epoch: offer.lease_epoch }
    const progress = { ...lease, phase: 'running', percent: 5, gas: null } as const
    const envelope = node.sign('progress', progress)
    expect(await node.report({ report: 'signed', envelope, output: null })).toMatchObject(kept)
    const why = { reason: 'no memory', code: null }
    const failed = { report: 'run-failed', ...lease, ...why } as const
    expect(await node.report(failed)).toMatchObject(kept)
    expect(holding(server, node)).toMatchObject({ state: 'lost' })
    expect(await node.report(failed)).toMatchObject({ code: 'LEASE_STALE' })
  })
})

describe('a run that is over at once', () => {
  test('is reported while the answer to its offer is on its way, and counts', async () => {
    const server = await started()
    const node = await server.node(1)
    const { answer } = node
    const early = Promise.withResolvers<ReturnType<ScriptedNode['commit']>>()
    node.answer = (ask) => {
      if (ask.ask === 'offer') early.resolve(node.commit(resultOf(ask.offer)))
      return answer(ask)
    }
    await submit(server)
    expect(await await early.promise).toMatchObject(kept)
    expect(holding(server, node)).toMatchObject({ state: 'committed' })
  })
})

describe('an offer that cannot be delivered', () => {
  test('goes to another node at once', async () => {
    const server = await started()
    const [gone, other] = [await server.node(1), await server.node(2)]
    server.cut(gone)
    await submit(server, { verification: { quorum: 2 } })
    const { offer } = await other.asked('offer')
    expect(offer.task_id).toBe(one)
    const third = await server.node(3)
    await third.asked('offer')
    expect(holding(server, gone)).toMatchObject({ state: 'withdrawn' })
    expect(server.loop.state.nodes.get(gone.peerId)!.status).toBe('degraded')
  })

  test.each([
    ['refuses', async () => refuse('SIGNER_UNEXPECTED', 'who are you')],
    ['answers another question', async () => pass({ answered: 'noted' } as const)],
    [
      'answers another offer',
      async () =>
        pass({
          answered: 'offer',
          answer: { answer: 'accept', task_id: taskIdOf(9), lease_epoch: 1 },
        } as const),
    ],
  ])('is one that its node %s', async (_, answer) => {
    const server = await started()
    const odd = await server.node(1)
    odd.answer = answer
    await submit(server)
    await odd.asked('offer')
    const other = await server.node(2)
    await other.asked('offer')
    expect(holding(server, odd)).toMatchObject({ state: 'withdrawn' })
  })
})

describe('a report', () => {
  async function committed(server: MeshedServer, node: ScriptedNode, output = 'output') {
    await submit(server)
    const { offer } = await node.asked('offer')
    const result = resultOf(offer, output)
    await node.commit(result)
    await node.asked('reveal')
    return result
  }

  test('of a node that is not registered is answered with how to become so', async () => {
    const server = await started()
    const node = await server.node(1)
    const result = await committed(server, node)
    const stranger = await server.node(2, false)
    expect(await stranger.commit(result)).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is a node’s own, and of its own lease', async () => {
    const server = await started()
    const ana = await server.node(1)
    const result = await committed(server, ana)
    const ben = await server.node(2)
    expect(await ben.commit(result)).toMatchObject({ code: 'TASK_UNKNOWN' })
    expect(await ben.reveal(result, 'output')).toMatchObject({ code: 'TASK_UNKNOWN' })
    const envelope = ana.sign('receipt', result)
    const copied = await ben.report({ report: 'signed', envelope, output: null })
    expect(copied).toMatchObject({ code: 'SIGNER_UNEXPECTED' })
    const forged = { ...envelope, payload: { ...result, gas: 1 } }
    expect(await ana.report({ report: 'signed', envelope: forged, output: null })).toMatchObject({
      code: 'SIGNATURE_INVALID',
    })
    expect(await shown(server)).toMatchObject({ status: 'verifying' })
  })

  test('brings the output that it names, and is not taken without', async () => {
    const server = await started()
    const node = await server.node(1)
    const result = await committed(server, node)
    expect(await node.reveal(result)).toMatchObject({ code: 'BLOB_UNAVAILABLE' })
    expect(await node.reveal(result, 'another')).toMatchObject({ code: 'BLOB_CORRUPT' })
    expect(server.hub.peers.conductOf(node.peerId)).toBeLessThan(-40)
    const longer = { ...result, output_bytes: 7 }
    expect(await node.reveal(longer, 'output')).toMatchObject({ code: 'INVALID' })
    expect(await node.reveal(result, 'output')).toMatchObject(kept)
    expect(await shown(server)).toMatchObject({ status: 'completed' })
  })

  test('with an output larger than any that is kept is refused before it is fetched', async () => {
    const server = await started({ quota: { bytesMax: 100 } })
    const node = await server.node(1)
    const output = 'x'.repeat(101)
    const result = await committed(server, node, output)
    expect(await node.reveal(result, output)).toMatchObject({ code: 'TOO_LARGE' })
    const lie = { ...result, output_bytes: 6 }
    await node.keep(Buffer.from(output))
    expect(await node.reveal(lie)).toMatchObject({ code: 'TOO_LARGE' })
  })

  test('waits for room, and is taken when there is', async () => {
    const server = await started({ quota: { totalMax: 1_000 } })
    const node = await server.node(1)
    const result = await committed(server, node)
    const module = Buffer.alloc(998, 1)
    const cid = cidOf('raw', module)
    await server.submitter.call('putBlob', { params: { cid }, body: module })
    const inputs = { module: cid, call: { kind: 'wasi' } }
    const other = taskIdOf(2)
    await submit(server, { inputs, requirements: { require_gpu: true } }, other)
    expect(await node.reveal(result, 'output')).toMatchObject({ code: 'STORE_FULL' })
    expect(await shown(server)).toMatchObject({ status: 'verifying' })
    await server.submitter.call('cancelTask', { params: { id: other } })
    expect(await node.reveal(result, 'output')).toMatchObject(kept)
  })
})

describe('a receipt that waits for another', () => {
  test('is not said to be kept before it is in the log, and outlives the coordinator', async () => {
    const disk = createMemoryDisk()
    const first = await startMeshedServer({ disk })
    const bytes = [1, 2] as const
    const nodes = await Promise.all(bytes.map((byte) => first.node(byte)))
    await submit(first, { verification: { quorum: 2 } })
    const results = await Promise.all(
      nodes.map(async (node) => {
        const result = resultOf((await node.asked('offer')).offer)
        await node.commit(result)
        await node.asked('reveal')
        return result
      }),
    )
    const early = await nodes[0]!.reveal(results[0]!, 'output')
    expect(early).toMatchObject({ ok: false, code: 'REQUEST_TIMEOUT' })
    await first.stop()

    const second = await started({ disk })
    const again = await Promise.all(bytes.map((byte) => second.node(byte)))
    const answers = await Promise.all(again.map((node, i) => node.reveal(results[i]!, 'output')))
    for (const answer of answers) expect(answer).toMatchObject(kept)
    expect(second.loop.state.tasks.get(one)).toMatchObject({
      state: 'completed',
      level: 'replicated',
    })
  })
})

describe('a dispute over the mesh', () => {
  test('is narrowed by questions to both, and settled by a referee', async () => {
    const server = await started()
    const [honest, liar] = [await server.node(1), await server.node(2)]
    const traces = { honest: traceOf(1, null), liar: traceOf(1, { name: 'liar', from: 3 }) }
    for (const [node, trace] of [
      [honest, traces.honest],
      [liar, traces.liar],
    ] as const) {
      const { answer } = node
      node.answer = async (ask) => {
        if (ask.ask !== 'trace') return answer(ask)
        return pass({ answered: 'trace', below: [...trace.below(ask.level, ask.index)] })
      }
    }
    await submit(server, { verification: { quorum: 2 } })
    const results = await Promise.all([
      honest.asked('offer').then(({ offer }) => resultOf(offer, 'right', traces.honest.root)),
      liar.asked('offer').then(({ offer }) => resultOf(offer, 'wrong', traces.liar.root)),
    ])
    const referee = await server.node(3)
    await Promise.all([honest.commit(results[0]), liar.commit(results[1])])
    await Promise.all([honest.asked('reveal'), liar.asked('reveal')])
    await Promise.all([honest.reveal(results[0], 'right'), liar.reveal(results[1], 'wrong')])
    const rerun = await referee.asked('rerun')
    expect(rerun).toMatchObject({ task_id: one, task: { task_type: 'wasm_execution' } })
    const { checkpoint } = rerun
    const leaf = traces.honest.leaf(checkpoint)
    const report = { report: 'rerun', task_id: one, checkpoint, leaf } as const
    expect(await liar.report(report)).toMatchObject({ code: 'CONFLICT' })
    expect(await referee.report(report)).toMatchObject(kept)
    const { output } = results[0]
    expect(await shown(server)).toMatchObject({ level: 'refereed', result: { output } })
  })
})

describe('what is owed', () => {
  test('is said to a node when it comes back', async () => {
    const server = await started()
    const node = await server.node(1)
    await submit(server)
    const { offer } = await node.asked('offer')
    const { answer } = node
    node.answer = async () => {
      // Too soon: the connection breaks with the question on its way.
      server.cut(node)
      return refuse('PEER_UNREACHABLE', 'gone')
    }
    const result = resultOf(offer)
    await node.commit(result)
    await node.asked('reveal')
    node.answer = answer
    server.connect(node)
    await node.register()
    await node.asked('reveal')
    expect(await node.reveal(result, 'output')).toMatchObject(kept)
  })

  test('outlives the coordinator: an offer waits for the node that it was made to', async () => {
    const disk = createMemoryDisk()
    const first = await startMeshedServer({ disk })
    const node = await first.node(1)
    node.answer = () => new Promise(() => undefined)
    await submit(first)
    await node.asked('offer')
    await first.stop()
    const second = await started({ disk })
    expect(holding(second, node)).toMatchObject({ state: 'offered' })
    const again = await second.node(1)
    const { offer } = await again.asked('offer')
    expect(offer).toMatchObject({ task_id: one, lease_epoch: 1 })
    await again.commit(resultOf(offer))
    await again.asked('reveal')
  })
})

describe('telemetry', () => {
  test('comes by gossip, and counts for nodes that are registered', async () => {
    const server = await started()
    const [node, stranger] = [await server.node(1), await server.node(2, false)]
    await stranger.mesh.gossip.publish(telemetryTopic, stranger.sign('heartbeat', telemetry))
    const hot = { ...telemetry, latency_ms: 77 }
    expect(await node.mesh.gossip.publish(telemetryTopic, node.sign('heartbeat', hot))).toBe(1)
    await Promise.resolve()
    expect(server.loop.state.nodes.get(node.peerId)!.latencyMs).toBe(77)
    expect(server.hub.counters()).toMatchObject({ 'gossip.ignore.NOT_FOUND': 1 })
  })
})
