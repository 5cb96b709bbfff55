/** An amount as people say it, with no more decimals than it has: `1.5`. */
export function credits(amountMicro: number): string {
  const part = (amountMicro % 1_000_000).toString().padStart(6, '0').replace(/0+$/, '')
  const whole = Math.floor(amountMicro / 1_000_000)
  return part === '' ? `${whole}` : `${whole}.${part}`
}
