import type { NodeInfo } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { filterNodes, noFilter } from './filter-nodes.ts'

const node = (node_id: string, more: Partial<NodeInfo> = {}) =>
  ({
    node_id,
    peer_id: `12D3KooW${node_id}`,
    region: 'eu',
    owner_id: 'a',
    owner_address: null,
    status: 'online',
    mode: 'active',
    node_type: 'compute',
    ...more,
  }) as NodeInfo

const nodes = [
  node('ana'),
  node('ben', { status: 'offline', region: 'us' }),
  node('cem', { mode: 'paused' }),
]
const names = (filter: Partial<typeof noFilter>) =>
  filterNodes(nodes, { ...noFilter, ...filter }).map(({ node_id }) => node_id)

test('no filter takes all', () => expect(names({})).toEqual(['ana', 'ben', 'cem']))

test('text is looked for in names, keys and regions, whatever its case', () => {
  expect(names({ text: ' ANA ' })).toEqual(['ana'])
  expect(names({ text: 'us' })).toEqual(['ben'])
  expect(names({ text: '12d3koowc' })).toEqual(['cem'])
})

test('what is chosen must all hold', () => {
  expect(names({ status: 'offline' })).toEqual(['ben'])
  expect(names({ mode: 'paused', region: 'eu' })).toEqual(['cem'])
  expect(names({ mode: 'paused', region: 'us' })).toEqual([])
})
