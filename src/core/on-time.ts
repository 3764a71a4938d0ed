/** Lags, in frames, at which traces are compared with themselves. */
const maximumLag = 80;
/** Fewer lit traces than this are no statistics. */
const minimumTraces = 8;
/** How far the covariance from frame to frame must stand out of that of white noise, in its standard deviations. */
const minimumSignificance = 8;
/** Share of the variation of the covariance with the lag that one mean time must explain. */
const minimumExplained = 0.7;
/** A trace belongs to a molecule where it rises so many standard deviations of its noise over its median. */
const litSigmas = 6;
/** Times that are tried, in frames: from this on, each so many times the one before. */
const shortestTime = 0.3;
const timeStep = 1.04;

/** Finds out for how long molecules stay on, from the light in small areas over time. */
export interface OnTimeGauge {
  /** Counts a trace of `frames` consecutive frames, in any unit; not one without molecules in it. */
  add(trace: Float32Array): void;
  /** Mean time for which a molecule stays on, in frames; `null` where there is too little to tell. */
  estimate(): number | null;
}

/**
 * Times that are exponential with the mean τ make the covariance of a trace with itself fall as exp(−lag/τ) from lag 1 on,
 * whatever the exposure does within a frame; noise adds at lag 0 alone. Taking off the line of best fit, for bleaching,
 * changes both in a way that is known exactly, so covariances summed over traces are fitted with what it leaves of them.
 *
 * @param frames - of each trace
 */
export function createOnTimeGauge(frames: number): OnTimeGauge {
  const lags = Math.min(maximumLag, Math.floor(frames / 3));
  const line = createLine(frames);
  const covariance = new Float64Array(lags + 1);
  const residual = new Float64Array(frames);
  const steps = new Float32Array(frames - 1);
  let traces = 0;
  /** Σ of the squared variances of the noise. */
  let noise = 0;
  return {
    add(trace) {
      for (let t = 0; t + 1 < frames; t++) steps[t] = Math.abs(trace[t + 1] - trace[t]);
      // Of Gaussian noise half of the values lie within 0.6745 standard deviations, and a step has √2 of one frame.
      const deviation = medianOf(steps) / (0.6745 * Math.SQRT2);
      let peak = -Infinity;
      for (const value of trace) peak = Math.max(peak, value);
      if (!(peak - medianOf(trace.slice()) > litSigmas * deviation)) return;
      residual.set(trace);
      line.takeOff(residual);
      for (let lag = 0; lag <= lags; lag++) {
        let sum = 0;
        for (let t = 0; t + lag < frames; t++) sum += residual[t] * residual[t + lag];
        covariance[lag] += sum / frames;
      }
      noise += deviation ** 4;
      traces++;
    },
    estimate() {
      if (traces < minimumTraces || lags < 4) return null;
      const white = line.expected((lag) => (lag === 0 ? 1 : 0), lags);
      if (covariance[1] < minimumSignificance * Math.sqrt(noise / frames)) return null;
      let best = { time: NaN, error: Infinity };
      const longest = frames / 4;
      for (let time = shortestTime; time <= longest; time *= timeStep) {
        const decay = line.expected((lag) => Math.exp(-lag / time), lags);
        const error = fitError(covariance, decay, white);
        if (error < best.error) best = { time, error };
      }
      const isAtEnd = best.time * timeStep > longest;
      return isAtEnd || best.error > (1 - minimumExplained) * variation(covariance) ? null : best.time;
    },
  };
}

/** Projects the constant and the slope out of a trace of so many values. */
function createLine(frames: number) {
  const middle = (frames - 1) / 2;
  const slope = Float64Array.from({ length: frames }, (_, t) => t - middle);
  const norm = Math.sqrt(slope.reduce((sum, value) => sum + value * value, 0));
  for (let t = 0; t < frames; t++) slope[t] /= norm;
  const level = 1 / Math.sqrt(frames);
  return {
    takeOff(trace: Float64Array): void {
      let [constant, steepness] = [0, 0];
      for (let t = 0; t < frames; t++) {
        constant += trace[t] * level;
        steepness += trace[t] * slope[t];
      }
      for (let t = 0; t < frames; t++) trace[t] -= constant * level + steepness * slope[t];
    },
    /**
     * What a process with this covariance has on average once the line is taken off: the diagonals of P C P, each summed
     * and divided by `frames`, for P = I − u uᵀ − v vᵀ.
     */
    expected(covarianceAt: (lag: number) => number, lags: number): Float64Array {
      const at = Float64Array.from({ length: frames }, (_, lag) => covarianceAt(lag));
      const onLevel = new Float64Array(frames);
      const onSlope = new Float64Array(frames);
      for (let i = 0; i < frames; i++) {
        for (let j = 0; j < frames; j++) {
          const value = at[Math.abs(i - j)];
          onLevel[i] += value * level;
          onSlope[i] += value * slope[j];
        }
      }
      let [levelLevel, slopeSlope, levelSlope] = [0, 0, 0];
      for (let i = 0; i < frames; i++) {
        levelLevel += onLevel[i] * level;
        levelSlope += onLevel[i] * slope[i];
        slopeSlope += onSlope[i] * slope[i];
      }
      return Float64Array.from({ length: lags + 1 }, (_, lag) => {
        let sum = 0;
        for (let i = 0; i + lag < frames; i++) {
          const j = i + lag;
          sum +=
            at[lag] -
            level * (onLevel[i] + onLevel[j]) -
            slope[i] * onSlope[j] -
            slope[j] * onSlope[i] +
            level * level * levelLevel +
            slope[i] * slope[j] * slopeSlope +
            level * (slope[i] + slope[j]) * levelSlope;
        }
        return sum / frames;
      });
    },
  };
}

/** Squared error, over the lags from 1 on, of the best a·decay + b·white with a ≥ 0 that meets lag 0 exactly. */
function fitError(covariance: Float64Array, decay: Float64Array, white: Float64Array): number {
  // b from lag 0; what is left is linear in a alone.
  const ratio = covariance[0] / white[0];
  let [product, square] = [0, 0];
  for (let lag = 1; lag < covariance.length; lag++) {
    const basis = decay[lag] - (decay[0] / white[0]) * white[lag];
    product += basis * (covariance[lag] - ratio * white[lag]);
    square += basis * basis;
  }
  const factor = Math.max(0, product / square);
  let error = 0;
  for (let lag = 1; lag < covariance.length; lag++) {
    const basis = decay[lag] - (decay[0] / white[0]) * white[lag];
    error += (covariance[lag] - ratio * white[lag] - factor * basis) ** 2;
  }
  return error;
}

function variation(covariance: Float64Array): number {
  const values = covariance.subarray(1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** The lower of the middle values. Sorts `values`. */
function medianOf(values: Float32Array): number {
  return values.sort()[(values.length - 1) >> 1];
}
