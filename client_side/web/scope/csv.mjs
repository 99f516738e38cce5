// The samples that are seen, as CSV (RFC 4180): one row for each, line after line. Pure.

/** @typedef {{line: import("./lines.mjs").Line, zero: number, from: number, to: number}} Seen */

const PIECE = 20_000; // rows of one piece of text
const ROUNDING = 2 ** -51; // of a sum of two times, by its size
const FORMULA = /^[=+\-@\t\r]/; // what spreadsheets would carry out

/**
 * Writes the samples in pieces, so that whoever takes them can do other things in between.
 *
 * @param {Seen[]} seen
 * @param {{timed: boolean, xLabel: string, xUnit: string}} axis timed: the lines' clocks are seconds
 *   since 1970.
 * @returns {Generator<string>}
 */
export function* csvPieces(seen, { timed, xLabel, xUnit }) {
  const heads = ["line", xUnit ? `${xLabel} [${xUnit}]` : xLabel, "value", "unit"];
  if (timed) heads.splice(2, 0, "time since 1970 [s]");
  let rows = [heads.map(cell).join(",")];
  for (const { line, zero, from, to } of seen) {
    const { trace, label, unit = "" } = line;
    const [name, suffix] = [cell(label), cell(unit)];
    for (let number = 0; number < trace.segments.length; number++) {
      const segment = trace.segments[number];
      const first = Math.max(segment.first, trace.oldest);
      const end = trace.endOf(number);
      if (first >= end) continue;
      // A sample at an edge is seen, whatever rounding makes of times since 1970.
      const slack = Math.max(Math.abs(from), Math.abs(to)) * ROUNDING + (segment.dt || 0) / 100;
      const begin = trace.search(segment, from - slack, first, end);
      const stop = trace.search(segment, to + slack, begin, end);
      for (let index = begin; index < stop; index++) {
        const time = trace.time(index, segment);
        const place = Number((time - zero).toPrecision(9));
        const when = timed ? `${time.toFixed(6)},` : "";
        rows.push(`${name},${place},${when}${trace.value(index)},${suffix}`);
        if (rows.length < PIECE) continue;
        yield `${rows.join("\r\n")}\r\n`;
        rows = [];
      }
    }
  }
  yield `${rows.join("\r\n")}\r\n`;
}

/**
 * A text as a cell; a driver chooses its own names.
 *
 * @param {string} text
 */
function cell(text) {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
