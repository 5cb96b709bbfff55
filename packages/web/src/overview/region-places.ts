// Where on a map a region may be meant to be. Operators call a region what they like; the names of
// countries, continents and the large clouds are understood, and no other is guessed at.

export interface MapPoint {
  /** Degrees east. */
  readonly longitude: number
  /** Degrees north. */
  readonly latitude: number
}

const at = (latitude: number, longitude: number): MapPoint => ({ latitude, longitude })

const places: Readonly<Record<string, MapPoint>> = {
  'us-east': at(38, -78),
  'us-west': at(40, -120),
  'us-central': at(41, -95),
  'us-south': at(31, -97),
  us: at(39, -98),
  'na-east': at(40, -76),
  'na-west': at(40, -120),
  na: at(42, -100),
  canada: at(50, -95),
  ca: at(50, -95),
  mexico: at(23, -102),
  brazil: at(-14, -52),
  'sa-east': at(-23, -46),
  sa: at(-15, -60),
  'eu-north': at(60, 18),
  'eu-south': at(42, 13),
  'eu-east': at(50, 24),
  'eu-west': at(52, -3),
  'eu-central': at(50, 9),
  eu: at(49, 9),
  europe: at(49, 9),
  uk: at(53, -2),
  gb: at(53, -2),
  de: at(51, 10),
  germany: at(51, 10),
  fr: at(47, 2),
  france: at(47, 2),
  'me-south': at(26, 50),
  'me-central': at(24, 54),
  me: at(28, 47),
  'af-south': at(-33, 19),
  af: at(5, 20),
  africa: at(5, 20),
  'ap-south': at(19, 73),
  'ap-southeast': at(1, 104),
  'ap-northeast': at(36, 139),
  'ap-east': at(22, 114),
  asia: at(35, 100),
  ap: at(20, 110),
  in: at(21, 78),
  india: at(21, 78),
  jp: at(36, 139),
  japan: at(36, 139),
  au: at(-27, 134),
  australia: at(-27, 134),
  oceania: at(-27, 134),
}

const names = Object.keys(places).sort((one, other) => other.length - one.length)

/** Null: this page does not know where that is. */
export function placeOfRegion(region: string): MapPoint | null {
  const name = region.toLowerCase().replaceAll('_', '-')
  const known = names.find((each) => name === each || new RegExp(`^${each}(-|\\d)`).test(name))
  return known === undefined ? null : (places[known] ?? null)
}
