/** Where the coefficients of a block lie, in the order in which they are written. */
export const zigzag: Uint8Array = order()

function order(): Uint8Array {
  const places = Array.from({ length: 64 }, (_, place) => place)
  const diagonal = (place: number) => (place >> 3) + (place & 7)
  // Even diagonals go up, odd ones down.
  const along = (place: number) => (diagonal(place) % 2 === 0 ? place & 7 : place >> 3)
  places.sort((one, other) => diagonal(one) - diagonal(other) || along(one) - along(other))
  return Uint8Array.from(places)
}
