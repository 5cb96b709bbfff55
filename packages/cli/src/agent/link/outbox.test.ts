import { pass, refuse } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { createMemoryNetwork, scriptedCoordinator } from './testing/coordinator.ts'
import {
  first,
  linked,
  logKeyOf,
  node,
  placesOf,
  reportOf,
  taskId,
  taskOf,
} from './testing/linked.ts'

describe('reports', () => {
  test('of one task arrive in their order, each until it is settled', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { link, timers, toldOf } = await linked(network, placesOf(coordinator))
    const logKey = logKeyOf(await toldOf('joined'))
    const answers = [refuse('DISK_FULL', 'full'), refuse('OVERLOADED', 'busy'), pass(null)]
    coordinator.answerReport = () => answers.shift() ?? pass(null)
    const other = { ...reportOf(), checkpoint: 2 }
    link.carryOut({ type: 'send-report', reportId: 1, logKey, report: reportOf() })
    link.carryOut({ type: 'send-report', reportId: 2, logKey, report: other })
    link.carryOut({ type: 'send-report', reportId: 1, logKey, report: reportOf() })
    const settled = await timers.until(() => toldOf('report-settled'))
    expect(settled).toMatchObject({ reportId: 1, answer: { ok: true } })
    expect(await toldOf('report-settled')).toMatchObject({ reportId: 2, answer: { ok: true } })
    expect(
      coordinator.reports.map((report) => 'checkpoint' in report && report.checkpoint),
    ).toEqual([1, 1, 1, 2])
  })

  test('that are refused for good are settled as refused', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { link, toldOf } = await linked(network, placesOf(coordinator))
    const logKey = logKeyOf(await toldOf('joined'))
    coordinator.answerReport = () => refuse('LEASE_STALE', 'another node has it')
    link.carryOut({ type: 'send-report', reportId: 7, logKey, report: reportOf() })
    const settled = await toldOf('report-settled')
    expect(settled).toMatchObject({ reportId: 7, answer: { ok: false, code: 'LEASE_STALE' } })
  })

  test('of several tasks go side by side, at most 64 at a time', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { link, toldOf, told } = await linked(network, placesOf(coordinator))
    const logKey = logKeyOf(await toldOf('joined'))
    const gate = Promise.withResolvers<void>()
    coordinator.answerReport = async () => {
      await gate.promise
      return pass(null)
    }
    for (let reportId = 1; reportId <= 100; reportId++) {
      const report = reportOf(taskOf(reportId))
      link.carryOut({ type: 'send-report', reportId, logKey, report })
    }
    await expect.poll(() => coordinator.reports).toHaveLength(64)
    gate.resolve()
    await expect.poll(() => told.filter(({ type }) => type === 'report-settled')).toHaveLength(100)
  })

  test('of another log than the one that is kept here are not sent', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { link, toldOf } = await linked(network, placesOf(coordinator))
    const logKey = logKeyOf(await toldOf('joined'))
    link.carryOut({ type: 'send-report', reportId: 1, logKey: 'other', report: reportOf() })
    link.carryOut({ type: 'send-report', reportId: 2, logKey, report: reportOf() })
    expect(await toldOf('report-settled')).toMatchObject({ reportId: 2 })
    expect(coordinator.reports).toHaveLength(1)
  })

  test('of progress are sent once, and end a lease that nobody wants', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const { link, toldOf } = await linked(network, placesOf(coordinator))
    await toldOf('joined')
    coordinator.answerReport = () => refuse('LEASE_STALE', 'over')
    const lease = { task_id: taskId, lease_epoch: 3 }
    const progress = { ...lease, phase: 'running', percent: null, gas: null } as const
    link.carryOut({ type: 'send-progress', progress })
    expect(await toldOf('lease-withdrawn')).toMatchObject({ taskId, leaseEpoch: 3 })
    expect(coordinator.reports).toMatchObject([
      { report: 'signed', envelope: { type: 'progress', peer_id: node.peerId } },
    ])
  })
})
