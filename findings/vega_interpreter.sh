#!/bin/sh
# vega 6.4.0 with vega-interpreter 2.3.2: under a strict content security policy the expressions of a
# chart mean something else.
#
# Expected: the interpreter, which Vega names as the way to do without eval, gives what the compiled
# expressions give, only slower. Seen: datetime(2020) is two seconds after 1970 when it is compiled,
# and the year 2020 when it is interpreted; isNaN(NaN) is true, and false, since NaN is undefined
# there; 'a' in {a: 1} is true, and has no operator there, so that the signal stays undefined. The
# page shows a chart in both cases.
#
# Who meets it: whoever moves a chart with a filter for missing samples, or with an axis that begins
# at a year, to a page whose policy forbids eval. Needs npm.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"name": "finding", "version": "1.0.0", "private": true, "type": "module"}' > package.json
npm install --silent --no-audit --no-fund vega@6.4.0 vega-interpreter@2.3.2
cat > seen.mjs <<'PROGRAM'
import * as vega from 'vega';
import {expressionInterpreter} from 'vega-interpreter';

async function value(update, interpreted) {
  const spec = {signals: [{name: 'seen', update}]};
  const options = interpreted ? {expr: expressionInterpreter} : {};
  const view = new vega.View(vega.parse(spec, null, {ast: interpreted}), {
    ...options, renderer: 'none', logLevel: vega.None,
  });
  await view.runAsync();
  const seen = view.signal('seen');
  return seen instanceof Date ? seen.toISOString() : String(seen);
}

const expected = {
  'datetime(2020)': ['1970-01-01T00:00:02.020Z', '2020-01-01T00:00:00.000Z'],
  'datetime(2020, 0, 1)': ['2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z'],
  'isNaN(NaN)': ['true', 'false'],
  "'a' in {a: 1}": ['true', 'undefined'],
};
let changed = false;
for (const [update, known] of Object.entries(expected)) {
  const seen = [await value(update, false), await value(update, true)];
  console.log(`${update}: compiled ${seen[0]}, interpreted ${seen[1]}`);
  changed ||= String(seen) !== String(known);
}
if (changed) {
  console.error('Vega and its interpreter differ in another way now: read this finding again');
  process.exit(1);
}
PROGRAM
TZ=UTC node seen.mjs
# Seen on 2026-11-28:
# datetime(2020): compiled 1970-01-01T00:00:02.020Z, interpreted 2020-01-01T00:00:00.000Z
# datetime(2020, 0, 1): compiled 2020-01-01T00:00:00.000Z, interpreted 2020-01-01T00:00:00.000Z
# isNaN(NaN): compiled true, interpreted false
# 'a' in {a: 1}: compiled true, interpreted undefined
