pragma circom 2.2.3;

// The bits of a value, lowest first: shows that it is below 2^n. n is at most 252, so that no value
// has two decompositions.
template Bits(n) {
  signal input in;
  signal output bit[n];

  assert(n <= 252);
  var sum = 0;
  for (var i = 0; i < n; i++) {
    bit[i] <-- (in >> i) & 1;
    bit[i] * (bit[i] - 1) === 0;
    sum += bit[i] * (1 << i);
  }
  sum === in;
}

// A signed value of n bits as the number that is 2^(n-1) larger, which is never negative.
template Signed(n) {
  signal input in;
  signal output shifted;

  shifted <== in + (1 << (n - 1));
  component bits = Bits(n);
  bits.in <== shifted;
}
