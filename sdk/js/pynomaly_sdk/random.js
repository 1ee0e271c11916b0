/**
 * A generator that a seed determines (SplitMix64): the same numbers everywhere. `Math.random`
 * must not be used: it is not the same twice.
 */
export class Random {
    #state;

    /** `seed` is a whole number or a BigInt of 64 bits. */
    constructor(seed) {
        this.#state = BigInt.asUintN(64, BigInt(seed));
    }

    /** 64 bits, as a BigInt. */
    bits() {
        this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n);
        let z = this.#state;
        z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
        z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
        return z ^ (z >> 31n);
    }

    /** Within [0, 1). */
    number() {
        return Number(this.bits() >> 11n) * 2 ** -53;
    }

    /** A whole number from 0 to `count` − 1. */
    below(count) {
        return Math.floor(this.number() * count);
    }
}
