// The detector against numbers of NumPy, and against itself.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import RobustZ from "../detector.js";
import {
    BadState,
    explained,
    fitted,
    InvalidInput,
    InvalidParameter,
    loaded,
    saved,
    scored,
    updated,
} from "../pynomaly_sdk/index.js";

const text = readFileSync("tests/golden.csv", "utf8");
const lines = text.trim().split("\n").slice(1).map((line) => line.split(",").map(Number));
const rows = lines.map((line) => line.slice(0, -2));
const training = lines.filter((line) => line.at(-2) === 1).map((line) => line.slice(0, -2));

let detector: RobustZ;
let trainingScores: number[];

beforeEach(() => {
    detector = new RobustZ();
    trainingScores = fitted(detector, training);
});

test("scores are those of the definition", () => {
    scored(detector, rows).forEach((score, row) => {
        const expected = lines[row].at(-1) ?? NaN;
        assert.ok(Math.abs(score - expected) <= 1e-9 * Math.max(1, expected), `row ${row}`);
    });
    assert.deepEqual(trainingScores, scored(detector, training));
});

test("a row scores the same alone and after loading", () => {
    const again = loaded(RobustZ, saved(detector));
    const alone = rows.map((row) => scored(again, [row])[0]);
    assert.deepEqual(alone, scored(detector, rows));
    assert.deepEqual(saved(again), saved(detector));
});

test("contributions add up to scores", () => {
    const contributions = explained(detector, rows);
    const columns = rows[0].length;
    scored(detector, rows).forEach((score, row) => {
        const own = contributions.slice(row * columns, (row + 1) * columns);
        const total = own.reduce((sum, contribution) => sum + contribution, 0);
        assert.ok(Math.abs(total - score) <= 1e-9 * Math.max(1, score), `row ${row}`);
    });
});

test("a stream is learnt alike however it is cut", () => {
    const again = loaded(RobustZ, saved(detector));
    const before = scored(detector, rows);
    const scores = updated(detector, rows);
    assert.deepEqual(rows.map((row) => updated(again, [row])[0]), scores);
    assert.deepEqual(saved(again), saved(detector));
    assert.notDeepEqual(scored(again, rows), before);
});

test("wrong parameters, rows and states are refused", () => {
    assert.throws(() => new RobustZ({ cap: 0.5 }), InvalidParameter);
    assert.throws(() => scored(detector, [[1]]), InvalidInput);
    assert.throws(() => loaded(RobustZ, saved(detector).slice(0, -1)), BadState);
});
