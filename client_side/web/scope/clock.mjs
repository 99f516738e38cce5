// Decides what of a driver's clocks is believed: time stamps, counters of samples, steps and x
// arrays. `cwire.data.clock` is the same for Python; tests/clocks.json has cases for both. Pure.

export const FAR = 60; // s that a clock may go ahead without a notice
export const LONGEST = 86400; // s; longer is not a pause of the driver, but a wrong clock
const DRIFT = 1e-3; // by which two clocks may differ, and more
const LEAP = 4; // usual steps; a longer one may be a wrong stamp
const TRIAL = 16; // frames until a change of the clock is taken for good
const SHORTEST_STEP = 1e-18; // from one sample to the next, in whatever unit it is
const LONGEST_STEP = 1e15;
const RARE = 100; // usual steps that are not far for a line of rare values
const BEHIND = 2; // usual steps that a line may go back to be on a known clock again
const KEPT = 4; // clocks that are known, the newest first

/**
 * A clock that stamps come by: its reading as two halves of nanoseconds, and when that was.
 *
 * @typedef {object} Setting
 * @property {number} low
 * @property {number} high
 * @property {number} at s on the lines
 */

/** The settings of a driver's clock that its lines have met: all of them follow it together. */
export class StampClock {
  /** @type {Setting[]} Newest first. */
  settings = [];
  time = NaN; // of the newest frame of any line, s
  arrived = NaN; // when the frames came that are taken now, by the page's own clock, s

  /**
   * Returns the time of a stamp by a setting: differences of halves, so that nothing is rounded.
   *
   * @param {Setting} setting
   * @param {number} low
   * @param {number} high
   */
  static read(setting, low, high) {
    return (high - setting.high) * 4.294967296 + (low - setting.low) * 1e-9 + setting.at;
  }

  /**
   * Adds a setting: this stamp was at that time.
   *
   * @param {number} low
   * @param {number} high
   * @param {number} at
   */
  add(low, high, at) {
    const made = { low, high, at };
    this.settings = [made, ...this.settings].slice(0, KEPT);
    return made;
  }

  /**
   * Finds the known setting by which a stamp follows a time best; null if it follows by none.
   *
   * @param {number} low
   * @param {number} high
   * @param {number} time
   * @param {number} behind Seconds that it may be before that.
   */
  find(low, high, time, behind) {
    let found = null;
    let least = Infinity;
    for (const setting of this.settings) {
      const away = StampClock.read(setting, low, high) - time;
      if (away < -behind || away > FAR || Math.abs(away) >= least) continue;
      [found, least] = [setting, Math.abs(away)];
    }
    return found;
  }
}

/** Follows the time stamps of one line. */
export class Stamps {
  #clock;
  /** @type {Setting | null} */
  #setting = null;
  #usual = 0; // from one frame to the next, s
  #arrived = NaN; // when the last frame came
  #silence = NaN; // how long before it nothing did, s
  #before = NaN; // time before the last unusual step
  #trial = 0; // frames in which that may turn out to have been a wrong stamp
  time = NaN; // of the last frame, s on the lines
  jump = 0; // s by which the last frame's stamp went back or too far ahead; 0: it did not

  /** @param {StampClock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * Takes the next stamp and sets `time` and `jump`.
   *
   * @param {number} low Half of its nanoseconds.
   * @param {number} high
   */
  take(low, high) {
    this.jump = 0;
    this.#silence = this.#clock.arrived - this.#arrived;
    this.#arrived = this.#clock.arrived;
    if (this.#setting === null) {
      this.#begin(low, high);
      return;
    }
    const usual = this.#usual;
    const time = StampClock.read(this.#setting, low, high);
    const step = time - this.time;
    this.#trial--;
    if (step > 0 && step <= LEAP * usual) {
      this.#usual += (step - usual) / 8;
      this.time = this.#clock.time = time;
    } else if (step > 0) {
      this.#leap(low, high, time, step);
    } else if (step < -usual) {
      this.#fall(low, high, time, step);
    } // else frames of several threads that came in another order: no time has passed
  }

  /**
   * Takes the first stamp of the line; it counts from that of the first line.
   *
   * @param {number} low
   * @param {number} high
   */
  #begin(low, high) {
    const clock = this.#clock;
    const now = clock.time;
    const first = clock.settings.length === 0;
    const known = first ? null : clock.find(low, high, now, FAR);
    if (known === null && !first) this.jump = StampClock.read(clock.settings[0], low, high) - now;
    this.#go(known ?? clock.add(low, high, first ? 0 : now), low, high);
  }

