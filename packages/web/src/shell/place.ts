// Where in the pages somebody is.
import { createStore } from '../api/store.ts'
import { hrefOf, type PageName, type Place, placeOf } from './address.ts'

export const place = createStore<Place>(placeOf(location.hash))

addEventListener('hashchange', () => place.set(placeOf(location.hash)))

export function goTo(page: PageName, item?: string): void {
  location.hash = hrefOf(page, item)
}
