/** What a witness generator of circom exports, as far as it is called. */
export const generatorFunctions = [
  'init',
  'getFieldNumLen32',
  'getRawPrime',
  'readSharedRWMemory',
  'writeSharedRWMemory',
  'getInputSize',
  'getInputSignalSize',
  'setInputSignal',
  'getWitnessSize',
  'getWitness',
] as const
export type GeneratorFunction = (typeof generatorFunctions)[number]