  /**
   * Goes ahead by an unusual step.
   *
   * @param {number} low
   * @param {number} high
   * @param {number} time By the clock as it was.
   * @param {number} step
   */
  #leap(low, high, time, step) {
    const usual = this.#usual;
    const silence = this.#silence;
    // Nothing came for so long: it is not the driver's clock that has jumped.
    const rested = silence > FAR && step <= silence + FAR + silence * DRIFT;
    // A wrong stamp may be over; a step of more than a day is that of a new clock.
    const sought = this.#trial > 0 || (step > LONGEST && !rested);
    const known = sought ? this.#clock.find(low, high, this.time, BEHIND * usual) : null;
    if (known !== null && known !== this.#setting) {
      this.jump = step;
      this.#go(known, low, high);
    } else if (step > LONGEST && !rested) this.#change(low, high, step);
    else {
      if (usual && step > Math.max(FAR, RARE * usual) && !rested) this.jump = step;
      this.#before = this.time;
      this.time = this.#clock.time = time;
      this.#trial = TRIAL;
      this.#usual = usual ? usual + ((LEAP - 1) * usual) / 8 : Math.min(step, FAR);
    }
  }

  /**
   * Goes back.
   *
   * @param {number} low
   * @param {number} high
   * @param {number} time By the clock as it was.
   * @param {number} step
   */
  #fall(low, high, time, step) {
    const behind = BEHIND * this.#usual;
    const away = time - this.#before;
    this.jump = step;
    // The stamp before was wrong, and ahead?
    if (this.#trial > 0 && away >= -behind && away <= FAR) {
      this.time = this.#clock.time = time;
      return;
    }
    // A wrong stamp may be over, or another line was the first to see the clock change.
    const known = this.#clock.find(low, high, this.time, behind);
    if (known === null) this.#change(low, high, step);
    else this.#go(known, low, high);
  }

  /**
   * Goes by a new setting from now on.
   *
   * @param {number} low
   * @param {number} high
   * @param {number} step
   */
  #change(low, high, step) {
    this.jump = step;
    this.#go(this.#clock.add(low, high, this.time + this.#usual), low, high);
    this.#trial = TRIAL;
  }

  /**
   * Goes by a setting.
   *
   * @param {Setting} setting
   * @param {number} low
   * @param {number} high
   */
  #go(setting, low, high) {
    this.#setting = setting;
    this.#before = NaN;
    this.time = this.#clock.time = StampClock.read(this.#setting, low, high);
  }
}

/**
 * A count of samples that was at a time: sample `first + number` is `number` steps later.
 *
 * @typedef {object} Count
 * @property {number} step s from one sample to the next
 * @property {number} at s on the lines
 * @property {number | bigint} raw The newest count that was read by it, as the driver tells it.
 * @property {number} number How many samples after `at` that is.
 */

/** The counts that the lines of a driver have met: one time for all channels. */
export class SampleClock {
  /** @type {Count[]} Newest first. */
  counts = [];
  end = NaN; // of the newest block of any line, s
  wall = NaN; // when that was published
  run = 0; // of the driver: a new one may count from anywhere

  /** Begins anew with the driver. */
  restart() {
    this.counts = [];
    this.run++;
  }
}

/** Follows the count of samples of one line. */
export class Samples {
  #clock;
  #bits;
  #run;
  /** @type {Count | null} */
  #count = null;
  #number = 0; // of the sample after the last block
  /** @type {number | bigint} The same as the driver will count it. */
  #next = 0;
  #end = NaN;
  #wall = NaN;
  time = NaN; // of the last block's first sample
  known = -1; // samples of it that came before; -1: it does not follow the block before
  jump = 0; // samples by which the count went back or too far ahead; 0: it did not

  /**
   * @param {SampleClock} clock
   * @param {number} bits Of the counter, which begins again behind its largest number; 0: never.
   */
  constructor(clock, bits) {
    this.#clock = clock;
    this.#bits = bits;
    this.#run = clock.run;
  }

