/** What a parameter's value may be. */
export type Value = boolean | number | string;

/** A row of the parameter table; made by {@link boolean}, {@link integer} and their like. */
export interface Parameter<V extends Value = Value> {
    readonly kind: "boolean" | "integer" | "number" | "text" | "choice";
    readonly byDefault: V | undefined;
    readonly doc: string;
}

export function boolean(byDefault: boolean | undefined, row: { doc: string }): Parameter<boolean>;

/** A whole number within ±(2⁵³ − 1); bounds are inclusive, none means unbounded. */
export function integer(
    byDefault: number | undefined,
    row: { minimum?: number; maximum?: number; doc: string },
): Parameter<number>;

/** A finite number; bounds are inclusive unless said otherwise, none means unbounded. */
export function number(
    byDefault: number | undefined,
    row: {
        minimum?: number;
        maximum?: number;
        exclusiveMinimum?: boolean;
        exclusiveMaximum?: boolean;
        doc: string;
    },
): Parameter<number>;

/** A text of at most `bytesMax` bytes of UTF-8. */
export function text(
    byDefault: string | undefined,
    row: { bytesMax: number; doc: string },
): Parameter<string>;

/** One of some texts. */
export function choice(
    byDefault: string | undefined,
    row: { choices: string[]; doc: string },
): Parameter<string>;

/** Rows of numbers, row-major. A missing value is NaN, only where a detector accepts it. */
export class Matrix implements Iterable<Float64Array> {
    constructor(columns: number, values: ArrayLike<number>);
    static of(rows: Matrix | ArrayLike<number>[]): Matrix;
    readonly columns: number;
    readonly values: Float64Array;
    readonly rows: number;
    /** Shares its memory with the matrix. */
    row(index: number): Float64Array;
    /** A copy. */
    column(index: number): Float64Array;
    [Symbol.iterator](): Iterator<Float64Array>;
}

/**
 * One anomaly-detection algorithm; extend it. Fields whose names end in `_` are what it has
 * learnt: they are saved, and may be null, booleans, numbers, texts, Float64Array, Uint8Array,
 * arrays and plain objects.
 */
export abstract class Detector {
    static detectorName: string;
    static version: string;
    static summary: string;
    static reference: string;
    static timeSeries: boolean;
    static acceptsMissing: boolean;
    static minimumRows: number;
    static stateVersion: number;
    static extra: Record<string, string>;
    static parameters: Record<string, Parameter>;

    constructor(parameters?: Record<string, Value>, seed?: number | bigint);
    /** Source of all randomness: `new Random(this.seed)`. */
    readonly seed: number | bigint;
    /** Learns; returns the training scores where they are not `scoreSamples(X)`. */
    abstract fit(X: Matrix): void | number[];
    /** One finite score a row; higher means more anomalous. */
    abstract scoreSamples(X: Matrix): number[] | Float64Array;
    /**
     * The ability `explainer`: for each row one contribution a column, how much it raised (above 0)
     * or lowered the score.
     */
    explain?(X: Matrix): Iterable<Iterable<number>>;
    /**
     * The ability `learner`: row by row, in order, scores the row with what is known so far, then
     * learns it.
     */
    update?(X: Matrix): number[] | Float64Array;
}

export type DetectorClass = new (
    parameters?: Record<string, Value>,
    seed?: number | bigint,
) => Detector;

/** Fits, and gives the training scores: what the host asks for, and tests should. */
export function fitted(detector: Detector, rows: Matrix | ArrayLike<number>[]): number[];
export function scored(detector: Detector, rows: Matrix | ArrayLike<number>[]): number[];
export function explained(detector: Detector, rows: Matrix | ArrayLike<number>[]): number[];
export function updated(detector: Detector, rows: Matrix | ArrayLike<number>[]): number[];
export function saved(detector: Detector): Uint8Array;
export function loaded(detectorClass: DetectorClass, bytes: Uint8Array): Detector;

/** SplitMix64: the same numbers everywhere. */
export class Random {
    constructor(seed: number | bigint);
    bits(): bigint;
    /** Within [0, 1). */
    number(): number;
    /** From 0 to `count` − 1. */
    below(count: number): number;
}

export class DetectorError extends Error {}
export class InvalidParameter extends DetectorError {
    constructor(name: string, message: string);
}
export class InvalidInput extends DetectorError {}
export class InsufficientData extends DetectorError {
    constructor(needed: number);
}
export class BadState extends DetectorError {}
export class NumericalError extends DetectorError {}

export namespace log {
    function debug(message: unknown): void;
    function info(message: unknown): void;
    function warn(message: unknown): void;
    function error(message: unknown): void;
}
