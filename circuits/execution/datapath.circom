pragma circom 2.2.3;

include "../parts/bits.circom";

// One instruction: what it computes, where it goes on, and what it adds to its addresses. The
// switches are those of packages/proofs/src/execution/instruction.ts, in the same order.
template Datapath() {
  signal input at;
  signal input word;
  signal input a;
  signal input b;
  signal input old;
  signal output wordBit[46];
  signal output result;
  signal output next;
  signal output loadFrom;
  signal output storeTo;
  signal output jumpTo; // the place of a jump, which is no address; 0 otherwise

  component wordBits = Bits(46);
  wordBits.in <== word;
  for (var i = 0; i < 46; i++) wordBit[i] <== wordBits.bit[i];
  component aBits = Bits(32);
  aBits.in <== a;
  component bBits = Bits(32);
  bBits.in <== b;
  component oldBits = Bits(32);
  oldBits.in <== old;

  // 2^(b mod 32), a factor for each bit.
  signal power[4];
  power[0] <== (1 + bBits.bit[0]) * (1 + 3 * bBits.bit[1]);
  for (var i = 1; i < 4; i++) {
    power[i] <== power[i - 1] * (1 + ((1 << (1 << (i + 1))) - 1) * bBits.bit[i + 1]);
  }

  // The sum. It never has more than 66 bits where a program was compiled, and is never negative.
  signal byB <== wordBit[25] * b;
  signal byPower <== (wordBit[26] + 2 * wordBit[27]) * power[3];
  var multiplier = wordBit[24] + byB + byPower - wordBit[28] * (1 << 33);
  signal other <== (wordBit[29] - wordBit[30] + wordBit[28] * (1 << 33)) * b;
  signal signs <== wordBit[33] * (bBits.bit[31] - aBits.bit[31]);
  var spread = 0;
  for (var i = 0; i < 32; i++) spread += (aBits.bit[i] + bBits.bit[i]) * (1 << (2 * i));
  signal spreads <== wordBit[34] * spread;
  signal sum <== a * multiplier + other + signs * (1 << 32) + spreads
    + wordBit[31] * ((1 << 32) + (1 << 65)) - wordBit[32];
  component sumBits = Bits(66);
  sumBits.in <== sum;

  signal grounded <== sumBits.bit[32] * sumBits.bit[65];
  signal flag <== grounded * (1 - 2 * wordBit[39]) + wordBit[39];

  var low = 0;
  var high = 0;
  var even = 0;
  var odd = 0;
  for (var i = 0; i < 32; i++) {
    low += sumBits.bit[i] * (1 << i);
    high += sumBits.bit[32 + i] * (1 << i);
    even += sumBits.bit[2 * i] * (1 << i);
    odd += sumBits.bit[2 * i + 1] * (1 << i);
  }
  signal highs <== wordBit[36] * high;
  signal evens <== wordBit[37] * even;
  signal odds <== wordBit[38] * odd;
  signal flags <== wordBit[40] * flag;
  signal negative <== wordBit[41] * aBits.bit[31];
  signal filled <== negative * ((1 << 32) - multiplier);
  signal taken <== flag * (a - old);
  signal picked <== wordBit[42] * (old + taken);
  result <== wordBit[35] * low + highs + evens + odds + flags + filled + picked;

  var d = 0;
  for (var i = 0; i < 8; i++) d += wordBit[16 + i] * (1 << i);
  signal jumps <== wordBit[43] * flag;
  next <== jumps * (d - at - 1) + at + 1;
  jumpTo <== wordBit[43] * d;

  // Bytes to words; the last two bits of an address in use are 0.
  var words = 0;
  for (var i = 2; i < 32; i++) words += bBits.bit[i] * (1 << (i - 2));
  loadFrom <== wordBit[44] * words;
  storeTo <== wordBit[45] * words;
  (wordBit[44] + wordBit[45]) * (bBits.bit[0] + 2 * bBits.bit[1]) === 0;
}
