pragma circom 2.2.3;

// Evaluates a public polynomial at a secret point between two public bounds. Shows that whoever
// proves knows a point of the range with this value, and says nothing more of the point.
template Bits(n) {
    signal input in;
    signal bits[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        bits[i] <-- (in >> i) & 1;
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * (1 << i);
    }
    sum === in;
}

template Polynomial(degree, n) {
    signal input context;
    signal input low;
    signal input high;
    signal input coefficients[degree + 1];
    signal input point;
    signal output value;

    // Each difference fits n bits, so that neither has gone below zero.
    component above = Bits(n);
    above.in <== point - low;
    component below = Bits(n);
    below.in <== high - point;

    // Horner's rule, from the highest power down.
    signal sums[degree + 1];
    sums[degree] <== coefficients[degree];
    for (var i = degree - 1; i >= 0; i--) {
        sums[i] <== sums[i + 1] * point + coefficients[i];
    }
    value <== sums[0];
}

component main { public [context, low, high, coefficients] } = Polynomial(3, 32);
