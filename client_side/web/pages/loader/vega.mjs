// The parts of Vega that graphs are made of. The package `vega` has those of maps, trees, networks
// and clouds of words, too, which would be a seventh of the page: the build takes this module in its
// place, also for Vega-Lite. It is not checked by tsc: most of these packages have no types.

import { transforms } from "vega-dataflow";
import * as encode from "vega-encode";
import * as regression from "vega-regression";
import * as data from "vega-transforms";
import * as marks from "vega-view-transforms";

export { changeset } from "vega-dataflow";
export { parse } from "vega-parser";
export * from "vega-util";
export { View } from "vega-view";

Object.assign(transforms, data, marks, encode, regression);
