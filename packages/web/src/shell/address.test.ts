import { expect, test } from 'vitest'
import { hrefOf, pageNames, placeOf } from './address.ts'

test('an address leads to the page, and to what of it', () => {
  expect(placeOf('#/nodes')).toEqual({ page: 'nodes', item: null })
  expect(placeOf('#/tasks/new')).toEqual({ page: 'tasks', item: 'new' })
  for (const page of pageNames) {
    expect(placeOf(hrefOf(page, 'a/b ?#'))).toEqual({ page, item: 'a/b ?#' })
  }
})

test('an address that names nothing leads to the overview', () => {
  for (const hash of ['', '#', '#/', '#/nonsense/7', '#/__proto__', '#javascript:alert(1)']) {
    expect(placeOf(hash)).toEqual({ page: 'overview', item: null })
  }
})

test('an address that cannot be decoded is taken as it is', () => {
  expect(placeOf('#/nodes/%E0%A4%A')).toEqual({ page: 'nodes', item: '%E0%A4%A' })
})
