import { InvalidInput } from "./errors.js";

/** Rows of numbers, row-major. */
export class Matrix {
    /** `values` are all values, row after row. */
    constructor(columns, values) {
        if (!(columns >= 1) || values.length === 0 || values.length % columns !== 0) {
            throw new InvalidInput(`${values.length} values are no rows of ${columns} columns`);
        }
        this.columns = columns;
        this.values = values instanceof Float64Array ? values : Float64Array.from(values);
    }

    /** The rows as a matrix; all of one length, at least one. */
    static of(rows) {
        if (rows instanceof Matrix) {
            return rows;
        }
        const columns = rows.length > 0 ? rows[0].length : 0;
        const odd = rows.findIndex((row) => row.length !== columns);
        if (odd >= 0) {
            throw new InvalidInput(`row ${odd} has ${rows[odd].length} values, not ${columns}`);
        }
        return new Matrix(columns, rows.flatMap((row) => Array.from(row)));
    }

    /** Number of rows. */
    get rows() {
        return this.values.length / this.columns;
    }

    /** One row; it shares its memory with the matrix. */
    row(index) {
        if (!(index >= 0 && index < this.rows)) {
            throw new InvalidInput(`there is no row ${index}`);
        }
        return this.values.subarray(index * this.columns, (index + 1) * this.columns);
    }

    /** A copy of one column, top to bottom. */
    column(index) {
        if (!(index >= 0 && index < this.columns)) {
            throw new InvalidInput(`there is no column ${index}`);
        }
        const column = new Float64Array(this.rows);
        for (let row = 0; row < column.length; row += 1) {
            column[row] = this.values[row * this.columns + index];
        }
        return column;
    }

    *[Symbol.iterator]() {
        for (let row = 0; row < this.rows; row += 1) {
            yield this.row(row);
        }
    }
}
