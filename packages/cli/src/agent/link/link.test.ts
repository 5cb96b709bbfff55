import { refuse, VcpError } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { createMemoryNetwork, scriptedCoordinator } from './testing/coordinator.ts'
import { first, linked, logKeyOf, placesOf, reportOf, second } from './testing/linked.ts'

describe('a link', () => {
  test('joins, is heard, and joins anew when it is forgotten', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { timers, toldOf, link } = await linked(network, placesOf(coordinator))
    const joined = await toldOf('joined')
    expect(joined).toMatchObject({ leaseMs: 30_000 })
    expect(Math.abs(joined.aheadMs)).toBeLessThan(1_000)
    // The first heartbeat goes both ways: by gossip, and as a question.
    await timers.turn(0)
    await expect.poll(() => coordinator.beats).toBe(1)
    expect(coordinator.asked.map(({ ask }) => ask)).toEqual(['register', 'heartbeat'])
    expect(link.standings()).toMatchObject([{ state: 'joined', peerId: first.peerId }])
    expect(link.quality.latencyMs()).toBe(1)
    coordinator.refuseBeat = refuse('NOT_FOUND', 'who is that')
    for (let beat = 0; beat < 3; beat++) {
      await timers.turn(1_000)
      await expect.poll(() => coordinator.beats).toBe(beat + 2)
    }
    coordinator.refuseBeat = null
    await timers.until(() => toldOf('joined'))
    expect(coordinator.asked.filter(({ ask }) => ask === 'register')).toHaveLength(2)
  })

  test('asks with each heartbeat where nobody follows gossip', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first, { followsGossip: false })
    const { timers, toldOf } = await linked(network, placesOf(coordinator))
    await toldOf('joined')
    for (let beat = 1; beat <= 3; beat++) {
      await timers.turn(beat === 1 ? 0 : 1_000)
      await expect.poll(() => coordinator.asked).toHaveLength(1 + beat)
    }
  })

  test('takes the next coordinator when one is away, and goes on sending there', async () => {
    const network = createMemoryNetwork()
    const one = await scriptedCoordinator(network, first)
    const other = await scriptedCoordinator(network, second, { logSigner: first })
    const { link, timers, toldOf } = await linked(network, placesOf(one, other))
    const logKey = logKeyOf(await toldOf('joined'))
    one.answerReport = () => refuse('OVERLOADED', 'later')
    link.carryOut({ type: 'send-report', reportId: 1, logKey, report: reportOf() })
    await expect.poll(() => one.reports).toHaveLength(1)
    one.host.isUp = false
    await timers.until(() => toldOf('joined'))
    expect(link.stay?.peerId).toBe(second.peerId)
    expect(link.standings()).toMatchObject([{ state: 'failed' }, { state: 'joined' }])
    // The core says again what it is owed.
    link.carryOut({ type: 'send-report', reportId: 1, logKey, report: reportOf() })
    expect(await toldOf('report-settled')).toMatchObject({ reportId: 1, answer: { ok: true } })
    expect(other.reports).toHaveLength(1)
  })

  test('says that no coordinator is in reach, and comes back by itself', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { timers, toldOf, told } = await linked(network, placesOf(coordinator))
    await toldOf('joined')
    coordinator.host.isUp = false
    await timers.until(() => toldOf('parted'))
    for (let i = 0; i < 5; i++) await timers.turn(30_000)
    expect(told.filter(({ type }) => type === 'parted')).toHaveLength(1)
    coordinator.host.isUp = true
    await timers.until(() => toldOf('joined'))
  })

  test('gives a coordinator up that does not echo any more', async () => {
    const network = createMemoryNetwork()
    const one = await scriptedCoordinator(network, first)
    const { timers, toldOf, mesh, said } = await linked(network, placesOf(one))
    await toldOf('joined')
    const { ping } = mesh.peers
    mesh.peers.ping = async () => {
      throw new VcpError('PEER_UNREACHABLE')
    }
    await timers.until(async () => expect.poll(() => said.at(-1)?.message).toContain('lost'))
    mesh.peers.ping = ping
    await timers.until(() => toldOf('joined'))
  })

  test('tells who waits since before a registration that came to nothing', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    coordinator.refuseJoin = refuse('OVERLOADED', 'later')
    const { link, timers, said } = await linked(network, placesOf(coordinator))
    const joined = link.joined(new AbortController().signal)
    await expect.poll(() => said.at(-1)?.fields['code']).toBe('OVERLOADED')
    coordinator.refuseJoin = null
    expect((await timers.until(() => joined)).peerId).toBe(first.peerId)
  })

  test('ends with the reason where every coordinator refuses the node for good', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    coordinator.refuseJoin = refuse('NOT_ALLOWED', 'newcomers are not taken')
    const { link, said } = await linked(network, placesOf(coordinator))
    expect(await link.ended).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(said.at(-1)).toMatchObject({ level: 'warning', fields: { code: 'NOT_ALLOWED' } })
  })

  test('does not join a coordinator of another network', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first, { network: 'staging' })
    const { link } = await linked(network, placesOf(coordinator))
    expect(await link.ended).toMatchObject({ code: 'BINDING_INVALID' })
  })

  test('ends when the coordinator hears its key from another machine', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    coordinator.refuseBeat = refuse('NODE_KEY_IN_USE', 'heard from 192.0.2.7 a second ago')
    const { link, timers, toldOf } = await linked(network, placesOf(coordinator))
    await toldOf('joined')
    await timers.turn(0)
    const error = await link.ended
    const runs = coordinator.asked.map((ask) => 'run' in ask && ask.run)
    expect(runs[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(runs[1]).toBe(runs[0])
    expect(error).toMatchObject({ code: 'NODE_KEY_IN_USE' })
    expect(error.message).toContain('192.0.2.7')
  })

  test('tells the mode until the coordinator has heard it', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { link, timers, toldOf } = await linked(network, placesOf(coordinator))
    await toldOf('joined')
    await timers.turn(0)
    await expect.poll(() => coordinator.beats).toBe(1)
    coordinator.refuseBeat = refuse('OVERLOADED', 'later')
    link.carryOut({ type: 'tell-mode', mode: 'draining' })
    await expect.poll(() => coordinator.asked.at(-1)).toMatchObject({ ask: 'mode' })
    coordinator.refuseBeat = null
    await timers.turn(1_000)
    expect(await toldOf('mode-told')).toMatchObject({ mode: 'draining' })
  })
})
