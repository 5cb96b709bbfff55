import { expect, test } from 'vitest'
import { placeOfRegion } from './region-places.ts'

test('the names of clouds and continents are understood, the longest that fits first', () => {
  expect(placeOfRegion('eu')).toEqual(placeOfRegion('EU'))
  expect(placeOfRegion('us-east-1')).toEqual(placeOfRegion('us_east'))
  expect(placeOfRegion('us-east-1')).not.toEqual(placeOfRegion('us'))
  expect(placeOfRegion('ap-southeast2')).toEqual(placeOfRegion('ap-southeast'))
})

test('what only begins like a name is not placed', () => {
  for (const name of ['local', 'rack-7', 'used-servers', 'indoors', 'eureka']) {
    expect(placeOfRegion(name)).toBeNull()
  }
})
