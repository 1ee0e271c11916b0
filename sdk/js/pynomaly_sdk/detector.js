import { BadState, InsufficientData, InvalidInput, NumericalError } from "./errors.js";
import { Matrix } from "./matrix.js";
import { valuesOf } from "./parameters.js";
import * as state from "./state.js";

/**
 * One anomaly-detection algorithm; extend it, and write `fit` and `scoreSamples`.
 *
 * Two methods more may be there, each an ability of the component:
 *
 * - `explain(X)`: for each row one contribution a column, how much it raised (above 0) or lowered
 *   the score. Where the method allows it a row's contributions add up to its score.
 * - `update(X)`: row by row, in order, scores the row with what is known so far, then learns it;
 *   gives the scores. The one method besides `fit` that changes fields. What it learns stays
 *   bounded however long the stream is, and an error leaves it as it was.
 */
export class Detector {
    /** The `detector_type`: 1 to 64 of `a-z`, `0-9` and `_`, not starting with a digit. */
    static detectorName = "";
    /** Semantic; raise it with every change of a bit of a score. */
    static version = "0.1.0";
    /** One sentence. */
    static summary = "";
    /** The paper or book that defines the method. */
    static reference = "";
    /** Rows are moments of a series, oldest first. */
    static timeSeries = false;
    /** NaN may stand for a missing value. */
    static acceptsMissing = false;
    /** The least number of training rows; at least 1. */
    static minimumRows = 1;
    /** Version of the format of the state. */
    static stateVersion = 1;
    /** Further facts, such as `{ "auc-floor": "0.9", "scale-invariant": "true" }`. */
    static extra = {};
    /** The parameter table; see parameters.js. */
    static parameters = {};

    /** Parameters by name become fields; `seed` is the source of all randomness. */
    constructor(parameters = {}, seed = 0) {
        Object.assign(this, valuesOf(this.constructor.parameters, parameters));
        this.seed = seed;
    }

    /**
     * Learns from `X`, which has at least `minimumRows` rows: sets fields whose names end in `_`.
     * Returns the training scores where they are not `scoreSamples(X)`.
     */
    fit(_X) {
        throw new TypeError("a detector has to have fit");
    }

    /** One finite score a row; higher means more anomalous. */
    scoreSamples(_X) {
        throw new TypeError("a detector has to have scoreSamples");
    }
}

/** Fits, and gives the training scores: what the host asks for, and tests should. */
export function fitted(detector, rows) {
    const X = Matrix.of(rows);
    const { minimumRows } = detector.constructor;
    if (X.rows < minimumRows) {
        throw new InsufficientData(minimumRows);
    }
    const scores = detector.fit(X);
    detector.columns_ = X.columns;
    return checked(X, Array.isArray(scores) ? scores : detector.scoreSamples(X));
}

/** The scores of rows that have the training rows' columns. */
export function scored(detector, rows) {
    const X = known(detector, rows);
    return checked(X, detector.scoreSamples(X));
}

/** The contributions of `explain`, row after row in one list. */
export function explained(detector, rows) {
    const X = known(detector, rows);
    const contributions = Array.from(detector.explain(X)).flatMap((row) => Array.from(row));
    const wanted = X.values.length;
    if (contributions.length !== wanted) {
        throw new NumericalError(`${contributions.length} contributions for ${wanted} values`);
    }
    const odd = contributions.findIndex((contribution) => !Number.isFinite(contribution));
    if (odd >= 0) {
        const row = Math.floor(odd / X.columns);
        throw new NumericalError(`a contribution to row ${row} is ${contributions[odd]}`);
    }
    return contributions;
}

/** The scores of rows that are learnt. */
export function updated(detector, rows) {
    const X = known(detector, rows);
    return checked(X, detector.update(X));
}

/** What a detector class can do beyond scoring, by the contract's names. */
export function abilities(detectorClass) {
    const named = { explainer: "explain", learner: "update" };
    const has = ([, method]) => typeof detectorClass.prototype[method] === "function";
    return Object.entries(named).filter(has).map(([name]) => name);
}

/** The parameters and all that was learnt, as portable bytes. */
export function saved(detector) {
    const { parameters, stateVersion } = detector.constructor;
    const given = Object.keys(parameters).map((name) => [name, detector[name]]);
    const learnt = Object.keys(detector).filter(isLearnt).sort();
    const own = learnt.map((name) => [name, detector[name]]);
    return state.dump(stateVersion, [Object.fromEntries(given), Object.fromEntries(own)]);
}

/** The detector that was saved; BadState for anything else. */
export function loaded(detectorClass, bytes) {
    try {
        const [given, own] = state.load(detectorClass.stateVersion, bytes);
        if (!Object.keys(own).every(isLearnt) || !(own.columns_ >= 1)) {
            throw new BadState("these are not a detector's fields");
        }
        return Object.assign(new detectorClass(given), own);
    } catch (error) {
        // Whatever goes wrong is the state's fault.
        throw error instanceof BadState ? error : new BadState(String(error));
    }
}

function known(detector, rows) {
    const X = Matrix.of(rows);
    if (X.columns !== detector.columns_) {
        throw new InvalidInput(`${X.columns} columns instead of ${detector.columns_}`);
    }
    return X;
}

function isLearnt(name) {
    return name.endsWith("_") && !name.startsWith("_");
}

function checked(X, scores) {
    if (scores.length !== X.rows) {
        throw new NumericalError(`${scores.length} scores for ${X.rows} rows`);
    }
    const odd = scores.findIndex((score) => !Number.isFinite(score));
    if (odd >= 0) {
        throw new NumericalError(`the score of row ${odd} is ${scores[odd]}`);
    }
    return Array.from(scores);
}
