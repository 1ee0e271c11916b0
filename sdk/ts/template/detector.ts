// my_detector: how far a row is from its columns' medians, in robust standard deviations.
//
// Steps, source and parameters: README.md.

import { Detector, type Matrix, number } from "./pynomaly_sdk/index.js";

/** A normal column's standard deviation, in median absolute deviations. */
const MEDIAN_TO_DEVIATION = 1.4826;
/** The same in mean absolute deviations: √(π / 2). */
const MEAN_TO_DEVIATION = 1.2533141373155003;

/** Distance from the columns' medians in robust standard deviations. */
export default class RobustZ extends Detector {
    static override detectorName = "my_detector";
    static override version = "0.1.0";
    static override summary = "Root mean square of the columns' robust z-scores, by median and MAD.";
    static override reference =
        "B. Iglewicz, D. C. Hoaglin: How to Detect and Handle Outliers. ASQC, 1993";
    static override extra = { "auc-floor": "0.9", "scale-invariant": "true" };
    static override parameters = {
        cap: number(1000, {
            minimum: 1,
            maximum: 1e6,
            doc: "The most, in robust standard deviations, that one column counts.",
        }),
        learning_rate: number(0.01, {
            minimum: 0,
            maximum: 0.5,
            doc: "How far a row of a stream moves medians and deviations, in parts of the latter.",
        }),
    };

    // The parameters' values; the SDK sets them.
    declare readonly cap: number;
    declare readonly learning_rate: number;

    private medians_ = new Float64Array();
    private deviations_ = new Float64Array();

    fit(X: Matrix) {
        this.medians_ = new Float64Array(X.columns);
        this.deviations_ = new Float64Array(X.columns);
        for (let column = 0; column < X.columns; column += 1) {
            const values = X.column(column).sort();
            this.medians_[column] = median(values);
            this.deviations_[column] = deviation(values, this.medians_[column]);
        }
    }

    scoreSamples(X: Matrix) {
        return Array.from(X, (row) => this.#score(row));
    }

    override explain(X: Matrix) {
        return Array.from(X, (row) => this.#shares(row));
    }

    override update(X: Matrix) {
        return Array.from(X, (row) => {
            const score = this.#score(row);
            this.#learn(row);
            return score;
        });
    }

    /** A column's z, squared; 0 for a constant one, which says nothing. */
    #square(value: number, column: number) {
        const spread = this.deviations_[column];
        if (!(spread > 0)) {
            return 0;
        }
        const z = Math.min(Math.abs(value - this.medians_[column]) / spread, this.cap);
        return z * z;
    }

    #score(row: Float64Array) {
        let total = 0;
        for (let column = 0; column < row.length; column += 1) {
            total += this.#square(row[column], column);
        }
        return Math.sqrt(total / row.length);
    }

    /** What each column has of the score: as its square has of their sum. */
    #shares(row: Float64Array) {
        const score = this.#score(row);
        const whole = row.length * score;
        return row.map((value, column) => (score > 0 ? this.#square(value, column) / whole : 0));
    }

    /** Moves each median and deviation a little towards where half of the values lie. */
    #learn(row: Float64Array) {
        const grown = 1 + this.learning_rate;
        for (let column = 0; column < row.length; column += 1) {
            const [middle, spread] = [this.medians_[column], this.deviations_[column]];
            if (spread > 0) {
                const distance = row[column] - middle;
                const isFar = Math.abs(distance) * MEDIAN_TO_DEVIATION > spread;
                this.medians_[column] += Math.sign(distance) * (this.learning_rate * spread);
                this.deviations_[column] = isFar
                    ? Math.min(spread * grown, Number.MAX_VALUE)
                    : spread / grown;
            }
        }
    }
}

/** The middle of values in ascending order, or between both middles. */
function median(sorted: Float64Array): number {
    const middle = Math.floor(sorted.length / 2);
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A column's robust standard deviation; 0 for a constant one. */
function deviation(values: Float64Array, middle: number): number {
    const distances = values.map((value) => Math.abs(value - middle)).sort();
    const robust = median(distances) * MEDIAN_TO_DEVIATION;
    if (robust > 0) {
        return Math.min(robust, Number.MAX_VALUE);
    }
    const sum = distances.reduce((total, distance) => total + distance, 0);
    return Math.min((sum / distances.length) * MEAN_TO_DEVIATION, Number.MAX_VALUE);
}