  /**
   * Takes the next block and sets `time`, `known` and `jump`.
   *
   * @param {number | bigint} first What the driver says of its first sample.
   * @param {number} length
   * @param {number} step s
   * @param {number} wall When it was published, s on the lines.
   */
  take(first, length, step, wall) {
    this.jump = 0;
    this.known = -1;
    const clock = this.#clock;
    if (this.#run !== clock.run) {
      this.#run = clock.run;
      this.#count = null;
    }
    const away = this.#count === null ? NaN : difference(first, this.#next, this.#bits);
    const passed = Math.max(0, wall - this.#wall) || 0;
    const reach = FAR + 2 * passed;
    const same = this.#count?.step === step;
    // A step that is suddenly that long may be wrong: the next block need not wait for its end.
    const long = !same && !Number.isNaN(this.#end) && length * step > reach;
    if (same && away > -length && away * step <= reach) {
      if (away <= 0) this.known = -away;
      this.#number += away;
    } else {
      if (same) this.jump = away;
      this.#look(first, length * step, step, wall, reach);
    }
    const count = /** @type {Count} */ (this.#count);
    this.time = count.at + this.#number * step;
    count.raw = first;
    count.number = this.#number;
    this.#number += length;
    this.#next = after(first, length);
    this.#end = clock.end = this.time + (long ? 0 : length * step);
    this.#wall = clock.wall = wall;
  }

  /**
   * Finds a count that others go by already, or begins one where the wall clock says.
   *
   * @param {number | bigint} first
   * @param {number} span Of the block, s.
   * @param {number} step
   * @param {number} wall
   * @param {number} reach s that it may be ahead.
   */
  #look(first, span, step, wall, reach) {
    const clock = this.#clock;
    const fresh = Number.isNaN(this.#end);
    const [end, before] = fresh ? [clock.end, clock.wall] : [this.#end, this.#wall];
    let least = Infinity;
    this.#count = null;
    for (const count of clock.counts) {
      const number = count.number + difference(first, count.raw, this.#bits);
      const late = count.at + number * step - end;
      const behind = fresh ? FAR + span : BEHIND * span;
      if (count.step !== step || late < -behind || late > reach || Math.abs(late) >= least)
        continue;
      [this.#count, this.#number, least] = [count, number, Math.abs(late)];
    }
    if (this.#count !== null) return;
    const silence = Math.max(0, wall - before - span) || 0;
    const at = Number.isNaN(end) ? wall - span : end + silence;
    this.#count = { step, at, raw: first, number: 0 };
    this.#number = 0;
    clock.counts = [this.#count, ...clock.counts].slice(0, KEPT);
  }
}

/**
 * Counts from one value of a counter to another; a counter of some bits that began again went on.
 *
 * @param {number | bigint} to
 * @param {number | bigint} from
 * @param {number} bits 0: it does not begin again.
 */
export function difference(to, from, bits) {
  if (typeof to === "bigint" || typeof from === "bigint") {
    return Number(BigInt.asIntN(bits || 128, BigInt(to) - BigInt(from)));
  }
  if (bits === 0 || bits > 32) return to - from;
  return ((to - from) << (32 - bits)) >> (32 - bits);
}

/**
 * Adds to a counter; that it begins again is for `difference`.
 *
 * @param {number | bigint} count
 * @param {number} more
 */
function after(count, more) {
  return typeof count === "bigint" ? count + BigInt(more) : count + more;
}

/**
 * Whether samples can be so far apart.
 *
 * @param {number} step
 */
export function isStep(step) {
  return step >= SHORTEST_STEP && step <= LONGEST_STEP;
}

/**
 * The parts of a curve in which x is finite and does not go back: from where to where.
 *
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y NaN is a gap.
 * @param {number} count
 * @returns {[from: number, to: number][]}
 */
export function ascents(x, y, count) {
  /** @type {[number, number][]} */
  const parts = [];
  for (let from = 0; from < count;) {
    let to = from;
    while (
      to < count &&
      Number.isFinite(x[to]) &&
      !Number.isNaN(y[to]) &&
      (to === from || x[to] >= x[to - 1])
    )
      to++;
    if (to > from) parts.push([from, to]);
    from = Math.max(to, from + 1);
  }
  return parts;
}

/**
 * Whether x is finite and does not go back.
 *
 * @param {ArrayLike<number>} x
 * @param {number} count
 */
export function rises(x, count) {
  for (let index = 0; index < count; index++) {
    if (!Number.isFinite(x[index]) || (index && x[index] < x[index - 1])) return false;
  }
  return true;
}
