// Verdicts on a call: what a detector throws where it has no answer. A RangeError becomes
// `invalid-input`; anything else becomes `other`, with its stack in the host's log.

/** Anything that has no class of its own. */
export class DetectorError extends Error {
    get tag() {
        return "other";
    }

    get val() {
        return this.message;
    }
}

/** A parameter's value is wrong in these circumstances. */
export class InvalidParameter extends DetectorError {
    constructor(name, message) {
        super(message);
        this.parameter = name;
    }

    get tag() {
        return "invalid-parameter";
    }

    get val() {
        return [this.parameter, this.message];
    }
}

/** The rows cannot be used as they are; say which row and column, counted from 0. */
export class InvalidInput extends DetectorError {
    get tag() {
        return "invalid-input";
    }
}

/** Fewer rows than needed. */
export class InsufficientData extends DetectorError {
    constructor(needed) {
        super(`at least ${needed} rows are needed`);
        this.needed = needed;
    }

    get tag() {
        return "insufficient-data";
    }

    get val() {
        return this.needed;
    }
}

/** The bytes are no state that this version can read. */
export class BadState extends DetectorError {
    get tag() {
        return "bad-state";
    }
}

/** The computation has no finite answer on these rows. */
export class NumericalError extends DetectorError {
    get tag() {
        return "numerical";
    }
}
