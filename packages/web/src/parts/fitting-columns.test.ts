import { expect, test } from 'vitest'
import { fittingColumns } from './fitting-columns.ts'

const columns = [
  { name: 'name' },
  { name: 'mode', width: 100, spare: 2 },
  { name: 'state', width: 100 },
  { name: 'cores', width: 60, spare: 3 },
  { name: 'seen', width: 80, spare: 1 },
]
const namesIn = (room: number) => fittingColumns(columns, room).map(({ name }) => name)

test('columns go where there is no room for all, those first that are needed least', () => {
  expect(namesIn(480)).toEqual(['name', 'mode', 'state', 'cores', 'seen'])
  expect(namesIn(479)).toEqual(['name', 'mode', 'state', 'seen'])
  expect(namesIn(419)).toEqual(['name', 'state', 'seen'])
  expect(namesIn(319)).toEqual(['name', 'state'])
})

test('what cannot be spared stays, however little room there is', () => {
  expect(namesIn(10)).toEqual(['name', 'state'])
})
